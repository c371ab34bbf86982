"""Where the shop ships, and for how much."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.admin import display, register
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grandstand.kit.clock import now
from grandstand.kit.money import Money
from grandstand.movement.console import OrganisationAdmin, Role, actor, console, reason
from grandstand.shop.admin.forms import RateForm, ZoneForm
from grandstand.shop.models import ShippingRate, ShippingZone
from grandstand.shop.services import shipping
from grandstand.shop.values import RateDraft, ZoneDraft
from grandstand.ui.formats import money_text


@register(ShippingZone, site=console)
class ShippingZoneAdmin(OrganisationAdmin):
    """Countries with the same rates."""

    form = ZoneForm
    roles_to_see = (Role.FINANCE, Role.ORGANISER)
    roles_to_change = (Role.SHOP,)
    list_display = ("name", "countries_shown", "organisation")
    list_filter = ("organisation",)
    list_select_related = ("organisation",)
    ordering = ("organisation", "name")
    fields = ("organisation", "name", "countries")

    @display(description=_("countries"))
    def countries_shown(self, obj: ShippingZone) -> str:
        return ", ".join(obj.countries) or str(_("everywhere else"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return ("organisation",) if obj else ()

    def save_through(self, request: HttpRequest, obj: ShippingZone, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        draft = ZoneDraft(name=obj.name, countries=tuple(obj.countries))
        why: dict[str, Any] = {"by": actor(request), "reason": reason(form), "now": now()}
        if not change:
            return shipping.create_zone(organisation_id=obj.organisation_id, draft=draft, **why)
        shipping.change_zone(zone_id=obj.id, draft=draft, **why)
        return obj.id


@register(ShippingRate, site=console)
class ShippingRateAdmin(OrganisationAdmin):
    """What a parcel costs by its weight. A rate of the same way, currency and weight takes the place of the old one."""

    form = RateForm
    roles_to_see = (Role.FINANCE, Role.ORGANISER)
    roles_to_change = (Role.SHOP,)
    list_display = ("code", "zone", "up_to_g", "price_shown", "organisation")
    list_filter = ("zone", "currency", "organisation")
    list_select_related = ("zone", "organisation")
    ordering = ("zone", "position", "up_to_g", "id")
    fields = ("zone", "code", "names_en", "names_fr", "names_zh_hans", "currency", "price", "up_to_g", "tax_class", "position")

    @display(description=_("price"), ordering="amount_minor")
    def price_shown(self, obj: ShippingRate) -> str:
        return money_text(Money(minor=obj.amount_minor, currency=obj.currency), language=get_language() or "en")

    def organisation_of(self, obj: ShippingRate, *, change: bool = True) -> UUID | None:
        return obj.zone.organisation_id

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return ("zone", "code", "up_to_g") if obj else ()

    def save_through(self, request: HttpRequest, obj: ShippingRate, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        draft = RateDraft(
            code=obj.code,
            names=form.words("names"),
            price=form.cleaned_data["money"],
            up_to_g=obj.up_to_g,
            position=obj.position,
            tax_class=obj.tax_class,
        )
        return shipping.set_rate(zone_id=obj.zone_id, draft=draft, by=actor(request), reason=reason(form), now=now())

    def delete_through(self, request: HttpRequest, obj: ShippingRate, reason: str) -> None:
        shipping.remove_rate(rate_id=obj.id, by=actor(request), reason=reason, now=now())
