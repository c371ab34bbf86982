"""Routes of the design system."""

from django.urls import path

from grandstand.ui.web import views

app_name = "ui"

urlpatterns = [
    path("design", views.design, name="design"),
    path("language", views.language, name="language"),
]
