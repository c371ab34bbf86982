"""Routes of the waiting page."""

from django.urls import path

from grandstand.gate.web import views

app_name = "gate"

urlpatterns = [
    path("waiting/<slug:room>", views.waiting, name="waiting"),
    path("waiting/<slug:room>/enter", views.enter, name="enter"),
    path("waiting/<slug:room>/order", views.order, name="order"),
    path("waiting/<slug:room>/order.json", views.order_json, name="order_json"),
]
