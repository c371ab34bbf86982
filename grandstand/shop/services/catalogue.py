"""The one write path of products, variants, pictures, prices and listings. By hand and rare: through the ORM, each with its audit row."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.ids import new_id
from grandstand.kit.texts import gettext_noop
from grandstand.shop import models
from grandstand.shop.facts import ProductListed, ProductWithdrawn
from grandstand.shop.rules.catalogue import check_picture, check_product, check_variant, search_text
from grandstand.shop.values import (
    ListingDraft,
    NoSuchPicture,
    NoSuchProduct,
    NoSuchVariant,
    NotListable,
    PictureDraft,
    PriceDraft,
    PriceTaken,
    ProductDraft,
    ProductStatus,
    ProductWrong,
    SkuTaken,
    SlugTaken,
    VariantDraft,
)
from grandstand.store.api import Change, Tx, announce, record, write

ACCOUNT = "public"
"""The account of a variant's pool that the shop sells from. Others (sponsor, kill) are opened by hand."""


def create_product(*, organisation_id: UUID, draft: ProductDraft, by: Actor, reason: str, now: datetime, product_id: UUID | None = None) -> UUID:
    """A product as a draft, which nobody outside the shop sees. Raises ProductWrong, SlugTaken."""
    check_product(draft)
    with write() as tx:
        _check_slug(draft.slug, except_id=None)
        row = models.Product(id=product_id or new_id(), organisation_id=organisation_id, created_at=now, **_columns(draft))
        _save(row, [])
        record(tx, [_change(row, "create", by, reason, after={"slug": draft.slug})], now=now)
    return row.id


def change_product(*, product_id: UUID, draft: ProductDraft, by: Actor, reason: str, now: datetime) -> None:
    """Say something else about a product. Its conditions have another version from now on, so baskets look again.

    Raises NoSuchProduct, ProductWrong, SlugTaken.
    """
    check_product(draft)
    with write() as tx:
        row = _product(product_id)
        _check_slug(draft.slug, except_id=row.id)
        before, after = _difference(row, _columns(draft))
        for name, value in _columns(draft).items():
            setattr(row, name, value)
        row.version += 1
        _save(row, list(models.Variant.objects.filter(product=row).values_list("sku", flat=True)))
        record(tx, [_change(row, "change", by, reason, before=before, after=after)], now=now)


def list_product(*, product_id: UUID, by: Actor, reason: str, now: datetime) -> None:
    """The product is sold from now on, wherever its listings say. Listing it again changes nothing. Raises NoSuchProduct, NotListable."""
    with write() as tx:
        row = _product(product_id)
        if row.status == ProductStatus.LISTED:
            return
        if not models.Price.objects.filter(variant__product=row).exists():
            raise NotListable(gettext_noop("Give the product a variant with a price first."), missing="price")
        _set_status(tx, row, ProductStatus.LISTED, by, reason, now)
        announce(tx, [ProductListed(organisation_id=row.organisation_id, occurred_at=now, product_id=row.id)])


def withdraw_product(*, product_id: UUID, by: Actor, reason: str, now: datetime) -> None:
    """The product is not sold any more; `list_product` is the way back. Withdrawing it again changes nothing. Raises NoSuchProduct."""
    with write() as tx:
        row = _product(product_id)
        if row.status == ProductStatus.WITHDRAWN:
            return
        _set_status(tx, row, ProductStatus.WITHDRAWN, by, reason, now)
        announce(tx, [ProductWithdrawn(organisation_id=row.organisation_id, occurred_at=now, product_id=row.id)])


def add_variant(*, product_id: UUID, draft: VariantDraft, by: Actor, reason: str, now: datetime, on_hand: int = 0) -> UUID:
    """A variant with a stock pool of its own and `on_hand` units in it. Raises NoSuchProduct, ProductWrong, SkuTaken."""
    check_variant(draft)
    with write() as tx:
        product = _product(product_id)
        _check_variant_free(product, draft, except_id=None)
        pool_id, account_id = new_id(), new_id()
        pool = inventory.NewPool(
            organisation_id=product.organisation_id,
            name=f"{product.names['en']} {draft.sku}"[:150],
            accounts=(inventory.NewAccount(code=ACCOUNT, on_hand=on_hand, account_id=account_id),),
            pool_id=pool_id,
        )
        inventory.open_pools(tx, [pool], by=by, reason=reason, now=now)
        row = models.Variant.objects.create(
            organisation_id=product.organisation_id, product=product, pool_id=pool_id, account_id=account_id, **asdict(draft)
        )
        _save(product, list(models.Variant.objects.filter(product=product).values_list("sku", flat=True)))
        record(tx, [_change(row, "add", by, reason, after={"sku": draft.sku, "on_hand": on_hand})], now=now)
    return row.id


def change_variant(*, variant_id: UUID, draft: VariantDraft, by: Actor, reason: str, now: datetime) -> None:
    """Say something else about a variant. Raises NoSuchVariant, ProductWrong, SkuTaken."""
    check_variant(draft)
    with write() as tx:
        row = _variant(variant_id)
        _check_variant_free(row.product, draft, except_id=row.id)
        before, after = _difference(row, asdict(draft))
        for name, value in asdict(draft).items():
            setattr(row, name, value)
        row.save()
        row.product.version += 1
        _save(row.product, list(models.Variant.objects.filter(product=row.product).values_list("sku", flat=True)))
        record(tx, [_change(row, "change", by, reason, before=before, after=after)], now=now)


def set_prices(*, drafts: Sequence[PriceDraft], by: Actor, reason: str, now: datetime) -> None:
    """Each variant costs this from its instant on, until another price of the currency follows. All or none.

    Raises NoSuchVariant, ProductWrong for an amount below zero or an instant in the past, PriceTaken.
    """
    with write() as tx:
        variants = {row.id: row for row in models.Variant.objects.filter(id__in={draft.variant_id for draft in drafts})}
        changes = []
        for draft in drafts:
            if draft.variant_id not in variants:
                raise NoSuchVariant("There is no such variant.", variant_id=str(draft.variant_id))
            if draft.price.minor < 0:
                raise ProductWrong(gettext_noop("A price is zero or more."), field="amount_minor")
            if draft.valid_from_at < now:
                raise ProductWrong(gettext_noop("A price begins now or later: what was sold was sold at the old one."), field="valid_from_at")
            changes.append(_set_price(variants[draft.variant_id], draft, by, reason))
        record(tx, changes, now=now)


def set_listings(*, product_id: UUID, drafts: Sequence[ListingDraft], by: Actor, reason: str, now: datetime) -> None:
    """Decide for each of these markets whether the product is sold there. Other markets stay as they are. Raises NoSuchProduct, ProductWrong."""
    with write() as tx:
        product = _product(product_id)
        changes = []
        for draft in drafts:
            if draft.unlisted is not None and draft.unlisted not in models.UnlistedName.values:
                raise ProductWrong(gettext_noop("Choose a reason that somebody decides."), field="unlisted")
            row = models.Listing.objects.filter(product=product, market_id=draft.market_code).first()
            before = None if row is None else {"market": draft.market_code, "unlisted": row.unlisted}
            row = row or models.Listing(organisation_id=product.organisation_id, product=product, market_id=draft.market_code)
            row.unlisted, row.note, row.decided_at = draft.unlisted or "", draft.note, now
            row.save()
            changes.append(_change(row, "decide", by, reason, before=before, after={"market": draft.market_code, "unlisted": row.unlisted}))
        record(tx, changes, now=now)


def add_picture(*, product_id: UUID, draft: PictureDraft, by: Actor, reason: str, now: datetime) -> UUID:
    """A picture of the product, or of one of its variants. Raises NoSuchProduct, NoSuchVariant, ProductWrong."""
    check_picture(draft)
    with write() as tx:
        product = _product(product_id)
        if draft.variant_id is not None and not models.Variant.objects.filter(id=draft.variant_id, product=product).exists():
            raise NoSuchVariant("This is no variant of the product.", field="variant")
        if draft.file and draft.file.rpartition(".")[2].lower() not in models.PICTURE_TYPES:
            raise ProductWrong(gettext_noop("A picture is PNG, JPEG or WebP."), field="file")
        row = models.Picture.objects.create(
            organisation_id=product.organisation_id,
            product=product,
            variant_id=draft.variant_id,
            position=draft.position,
            drawing=None if draft.drawing is None else asdict(draft.drawing),
            file=draft.file,
            alt=dict(draft.alt),
        )
        record(tx, [_change(row, "add", by, reason, after={"product_id": str(product.id)})], now=now)
    return row.id


def remove_picture(*, picture_id: UUID, by: Actor, reason: str, now: datetime) -> None:
    """The picture is not shown any more. Its file stays in the storage, for receipts and mails that show it. Raises NoSuchPicture."""
    with write() as tx:
        row = models.Picture.objects.filter(id=picture_id).first()
        if row is None:
            raise NoSuchPicture("There is no such picture.")
        record(tx, [_change(row, "remove", by, reason, before={"product_id": str(row.product_id)})], now=now)
        row.delete()


# -- below here ----------------------------------------------------------------------------------------------------------------------------


def _product(product_id: UUID) -> models.Product:
    row = models.Product.objects.select_for_update().filter(id=product_id).first()
    if row is None:
        raise NoSuchProduct("There is no such product.", product_id=str(product_id))
    return row


def _variant(variant_id: UUID) -> models.Variant:
    row = models.Variant.objects.select_for_update().select_related("product").filter(id=variant_id).first()
    if row is None:
        raise NoSuchVariant("There is no such variant.", variant_id=str(variant_id))
    return row


def _columns(draft: ProductDraft) -> dict[str, Json]:
    return asdict(draft) | {"category": draft.category.value, "names": dict(draft.names), "descriptions": dict(draft.descriptions)}


def _save(row: models.Product, skus: Sequence[str]) -> None:
    row.search_text = search_text([*row.names.values(), *row.descriptions.values(), row.licensed_mark, row.slug, *skus])
    row.save()


def _check_slug(slug: str, *, except_id: UUID | None) -> None:
    others = models.Product.objects.filter(slug=slug)
    if (others if except_id is None else others.exclude(id=except_id)).exists():
        raise SlugTaken(gettext_noop("Another product has this short name."), field="slug")


def _check_variant_free(product: models.Product, draft: VariantDraft, *, except_id: UUID | None) -> None:
    others = models.Variant.objects.all() if except_id is None else models.Variant.objects.exclude(id=except_id)
    if others.filter(organisation_id=product.organisation_id, sku=draft.sku).exists():
        raise SkuTaken(gettext_noop("Another variant has this article number."), field="sku")
    if others.filter(product=product, size=draft.size, colour=draft.colour).exists():
        raise SkuTaken(gettext_noop("The product has a variant of this size and colour."), field="size")


def _set_price(variant: models.Variant, draft: PriceDraft, by: Actor, reason: str) -> Change:
    price = models.Price(
        organisation_id=variant.organisation_id,
        variant=variant,
        currency=draft.price.currency,
        amount_minor=draft.price.minor,
        valid_from_at=draft.valid_from_at,
    )
    taken = models.Price.objects.filter(variant=variant, currency=draft.price.currency, valid_from_at=draft.valid_from_at).exists()
    if taken:
        raise PriceTaken(gettext_noop("There is a price from this very instant: choose another."), field="valid_from_at")
    price.save()
    return _change(price, "set", by, reason, after={"sku": variant.sku, "price": str(draft.price), "from": draft.valid_from_at.isoformat()})


def _set_status(tx: Tx, row: models.Product, status: ProductStatus, by: Actor, reason: str, now: datetime) -> None:
    before, row.status = row.status, status.value
    row.version += 1
    row.save(update_fields=["status", "version"])
    action = "list" if status is ProductStatus.LISTED else "withdraw"
    record(tx, [_change(row, action, by, reason, before={"status": before}, after={"status": status.value})], now=now)


def _difference(row: models.Product | models.Variant, values: Mapping[str, object]) -> tuple[dict[str, Json], dict[str, Json]]:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    return {name: str(getattr(row, name)) for name in changed}, {name: str(values[name]) for name in changed}


def _change(
    row: models.Product | models.Variant | models.Picture | models.Price | models.Listing,
    action: str,
    by: Actor,
    reason: str,
    *,
    before: Mapping[str, Json] | None = None,
    after: Mapping[str, Json] | None = None,
) -> Change:
    return Change(
        by=by,
        action=action,
        object_type=f"shop.{row._meta.model_name}",
        object_id=row.pk,
        reason=reason,
        organisation_id=row.organisation_id,
        before=before,
        after=after,
    )
