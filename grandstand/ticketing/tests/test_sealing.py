"""A new secret for the installation loses no key, provided that the old one is kept until the keys are sealed anew."""

from django.core.management import call_command
from pytest_django.fixtures import Settings

from grandstand.store.api import Database
from grandstand.store.models import AuditEntry
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import models
from grandstand.ticketing.services.keys import seal_keys_anew
from grandstand.ticketing.testing import BY, NOW, make_box_office


def test_a_new_secret_is_set_without_losing_a_key_and_the_old_one_goes_after_a_migrate(database: Database, settings: Settings) -> None:
    office = make_box_office()
    view = ticketing.tickets_by_ids(ticket_ids=office.issue(), language="en")[0]
    before = ticketing.code(ticket=view, now=NOW)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another secret, long enough to be one of fifty characters", [settings.SECRET_KEY]
    call_command("migrate", verbosity=0)
    settings.SECRET_KEY_FALLBACKS = []
    assert ticketing.code(ticket=view, now=NOW) == before
    with database.write() as tx:
        assert [finding.name for finding in ticketing.check_tickets(tx) if not finding.healthy] == []
    assert AuditEntry.objects.filter(object_type="ticketing.signingkey", action="seal_anew").count() == 1


def test_a_key_under_the_present_secret_or_a_lost_one_stays_as_it_is(database: Database, settings: Settings) -> None:
    make_box_office()
    kept = bytes(models.SigningKey.objects.get().private_key_sealed)
    assert seal_keys_anew(now=NOW, by=BY) == 0
    settings.SECRET_KEY = "another secret, long enough to be one of fifty characters"
    assert seal_keys_anew(now=NOW, by=BY) == 0
    assert bytes(models.SigningKey.objects.get().private_key_sealed) == kept
