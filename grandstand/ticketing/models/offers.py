"""What the box office sells: which sessions, in which categories, from which account, at what price."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grandstand.kit.ids import new_id
from grandstand.ticketing.values import OfferStatus

LONGEST_DOORS_MIN = 24 * 60


class OfferStatusName(models.TextChoices):
    """The states of an offer as people read them."""

    DRAFT = OfferStatus.DRAFT, _("draft")
    ON_SALE = OfferStatus.ON_SALE, _("on sale")
    PAUSED = OfferStatus.PAUSED, _("paused")
    WITHDRAWN = OfferStatus.WITHDRAWN, _("withdrawn")


class Owned(models.Model):
    """A row of an organisation's box office."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation"))

    class Meta:
        abstract = True


class PriceCategory(Owned):
    """A, B or C: how good a seat is. Of a whole edition, or of one session only where that session has its own."""

    edition = models.ForeignKey("games.Edition", on_delete=models.PROTECT, related_name="+", verbose_name=_("edition"))
    session = models.ForeignKey("games.Session", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("session"))
    code = models.CharField(_("code"), max_length=10)
    name = models.CharField(_("name"), max_length=100)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    colour = models.CharField(_("colour"), max_length=7, validators=[RegexValidator(r"^#[0-9a-f]{6}$")], help_text=_("such as #b4512d"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        db_table = "ticketing_price_category"
        verbose_name = _("price category")
        verbose_name_plural = _("price categories")
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], condition=Q(session=None), name="ticketing_category_code_once_per_edition"),
            models.UniqueConstraint(fields=["session", "code"], condition=~Q(session=None), name="ticketing_category_code_once_per_session"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="ticketing_category_has_code_and_name"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class SessionSale(models.Model):
    """The box office of one session is open: this row is that. Doors open so many minutes before the session starts."""

    session = models.OneToOneField("games.Session", on_delete=models.PROTECT, primary_key=True, related_name="+", verbose_name=_("session"))
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation"))
    doors_before_min = models.PositiveIntegerField(_("doors open before (minutes)"))
    opened_at = models.DateTimeField(_("opened at"))

    class Meta:
        db_table = "ticketing_session_sale"
        verbose_name = _("session on sale")
        verbose_name_plural = _("sessions on sale")
        constraints = [
            models.UniqueConstraint(fields=["session", "organisation"], name="ticketing_session_is_sold_by_one_organisation"),
            models.CheckConstraint(condition=Q(doors_before_min__lte=LONGEST_DOORS_MIN), name="ticketing_doors_open_within_a_day"),
        ]

    def __str__(self) -> str:
        return str(self.session)


class CategoryStock(Owned):
    """The seats of one category in one session: a pool, whose capacity is that part of the reconciled seat plan."""

    sale = models.ForeignKey(SessionSale, on_delete=models.PROTECT, related_name="+", db_column="session_id", verbose_name=_("session"))
    category = models.ForeignKey(PriceCategory, on_delete=models.PROTECT, related_name="+", verbose_name=_("price category"))
    pool = models.ForeignKey("inventory.Pool", on_delete=models.PROTECT, related_name="+", verbose_name=_("pool"))

    class Meta:
        db_table = "ticketing_category_stock"
        constraints = [
            models.UniqueConstraint(fields=["sale", "category"], name="ticketing_category_once_per_session"),
            models.UniqueConstraint(fields=["pool"], name="ticketing_pool_holds_one_category"),
        ]


class Offer(Owned):
    """Seats of one account of a category's stock are sold to whoever may buy from it, on these conditions.

    `version` counts changes of the conditions. `gates` are the numbers of the gates that admit, none for any gate. Without a start the sale is
    open at once, without an end until the session starts.
    """

    sale = models.ForeignKey(SessionSale, on_delete=models.PROTECT, related_name="+", db_column="session_id", verbose_name=_("session"))
    stock = models.ForeignKey(CategoryStock, on_delete=models.PROTECT, related_name="+", verbose_name=_("stock"))
    account = models.ForeignKey("inventory.Account", on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))
    status = models.CharField(_("status"), max_length=10, choices=OfferStatusName.choices)
    cap_per_person = models.PositiveIntegerField(_("most per person in this session"))
    limit_per_line = models.PositiveIntegerField(_("most in one order"))
    sale_starts_at = models.DateTimeField(_("sale starts"), null=True, blank=True)
    sale_ends_at = models.DateTimeField(_("sale ends"), null=True, blank=True)
    gates = models.JSONField(_("gates"), default=list, blank=True)
    needs_activation = models.BooleanField(_("must be activated"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        db_table = "ticketing_offer"
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(fields=["account"], name="ticketing_offer_once_per_account"),
            models.UniqueConstraint(fields=["id", "sale", "organisation"], name="ticketing_offer_has_one_session_and_seller"),
            models.CheckConstraint(condition=Q(status__in=[status.value for status in OfferStatus]), name="ticketing_offer_status_is_known"),
            models.CheckConstraint(
                condition=Q(limit_per_line__gte=1, cap_per_person__gte=F("limit_per_line")),
                name="ticketing_offer_limit_from_one_to_cap",
                violation_error_message=_("One order holds one ticket at least, and no more than a person may have."),
            ),
            models.CheckConstraint(
                condition=Q(sale_starts_at=None) | Q(sale_ends_at=None) | Q(sale_ends_at__gt=F("sale_starts_at")),
                name="ticketing_offer_sale_ends_after_it_starts",
                violation_error_message=_("A sale ends after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sale.session} · {self.stock.category} · {self.account.code}"


class OfferPrice(Owned):
    """What one ticket of an offer costs in a currency from an instant on, until a later row of the same currency. Append-only."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="prices", verbose_name=_("offer"))
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("price"))
    valid_from_at = models.DateTimeField(_("valid from"))

    class Meta:
        db_table = "ticketing_offer_price"
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=["offer", "currency", "valid_from_at"], name="ticketing_price_once_per_offer_currency_and_instant"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="ticketing_price_from_zero"),
        ]
