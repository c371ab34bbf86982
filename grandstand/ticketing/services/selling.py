"""Tickets as commerce sells them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from grandstand.commerce.api import Appointment, Ask, ChosenUnits, Description, ItemRef, NoQuote, NotQuoted, Quote, RevokedLine, SoldLine, TaxPlace
from grandstand.games import api as games
from grandstand.inventory.api import Cap, Want
from grandstand.kit.actors import Actor
from grandstand.kit.money import Money
from grandstand.movement.api import Market
from grandstand.store.api import Kind, Tx, table
from grandstand.ticketing import models
from grandstand.ticketing.queries.offers import OfferRow, offers_by_id, prices_now
from grandstand.ticketing.rules import PriceNow
from grandstand.ticketing.services.issuing import issue_many
from grandstand.ticketing.services.voiding import choose_many, revoke_many
from grandstand.ticketing.values import OfferStatus, VoidedBy

KIND = "ticket"
OFFER = table(models.Offer)
TAX_CLASS = "admission"


class Tickets:
    """Implements commerce's Seller and Seated. An item is an offer; its units are tickets."""

    kind = KIND

    def quote_many(self, tx: Tx, asks: Sequence[Ask], *, market: Market, now: datetime) -> list[Quote | NotQuoted]:
        """See Seller. Three statements. A person's cap counts over all offers of the session: its scope is `session:<id>`."""
        offers = offers_by_id(tx, sorted({ask.ref.item_id for ask in asks}))
        prices = prices_now(tx, sorted(offers), currency=market.currency, now=now)
        sessions = games.sessions_many(tx, sorted({offer.session_id for offer in offers.values()}))
        quotes = {ask: _quote(ask, offers.get(ask.ref.item_id), prices.get(ask.ref.item_id), sessions, market) for ask in set(asks)}
        return [quotes[ask] for ask in asks]

    def called_off_many(self, tx: Tx, refs: Sequence[ItemRef]) -> set[ItemRef]:
        """See CallsOff: of cancelled sessions. A postponed one still takes place. Two statements."""
        offers: dict[UUID, UUID] = dict(tx.select_among(OFFER, ["id", "session_id"], "id", sorted({ref.item_id for ref in refs})))
        sessions = games.sessions_many(tx, sorted(set(offers.values())))
        cancelled = {offer_id for offer_id, session_id in offers.items() if sessions[session_id].status is games.Status.CANCELLED}
        return {ref for ref in refs if ref.item_id in cancelled}

    def fulfil_many(self, tx: Tx, lines: Sequence[SoldLine], *, now: datetime) -> None:
        """See Seller. Five statements."""
        issue_many(tx, lines, now=now)

    def revoke_many(self, tx: Tx, lines: Sequence[RevokedLine], *, by: Actor, now: datetime) -> None:
        """See Seller. Raises TicketUsed, TicketIsVoid, TooFewTickets, TicketsMiscounted, NoSuchTicket."""
        revoke_many(tx, lines, by=by, now=now)

    def choose_many(self, tx: Tx, lines: Sequence[RevokedLine]) -> list[ChosenUnits]:
        """See Seated. Two statements."""
        return choose_many(tx, lines)

    def describe_many(self, tx: Tx, refs: Sequence[ItemRef], *, language: str) -> list[Description]:
        """See Seller. Two statements."""
        offers = offers_by_id(tx, sorted({ref.item_id for ref in refs}), language=language)
        sessions = games.sessions_many(tx, sorted({offer.session_id for offer in offers.values()}), language=language)
        with translation.override(language):
            return [_description(ref, offers.get(ref.item_id), sessions) for ref in refs]

    def fulfilled_many(self, tx: Tx, line_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See Seller. One statement. A ticket voided by the box office was given all the same; one that its sale took back was not kept."""
        if not line_ids:
            return {}
        where, param = tx.among("t.line_id", Kind.UUID, line_ids)
        sql = (
            f"SELECT t.line_id, count(*) FROM ticketing_ticket t WHERE {where} AND NOT EXISTS ("
            "SELECT 1 FROM ticketing_voiding v WHERE v.ticket_id = t.id AND v.origin = %s) GROUP BY t.line_id"
        )
        return dict(tx.rows(sql, (param, VoidedBy.SALE.value), kinds=[Kind.UUID, Kind.INT]))


def _quote(ask: Ask, offer: OfferRow | None, price: PriceNow | None, sessions: dict[UUID, games.SessionBrief], market: Market) -> Quote | NotQuoted:
    if offer is None:
        return NotQuoted(ref=ask.ref, reason=NoQuote.UNKNOWN_ITEM)
    session = sessions[offer.session_id]
    if offer.status is not OfferStatus.ON_SALE or session.status in {games.Status.CANCELLED, games.Status.POSTPONED}:
        return NotQuoted(ref=ask.ref, reason=NoQuote.WITHDRAWN)
    if price is None:
        return NotQuoted(ref=ask.ref, reason=NoQuote.NOT_SOLD_HERE)
    return Quote(
        ref=ask.ref,
        quantity=ask.quantity,
        seller_id=offer.organisation_id,
        unit_price=Money(minor=price.minor, currency=market.currency),
        tax_class=TAX_CLASS,
        tax_place=TaxPlace.VENUE,
        country=session.country,
        region=session.region,
        wants=(Want(account_id=offer.account_id, quantity=ask.quantity, seat_ids=ask.seat_ids),),
        caps=(Cap(scope=f"session:{offer.session_id}", limit=offer.cap_per_person, quantity=ask.quantity),),
        hold_limit=offer.limit_per_line,
        window=offer.window(session),
        version=offer.version_at(price, session),
        needs_shipping=False,
        appointment=Appointment(
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            time_zone=session.time_zone,
            place_id=session.venue_id,
            place=session.venue_name or session.zone,
            places=session.venue_names,
        ),
    )


def _description(ref: ItemRef, offer: OfferRow | None, sessions: dict[UUID, games.SessionBrief]) -> Description:
    if offer is None:
        return Description(ref=ref, title=gettext("A ticket that is no longer known"))
    session = sessions[offer.session_id]
    return Description(
        ref=ref,
        title=session.title,
        subtitle=offer.category.name,
        path=f"/sessions/{session.id}",
        starts_at=session.starts_at,
        time_zone=session.time_zone,
        details=((gettext("Venue"), session.venue_name or gettext("to be confirmed")),),
    )
