"""Routes of payments and papers. Baskets, checkout and orders are screens of sites."""

from django.conf import settings
from django.urls import URLPattern, path

from grandstand.commerce.web import guests, testbank, views, webhooks

app_name = "commerce"

urlpatterns: list[URLPattern] = [
    path("payments/webhooks/<slug:provider>/", webhooks.webhook, name="webhook"),
    path("payments/<uuid:payment_id>/", views.payment, name="payment"),
    path("papers/<uuid:document_id>.pdf", views.document, name="document"),
    path("receipts/<uuid:order_id>.pdf", views.receipt, name="receipt"),
    path("orders/<uuid:order_id>/data", guests.data, name="guest_data"),
    path("orders/<uuid:order_id>/forget", guests.forget, name="forget"),
]

if settings.GRANDSTAND_TEST_PAYMENTS:
    urlpatterns += [
        path("test-bank/<slug:bank_id>/", testbank.test_bank, name="test_bank"),
        path("test-bank/<slug:bank_id>/challenge/", testbank.test_bank_challenge, name="test_bank_challenge"),
    ]
