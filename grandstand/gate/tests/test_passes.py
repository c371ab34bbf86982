"""Who somebody at the gate is."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest

from grandstand.commerce.api import Owner
from grandstand.gate.api import Pass, Passes, PassWrong
from grandstand.kit.ids import new_id

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)


def a_pass(**more: object) -> Pass:
    fields: dict[str, object] = {
        "owner": Owner(person_id=new_id()),
        "market_code": "fr",
        "basket_id": new_id(),
        "valid_until": NOW + timedelta(hours=1),
    }
    return Pass(**(fields | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("owner", [Owner(person_id=new_id()), Owner(visitor="a key that nobody can guess")], ids=["person", "visitor"])
def test_a_pass_is_read_as_it_was_issued(owner: Owner) -> None:
    bearer, passes = a_pass(owner=owner), Passes(["one"])
    assert passes.read(passes.issue(bearer), now=NOW) == bearer


def test_a_pass_ends() -> None:
    passes = Passes(["one"])
    text = passes.issue(a_pass())
    passes.read(text, now=NOW + timedelta(minutes=59))
    with pytest.raises(PassWrong, match="run out"):
        passes.read(text, now=NOW + timedelta(hours=1))


def test_no_bit_of_a_pass_can_be_changed() -> None:
    passes = Passes(["one"])
    sealed = urlsafe_b64decode(passes.issue(a_pass()))
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(PassWrong):
            passes.read(urlsafe_b64encode(changed).decode(), now=NOW)


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 200, "!!!!"])
def test_what_is_no_pass_is_refused(text: str) -> None:
    with pytest.raises(PassWrong, match="not a pass of ours"):
        Passes(["one"]).read(text, now=NOW)


def test_passes_of_the_old_secret_are_good_until_it_is_taken_away() -> None:
    text = Passes(["old"]).issue(a_pass())
    Passes(["new", "old"]).read(text, now=NOW)
    with pytest.raises(PassWrong):
        Passes(["new"]).read(text, now=NOW)
