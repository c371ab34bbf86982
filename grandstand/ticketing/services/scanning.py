"""The journal of scans."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.store.api import Tx, table
from grandstand.ticketing import models
from grandstand.ticketing.values import Reason, ScanAttempt, ScanReused, Verdict

SCAN = table(models.Scan)

_COLUMNS = [
    *("id", "organisation_id", "session_id", "gate_id", "device_id", "actor", "at", "received_at"),
    *("offline", "reason", "conflict", "ticket_id", "code_digest"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRow:
    """One line of the journal. `conflict` is set when somebody was let in offline whom the database would have refused."""

    attempt: ScanAttempt
    organisation_id: UUID
    verdict: Verdict
    at: datetime
    offline: bool = False
    conflict: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptScan:
    """A scan in the journal: what was held before which gate, and what was answered."""

    code_digest: str
    session_id: UUID
    gate_id: UUID | None
    at: datetime
    reason: Reason | None
    ticket_id: UUID | None

    def must_be(self, attempt: ScanAttempt) -> None:
        """Raises ScanReused when the attempt holds another code, or the same one elsewhere, under this scan's id."""
        if (self.code_digest, self.session_id, self.gate_id) != (code_digest(attempt.code), attempt.session_id, attempt.gate_id):
            raise reused(attempt.scan_id)


def reused(scan_id: UUID) -> ScanReused:
    """The refusal of a scan under the id of another."""
    return ScanReused("This scan's id stands for another scan, so nobody was let in: scan again under a new id.", scan_id=str(scan_id))


def code_digest(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def kept_scans(tx: Tx, scan_ids: Iterable[UUID]) -> dict[UUID, KeptScan]:
    """Those of these scans that are in the journal. One statement."""
    columns = ["id", "code_digest", "session_id", "gate_id", "at", "reason", "ticket_id"]
    return {
        id_: KeptScan(
            code_digest=digest, session_id=session_id, gate_id=gate_id, at=at, reason=Reason(reason) if reason else None, ticket_id=ticket_id
        )
        for id_, digest, session_id, gate_id, at, reason, ticket_id in tx.select_among(SCAN, columns, "id", sorted(set(scan_ids)))
    }


def write_scans(tx: Tx, scans: Sequence[ScanRow], *, by: Actor, received_at: datetime) -> None:
    """Write the journal, which is its own audit log. A scan that somebody wrote meanwhile stays as it is. One statement.

    Raises ScanReused when the one written meanwhile is of another code or gate: then this one's admission must not stand either.
    """
    rows = [
        (
            scan.attempt.scan_id,
            scan.organisation_id,
            scan.attempt.session_id,
            scan.attempt.gate_id,
            scan.attempt.device_id,
            str(by),
            scan.at,
            received_at,
            scan.offline,
            scan.verdict.reason.value if scan.verdict.reason is not None else "",
            scan.conflict.value if scan.conflict is not None else "",
            scan.verdict.ticket_id,
            code_digest(scan.attempt.code),
        )
        for scan in scans
    ]
    written = tx.insert_new(SCAN, _COLUMNS, rows, key=["id"])
    others = [scan.attempt for scan in scans if (scan.attempt.scan_id,) not in written]
    if others:
        kept = kept_scans(tx, [attempt.scan_id for attempt in others])
        for attempt in others:
            kept[attempt.scan_id].must_be(attempt)
