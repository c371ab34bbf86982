"""Every "no" that a fan can meet has words in every language of the platform; who else meets the others is written down here."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django.utils import translation

import grandstand
from grandstand.commerce import api as commerce
from grandstand.inventory.api import Reason
from grandstand.kit.errors import Refusal
from grandstand.sites.refusals import said_of
from grandstand.ui import refusals

NOT_FOR_FANS = {
    "archive": "the operator, who restores a backup on the command line",
    "games": "whoever keeps the schedule, in the console",
    "gate": "programs and the waiting room's script",
    "ledger": "the house's accountants, in the console",
    "messaging": "whoever looks after mail, in the console",
    "card_refused": "the test bank's form, which says it",
    "code_wrong": "the test bank's form, which says it",
    "payment_over": "the test bank, which leads back",
    "webhook_refused": "a provider's machine",
    "cannot_restock": "who refunds, in the console",
    "nothing_to_refund": "who refunds, in the console",
    "refund_too_large": "who refunds, in the console",
    "tax_rate_overlaps": "who enters taxes, in the console",
    "tax_rate_in_the_past": "who enters taxes, in the console",
    "not_a_guests": "nobody: the pages of a guest answer as for an order that does not exist",
    "last_owner": "who gives roles, in the console",
    "market_wrong": "who makes markets, in the console",
    "organisation_cycle": "who orders organisations, in the console",
    "organisation_wrong": "who makes organisations, in the console",
    "email_taken": "the form of the account, which says it",
    "language_unknown": "nobody who uses the form: it has a list",
    "market_unknown": "nobody who uses the form: it has a list",
    "address_wrong": "the form of the checkout, which says it beside the field",
    "not_listable": "who keeps the shop, in the console",
    "parcel_cannot": "who packs, in the console",
    "price_taken": "who keeps the shop, in the console",
    "product_wrong": "who keeps the shop, in the console",
    "rate_wrong": "who keeps the shop, in the console",
    "sku_taken": "who keeps the shop, in the console",
    "slug_taken": "who keeps the shop, in the console",
    "still_at_the_shop": "who refunds, in the console",
    "stock_refused": "who keeps the shop, in the console",
    "too_few_units": "who refunds, in the console",
    "category_wrong": "the box office, in the console",
    "gate_wrong": "the box office, in the console",
    "offer_wrong": "the box office, in the console",
    "plan_wrong": "the box office, in the console",
    "seats_unresolved": "the box office, in the console",
    "ticket_not_used": "the box office, in the console",
    "ticket_not_void": "the box office, in the console",
    "ticket_refunded": "the box office, in the console",
    "too_few_tickets": "who refunds, in the console",
    "line_refused": "fans, by its reason, which has words",
}
"""By room or by code: who is told so, instead of a fan."""

LANGUAGES = ["en", "fr", "zh-hans"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words_or_is_not_for_fans(language: str) -> None:
    with translation.override(language):
        silent = {f"{kind.__module__}.{kind.__name__}" for kind in refusals_of_fans() if not _has_words(kind)}
    assert silent == set(), "give its code words where its room's other words are, or say in NOT_FOR_FANS who meets it"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_a_refused_line_has_words(language: str) -> None:
    with translation.override(language):
        assert [reason.value for reason in (*commerce.NoQuote, *Reason) if said_of(reason.value) is None] == []


def test_nothing_is_named_that_does_not_exist() -> None:
    known = {name for kind in _all() for name in (*kind.__module__.split("."), kind.code)}
    assert set(NOT_FOR_FANS) - known == set()


def refusals_of_fans() -> Iterator[type[Refusal]]:
    """Those that are neither a 404 nor a 403, whose words are those of the status, nor anybody else's."""
    for kind in _all():
        if kind.status not in {403, 404} and not {*kind.__module__.split("."), kind.code} & set(NOT_FOR_FANS):
            yield kind


def _has_words(kind: type[Refusal]) -> bool:
    """Whether it is called something else than its English sentence."""
    refusal = kind.__new__(kind)
    Exception.__init__(refusal, "in English alone")
    refusal.detail = {"most": 6}
    return "in English alone" not in refusals.said(refusal).body


def _all() -> set[type[Refusal]]:
    for module in pkgutil.walk_packages(grandstand.__path__, "grandstand."):
        if not {"tests", "testing", "migrations", "__main__"} & set(module.name.split(".")):
            importlib.import_module(module.name)
    return {
        kind for kind in _below(Refusal) if kind.__module__.startswith("grandstand.") and not {"tests", "testing"} & set(kind.__module__.split("."))
    }


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
