"""Routes of the notices to me."""

from django.urls import path

from grandstand.messaging.web import views

app_name = "messaging"

urlpatterns = [
    path("notices", views.notices, name="notices"),
    path("notices/<uuid:notice_id>", views.notice, name="notice"),
]
