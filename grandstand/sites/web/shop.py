"""The shop: its products, and one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.movement import api as movement
from grandstand.shop import api as shop
from grandstand.sites import visiting
from grandstand.sites.goods import category_name, product_card, variant_choices, why_not_sold
from grandstand.sites.paging import Pages
from grandstand.ui.audience import public
from grandstand.ui.values import Link

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
    context = {
        "product": found,
        "crumbs": [
            Link(label=gettext("Shop"), url=reverse("sites:shop")),
            Link(label=category_name(found.category), url=f"{reverse('sites:shop')}?category={found.category}"),
            Link(label=found.title, url=""),
        ],
        "why": why_not_sold(found.not_sold.reason) if found.not_sold else "",
        "choices": choices,
        "chosen": next((choice for choice in choices if choice.sku == wished), next((choice for choice in choices if choice.can_be_had), None)),
        "market": market,
        "key": new_id(),
    }
    return render(request, "sites/product.html", context)


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
