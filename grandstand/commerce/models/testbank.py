"""The test bank's own books: what a real provider keeps on its side. Nothing of commerce reads them."""

from django.db import models
from django.db.models import Q

from grandstand.kit.ids import new_id


class TestBankPayment(models.Model):
    """A payment as the bank sees it."""

    __test__ = False  # the name begins as pytest's test classes do

    id = models.CharField(primary_key=True, max_length=40)
    client_reference = models.UUIDField(unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=300)
    return_url = models.TextField()
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=12)
    card = models.CharField(max_length=20, blank=True)
    challenge_code = models.CharField(max_length=6, blank=True)
    challenge_tries = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "commerce_test_bank_payment"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "challenged", "authorised", "captured", "silent", "expired"]),
                name="commerce_test_bank_payment_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__lte=models.F("captured_minor")), name="commerce_test_bank_payment_refunds_within_captured"
            ),
        ]


class TestBankEvent(models.Model):
    """Something the bank tells: `due_at` are the instants at which its webhook is still to be sent, so that it can come late and doubled."""

    __test__ = False

    id = models.CharField(primary_key=True, max_length=80)
    payment = models.ForeignKey(TestBankPayment, on_delete=models.PROTECT, related_name="+")
    payload = models.JSONField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    repeat_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "commerce_test_bank_event"
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="commerce_test_bank_event_due")]


class TestBankKey(models.Model):
    """A secret that signs webhooks. Several are valid while one is being replaced."""

    __test__ = False

    id = models.UUIDField(primary_key=True, default=new_id)
    secret = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    retires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "commerce_test_bank_key"
