import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from grandstand.kit.spans import Span
from grandstand.ticketing.codes import HIGHEST_GATE, LENGTH, Forged, key_id, public_bytes, read_code, write_code
from grandstand.ticketing.rules import verify
from grandstand.ticketing.values import Reason
from grandstand.ui.qr import qr_rows

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KEYS = {key_id(public_bytes(KEY)): public_bytes(KEY)}
TICKET = UUID("0198c0de-0000-7000-8000-000000000001")
SESSION = UUID("0198c0de-0000-7000-8000-000000000002")
DOORS = datetime(2031, 7, 14, 17, 30, tzinfo=UTC)
WINDOW = Span(starts_at=DOORS, ends_at=DOORS + timedelta(hours=5))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

minutes = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)).map(lambda at: at.replace(second=0, microsecond=0))  # noqa: DTZ001 Hypothesis wants naive bounds and adds the zone
windows = st.builds(
    lambda at, length: Span(starts_at=at, ends_at=at + length), minutes, st.integers(1, 0xFFFF).map(lambda count: timedelta(minutes=count))
)
gate_sets = st.frozensets(st.integers(1, HIGHEST_GATE))


def code(*, gates: frozenset[int] = frozenset({1, 4}), key: Ed25519PrivateKey = KEY) -> str:
    return write_code(key, ticket_id=TICKET, session_id=SESSION, gates=gates, window=WINDOW)


@given(ticket_id=st.uuids(), session_id=st.uuids(), gates=gate_sets, window=windows, needs_activation=st.booleans())
def test_a_code_says_what_was_written_into_it(
    ticket_id: UUID, session_id: UUID, gates: frozenset[int], window: Span, *, needs_activation: bool
) -> None:
    written = write_code(KEY, ticket_id=ticket_id, session_id=session_id, gates=gates, window=window, needs_activation=needs_activation)
    content = read_code(written, keys=KEYS)
    assert (content.ticket_id, content.session_id, content.gates, content.window) == (ticket_id, session_id, gates, window)
    assert content.needs_activation is needs_activation
    assert content.key_id == key_id(public_bytes(KEY))


@given(position=st.integers(0, LENGTH - 1), character=st.sampled_from(ALPHABET + ALPHABET.lower() + "0189 =-é"))
def test_a_code_with_any_character_changed_is_refused(position: int, character: str) -> None:
    true = code()
    if true[position] == character:
        return
    with pytest.raises(Forged):
        read_code(true[:position] + character + true[position + 1 :], keys=KEYS)


@given(change=st.tuples(st.integers(0, 110), st.integers(1, 255)))
def test_a_code_with_any_byte_changed_is_refused(change: tuple[int, int]) -> None:
    raw = bytearray(base64.b32decode(code() + "=" * (-LENGTH % 8)))
    raw[change[0]] ^= change[1]
    with pytest.raises(Forged):
        read_code(base64.b32encode(bytes(raw)).decode().rstrip("="), keys=KEYS)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text + "A",
        lambda text: text.lower(),
        lambda text: " " + text[1:],
        lambda _: "",
        lambda _: "https://example.org/",
        lambda text: text[::-1],
    ],
)
def test_a_code_that_is_cut_or_rewritten_is_refused(spoil: Callable[[str], str]) -> None:
    with pytest.raises(Forged):
        read_code(spoil(code()), keys=KEYS)


@given(st.text(max_size=300))
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    with pytest.raises(Forged):
        read_code(text, keys=KEYS)


def test_a_code_of_another_key_is_refused_even_when_it_claims_the_id_of_ours() -> None:
    with pytest.raises(Forged, match="no key"):
        read_code(code(key=OTHER), keys=KEYS)
    with pytest.raises(Forged, match="not signed by"):
        read_code(code(key=OTHER), keys={key_id(public_bytes(OTHER)): public_bytes(KEY)})


def test_both_keys_are_accepted_while_both_are_in_the_ring() -> None:
    both = KEYS | {key_id(public_bytes(OTHER)): public_bytes(OTHER)}
    assert {read_code(code(key=key), keys=both).key_id for key in (KEY, OTHER)} == set(both)


def test_a_window_is_widened_to_whole_minutes() -> None:
    odd = Span(starts_at=DOORS + timedelta(seconds=59), ends_at=DOORS + timedelta(minutes=9, microseconds=1))
    written = write_code(KEY, ticket_id=TICKET, session_id=SESSION, gates=(), window=odd)
    assert read_code(written, keys=KEYS).window == Span(starts_at=DOORS, ends_at=DOORS + timedelta(minutes=10))


@pytest.mark.parametrize("window", [Span(), Span(starts_at=DOORS), Span(starts_at=DOORS, ends_at=DOORS + timedelta(days=46))])
def test_a_window_that_a_code_cannot_hold_is_an_error(window: Span) -> None:
    with pytest.raises(ValueError, match="a ticket admits"):
        write_code(KEY, ticket_id=TICKET, session_id=SESSION, gates=(), window=window)


@pytest.mark.parametrize("gate", [0, 33, -1])
def test_a_gate_that_a_code_cannot_hold_is_an_error(gate: int) -> None:
    with pytest.raises(ValueError, match="gates are numbered 1 to 32"):
        write_code(KEY, ticket_id=TICKET, session_id=SESSION, gates=(gate,), window=WINDOW)


@pytest.mark.parametrize(
    ("session_id", "gate", "now", "reason"),
    [
        (SESSION, 1, DOORS, None),
        (SESSION, 4, DOORS + timedelta(hours=5, microseconds=-1), None),
        (SESSION, None, DOORS, None),
        (TICKET, 1, DOORS, Reason.WRONG_SESSION),
        (SESSION, 2, DOORS, Reason.WRONG_GATE),
        (SESSION, 1, DOORS - timedelta(microseconds=1), Reason.NOT_VALID_YET),
        (SESSION, 1, DOORS + timedelta(hours=5), Reason.TOO_LATE),
        (TICKET, 2, DOORS - timedelta(days=1), Reason.WRONG_SESSION),
    ],
)
def test_signature_session_gate_and_time_are_decided_from_the_code_alone(
    session_id: UUID, gate: int | None, now: datetime, reason: Reason | None
) -> None:
    answer = verify(code(), keys=KEYS, session_id=session_id, gate=gate, now=now)
    assert (answer.reason, answer.ticket_id, answer.session_id, answer.window) == (reason, TICKET, SESSION, WINDOW)


def test_a_forged_code_says_nothing_about_any_ticket() -> None:
    answer = verify(code(key=OTHER), keys=KEYS, session_id=SESSION, gate=1, now=DOORS)
    assert (answer.reason, answer.ticket_id, answer.session_id, answer.admitted) == (Reason.FORGED, None, None, False)


@given(gate=st.integers(1, HIGHEST_GATE))
def test_a_code_without_gates_admits_at_every_gate(gate: int) -> None:
    assert verify(code(gates=frozenset()), keys=KEYS, session_id=SESSION, gate=gate, now=DOORS).admitted


def test_a_code_fits_a_qr_of_45_modules_at_level_m() -> None:
    assert len(qr_rows(code())) == 45
