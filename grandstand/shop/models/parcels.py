"""Parcels: what of paid orders is on its way to whom."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grandstand.shop.models.catalogue import Owned, Variant
from grandstand.shop.values import ParcelStatus


class ParcelStatusName(models.TextChoices):
    """Where a parcel is, as people read it."""

    TO_PACK = ParcelStatus.TO_PACK, pgettext_lazy("parcel", "to pack")
    PACKED = ParcelStatus.PACKED, pgettext_lazy("parcel", "packed")
    SHIPPED = ParcelStatus.SHIPPED, pgettext_lazy("parcel", "shipped")
    DELIVERED = ParcelStatus.DELIVERED, pgettext_lazy("parcel", "delivered")
    RETURNED = ParcelStatus.RETURNED, pgettext_lazy("parcel", "returned")
    CANCELLED = ParcelStatus.CANCELLED, pgettext_lazy("parcel", "cancelled")


class Parcel(Owned):
    """What one seller ships of one order. The address is the one that was checked at checkout, until it is forgotten.

    `forget`: the person asked to be forgotten while it was under way, so the address goes with the last step.
    """

    number = models.CharField(_("parcel"), max_length=20)
    order_id = models.UUIDField()
    sale_id = models.UUIDField(unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(_("status"), max_length=10, choices=ParcelStatusName.choices)
    country = models.CharField(_("country"), max_length=2)
    ship_to = models.JSONField(_("address"), null=True)
    shipping_code = models.CharField(_("way of shipping"), max_length=30, blank=True)
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    tracking = models.CharField(_("tracking number"), max_length=60, blank=True)
    opened_at = models.DateTimeField(pgettext_lazy("parcel", "opened"))
    changed_at = models.DateTimeField(pgettext_lazy("parcel", "changed"))
    forget = models.BooleanField(default=False)

    class Meta:
        db_table = "shop_parcel"
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="shop_parcel_number_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="shop_parcel_has_one_seller"),
            models.CheckConstraint(condition=Q(status__in=[status.value for status in ParcelStatus]), name="shop_parcel_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status__in=[ParcelStatus.SHIPPED, ParcelStatus.DELIVERED]) | Q(carrier__gt=""), name="shop_parcel_shipped_has_carrier"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[ParcelStatus.TO_PACK, ParcelStatus.PACKED, ParcelStatus.SHIPPED]) | Q(ship_to__isnull=False),
                name="shop_parcel_under_way_has_address",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "status", "opened_at"], name="shop_parcel_board"),
            models.Index(fields=["person"], name="shop_parcel_of_person"),
            models.Index(fields=["order_id"], name="shop_parcel_of_order"),
        ]

    def __str__(self) -> str:
        return self.number


class ParcelLine(Owned):
    """One order line in a parcel. `revoked` units were refunded, `shipped` left with the parcel; what was revoked before is not shipped."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="lines")
    line_id = models.UUIDField(unique=True)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    hold_id = models.UUIDField()
    quantity = models.PositiveIntegerField(_("quantity"))
    revoked = models.PositiveIntegerField(default=0)
    shipped = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "shop_parcel_line"
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="shop_parcel_line_of_one_or_more"),
            models.CheckConstraint(condition=Q(revoked__lte=F("quantity")), name="shop_parcel_line_revoked_at_most_once"),
            models.CheckConstraint(condition=Q(shipped__lte=F("quantity")), name="shop_parcel_line_shipped_at_most_once"),
        ]


class ParcelChange(Owned):
    """A parcel moved on: to which status, when, by whom and why. Append-only."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="changes")
    status = models.CharField(_("status"), max_length=10, choices=ParcelStatusName.choices)
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300)
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    tracking = models.CharField(_("tracking number"), max_length=60, blank=True)

    class Meta:
        db_table = "shop_parcel_change"
        verbose_name = _("change of a parcel")
        verbose_name_plural = _("changes of parcels")
        indexes = [models.Index(fields=["parcel", "at"], name="shop_parcel_change_by_instant")]
