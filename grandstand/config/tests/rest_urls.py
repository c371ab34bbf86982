"""Routes of test_api: an interface of its own with the platform's handlers of errors."""

from django.urls import path
from ninja import NinjaAPI

from grandstand.config.api import api as real
from grandstand.config.tests.test_api import router

api = NinjaAPI(urls_namespace="rest-of-tests")
for kind, handler in real._exception_handlers.items():
    api.add_exception_handler(kind, handler)
api.add_router("", router)
urlpatterns = [path("rest/", api.urls)]
