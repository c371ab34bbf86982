"""What second steps are made from is not to be read in the database, and outlives a change of the installation's secret."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from grandstand.people import api as people
from grandstand.people.models import Person
from grandstand.people.services import seal_second_steps_anew
from grandstand.people.testing import PASSWORD, account_of, make_person
from grandstand.store.api import Database

ANOTHER = "another secret, long enough to be one of fifty characters"
IN_CLEAR = {"secret": generate_totp_secret(), "seed": RecoveryCodes.generate_seed(), "migrated": "12345678"}


@pytest.fixture
def ada(db: None) -> Person:
    return account_of(make_person(password=PASSWORD))


def _code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def _kept() -> str:
    return str([row.data for row in Authenticator.objects.order_by("id")])


def test_neither_the_key_of_an_app_nor_the_seed_of_codes_is_kept_in_clear(ada: Person) -> None:
    app, codes = TOTP.activate(ada, IN_CLEAR["secret"]), RecoveryCodes.activate(ada)
    assert IN_CLEAR["secret"] not in _kept()
    assert str(codes.instance.data["seed"]).startswith("sealed-1:")
    assert app.validate_code(_code(IN_CLEAR["secret"]))
    assert codes.validate_code(codes.get_unused_codes()[0])
    assert len(codes.get_unused_codes()) == 9


def _as_it_was(person: Person) -> None:
    """As rows were written before they were sealed."""
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": IN_CLEAR["secret"]})
    Authenticator.objects.create(user=person, type=Authenticator.Type.RECOVERY_CODES, data={"seed": IN_CLEAR["seed"], "used_mask": 1})


def test_what_was_kept_in_clear_is_read_and_sealed_by_the_next_migrate(database: Database) -> None:
    ada, eve = account_of(make_person()), account_of(make_person())
    _as_it_was(ada)
    Authenticator.objects.create(user=eve, type=Authenticator.Type.RECOVERY_CODES, data={"migrated_codes": [IN_CLEAR["migrated"]]})
    Authenticator.objects.create(user=eve, type=Authenticator.Type.WEBAUTHN, data={"name": "key"})

    def read() -> tuple[bool, list[str], list[str]]:
        app, codes, other = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("id")
        left = RecoveryCodes(codes).get_unused_codes()
        return TOTP(app).validate_code(_code(IN_CLEAR["secret"])), left, RecoveryCodes(other).get_unused_codes()

    _, codes, taken_over = read()
    assert (len(codes), taken_over) == (9, [IN_CLEAR["migrated"]])
    call_command("migrate", verbosity=0)
    assert [text for text in IN_CLEAR.values() if text in _kept()] == []
    assert read()[1:] == (codes, taken_over)
    assert seal_second_steps_anew() == 0


def test_an_older_secret_opens_until_all_is_sealed_with_the_new_one(ada: Person, settings: Settings) -> None:
    codes = RecoveryCodes.activate(ada)
    wanted = codes.get_unused_codes()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = ANOTHER, [settings.SECRET_KEY]
    assert codes.get_unused_codes() == wanted
    assert seal_second_steps_anew() == 1
    settings.SECRET_KEY_FALLBACKS = []
    assert RecoveryCodes(Authenticator.objects.get()).get_unused_codes() == wanted


def test_a_second_step_under_a_lost_secret_is_refused_with_what_to_do(ada: Person, settings: Settings) -> None:
    TOTP.activate(ada, IN_CLEAR["secret"])
    settings.SECRET_KEY = ANOTHER
    client = Client()
    client.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})
    answer = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert answer.status_code == people.SecondStepUnreadable.status == 503
    assert "Use a passkey" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert seal_second_steps_anew() == 0
