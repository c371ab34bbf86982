from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grandstand.commerce.models.orders import Order, Sale, SaleLine
from grandstand.kit.ids import new_id


class Payment(models.Model):
    """One try to pay an order through one provider. What became of it is in the facts; the sums are folded from them under the order's lock.

    Of what was captured, `applied_minor` pays for the order (and of that, `refunded_minor` went back), and `returned_minor` was paid in vain.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(_("provider"), max_length=20)
    provider_reference = models.CharField(_("provider's reference"), max_length=100, blank=True)
    redirect_url = models.TextField(blank=True)
    return_path = models.CharField(max_length=200)
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    begun_at = models.DateTimeField(_("begun"))
    capture_due_at = models.DateTimeField(null=True)
    fetch_due_at = models.DateTimeField(null=True)
    captured_minor = models.BigIntegerField(_("captured"), default=0)
    applied_minor = models.BigIntegerField(_("used for the order"), default=0)
    refunded_minor = models.BigIntegerField(_("refunded"), default=0)
    returned_minor = models.BigIntegerField(_("sent back"), default=0)

    class Meta:
        db_table = "commerce_payment"
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="commerce_payment_amount_above_zero"),
            models.CheckConstraint(
                condition=Q(applied_minor__gte=0, returned_minor__gte=0) & Q(captured_minor__gte=F("applied_minor") + F("returned_minor")),
                name="commerce_payment_used_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=F("applied_minor")), name="commerce_payment_refunds_within_applied"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_reference"], condition=~Q(provider_reference=""), name="commerce_payment_once_per_provider_reference"
            ),
        ]
        indexes = [
            models.Index(fields=["fetch_due_at"], condition=Q(captured_minor=0), name="commerce_payment_to_fetch"),
            models.Index(fields=["capture_due_at"], condition=Q(captured_minor=0), name="commerce_payment_to_capture"),
        ]


class PaymentFact(models.Model):
    """What a provider told, as it came. Append-only. A fact whose payment nobody knows is kept too, and shown by doctor."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    payment_id = models.UUIDField(null=True)
    provider_reference = models.CharField(max_length=100, blank=True)
    movement_reference = models.CharField(max_length=100, blank=True)
    refund_id = models.UUIDField(null=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "commerce_payment_fact"
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="commerce_payment_fact_once_per_event"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="commerce_payment_fact_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(kind__in=["authorised", "captured", "failed", "refunded", "refund_failed", "disputed", "dispute_won"]),
                name="commerce_payment_fact_kind_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["payment_id"], name="commerce_payment_fact_by_id"),
            models.Index(fields=["provider_reference"], condition=Q(payment_id=None), name="commerce_payment_fact_by_ref"),
        ]


class Refund(models.Model):
    """Money goes back to a buyer: decided once per key, with its reason. How it travels is in its paybacks."""

    class Cause(models.TextChoices):
        ASKED = "asked", _("asked for")
        LATE = "late", _("paid in vain")
        EXCESS = "excess", _("paid too much")
        PROVIDER = "provider", _("given back at the provider")
        CALLED_OFF = "called_off", _("called off")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    cause = models.CharField(_("cause"), max_length=10, choices=Cause.choices)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.CharField(_("by"), max_length=120)
    at = models.DateTimeField(_("at"))
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        db_table = "commerce_refund"
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="commerce_refund_once_per_key"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="commerce_refund_not_negative"),
            models.CheckConstraint(
                condition=Q(cause__in=["asked", "late", "excess", "provider", "called_off"]), name="commerce_refund_cause_is_known"
            ),
        ]


class RefundLine(models.Model):
    """The units of a sold line that a refund takes back, and what they come to. Money that went back at the provider takes no units."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="+")
    sale_line = models.ForeignKey(SaleLine, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()

    class Meta:
        db_table = "commerce_refund_line"
        constraints = [
            models.UniqueConstraint(fields=["refund", "sale_line"], name="commerce_refund_line_once_per_refund"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) | Q(net_minor__gt=0) | Q(tax_minor__gt=0), name="commerce_refund_line_takes_something_back"
            ),
            models.CheckConstraint(condition=Q(net_minor__gte=0, tax_minor__gte=0), name="commerce_refund_line_not_negative"),
        ]


class RefundShare(models.Model):
    """How much of a refund each sale bears: its books and its credit note."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="+")
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "commerce_refund_share"
        constraints = [
            models.UniqueConstraint(fields=["refund", "sale"], name="commerce_refund_share_once_per_sale"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="commerce_refund_share_not_negative"),
        ]


class Payback(models.Model):
    """A refund's money on its way through the provider of one payment. Asked for after the commit, again and again until it is answered.

    `split` says how much of it each sale bears: rows of sale, organisation, minor units. A failed one is followed by another.
    """

    class State(models.TextChoices):
        DUE = "due", _("to be asked for")
        ASKED = "asked", _("asked for")
        DONE = "done", _("paid back")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    due_at = models.DateTimeField()
    split = models.JSONField()
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    provider_reference = models.CharField(max_length=100, blank=True)

    class Meta:
        db_table = "commerce_payback"
        verbose_name = _("payback")
        verbose_name_plural = _("paybacks")
        constraints = [
            models.UniqueConstraint(fields=["refund", "payment"], condition=~Q(state="failed"), name="commerce_payback_once_per_payment"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="commerce_payback_amount_above_zero"),
            models.CheckConstraint(condition=Q(state__in=["due", "asked", "done", "failed"]), name="commerce_payback_state_is_known"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state__in=["due", "asked"]), name="commerce_payback_due")]
