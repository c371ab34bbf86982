"""What the joined screens put around every page: the edition's name, the ways through it, account, basket, market."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from grandstand.commerce import api as commerce
from grandstand.games import api as games
from grandstand.kit import clock
from grandstand.sites import visiting
from grandstand.sites.refusals import find_words
from grandstand.ui import chrome
from grandstand.ui.refusals import register_words
from grandstand.ui.values import Basket, Link, MarketShown, Organisation


def register_chrome() -> None:
    """Let every page of the platform have this frame. Called by config.wiring only."""
    chrome.register("organisation", organisation)
    chrome.register("nav", nav)
    chrome.register("account", account)
    chrome.register("basket", basket)
    chrome.register("market", market)
    register_words(find_words)


def organisation(request: HttpRequest) -> Organisation | None:
    """The edition that is shown, which a reader knows better than the committee behind it. One statement."""
    try:
        edition = visiting.edition_shown(request)
    except games.NoSuchEdition:  # the page that says so has a frame too
        return None
    return Organisation(name=edition.name, url=reverse("sites:home")) if edition else None


def nav(_request: HttpRequest) -> Sequence[Link]:
    return [
        Link(label=gettext("Schedule"), url=reverse("sites:schedule")),
        Link(label=gettext("Shop"), url=reverse("sites:shop")),
    ]


def account(request: HttpRequest) -> Link:
    """The way to one's tickets and orders, or to signing in."""
    if request.user.is_authenticated:
        return Link(label=gettext("My tickets"), url=reverse("sites:account"))
    return Link(label=gettext("Sign in"), url=reverse("account_login"))


def basket(request: HttpRequest) -> Basket:
    """How many units are in the reader's basket. One statement, none for a visitor who never took anything."""
    owner = commerce.find_owner(request, now=clock.now())
    return Basket(count=commerce.units_in_basket(owner=owner) if owner else 0, url=reverse("sites:basket"))


def market(request: HttpRequest) -> MarketShown | None:
    """Where prices are for. One statement, once a request."""
    chosen = visiting.market(request)
    return MarketShown(name=chosen.name_in(visiting.language()), currency=chosen.currency, url=reverse("movement:market")) if chosen else None
