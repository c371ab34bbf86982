"""The one write path of shipping zones and rates."""

from datetime import datetime
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.texts import gettext_noop
from grandstand.shop import models
from grandstand.shop.rules.addresses import is_country
from grandstand.shop.values import NoSuchZone, RateDraft, RateWrong, ZoneDraft
from grandstand.store.api import Change, record, write


def create_zone(*, organisation_id: UUID, draft: ZoneDraft, by: Actor, reason: str, now: datetime) -> UUID:
    """Countries with the same rates. Raises RateWrong, also for a country that another zone of the organisation has."""
    with write() as tx:
        row = models.ShippingZone(organisation_id=organisation_id)
        _fill(row, draft)
        record(tx, [_change(row, "create", by, reason, {"name": row.name, "countries": row.countries})], now=now)
    return row.id


def change_zone(*, zone_id: UUID, draft: ZoneDraft, by: Actor, reason: str, now: datetime) -> None:
    """Other countries or another name. Raises NoSuchZone, RateWrong."""
    with write() as tx:
        row = _zone(zone_id)
        _fill(row, draft)
        record(tx, [_change(row, "change", by, reason, {"name": row.name, "countries": row.countries})], now=now)


def set_rate(*, zone_id: UUID, draft: RateDraft, by: Actor, reason: str, now: datetime) -> UUID:
    """A way of shipping costs this up to that weight; a rate of the same way, currency and weight is replaced. Raises NoSuchZone, RateWrong."""
    if draft.price.minor < 0:
        raise RateWrong(gettext_noop("A rate is zero or more."), field="amount_minor")
    if draft.up_to_g < 1:
        raise RateWrong(gettext_noop("Say up to how many grams the rate holds."), field="up_to_g")
    if not draft.names.get("en"):
        raise RateWrong(gettext_noop("Name the way of shipping in English at least."), field="names")
    with write() as tx:
        zone = _zone(zone_id)
        row, _ = models.ShippingRate.objects.update_or_create(
            zone=zone,
            code=draft.code,
            currency=draft.price.currency,
            up_to_g=draft.up_to_g,
            defaults={
                "organisation_id": zone.organisation_id,
                "names": dict(draft.names),
                "amount_minor": draft.price.minor,
                "tax_class": draft.tax_class,
                "position": draft.position,
            },
        )
        record(tx, [_change(row, "set", by, reason, {"code": draft.code, "up_to_g": draft.up_to_g, "price": str(draft.price)})], now=now)
    return row.id


def remove_rate(*, rate_id: UUID, by: Actor, reason: str, now: datetime) -> None:
    """The rate is not offered any more. Raises NoSuchZone."""
    with write() as tx:
        row = models.ShippingRate.objects.filter(id=rate_id).first()
        if row is None:
            raise NoSuchZone("There is no such rate.")
        record(tx, [_change(row, "remove", by, reason, None)], now=now)
        row.delete()


def _zone(zone_id: UUID) -> models.ShippingZone:
    row = models.ShippingZone.objects.select_for_update().filter(id=zone_id).first()
    if row is None:
        raise NoSuchZone("There is no such shipping zone.")
    return row


def _fill(row: models.ShippingZone, draft: ZoneDraft) -> None:
    if not draft.name.strip():
        raise RateWrong(gettext_noop("The zone needs a name."), field="name")
    if wrong := [code for code in draft.countries if not is_country(code)]:
        raise RateWrong(gettext_noop("A country is written with its two letters, such as FR."), field="countries", countries=wrong)
    for other in models.ShippingZone.objects.filter(organisation_id=row.organisation_id).exclude(id=row.id):
        if other.name == draft.name:
            raise RateWrong(gettext_noop("Another zone has this name."), field="name")
        if not draft.countries and not other.countries:
            raise RateWrong(gettext_noop("Another zone is for everywhere else already."), field="countries", zone=other.name)
        if both := sorted(set(draft.countries) & set(other.countries)):
            raise RateWrong(gettext_noop("A country of these is in another zone already."), field="countries", zone=other.name, countries=both)
    row.name, row.countries = draft.name.strip(), list(draft.countries)
    row.save()


def _change(row: models.ShippingZone | models.ShippingRate, action: str, by: Actor, reason: str, after: dict[str, Json] | None) -> Change:
    return Change(
        by=by,
        action=action,
        object_type=f"shop.{row._meta.model_name}",
        object_id=row.pk,
        reason=reason,
        organisation_id=row.organisation_id,
        after=after,
    )
