"""Products, variants with their stock, prices, pictures, and where what is sold."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.admin import display, register
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from grandstand.inventory import api as inventory
from grandstand.kit.clock import now
from grandstand.kit.money import Money
from grandstand.kit.texts import gettext_noop
from grandstand.movement.console import OrganisationAdmin, Role, actor, console, reason
from grandstand.shop.admin.forms import PictureForm, PriceForm, ProductForm, VariantForm
from grandstand.shop.models import Listing, Picture, Price, Product, Variant
from grandstand.shop.queries.items import picture_path
from grandstand.shop.services import catalogue, stock
from grandstand.shop.values import (
    Category,
    Drawing,
    ListingDraft,
    PictureDraft,
    PriceDraft,
    ProductDraft,
    ProductStatus,
    ProductWrong,
    Unlisted,
    VariantDraft,
)
from grandstand.store.api import read
from grandstand.ui.formats import money_text

SEE = (Role.SHOP, Role.FINANCE, Role.ORGANISER)


class _ShopAdmin(OrganisationAdmin):
    """What the shop's people change."""

    roles_to_see = SEE
    roles_to_change = (Role.SHOP,)
    show_full_result_count = False

    def _why(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        return {"by": actor(request), "reason": reason(form), "now": now()}


class _OfProduct(_ShopAdmin):
    """A row that belongs to the organisation of its product."""

    def organisation_of(self, obj: Any, *, change: bool = True) -> UUID | None:
        owner = obj.variant if isinstance(obj, Price) else obj.product
        return UUID(str(owner.organisation_id))


@register(Product, site=console)
class ProductAdmin(_ShopAdmin):
    """A product is listed and withdrawn by its status; it never becomes a draft again."""

    form = ProductForm
    list_display = ("name", "slug", "category", "status", "variants_shown", "organisation")
    list_filter = ("status", "category", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("search_text",)
    ordering = ("-created_at", "id")
    fieldsets = (
        (None, {"fields": ("organisation", "slug", "category", "status")}),
        (_("Words"), {"fields": tuple(f"{words}_{suffix}" for words in ("names", "descriptions") for suffix in ("en", "fr", "zh_hans"))}),
        (
            _("Conditions"),
            {"fields": ("licensed_mark", "tax_class", "limit_per_line", "cap_per_person", "sale_starts_at", "sale_ends_at")},
        ),
    )

    @display(description=_("name"))
    def name(self, obj: Product) -> str:
        return str(obj)

    @display(description=_("variants"))
    def variants_shown(self, obj: Product) -> str:
        return format_html('<a href="{}?product__id__exact={}">{}</a>', reverse("console:shop_variant_changelist"), obj.id, _("show"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return ("organisation",) if obj else ("status",)

    def save_through(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        why = self._why(request, form)
        obj.names = form.words("names")
        draft = ProductDraft(
            slug=obj.slug,
            category=Category(obj.category),
            names=obj.names,
            descriptions=form.words("descriptions"),
            licensed_mark=obj.licensed_mark,
            tax_class=obj.tax_class,
            limit_per_line=obj.limit_per_line,
            cap_per_person=obj.cap_per_person,
            sale_starts_at=obj.sale_starts_at,
            sale_ends_at=obj.sale_ends_at,
        )
        if not change:
            return catalogue.create_product(organisation_id=obj.organisation_id, draft=draft, product_id=obj.id, **why)
        if set(form.changed_data) - {"reason", "status"}:
            catalogue.change_product(product_id=obj.id, draft=draft, **why)
        if "status" in form.changed_data:
            self._set_status(obj, why)
        return obj.id

    def _set_status(self, obj: Product, why: dict[str, Any]) -> None:
        match ProductStatus(obj.status):
            case ProductStatus.LISTED:
                catalogue.list_product(product_id=obj.id, **why)
            case ProductStatus.WITHDRAWN:
                catalogue.withdraw_product(product_id=obj.id, **why)
            case ProductStatus.DRAFT:
                raise ProductWrong(gettext_noop("What was on sale does not become a draft again: withdraw it instead."), field="status")


@register(Variant, site=console)
class VariantAdmin(_OfProduct):
    """Sizes and colours, with their stock as it stands now. Stock is changed here too, with a reason."""

    form = VariantForm
    list_display = ("sku", "product", "size", "colour_name", "weight_g", "on_hand", "taken", "free", "organisation")
    list_filter = ("product", "organisation")
    list_select_related = ("product", "organisation")
    search_fields = ("sku", "product__search_text")
    ordering = ("product", "position", "id")
    fields = (
        *("product", "sku", "size", "colour", "colours_en", "colours_fr", "colours_zh_hans", "weight_g", "position"),
        *("on_hand", "taken", "free", "stock_change"),
    )
    readonly_fields = ("on_hand", "taken", "free")

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
        why, units = self._why(request, form), form.cleaned_data.get("stock_change") or 0
        draft = VariantDraft(
            sku=obj.sku, weight_g=obj.weight_g, size=obj.size, colour=obj.colour, colour_names=form.words("colours"), position=obj.position
        )
        if not change:
            if units < 0:
                raise ProductWrong(gettext_noop("A new variant begins with no units or more."), field="stock_change")
            return catalogue.add_variant(product_id=obj.product_id, draft=draft, on_hand=units, **why)
        if set(form.changed_data) - {"reason", "stock_change"}:
            catalogue.change_variant(variant_id=obj.id, draft=draft, **why)
        if units:
            (stock.receive_stock if units > 0 else stock.adjust_stock)(variant_id=obj.id, quantity=units, **why)
        return obj.id


@register(Price, site=console)
class PriceAdmin(_OfProduct):
    """Prices are added, never changed: what was sold was sold at the old one."""

    form = PriceForm
    list_display = ("variant", "price_shown", "valid_from_at", "organisation")
    list_filter = ("currency", "organisation")
    list_select_related = ("variant", "organisation")
    search_fields = ("variant__sku", "variant__product__search_text")
    ordering = ("-valid_from_at", "id")
    fields = ("variant", "currency", "price", "valid_from_at")

    @display(description=_("price"), ordering="amount_minor")
    def price_shown(self, obj: Price) -> str:
        return money_text(Money(minor=obj.amount_minor, currency=obj.currency), language=get_language() or "en")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["variant", "price_shown", "valid_from_at"] if obj else list(super().get_fields(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return ("variant", "price_shown", "valid_from_at") if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"valid_from_at": now(), **super().get_changeform_initial_data(request)}

    def save_through(self, request: HttpRequest, obj: Price, form: Any, change: bool) -> None:  # noqa: FBT001 the base has it so
        why = self._why(request, form)
        # The form was opened a while ago: what should hold from then on holds from now on.
        draft = PriceDraft(variant_id=obj.variant_id, price=form.cleaned_data["money"], valid_from_at=max(obj.valid_from_at, why["now"]))
        catalogue.set_prices(drafts=[draft], **why)
        obj.pk = Price.objects.get(variant_id=obj.variant_id, currency=draft.price.currency, valid_from_at=draft.valid_from_at).pk


@register(Picture, site=console)
class PictureAdmin(_OfProduct):
    """Pictures are added and removed; one that is shown never changes."""

    form = PictureForm
    list_display = ("picture", "product", "variant", "position", "organisation")
    list_filter = ("product", "organisation")
    list_select_related = ("product", "variant", "organisation")
    ordering = ("product", "position", "id")
    fields = ("product", "variant", "position", "alt_en", "alt_fr", "alt_zh_hans", "kind", "colour", "second", "sport", "upload")

    @display(description=_("picture"))
    def picture(self, obj: Picture) -> str:
        return format_html('<img src="{}" width="96" height="96" alt="{}">', picture_path(obj.id), str(obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["picture", "product", "variant", "position"] if obj else list(super().get_fields(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return ("picture", "product", "variant", "position") if obj else ()

    def save_through(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        given = form.cleaned_data
        drawing = None
        if given["kind"]:
            drawing = Drawing(kind=given["kind"], colour=given["colour"], second=given["second"], sport=given["sport"])
        file = default_storage.save(Picture.file.field.generate_filename(obj, given["upload"].name), given["upload"]) if given["upload"] else ""
        obj.alt = form.words("alt")
        draft = PictureDraft(alt=obj.alt, drawing=drawing, file=file, variant_id=obj.variant_id, position=obj.position)
        return catalogue.add_picture(product_id=obj.product_id, draft=draft, **self._why(request, form))

    def delete_through(self, request: HttpRequest, obj: Picture, reason: str) -> None:
        catalogue.remove_picture(picture_id=obj.id, by=actor(request), reason=reason, now=now())


@register(Listing, site=console)
class ListingAdmin(_OfProduct):
    """Where a product is sold, and where not and why."""

    list_display = ("product", "market", "unlisted", "note", "decided_at", "organisation")
    list_filter = ("market", "unlisted", "organisation")
    list_select_related = ("product", "market", "organisation")
    search_fields = ("product__search_text",)
    ordering = ("product", "market", "id")
    fields = ("product", "market", "unlisted", "note")
    shared_fields = ("market",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return ("product", "market") if obj else ()

    def save_through(self, request: HttpRequest, obj: Listing, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        unlisted = Unlisted(obj.unlisted) if obj.unlisted else None
        draft = ListingDraft(market_code=obj.market_id, unlisted=unlisted, note=obj.note)
        catalogue.set_listings(product_id=obj.product_id, drafts=[draft], **self._why(request, form))
        return Listing.objects.get(product_id=obj.product_id, market_id=obj.market_id).id
