"""Products, prices, pictures, and where what is sold."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.admin import display, register
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grandstand.kit.clock import now
from grandstand.kit.money import Money
from grandstand.kit.texts import gettext_noop
from grandstand.movement.console import OrganisationAdmin, Role, actor, console, reason
from grandstand.shop.admin.forms import PictureForm, PriceForm, ProductForm
from grandstand.shop.models import Listing, Picture, Price, Product
from grandstand.shop.queries.items import picture_path
from grandstand.shop.services import catalogue
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
)
from grandstand.ui.formats import money_text

SEE = (Role.SHOP, Role.FINANCE, Role.ORGANISER)


class ShopAdmin(OrganisationAdmin):
    """What the shop's people change."""

    roles_to_see = SEE
    roles_to_change = (Role.SHOP,)
    show_full_result_count = False

    def _why(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        return {"by": actor(request), "reason": reason(form), "now": now()}


class OfProduct(ShopAdmin):
    """A row that belongs to the organisation of its product."""

    def organisation_of(self, obj: Any, *, change: bool = True) -> UUID | None:
        owner = obj.variant if isinstance(obj, Price) else obj.product
        return UUID(str(owner.organisation_id))


@register(Product, site=console)
class ProductAdmin(ShopAdmin):
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


@register(Price, site=console)
class PriceAdmin(OfProduct):
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
class PictureAdmin(OfProduct):
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
class ListingAdmin(OfProduct):
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
