"""The shop: its products, and one of them."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from grandstand.commerce import api as commerce
from grandstand.gate import api as gate
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.movement import api as movement
from grandstand.shop import api as shop
from grandstand.sites import visiting
from grandstand.sites.goods import category_name, product_card, variant_choices, why_not_sold
from grandstand.sites.paging import Pages
from grandstand.store import api as store
from grandstand.ui.audience import public
from grandstand.ui.values import Link

COUNTED_DOWN = timedelta(days=1)
"""Nobody watches a clock for longer."""

FIRST_ROW = 4
"""Tiles beside each other on a wide screen."""


@public
@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """What is sold in the reader's market: by category, by words, page by page."""
    market, asked = movement.request_market(request), request.GET
    category = asked.get("category", "")
    page = asked.get("page", "")
    found = shop.products(
        market=market,
        category=shop.Category(category) if category in {each.value for each in shop.Category} else None,
        search=asked.get("q", ""),
        page=int(page) if page.isdecimal() and len(page) < 7 else 1,
        language=visiting.language(),
        now=clock.now(),
    )
    context = {
        "asked": asked,
        "found": found,
        "cards": [product_card(tile, at_once=n < FIRST_ROW) for n, tile in enumerate(found.products)],
        "categories": _categories(found, category),
        "page": Pages(number=found.page, of=found.pages),
        "market": market,
    }
    return render(request, "sites/products.html", context)


@public
@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """A product with its variants."""
    market, language, now = movement.request_market(request), visiting.language(), clock.now()
    found = shop.product(slug=slug, market=market, language=language, now=now)
    choices = variant_choices(found)
    wished = request.GET.get("variant", "")
    chosen = next((choice for choice in choices if choice.sku == wished), next((choice for choice in choices if choice.can_be_had), None))
    context = {
        "product": found,
        "crumbs": [
            Link(label=gettext("Shop"), url=reverse("sites:shop")),
            Link(label=category_name(found.category), url=f"{reverse('sites:shop')}?category={found.category}"),
            Link(label=found.title, url=""),
        ],
        "why": why_not_sold(found.not_sold.reason) if found.not_sold else "",
        "choices": choices,
        "chosen": chosen,
        # Before it can be had it has a price too.
        "priced": next((choice for choice in [chosen, *choices] if choice is not None and choice.price is not None), None),
        "market": market,
        "key": new_id(),
        **_coming(request, found, now),
    }
    return render(request, "sites/product.html", context)


def _coming(request: HttpRequest, product: shop.Product, now: datetime) -> dict[str, Any]:
    """From when it can be bought, how many are released then, and the waiting room before it; nothing when nothing is to come."""
    if product.opens_at is None:
        return {}
    refs = [commerce.ItemRef(kind=shop.KIND, item_id=variant.variant_id) for variant in product.variants]
    with store.read() as tx:
        room = gate.find_room_before(tx, refs, owner=commerce.find_owner(request, now=now), now=now)
    return {
        "released": sum(drop.quantity for drop in product.drops if drop.released_at == product.opens_at),
        "is_soon": product.opens_at - now < COUNTED_DOWN,
        "room": room,
        "now": now,
    }


def _categories(found: shop.ProductPage, chosen: str) -> list[Link]:
    path = reverse("sites:shop")
    whole = Link(label=gettext("Everything"), url=path, current=not chosen, count=sum(found.counts.values()))
    return [
        whole,
        *(
            Link(label=category_name(category), url=f"{path}?category={category}", current=category == chosen, count=count)
            for category, count in found.counts.items()
            if count
        ),
    ]
