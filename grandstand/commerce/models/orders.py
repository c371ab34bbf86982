from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grandstand.commerce.models.baskets import Basket
from grandstand.kit.ids import new_id


class Order(models.Model):
    """One payment over one sale per selling organisation. It belongs to no organisation: its sales do.

    The sums of money are folded from payment facts and refunds whenever these change, under a lock on this row.
    """

    class Status(models.TextChoices):
        AWAITING_PAYMENT = "awaiting_payment", _("waiting for payment")
        PAID = "paid", _("paid")
        PARTLY_REFUNDED = "partly_refunded", _("partly refunded")
        REFUNDED = "refunded", _("refunded")
        CANCELLED = "cancelled", _("cancelled")
        SENT_BACK = "sent_back", _("money sent back")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(_("number"), max_length=12, unique=True)
    basket = models.ForeignKey(Basket, on_delete=models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("person"))
    visitor = models.CharField(max_length=64, blank=True)
    email = models.CharField(_("e-mail address"), max_length=254, blank=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=10)
    ship_to = models.JSONField(null=True)
    shipping_codes = models.JSONField(default=dict)
    market_code = models.CharField(_("market"), max_length=20)
    currency = models.CharField(_("currency"), max_length=3)
    total_minor = models.BigIntegerField(_("total"))
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
    placed_at = models.DateTimeField(_("placed"))
    pay_by = models.DateTimeField(_("to be paid by"))
    completed_at = models.DateTimeField(_("paid at"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)
    sent_back_at = models.DateTimeField(_("sent back at"), null=True)
    authorised_minor = models.BigIntegerField(default=0)
    captured_minor = models.BigIntegerField(_("captured"), default=0)
    refunded_minor = models.BigIntegerField(_("refunded"), default=0)
    returned_minor = models.BigIntegerField(_("sent back"), default=0)
    paid_back_minor = models.BigIntegerField(_("paid back"), default=0)
    disputed_minor = models.BigIntegerField(_("disputed"), default=0)

    class Meta:
        db_table = "commerce_order"
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.CheckConstraint(condition=Q(total_minor__gte=0), name="commerce_order_total_not_negative"),
            # refunded: of what was bought; returned: what was paid beyond it, or in vain. Together never more than came in.
            models.CheckConstraint(
                condition=Q(captured_minor__gte=F("refunded_minor") + F("returned_minor")), name="commerce_order_refunds_within_captured"
            ),
            models.CheckConstraint(condition=Q(refunded_minor__lte=F("total_minor")), name="commerce_order_refunds_within_total"),
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(captured_minor__gte=F("total_minor")), name="commerce_order_completed_when_captured"
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(cancelled_at=None, sent_back_at=None), name="commerce_order_completed_or_ended_otherwise"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["awaiting_payment", "paid", "partly_refunded", "refunded", "cancelled", "sent_back"]),
                name="commerce_order_status_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "placed_at"], name="commerce_order_of_person"),
            models.Index(fields=["pay_by"], condition=Q(status="awaiting_payment"), name="commerce_order_awaiting"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderChange(models.Model):
    """An order came to a status: by whom, why, when. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=20, choices=Order.Status.choices)
    by = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300)
    at = models.DateTimeField(_("at"))

    class Meta:
        db_table = "commerce_order_change"
        verbose_name = _("change of an order")
        verbose_name_plural = _("changes of orders")


class Sale(models.Model):
    """One organisation's part of an order: tenancy, invoice and ledger follow it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", verbose_name=_("order"))
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("seller"))
    currency = models.CharField(_("currency"), max_length=3)
    net_minor = models.BigIntegerField(_("without tax"))
    tax_minor = models.BigIntegerField(_("tax"))
    refunded_minor = models.BigIntegerField(_("refunded"), default=0)
    paid_at = models.DateTimeField(_("paid at"), null=True)

    class Meta:
        db_table = "commerce_sale"
        verbose_name = _("sale")
        verbose_name_plural = _("sales")
        constraints = [
            models.UniqueConstraint(fields=["order", "organisation"], name="commerce_sale_once_per_order_and_seller"),
            models.CheckConstraint(condition=Q(net_minor__gte=0, tax_minor__gte=0), name="commerce_sale_not_negative"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=F("net_minor") + F("tax_minor")), name="commerce_sale_refunds_within_sale"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "paid_at"], name="commerce_sale_of_organisation")]

    def __str__(self) -> str:
        return self.order.number


class SaleLine(models.Model):
    """What was sold, at which price and tax, in the words the buyer saw. Of it, `refunded_quantity` units have gone back."""

    class Nature(models.TextChoices):
        ITEM = "item", _("item")
        SHIPPING = "shipping", _("shipping")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+")
    nature = models.CharField(max_length=10, choices=Nature.choices)
    item_kind = models.CharField(max_length=20)
    item_id = models.UUIDField()
    quantity = models.PositiveIntegerField(_("quantity"))
    seat_ids = models.JSONField(default=list)
    wants = models.JSONField(default=list, help_text=_("units of stock: account, quantity, seats of each"))
    hold_id = models.UUIDField(null=True)
    title = models.CharField(_("title"), max_length=300)
    subtitle = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3)
    unit_price_minor = models.BigIntegerField(_("unit price"))
    version = models.BigIntegerField()
    net_minor = models.BigIntegerField(_("without tax"))
    tax_minor = models.BigIntegerField(_("tax"))
    tax_place = models.CharField(_("taxed in"), max_length=10)
    tax_rate_bp = models.PositiveIntegerField(_("tax rate, hundredths of a percent"))
    refunded_quantity = models.PositiveIntegerField(_("refunded quantity"), default=0)
    refunded_minor = models.BigIntegerField(_("refunded"), default=0)

    class Meta:
        db_table = "commerce_sale_line"
        verbose_name = _("line of a sale")
        verbose_name_plural = _("lines of sales")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="commerce_sale_line_quantity_above_zero"),
            models.CheckConstraint(condition=Q(net_minor__gte=0, tax_minor__gte=0), name="commerce_sale_line_not_negative"),
            models.CheckConstraint(condition=Q(refunded_quantity__lte=F("quantity")), name="commerce_sale_line_refunds_within_quantity"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=F("net_minor") + F("tax_minor")),
                name="commerce_sale_line_refunds_within_line",
            ),
            models.UniqueConstraint(fields=["hold_id"], condition=Q(hold_id__isnull=False), name="commerce_sale_line_one_hold_each"),
            models.CheckConstraint(condition=~Q(nature="shipping") | Q(hold_id=None, quantity=1), name="commerce_sale_line_shipping_holds_nothing"),
        ]

    def __str__(self) -> str:
        return self.title
