"""What a product, a variant, a picture may be, and what a buyer is told about stock."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from grandstand.kit.spans import Span
from grandstand.kit.texts import gettext_noop
from grandstand.shop.values import Drawing, PictureDraft, ProductDraft, ProductWrong, StockState, VariantDraft, Words
from grandstand.ui.pictures import product_picture

FEW = 10
"""From so few on, a buyer is told how many are left. Ten is what fits one basket, so nobody is surprised at checkout."""

MOST_WORDS = 8
"""Of a search, as many as the schedule's; the rest is left aside. Each is a condition of one statement, and an engine takes only so many."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LANGUAGES = ("en", "fr", "zh-hans")


def check_product(draft: ProductDraft) -> None:
    """Raise ProductWrong, naming the field, when a detail cannot be right."""
    if not _SLUG.fullmatch(draft.slug) or len(draft.slug) > 60:
        raise ProductWrong(gettext_noop("Write the short name in lower-case letters, digits and hyphens, 60 at most."), field="slug")
    _check_words(draft.names, "names", required=True)
    _check_words(draft.descriptions, "descriptions", required=False)
    if draft.limit_per_line < 1:
        raise ProductWrong(gettext_noop("At least one unit must be allowed in an order."), field="limit_per_line")
    if draft.cap_per_person is not None and draft.cap_per_person < draft.limit_per_line:
        raise ProductWrong(gettext_noop("One person may have at least as many as one order."), field="cap_per_person")
    try:
        window(draft.sale_starts_at, draft.sale_ends_at)
    except ValueError as wrong:
        raise ProductWrong(gettext_noop("The sale ends after it starts."), field="sale_ends_at") from wrong


def check_variant(draft: VariantDraft) -> None:
    """Raise ProductWrong, naming the field, when a detail cannot be right."""
    if not 1 <= len(draft.sku) <= 40:
        raise ProductWrong(gettext_noop("An article number has 1 to 40 characters."), field="sku")
    if not 1 <= draft.weight_g <= 1_000_000:
        raise ProductWrong(gettext_noop("Give the weight with its packing, in grams."), field="weight_g")
    if draft.colour and not _COLOUR.fullmatch(draft.colour):
        raise ProductWrong(gettext_noop("Write the colour as #rrggbb."), field="colour")
    _check_words(draft.colour_names, "colour_names", required=bool(draft.colour))


def check_picture(draft: PictureDraft) -> None:
    """Raise ProductWrong, naming the field, when it is neither drawn nor a file, cannot be drawn, or says not what is to be seen."""
    _check_words(draft.alt, "alt", required=True)
    if (draft.drawing is None) == (not draft.file):
        raise ProductWrong(gettext_noop("A picture is drawn or a file, one of both."), field="drawing")
    if draft.drawing is not None:
        draw(draft.drawing)


def draw(drawing: Drawing) -> str:
    """The SVG of a drawing. Raises ProductWrong when ui cannot draw it."""
    try:
        return product_picture(drawing.kind, colour=drawing.colour, second=drawing.second, sport=drawing.sport)
    except (KeyError, ValueError) as wrong:
        raise ProductWrong(
            gettext_noop("This cannot be drawn: choose a kind and a sport from the lists, and write colours as #rrggbb."), field="kind"
        ) from wrong


def said(words: Words, language: str) -> str:
    """The text in `language`, in English when there is none."""
    return words.get(language) or words.get("en", "")


def variant_title(size: str, colour_names: Words, language: str) -> str:
    """What tells a variant from the others: `M, navy`. Empty for a product with one variant."""
    return (", " if language != "zh-hans" else "，").join(part for part in (size, said(colour_names, language)) if part)


def search_text(texts: Sequence[str]) -> str:
    """What a search looks in, folded as its words are."""
    return " ".join(" ".join(texts).replace("\0", " ").casefold().split())


def searched(text: str) -> list[str]:
    """The words that must all be found. At most MOST_WORDS."""
    return list(dict.fromkeys(search_text([text]).split()))[:MOST_WORDS]


def window(starts_at: datetime | None, ends_at: datetime | None) -> Span:
    """When a product's sale is open. Raises ValueError when it ends before it starts."""
    return Span(starts_at=starts_at, ends_at=ends_at)


def opens_at(free: int, sale: Span, released_at: Sequence[datetime], *, now: datetime) -> datetime | None:
    """From when something can be bought that cannot be now: the start of the sale, or the next release within it; None when nothing is to come.

    `released_at` are the releases that have not been carried out; one that is due this very moment may be among them.
    """
    begins = sale.starts_at if sale.starts_at is not None and now < sale.starts_at else None
    coming = [at if begins is None else max(at, begins) for at in released_at]
    if begins is not None and free > 0:
        coming.append(begins)
    return min((at for at in coming if sale.ends_at is None or at < sale.ends_at), default=None)


def stock_state(free: int, sale: Span, *, now: datetime, is_coming: bool = False) -> StockState:
    """What a buyer is told: first about the sale, then about the stock. `is_coming`: units are to be released while the sale is open."""
    if sale.starts_at is not None and now < sale.starts_at:
        return StockState.NOT_YET
    if sale.ends_at is not None and now >= sale.ends_at:
        return StockState.ENDED
    if free <= 0:
        return StockState.COMING if is_coming else StockState.SOLD_OUT
    return StockState.FEW_LEFT if free <= FEW else StockState.IN_STOCK


def best_state(states: Sequence[StockState]) -> StockState:
    """Of a product: as good as its best variant."""
    order = (StockState.IN_STOCK, StockState.FEW_LEFT, StockState.NOT_YET, StockState.COMING, StockState.SOLD_OUT, StockState.ENDED)
    return min(states, key=order.index)


def _check_words(words: Mapping[str, str], field: str, *, required: bool) -> None:
    if required and not words.get("en", "").strip():
        raise ProductWrong(gettext_noop("Write it in English at least: other languages fall back to it."), field=field)
    if unknown := sorted(set(words) - set(_LANGUAGES)):
        raise ProductWrong(gettext_noop("The platform does not speak this language."), field=field, language=unknown[0])
