"""The journal of scans."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.store.api import Tx, table
from grandstand.ticketing import models
from grandstand.ticketing.values import Reason, ScanAttempt, Verdict

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


def write_scans(tx: Tx, scans: Sequence[ScanRow], *, by: Actor, received_at: datetime) -> None:
    """Write the journal; a scan that is in it already stays as it is. One statement. The journal is its own audit log."""
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
            hashlib.sha256(scan.attempt.code.encode()).hexdigest(),
        )
        for scan in scans
    ]
    tx.insert(SCAN, _COLUMNS, rows, skip_conflicts=True)
