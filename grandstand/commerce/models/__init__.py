"""Rows of commerce."""

from grandstand.commerce.models.baskets import Basket, BasketLine
from grandstand.commerce.models.documents import Document, DocumentCounter
from grandstand.commerce.models.orders import Order, OrderChange, Sale, SaleLine
from grandstand.commerce.models.payments import Payback, Payment, PaymentFact, Refund, RefundLine, RefundShare
from grandstand.commerce.models.taxes import TaxRate
from grandstand.commerce.models.testbank import TestBankEvent, TestBankKey, TestBankPayment

__all__ = [
    "Basket",
    "BasketLine",
    "Document",
    "DocumentCounter",
    "Order",
    "OrderChange",
    "Payback",
    "Payment",
    "PaymentFact",
    "Refund",
    "RefundLine",
    "RefundShare",
    "Sale",
    "SaleLine",
    "TaxRate",
    "TestBankEvent",
    "TestBankKey",
    "TestBankPayment",
]
