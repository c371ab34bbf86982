"""Routes of one's own account. Signing up and in is allauth's, at /accounts/."""

from django.urls import path

from grandstand.people.web import views

app_name = "people"

urlpatterns = [
    path("profile", views.profile, name="profile"),
    path("data", views.data, name="data"),
    path("data/export", views.export, name="export"),
    path("data/erase", views.erase, name="erase"),
    path("erased", views.erased, name="erased"),
]
