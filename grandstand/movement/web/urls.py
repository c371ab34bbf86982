"""Routes of movement for everybody; the console has its own."""

from django.urls import path

from grandstand.movement.web import views

app_name = "movement"

urlpatterns = [path("market", views.market, name="market")]
