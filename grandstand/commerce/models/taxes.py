from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grandstand.kit.ids import new_id


class TaxRate(models.Model):
    """A rate at a place for a class, dated half-open. Rows of one place and class never overlap (a wall). The platform's own, like markets."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.CharField(_("place"), max_length=10, help_text=_("ISO 3166-1 alpha-2, or ISO 3166-2 where it is finer"))
    tax_class = models.CharField(_("class"), max_length=20, help_text=_("admission, goods, shipping ..., or standard for all without a row"))
    rate_bp = models.PositiveIntegerField(_("rate, hundredths of a percent"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("up to, not including"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        db_table = "commerce_tax_rate"
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.UniqueConstraint(fields=["place", "tax_class", "starts_on"], name="commerce_tax_rate_once_per_first_day"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="commerce_tax_rate_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(rate_bp__lte=10_000), name="commerce_tax_rate_at_most_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.tax_class} {self.starts_on}"
