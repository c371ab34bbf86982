"""Actors, facts and refusals: small, and written into rows that stay."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grandstand.kit.actors import Actor
from grandstand.kit.errors import NotAllowed, NotFound, Refusal
from grandstand.kit.facts import Fact
from grandstand.kit.ids import new_id


@given(session=st.text(min_size=1))
def test_an_actor_is_read_back_as_it_was_written(session: str) -> None:
    for actor in (Actor.person(new_id()), Actor.visitor(session), Actor.system("expire_holds")):
        assert Actor.parse(str(actor)) == actor


def test_only_a_person_has_a_persons_id() -> None:
    id_ = new_id()
    assert Actor.person(id_).person_id == id_
    assert Actor.system("expire_holds").person_id is None


def test_a_refusal_carries_code_status_words_and_detail() -> None:
    class SoldOut(Refusal):
        code = "sold_out"

    refusal = SoldOut("Nothing is left: choose another session.", left=0)
    assert (refusal.code, refusal.status, str(refusal), refusal.detail) == ("sold_out", 409, "Nothing is left: choose another session.", {"left": 0})
    assert (NotFound.status, NotAllowed.status) == (404, 403)


def test_a_fact_is_frozen_and_knows_itself_again() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class OrderPaid(Fact):
        order_id: object

    fact = OrderPaid(organisation_id=new_id(), occurred_at=datetime(2031, 7, 1, tzinfo=UTC), order_id=new_id())
    assert OrderPaid.kind() == "OrderPaid"
    assert fact.fact_id.version == 7
    with pytest.raises(AttributeError):
        fact.order_id = None  # type: ignore[misc]
