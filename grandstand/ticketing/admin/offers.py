"""Categories, offers and prices."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from grandstand.kit.clock import now
from grandstand.kit.money import Money
from grandstand.kit.spans import Span
from grandstand.movement.console import OrganisationAdmin, ReasonForm, console
from grandstand.ticketing.admin.common import BOX_OFFICE, SEE, OnlyShown, how
from grandstand.ticketing.models import Offer, OfferPrice, PriceCategory
from grandstand.ticketing.services.categories import add_category, change_category
from grandstand.ticketing.services.offers import change_offer, set_price
from grandstand.ticketing.values import NewCategory, OfferStatus, OfferTerms
from grandstand.ui.formats import money_text


@register(PriceCategory, site=console)
class PriceCategoryAdmin(OrganisationAdmin):
    """How good a seat is, of a whole edition or of one session."""

    roles_to_see = SEE
    roles_to_change = BOX_OFFICE
    list_display = ("code", "name", "edition", "session", "colour", "position")
    list_filter = ("edition",)
    list_select_related = ("edition", "session")
    search_fields = ("code", "name")
    ordering = ("edition", "position", "code")
    autocomplete_fields = ("session",)
    fields = ("edition", "session", "code", "name", "names", "colour", "position")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("edition", "session", "code") if obj else ()

    def organisation_of(self, obj: Any, *, change: bool = True) -> UUID | None:
        found: UUID = obj.organisation_id if change else obj.edition.organisation_id
        return found

    def save_through(self, request: HttpRequest, obj: PriceCategory, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        if change:
            change_category(
                category_id=obj.id,
                organisation_id=obj.organisation_id,
                name=obj.name,
                names=obj.names,
                colour=obj.colour,
                position=obj.position,
                **how(request, form),
            )
            return obj.id
        category = NewCategory(code=obj.code, name=obj.name, names=obj.names, colour=obj.colour)
        return add_category(edition_id=obj.edition_id, session_id=obj.session_id, category=category, position=obj.position, **how(request, form))


class GatesField(forms.CharField):
    """Numbers of gates, separated by commas; none for any gate."""

    def prepare_value(self, value: Any) -> str:
        return ", ".join(str(number) for number in value) if isinstance(value, list) else str(value or "")

    def clean(self, value: Any) -> list[int]:
        parts = [part.strip() for part in str(super().clean(value) or "").split(",") if part.strip()]
        try:
            return sorted({int(part) for part in parts})
        except ValueError:
            raise forms.ValidationError(gettext("Write numbers of gates, such as 1, 3, 4.")) from None


class OfferForm(ReasonForm):
    """Terms of sale."""

    gates = GatesField(
        label=_("Gates"), required=False, widget=UnfoldAdminTextInputWidget, help_text=_("Numbers separated by commas. Empty: any gate admits.")
    )


@register(Offer, site=console)
class OfferAdmin(OnlyShown):
    """What is sold, on which terms. Prices have a list of their own, because they are dated."""

    form = OfferForm
    roles_to_see = SEE
    roles_to_change = BOX_OFFICE
    list_display = ("session", "category", "account", "status", "price", "limit_per_line", "cap_per_person", "sale_starts_at", "sale_ends_at")
    list_filter = ("status", "stock__category__code", "account__code")
    list_select_related = ("sale__session", "stock__category", "account")
    search_fields = ("sale__session__code", "sale__session__title")
    ordering = ("sale__session__day_on", "sale__session__code", "stock__category__position")
    fields = (
        *("session", "category", "account", "prices", "status", "limit_per_line", "cap_per_person"),
        *("sale_starts_at", "sale_ends_at", "gates", "needs_activation"),
    )
    readonly_fields = ("session", "category", "account", "prices")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With their prices, in one statement more."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.prefetch_related("prices")

    @display(description=_("session"), ordering="sale__session__code")
    def session(self, obj: Offer) -> str:
        return str(obj.sale.session)

    @display(description=_("price category"), ordering="stock__category__position")
    def category(self, obj: Offer) -> str:
        return str(obj.stock.category)

    @display(description=_("price now"))
    def price(self, obj: Any) -> str:
        return " · ".join(_text(price) for price in _latest(obj))

    @display(description=_("prices"))
    def prices(self, obj: Any) -> str:
        return " · ".join(f"{_text(price)} ({price.valid_from_at:%Y-%m-%d %H:%M} UTC)" for price in _by_date(obj))

    def save_through(self, request: HttpRequest, obj: Offer, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        terms = OfferTerms(
            status=OfferStatus(obj.status),
            cap_per_person=obj.cap_per_person,
            limit_per_line=obj.limit_per_line,
            window=Span(starts_at=obj.sale_starts_at, ends_at=obj.sale_ends_at),
            gates=frozenset(form.cleaned_data["gates"]),
            needs_activation=obj.needs_activation,
        )
        change_offer(offer_id=obj.id, organisation_id=obj.organisation_id, terms=terms, **how(request, form))
        return obj.id


class PriceForm(ReasonForm):
    """A price in whole and part units of its currency."""

    valid_from_at = forms.SplitDateTimeField(
        label=_("valid from"), required=False, widget=UnfoldAdminSplitDateTimeWidget, help_text=_("In UTC. Empty: at once.")
    )
    amount = forms.DecimalField(label=_("Price"), min_value=0, max_digits=12, decimal_places=3, widget=UnfoldAdminTextInputWidget)

    def clean(self) -> dict[str, Any]:
        """The amount in the currency's minor units."""
        cleaned = super().clean()
        if cleaned.get("amount") is not None and cleaned.get("currency"):
            try:
                cleaned["price"] = Money.parse(str(cleaned["amount"]), str(cleaned["currency"]).upper())
            except ValueError as error:
                self.add_error("currency" if "ISO 4217" in str(error) else "amount", gettext("This currency has no such amount."))
        return cleaned


@register(OfferPrice, site=console)
class OfferPriceAdmin(OrganisationAdmin):
    """Prices by date. One that was in effect is never changed: a new one begins."""

    form = PriceForm
    roles_to_see = SEE
    roles_to_change = BOX_OFFICE
    list_display = ("session", "category", "amount_shown", "currency", "valid_from_at")
    list_filter = ("currency",)
    list_select_related = ("offer__sale__session", "offer__stock__category")
    search_fields = ("offer__sale__session__code", "offer__sale__session__title")
    ordering = ("-valid_from_at", "-id")
    autocomplete_fields = ("offer",)
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj:
            return ["session", "category", "amount_shown", "currency", "valid_from_at"]
        return ["offer", "amount", "currency", "valid_from_at", "reason"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("session"))
    def session(self, obj: OfferPrice) -> str:
        return str(obj.offer.sale.session)

    @display(description=_("price category"))
    def category(self, obj: OfferPrice) -> str:
        return str(obj.offer.stock.category)

    @display(description=_("price"), ordering="amount_minor")
    def amount_shown(self, obj: OfferPrice) -> str:
        return _text(obj)

    def organisation_of(self, obj: Any, *, change: bool = True) -> UUID | None:
        found: UUID = obj.organisation_id if change else obj.offer.organisation_id
        return found

    def save_through(self, request: HttpRequest, obj: OfferPrice, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        given = how(request, form)
        return set_price(
            offer_id=obj.offer_id,
            organisation_id=obj.offer.organisation_id,
            price=form.cleaned_data["price"],
            valid_from_at=form.cleaned_data["valid_from_at"] or given["now"],
            **given,
        )


def _latest(offer: Any) -> list[OfferPrice]:
    """The price in effect in each currency."""
    valid = [price for price in _by_date(offer) if price.valid_from_at <= now()]
    return list({price.currency: price for price in valid}.values())


def _by_date(offer: Any) -> list[OfferPrice]:
    return sorted(offer.prices.all(), key=lambda price: (price.valid_from_at, price.currency))


def _text(price: OfferPrice) -> str:
    return money_text(Money(minor=price.amount_minor, currency=price.currency), language=get_language() or "en")
