"""Rounds of the public beacon, as they were recorded, and what is not one."""

from http.client import IncompleteRead

import pytest

from grandstand.gate.adapters.drand import Drand, verified
from grandstand.gate.values import BeaconLate, BeaconWrong

ROUND_1000 = bytes.fromhex("b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39")
ROUND_657413 = bytes.fromhex("b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b")


def test_recorded_rounds_verify_and_give_the_randomness_that_others_read() -> None:
    assert verified(1000, ROUND_1000).randomness.hex() == "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
    assert verified(657_413, ROUND_657413).randomness.hex() == "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587"


@pytest.mark.parametrize(
    ("number", "signature", "says"),
    [
        (1001, ROUND_1000, "not the beacon's signature of round 1001"),
        (1000, ROUND_657413, "not the beacon's signature of round 1000"),
        (1000, ROUND_1000[:-1], "has 47"),
        (1000, b"", "has 0"),
        (1000, bytes([ROUND_1000[0] ^ 0x20, *ROUND_1000[1:]]), "not the beacon's signature of round 1000"),
        (1000, ROUND_1000[:-1] + bytes([ROUND_1000[-1] ^ 1]), "no point"),
        (1000, bytes([0xC0, *bytes(47)]), "no point of the group"),
    ],
    ids=["another round", "another signature", "truncated", "empty", "the point beneath", "a bit", "the point at infinity"],
)
def test_what_is_not_the_beacons_signature_of_the_round_is_refused(number: int, signature: bytes, says: str) -> None:
    with pytest.raises(BeaconWrong, match=says):
        verified(number, signature)


def test_a_beacon_is_asked_over_https_only_and_one_that_does_not_answer_is_late() -> None:
    with pytest.raises(BeaconLate, match="https"):
        Drand("http://127.0.0.1:9").round(1000)
    with pytest.raises(BeaconLate, match="does not answer"):
        Drand("https://127.0.0.1:9").round(1000)


def test_a_beacon_that_does_not_speak_http_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(*_args: object, **_named: object) -> None:
        raise IncompleteRead(b"")

    monkeypatch.setattr("grandstand.gate.adapters.drand.urlopen", cut_off)
    with pytest.raises(BeaconLate, match="does not answer"):
        Drand("https://127.0.0.1:9").round(1000)
