"""Where the shop ships, and what that costs by weight."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grandstand.shop.models.catalogue import Owned


class ShippingZone(Owned):
    """Countries with the same rates. The zone without countries is for everywhere else."""

    name = models.CharField(_("name"), max_length=100)
    countries = models.JSONField(_("countries"), default=list, blank=True, help_text=_("ISO 3166-1 codes; none: everywhere else"))

    class Meta:
        db_table = "shop_shipping_zone"
        verbose_name = _("shipping zone")
        verbose_name_plural = _("shipping zones")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="shop_zone_name_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="shop_zone_has_one_seller"),
        ]

    def __str__(self) -> str:
        return self.name


class ShippingRate(Owned):
    """What a parcel of up to `up_to_g` grams costs to a zone, in one way of shipping and one currency."""

    zone = models.ForeignKey(ShippingZone, on_delete=models.PROTECT, related_name="rates", verbose_name=_("shipping zone"))
    code = models.SlugField(_("way of shipping"), max_length=30, help_text=_("the same for all weights, such as standard"))
    names = models.JSONField(_("name"))
    currency = models.CharField(_("currency"), max_length=3)
    up_to_g = models.PositiveIntegerField(_("up to (g)"))
    amount_minor = models.BigIntegerField(_("price"))
    tax_class = models.CharField(_("tax class"), max_length=30, default="standard")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        db_table = "shop_shipping_rate"
        verbose_name = _("shipping rate")
        verbose_name_plural = _("shipping rates")
        constraints = [
            models.UniqueConstraint(fields=["zone", "code", "currency", "up_to_g"], name="shop_rate_once_per_weight"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="shop_rate_from_zero"),
            models.CheckConstraint(condition=Q(up_to_g__gt=0), name="shop_rate_weighs_something"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.currency} {self.up_to_g} g"
