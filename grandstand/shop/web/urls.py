"""Routes of the shop. Its pages are in sites."""

from django.urls import path

from grandstand.shop.web import views

app_name = "shop"
urlpatterns = [path("shop/pictures/<uuid:picture_id>", views.picture, name="picture")]
