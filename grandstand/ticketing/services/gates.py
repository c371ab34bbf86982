"""Gates, and the scanners that stand at them."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id, new_ids
from grandstand.store.api import Change, Tx, record, table, write
from grandstand.ticketing import models
from grandstand.ticketing.codes import HIGHEST_GATE
from grandstand.ticketing.rules import token_digest
from grandstand.ticketing.values import GateWrong, Names, NewDevice, NewGate, NoSuchDevice, NoSuchGate

GATE = table(models.Gate)
DEVICE = table(models.Device)

TOKEN_BYTES = 24


def add_gates(tx: Tx, *, gates: Sequence[NewGate], now: datetime, by: Actor, reason: str) -> list[UUID]:
    """Make gates; return their ids. A gate whose venue has its number or code already stays as it was and is left out. Three statements."""
    for gate in gates:
        _check(gate.number, gate.code, gate.name)
    rows = [
        (id_, gate.organisation_id, gate.venue_id, gate.number, gate.code, gate.name, dict(gate.names))
        for id_, gate in zip(new_ids(len(gates)) if gates else [], gates, strict=True)
    ]
    new = {id_ for (id_,) in tx.insert_new(GATE, ["id", "organisation_id", "venue_id", "number", "code", "name", "names"], rows, key=["id"])}
    changes = [
        _change("ticketing.gate", id_, organisation_id, "add", by, reason, {"number": number, "code": code})
        for id_, organisation_id, _, number, code, _, _ in rows
        if id_ in new
    ]
    record(tx, changes, now=now)
    return [row[0] for row in rows if row[0] in new]


def add_gate(
    *, organisation_id: UUID, venue_id: UUID, number: int, code: str, name: str, names: Names, now: datetime, by: Actor, reason: str
) -> UUID:
    """Make one gate. Raises GateWrong when the venue is another organisation's, or has that number or code."""
    venue = games.venue(venue_id=venue_id)
    if games.edition_by_id(edition_id=venue.edition_id).organisation_id != organisation_id:
        raise GateWrong("This venue belongs to another organisation's edition.", field="venue")
    new = NewGate(organisation_id=organisation_id, venue_id=venue_id, number=number, code=code, name=name, names=names)
    with write() as tx:
        made = add_gates(tx, gates=[new], now=now, by=by, reason=reason)
    if not made:
        raise GateWrong("The venue has a gate with this number or code: choose another.", field="number")
    return made[0]


def change_gate(*, gate_id: UUID, organisation_id: UUID, code: str, name: str, names: Names, now: datetime, by: Actor, reason: str) -> None:
    """Give a gate other words. Its number stays, because codes carry it. Raises NoSuchGate, GateWrong."""
    with write() as tx:
        found = tx.select(
            GATE, ["number", "venue_id", "code", "name"], "id = %s AND organisation_id = %s", (gate_id, organisation_id), order_by="id", lock=True
        )
        if not found:
            raise NoSuchGate("There is no such gate.", gate_id=str(gate_id))
        number, venue_id, old_code, old_name = found[0]
        _check(number, code, name)
        if tx.select(GATE, ["id"], "venue_id = %s AND code = %s AND id <> %s", (venue_id, code, gate_id)):
            raise GateWrong("The venue has a gate with this code: choose another.", field="code")
        tx.update(GATE, [(gate_id, code, name, dict(names))], key=["id"], set_to=["code", "name", "names"])
        change = Change(
            by=by,
            action="change",
            object_type="ticketing.gate",
            object_id=gate_id,
            reason=reason,
            organisation_id=organisation_id,
            before={"code": old_code, "name": old_name},
            after={"code": code, "name": name},
        )
        record(tx, [change], now=now)


def add_device(*, organisation_id: UUID, steward_id: UUID, name: str, now: datetime, by: Actor, reason: str) -> NewDevice:
    """Register a scanner for a steward. Its token is in the answer and nowhere else: lost, it is replaced by a new scanner."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    device_id = new_id()
    with write() as tx:
        columns = ["id", "organisation_id", "steward_id", "name", "token_digest", "made_at"]
        tx.insert(DEVICE, columns, [(device_id, organisation_id, steward_id, name, token_digest(token), now)])
        record(tx, [_change("ticketing.device", device_id, organisation_id, "add", by, reason, {"name": name})], now=now)
    return NewDevice(device_id=device_id, token=token)


def revoke_device(*, device_id: UUID, organisation_id: UUID, now: datetime, by: Actor, reason: str) -> None:
    """The scanner is refused from now on. Raises NoSuchDevice, also for one that was revoked before."""
    with write() as tx:
        changed = tx.execute(
            "UPDATE ticketing_device SET revoked_at = %s WHERE id = %s AND organisation_id = %s AND revoked_at IS NULL",
            (now, device_id, organisation_id),
        )
        if not changed:
            raise NoSuchDevice("There is no such scanner, or it was revoked before.", device_id=str(device_id))
        record(tx, [_change("ticketing.device", device_id, organisation_id, "revoke", by, reason, {"revoked": True})], now=now)


def _check(number: int, code: str, name: str) -> None:
    if not 1 <= number <= HIGHEST_GATE:
        raise GateWrong(f"Gates are numbered 1 to {HIGHEST_GATE}: that is what a ticket's code can name.", field="number")
    if not code.strip() or not name.strip():
        raise GateWrong("A gate needs a code and a name.", field="name" if code.strip() else "code")


def _change(object_type: str, id_: UUID, organisation_id: UUID, action: str, by: Actor, reason: str, after: dict[str, object]) -> Change:
    return Change(by=by, action=action, object_type=object_type, object_id=id_, reason=reason, organisation_id=organisation_id, after=after)  # type: ignore[arg-type]
