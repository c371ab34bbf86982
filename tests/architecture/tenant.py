"""An organisation with something in every room, under names that are easy to find again on a page where they must not be."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db.models import Model

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import make_fact
from grandstand.games import api as games
from grandstand.games import testing as schedules
from grandstand.gate import api as gate
from grandstand.kit.actors import Actor
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.ledger import api as ledger
from grandstand.ledger.testing import make_entry
from grandstand.messaging import api as messaging
from grandstand.movement import api as movement
from grandstand.movement.console import OrganisationAdmin, console
from grandstand.movement.testing import make_market, make_member, make_organisation
from grandstand.people.api import PersonSummary
from grandstand.people.testing import make_person
from grandstand.shop import testing as goods
from grandstand.store import api as store
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import testing as tickets

PUBLIC = "Quokkafest"
"""In the name of what the organisation shows to everybody."""

FRAME = "Platypus"
"""In the name of its edition, which the frame around every page but the console's may show."""

PRIVATE = "Wombatvault"
"""In the name of what it shows to its own people and to the buyer."""

BY = Actor.system("test")
NOW = goods.NOW
HOW: dict[str, Any] = {"by": BY, "now": NOW, "reason": f"{PRIVATE} reason"}
SHIP_TO = commerce.ShipTo(name=f"{PRIVATE} Buyer", country="FR", lines=(f"1 rue {PRIVATE}",), city="Paris", postal_code="75005")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """The organisation, its people, and one id of each thing that an address can name."""

    organisation: movement.Organisation
    edition: games.Edition
    insider: PersonSummary
    """With every role in the organisation."""
    buyer: PersonSummary
    slug: str
    room: str
    """The address of its waiting room."""
    offer_id: UUID
    gate_id: UUID
    order_id: UUID
    ticket_ids: list[UUID]
    session_id: UUID
    plan_id: UUID
    """Of seats."""
    document_id: UUID
    payment_id: UUID
    line_id: UUID
    """Of the buyer's next basket."""
    notice_id: UUID
    picture_id: UUID
    passkey_id: int
    codes: tuple[str, ...]
    """Of the tickets, as a gate reads them."""
    secrets: tuple[str, ...]
    """In lower case: what nobody but the organisation's people and the buyer may read."""

    @property
    def ids(self) -> frozenset[str]:
        """As SQLite keeps them: a new row that names one of them is the organisation's."""
        named = [self.organisation.id, self.insider.id, self.buyer.id, self.order_id, self.payment_id, *self.ticket_ids]
        return frozenset(each.hex for each in named)

    def row(self, model: type[Model]) -> Model | None:
        """One of the organisation's rows as the console reaches them; of the platform's own rows any."""
        path = cast("OrganisationAdmin", console._registry[model]).organisation_path
        found = model._default_manager.filter(**({path: self.organisation.id} if path else {})).order_by("pk")
        return found.first()


def make_tenant(folder: Path) -> Tenant:
    """Make it all: a schedule, a box office, a shop, a sale with its papers, a refund on its way, notices, books."""
    make_market(is_default=True)
    _tax()
    organisation = make_organisation(name=f"{PUBLIC} Committee", slug="quokkafest", legal_name=f"{PRIVATE} Ltd", address=f"{PRIVATE} street")
    insider = make_member(organisation.id, *movement.Role, name=f"{PRIVATE} Insider", email="insider@wombatvault.example")
    make_member(organisation.id, movement.Role.OWNER, name=f"{PRIVATE} Founder")  # so that every role can be taken: that of a last owner cannot
    edition = schedules.make_edition(organisation_id=organisation.id, name=f"{FRAME} Games", code="far-games")
    session = _schedule(edition, folder)
    box_office = tickets.make_box_office(session=session, now=NOW - timedelta(days=1))
    product_id = goods.make_product(organisation.id, slug="quokkafest-tee", names={"en": f"{PUBLIC} tee"})
    variant_id = goods.make_variant(product_id)
    goods.make_rates(organisation.id)
    buyer = make_person(name=f"{PRIVATE} Buyer", email="buyer@wombatvault.example")
    offer = commerce.ItemRef(kind="ticket", item_id=box_office.offers["A"])
    order, payment_id = _buy(buyer, [offer, commerce.ItemRef(kind="product", item_id=variant_id)])
    document_id = _papers_and_refund(order)
    line = _add(commerce.Owner(person_id=buyer.id), offer)
    with store.write() as tx:
        ledger.post_many(tx, [make_entry(organisation.id, subject=f"{PRIVATE}:1")], by=BY, now=NOW)
    store.deliver_due(now=NOW + timedelta(minutes=1))
    messaging.send_due(now=NOW + timedelta(minutes=1))
    movement.grant_role(person_id=buyer.id, organisation_id=make_organisation().id, role=movement.Role.SHOP, **HOW)
    movement.change_organisation(organisation_id=organisation.id, details=_details(organisation), **HOW)
    bought = [id_ for (id_,) in _ids("ticketing.Ticket", order_id=order.order_id)]
    codes = tuple(tickets.codes_of(bought, now=NOW).values())
    _gate(organisation.id, insider.id, session.id)
    return Tenant(
        organisation=organisation,
        edition=edition,
        insider=insider,
        buyer=buyer,
        slug="quokkafest-tee",
        room=_waiting_room(organisation.id),
        offer_id=box_office.offers["A"],
        gate_id=box_office.gates[1],
        order_id=order.order_id,
        ticket_ids=bought,
        session_id=session.id,
        plan_id=_plan(session),
        document_id=document_id,
        payment_id=payment_id,
        line_id=line.line_id,
        notice_id=_ids("messaging.Notice", to_person_id=buyer.id, state="sent")[0][0],
        picture_id=_ids("shop.Picture", product_id=product_id)[0][0],
        passkey_id=Authenticator.objects.create(user_id=buyer.id, type=Authenticator.Type.WEBAUTHN, data={"name": PRIVATE}).pk,
        codes=codes,
        secrets=(PRIVATE.lower(), order.number.lower(), *(code.lower() for code in codes)),
    )


def _tax() -> None:
    rates = [
        commerce.NewTaxRate(place="FR", tax_class=kind, rate_bp=2000, starts_on=date(2000, 1, 1), source="for a test")
        for kind in ("standard", "admission")
    ]
    with store.write() as tx:
        commerce.set_tax_rates(tx, rates, **HOW)


def _schedule(edition: games.Edition, folder: Path) -> games.Session:
    athlete = games.ParticipantDraft(code="QUO1", name=f"{PUBLIC} Athlete", kind=games.ParticipantKind.PERSON, country="FR")
    draft = schedules.session_draft("GAR01", discipline_code="GAR", title=f"{PUBLIC} subdivision")
    [session] = schedules.make_sessions([draft], edition=edition, participants=[athlete])
    starts = schedules.FIRST_START.isoformat()
    unit = {"rsc": "GARWAA----------------QUAL000001--", "name": f"{PUBLIC} rotation", "session": "GAR01", "start": starts}
    path = folder / f"{PRIVATE}.json"
    path.write_text(json.dumps([unit]), encoding="utf-8")
    games.import_units(source=path, edition_code=edition.code, dry_run=False, now=NOW, by=BY)
    return session


def _add(owner: commerce.Owner, ref: commerce.ItemRef) -> commerce.LineSet:
    with store.write() as tx:
        [answer] = commerce.add_lines_many(tx, [commerce.Adding(key=new_id().hex, owner=owner, market_code="fr", ref=ref, quantity=1)], now=NOW)
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _buy(buyer: PersonSummary, refs: list[commerce.ItemRef]) -> tuple[commerce.Placed, UUID]:
    owner = commerce.Owner(person_id=buyer.id)
    for ref in refs:
        _add(owner, ref)
    basket = commerce.find_basket(owner=owner, language="en", now=NOW, ship_to=SHIP_TO)
    assert basket is not None
    placing = commerce.Placing(
        key=new_id().hex,
        owner=owner,
        basket_id=basket.basket_id,
        email=buyer.email,
        name=buyer.name,
        language="en",
        told=basket.totals.gross,
        ship_to=SHIP_TO,
    )
    with store.write() as tx:
        placed = commerce.place_order(tx, placing, now=NOW)
        payment_id = commerce.open_payment(tx, order_id=placed.order_id, owner=owner, provider_code="test", return_path="/", now=NOW)
        fact = make_fact(payment_id, commerce.FactKind.CAPTURED, placed.total.minor, provider="test")
        commerce.complete_many(tx, commerce.record_payment_facts_many(tx, [fact], now=NOW), now=NOW)
    return placed, payment_id


def _plan(session: games.Session) -> UUID:
    assert session.venue_id is not None
    bowl = ticketing.make_bowl(plan_id=new_id(), name=f"{PUBLIC} bowl", capacity=60)
    with store.write() as tx:
        return ticketing.add_plan(tx, plan=bowl, venue_id=session.venue_id, **HOW)


def _waiting_room(organisation_id: UUID) -> str:
    draft = gate.RoomDraft(code="quokkafest", title=f"{PUBLIC} finals", opens_at=NOW, starts_at=NOW + timedelta(days=1), market_code="fr")
    with store.write() as tx:
        gate.open_room(tx, organisation_id=organisation_id, draft=draft, guarded=[], **HOW)
    return draft.code


def _gate(organisation_id: UUID, steward_id: UUID, session_id: UUID) -> None:
    """A scanner, and something it refused."""
    device = ticketing.add_device(organisation_id=organisation_id, steward_id=steward_id, name=f"{PRIVATE} scanner", **HOW)
    attempt = ticketing.ScanAttempt(scan_id=new_id(), code="forged", session_id=session_id, gate_id=None, device_id=device.device_id)
    with store.write() as tx:
        ticketing.scan_many(tx, [attempt], by=BY, now=NOW)


def _papers_and_refund(placed: commerce.Placed) -> UUID:
    order = commerce.order(placed.order_id)
    [sale] = order.sales
    shirt = next(line for line in sale.lines if line.nature is commerce.Nature.ITEM and line.ref.kind == "product")
    line = commerce.LineRefund(line_id=shirt.line_id, quantity=1)
    ask = commerce.RefundAsk(key=new_id().hex, order_id=placed.order_id, lines=(line,), reason=f"{PRIVATE} refund", restock=True)
    with store.write() as tx:
        commerce.issue_invoices_many(tx, [sale.sale_id], now=NOW)
        commerce.refund_many(tx, [ask], by=BY, now=NOW)
    return commerce.documents_of(placed.order_id)[0].document_id


def _details(organisation: movement.Organisation) -> movement.OrganisationDetails:
    return movement.OrganisationDetails(
        kind=organisation.kind,
        slug=organisation.slug,
        name=organisation.name,
        legal_name=f"{PRIVATE} and Sons",
        country=organisation.country,
        currency=organisation.currency,
        time_zone=organisation.time_zone,
    )


def _ids(model: str, **of: object) -> list[tuple[Any]]:
    return list(apps.get_model(model)._default_manager.filter(**of).order_by("pk").values_list("pk"))
