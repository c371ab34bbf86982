"""Variants, with their stock and the drops of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.admin import display, register
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grandstand.commerce import api as commerce
from grandstand.inventory import api as inventory
from grandstand.kit.texts import gettext_noop
from grandstand.movement.console import console
from grandstand.shop.admin.catalogue import OfProduct
from grandstand.shop.admin.forms import VariantForm, drop_text, drops_of
from grandstand.shop.models import Variant
from grandstand.shop.services import catalogue, dropping, stock
from grandstand.shop.values import ProductWrong, VariantDraft
from grandstand.store.api import read

_DROPS = ("drop_units", "drop_at", "drop_call_off", "drop_postpone", "drop_postponed_to")


@register(Variant, site=console)
class VariantAdmin(OfProduct):
    """Sizes and colours, with their stock as it stands now and the drops to come. Stock and drops are changed here too, with a reason."""

    form = VariantForm
    list_display = ("sku", "product", "size", "colour_name", "weight_g", "on_hand", "taken", "free", "organisation")
    list_filter = ("product", "organisation")
    list_select_related = ("product", "organisation")
    search_fields = ("sku", "product__search_text")
    ordering = ("product", "position", "id")
    fields = (
        *("product", "sku", "size", "colour", "colours_en", "colours_fr", "colours_zh_hans", "weight_g", "position"),
        *("on_hand", "taken", "free", "stock_change", "drops", *_DROPS),
    )
    readonly_fields = ("on_hand", "taken", "free", "drops")

    @display(description=_("colour"))
    def colour_name(self, obj: Variant) -> str:
        return str(obj.colour_names.get("en", ""))

    @display(description=_("on hand"))
    def on_hand(self, obj: Any) -> int:
        return self._stock(obj).on_hand

    @display(description=_("set aside and sold"))
    def taken(self, obj: Any) -> int:
        return self._stock(obj).held + self._stock(obj).claimed

    @display(description=pgettext_lazy("stock", "free"))
    def free(self, obj: Any) -> int:
        return self._stock(obj).free

    @display(description=_("drops to come"))
    def drops(self, obj: Any) -> str:
        return ", ".join(map(drop_text, drops_of(obj.pk))) or "–"

    def _stock(self, obj: Any) -> inventory.Availability:
        if obj.account_id is None:
            return inventory.Availability(account_id=obj.id, pool_id=obj.id, code="", on_hand=0, held=0, claimed=0)
        if not hasattr(obj, "stock_now"):
            with read() as tx:
                obj.stock_now = inventory.availability_many(tx, [obj.account_id])[obj.account_id]
        found: inventory.Availability = obj.stock_now
        return found

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The stock of a page is read at once."""
        response = super().changelist_view(request, extra_context)
        listed = (getattr(response, "context_data", None) or {}).get("cl")
        if listed is not None:
            rows = list(listed.result_list)
            with read() as tx:
                found = inventory.availability_many(tx, [row.account_id for row in rows])
            for row in rows:
                row.stock_now = found[row.account_id]
            listed.result_list = rows
        return self._html(response)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return (*self.readonly_fields, "product") if obj else self.readonly_fields

    def save_through(self, request: HttpRequest, obj: Variant, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        with commerce.write_at_desk():
            return self._save(obj, form, self._why(request, form), change=change)

    def _save(self, obj: Variant, form: Any, why: dict[str, Any], *, change: bool) -> UUID:
        """Releases are locked before stock, as when they are carried out: what is called off or put off comes first."""
        units = form.cleaned_data.get("stock_change") or 0
        draft = VariantDraft(
            sku=obj.sku, weight_g=obj.weight_g, size=obj.size, colour=obj.colour, colour_names=form.words("colours"), position=obj.position
        )
        if not change:
            if units < 0:
                raise ProductWrong(gettext_noop("A new variant begins with no units or more."), field="stock_change")
            variant_id = catalogue.add_variant(product_id=obj.product_id, draft=draft, on_hand=units, **why)
            self._add_drop(variant_id, form, why)
            return variant_id
        if set(form.changed_data) - {"reason", "stock_change", *_DROPS}:
            catalogue.change_variant(variant_id=obj.id, draft=draft, **why)
        self._change_drops(obj.id, form, why)
        if units:
            (stock.receive_stock if units > 0 else stock.adjust_stock)(variant_id=obj.id, quantity=units, **why)
        self._add_drop(obj.id, form, why)
        return obj.id

    def _change_drops(self, variant_id: UUID, form: Any, why: dict[str, Any]) -> None:
        given = form.cleaned_data
        if given.get("drop_call_off"):
            dropping.call_off_drop(variant_id=variant_id, drop_id=UUID(given["drop_call_off"]), **why)
        if given.get("drop_postpone"):
            drop_id, at = UUID(given["drop_postpone"]), given["drop_postponed_to"]
            dropping.postpone_drop(variant_id=variant_id, drop_id=drop_id, released_at=at, **why)

    def _add_drop(self, variant_id: UUID, form: Any, why: dict[str, Any]) -> None:
        given = form.cleaned_data
        if given.get("drop_units") is not None:
            dropping.schedule_drop(units={variant_id: given["drop_units"]}, released_at=given["drop_at"], **why)
