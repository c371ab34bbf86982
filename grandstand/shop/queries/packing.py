"""Packing lists."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

from grandstand.movement import api as movement
from grandstand.shop.adapters.packing_list import Sheet, render
from grandstand.shop.queries.parcels import parcels
from grandstand.shop.rules.addresses import address_lines
from grandstand.shop.values import Parcel
from grandstand.store.api import read
from grandstand.ui.formats import instant_text


def packing_list(parcel_ids: Sequence[UUID], *, language: str) -> bytes:
    """What goes into each parcel and where to, as PDF, one sheet per parcel in the order given. Four statements. Raises NoSuchParcel."""
    found = parcels(parcel_ids, language=language)
    with read() as tx:
        shops = movement.organisations_many(tx, sorted({parcel.organisation_id for parcel in found}))
    with translation.override(language):
        return render([_sheet(parcel, shops[parcel.organisation_id], language) for parcel in found], title=gettext("Packing list"), language=language)


def _sheet(parcel: Parcel, shop: movement.Organisation, language: str) -> Sheet:
    units = sum(line.quantity for line in parcel.lines)
    facts = [
        (pgettext("shop", "Shop"), shop.name),
        (pgettext("parcels", "Paid"), instant_text(parcel.opened_at, zone=shop.time_zone, language=language)),
        (gettext("Way of shipping"), parcel.shipping_code or "–"),
    ]
    if parcel.ship_to is not None and parcel.ship_to.phone:
        facts.append((gettext("Telephone"), parcel.ship_to.phone))
    return Sheet(
        title=parcel.number,
        facts=tuple(facts),
        label=address_lines(parcel.ship_to, sent_from=shop.country) if parcel.ship_to is not None else (gettext("The address was forgotten."),),
        columns=(gettext("How many"), gettext("Article"), gettext("Contents")),
        rows=tuple((str(line.quantity), line.sku, " · ".join(filter(None, [line.title, line.subtitle]))) for line in parcel.lines if line.quantity),
        total=ngettext("%(count)d piece in this parcel", "%(count)d pieces in this parcel", units) % {"count": units},
    )
