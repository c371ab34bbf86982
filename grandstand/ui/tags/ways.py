"""Finding one's way, and the sessions and products found."""

from collections.abc import Sequence
from typing import Any, cast

from django import template
from django.http import HttpRequest

from grandstand.ui.values import Link, Step

register = template.Library()


@register.inclusion_tag("ui/components/filters.html")
def filters(label: str, links: Sequence[Link], *, one_line: bool = False) -> dict[str, Any]:
    """Choices as links, so that each has an address and back works. `one_line` lets a long row scroll sideways."""
    return {"label": label, "links": links, "one_line": one_line}


@register.inclusion_tag("ui/components/tabs.html")
def tabs(label: str, links: Sequence[Link]) -> dict[str, Any]:
    """Pages beside each other under one heading, as links."""
    return {"label": label, "links": links}


@register.inclusion_tag("ui/components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any) -> dict[str, Any]:
    """Ways to the other pages of a django Page; the page number is `page` in the query, whatever else is in it stays."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "numbers": numbers, "request": cast(HttpRequest, context["request"])}


@register.inclusion_tag("ui/components/breadcrumb.html")
def breadcrumb(links: Sequence[Link]) -> dict[str, Any]:
    """Where this page is. The last link has no address: it is this page."""
    return {"links": links}


@register.inclusion_tag("ui/components/steps.html")
def steps(steps: Sequence[Step]) -> dict[str, Any]:
    """The steps of a task, made by `ui.values.steps`."""
    return {"steps": steps}


@register.inclusion_tag("ui/components/session_row.html")
def session_row(title: str, url: str, **about: Any) -> dict[str, Any]:
    """A session in a list (`<ul class="sessions">`).

    Takes starts_at, zone, sport, sport_name, code, venue, price, tone and word; zone_known, where the list names the zone.
    What is None is said to be yet confirmed.
    """
    return {"title": title, "url": url, **about}


@register.inclusion_tag("ui/components/session_tile.html")
def session_tile(title: str, url: str, **about: Any) -> dict[str, Any]:
    """A session with its cover (`<ul class="tiles">`): seed, kind, data, and what `session_row` takes."""
    return {"title": title, "url": url, **about}


@register.inclusion_tag("ui/components/product_tile.html")
def product_tile(title: str, url: str, **about: Any) -> dict[str, Any]:
    """A product (`<ul class="tiles">`): picture (SVG) or picture_url with picture_alt; sub, price, several, tone and word."""
    return {"title": title, "url": url, "loading": "lazy", "picture_alt": "", **about}
