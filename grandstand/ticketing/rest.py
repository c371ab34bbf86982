"""The gate over REST, for scanners. Mounted by config under /api/v1/scan.

A scanner signs in with the token it was given when it was registered (`Authorization: Bearer ...`), and acts for the steward who carries it: it
reaches the sessions of that organisation, for as long as the person is a steward there.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language_from_request, override
from ninja import Body, Field, Router, Schema
from ninja.security import HttpBearer

from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement.api import Role, has_role
from grandstand.store.api import Tx, read, write_retrying
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.services.limits import check_rate, check_sync_rate
from grandstand.ticketing.values import DeviceView, OfflineScan, Reason, ScanAttempt, ScanPlace, Verdict
from grandstand.ticketing.words import of_verdict
from grandstand.ui.audience import Audience, View, declare

MOST_SCANS = 5_000
"""In one upload. A gate in a dead spot for two hours, at one person in two seconds, has 3,600."""


class ScannerToken(HttpBearer):
    """A registered scanner whose steward still is one."""

    def authenticate(self, request: HttpRequest, token: str) -> DeviceView | None:
        """The scanner with this token; None refuses. Two statements."""
        with read() as tx:
            device = ticketing.find_device(tx, token=token)
        if device is None or not has_role(device.steward_id, device.organisation_id, [Role.STEWARD]):
            return None
        return device


def for_scanners(view: View) -> View:
    """For registered scanners of stewards; `ScannerToken` on the router enforces it. Answers in the language that was asked for."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with override(get_language_from_request(request)):
            return view(request, *args, **kwargs)

    return declare(Audience("steward", (Role.STEWARD.value,)))(spoken)


router = Router(tags=["scan"], auth=ScannerToken())


def _example(example: Mapping[str, Any]) -> Any:
    return {"json_schema_extra": {"examples": [dict(example)]}}


class ErrorOut(Schema):
    """What every refusal looks like."""

    code: str
    message: str
    detail: dict[str, Any]


class GateOut(Schema):
    """A way into the venue. Codes name gates by number."""

    id: UUID
    number: int
    code: str
    name: str


class PlaceOut(Schema):
    """A session at which tickets can be scanned. Tickets admit from `opens_at` up to, not including, `closes_at`; null while not known.

    `called_off` says that nobody is admitted: `session_cancelled` or `session_postponed`; null while the session takes place.
    """

    session_id: UUID
    code: str
    title: str
    venue: str
    time_zone: str
    opens_at: datetime | None
    closes_at: datetime | None
    called_off: Reason | None
    gates: list[GateOut]


class ScanIn(Schema):
    """A code held before a scanner. Send the same `scan_id` again after a lost answer: it is answered again and admits nobody twice.

    Each scan has an id of its own: under that of another code or gate it is refused.
    """

    model_config = _example({"scan_id": "0198c0de-7a00-7000-8000-00000000000a", "code": "CBUSB2C4…", "gate_id": None})
    code: str = Field(max_length=2000)
    scan_id: UUID = Field(default_factory=new_id)
    gate_id: UUID | None = None


class AnswerOut(Schema):
    """The answer to a scan. `reason` is null when admitted. `word` and `why` are for people, in the language asked for.

    `answered_at` is when this scan was answered first: long ago, this is that answer again, and lets nobody else in.
    """

    model_config = _example(
        {
            "scan_id": "0198c0de-7a00-7000-8000-00000000000a",
            "admitted": False,
            "reason": "already_used",
            "word": "Already used",
            "why": "Somebody came in with it Tue, 1 Jul 2031, 18:04 at Gate 3.",
            "do": "Is it the same person? If not, send both to the box office.",
            "ticket_id": "0198c0de-7a00-7000-8000-00000000000b",
            "used_at": "2031-07-01T16:04:00Z",
            "used_gate": "Gate 3",
            "answered_at": "2031-07-01T16:09:00Z",
        }
    )
    scan_id: UUID
    admitted: bool
    reason: Reason | None
    word: str
    why: str
    do: str
    ticket_id: UUID | None
    used_at: datetime | None
    used_gate: str
    answered_at: datetime


class OfflineScanIn(Schema):
    """What a scanner decided by itself at `at`; `reason` null for admitted."""

    scan_id: UUID
    code: str = Field(max_length=2000)
    at: datetime
    gate_id: UUID | None = None
    reason: Reason | None = None


class ConflictOut(Schema):
    """Somebody let in without a network whom the database would have refused."""

    scan_id: UUID
    ticket_id: UUID | None
    at: datetime
    reason: Reason
    used_at: datetime | None
    used_gate: str


class SyncedOut(Schema):
    """What became of an upload. `known` were uploaded before. Every scan is kept, those in conflict too."""

    received: int
    known: int
    admitted: int
    refused: int
    conflicts: list[ConflictOut]


class GateCountOut(Schema):
    """Scans at one gate so far; without `gate_id`, those that named none."""

    gate_id: UUID | None
    gate: str
    admitted: int
    refused: int


class CountOut(Schema):
    """Who is in, of `sold` valid tickets."""

    session_id: UUID
    inside: int
    refused: int
    conflicts: int
    sold: int
    by_gate: list[GateCountOut]
    refused_by_reason: dict[str, int]


class BundleOut(Schema):
    """A signed bundle: `content` as ticketing/bundles.py describes it, signed by `key_id` over its canonical JSON."""

    content: dict[str, Any]
    key_id: str
    signature: str


_Errors = {401: ErrorOut, 404: ErrorOut, 409: ErrorOut, 429: ErrorOut}


@router.get("/sessions", response={200: list[PlaceOut], 401: ErrorOut}, summary="Sessions to scan for, by the opening of their doors")
@for_scanners
def list_places(request: HttpRequest) -> list[dict[str, Any]]:
    """Those of the scanner's organisation that have not ended. Gates come with the single session."""
    places = ticketing.scan_places(organisation_ids=[_device(request).organisation_id], language=_language(request), now=clock.now())
    return [_place_out(place) for place in places]


@router.get("/sessions/{session_id}", response={200: PlaceOut, 401: ErrorOut, 404: ErrorOut}, summary="One session with its gates")
@for_scanners
def show_place(request: HttpRequest, session_id: UUID) -> dict[str, Any]:
    """Raises nothing for a session that has ended: its scans can still be uploaded."""
    return _place_out(_place(request, session_id))


@router.post("/sessions/{session_id}/scans", response={200: AnswerOut, **_Errors}, summary="Scan one code")
@for_scanners
def scan(request: HttpRequest, session_id: UUID, asked: ScanIn) -> dict[str, Any]:
    """A refusal at the gate is an answer (200), not an error. A `scan_id` that stands for another scan is one (409): nobody is let in."""
    place, device, now = _place(request, session_id), _device(request), clock.now()
    attempt = ScanAttempt(scan_id=asked.scan_id, code=asked.code, session_id=session_id, gate_id=asked.gate_id, device_id=device.id)
    _limited(lambda tx: check_rate(tx, key=f"device:{device.id}", now=now))
    (verdict,) = write_retrying(lambda tx: ticketing.scan_many(tx, [attempt], by=_by(device), now=now))
    return _answer_out(attempt, verdict, place, _language(request)) | {"answered_at": verdict.answered_at or now}


@router.get("/sessions/{session_id}/bundle", response={200: BundleOut, **_Errors}, summary="What a scanner takes along to a gate without a network")
@for_scanners
def bundle(request: HttpRequest, session_id: UUID) -> dict[str, Any]:
    """Taking it is the scanner's last sync."""
    place, device, now = _place(request, session_id), _device(request), clock.now()
    _limited(lambda tx: check_sync_rate(tx, key=f"device:{device.id}", now=now))
    return write_retrying(
        lambda tx: ticketing.scanner_bundle(tx, session_id=place.session_id, device_id=device.id, language=_language(request), now=now)
    )


@router.post("/sessions/{session_id}/sync", response={200: SyncedOut, **_Errors}, summary="Bring back what was decided without a network")
@for_scanners
def sync(request: HttpRequest, session_id: UUID, scans: Annotated[list[OfflineScanIn], Body(max_length=MOST_SCANS)]) -> Any:
    """Nothing is lost and nothing undone: who was let in is in, and conflicts are named. Uploading again changes nothing."""
    place, device, now = _place(request, session_id), _device(request), clock.now()
    _limited(lambda tx: check_sync_rate(tx, key=f"device:{device.id}", now=now))
    brought = [OfflineScan(scan_id=each.scan_id, code=each.code, gate_id=each.gate_id, at=each.at, reason=each.reason) for each in scans]
    return write_retrying(
        lambda tx: ticketing.upload_scans(tx, session_id=place.session_id, device_id=device.id, scans=brought, by=_by(device), now=now)
    )


@router.get("/sessions/{session_id}/count", response={200: CountOut, 401: ErrorOut, 404: ErrorOut}, summary="Who is in")
@for_scanners
def count(request: HttpRequest, session_id: UUID) -> Any:
    """Three statements, so a wall display may ask every few seconds."""
    return ticketing.live_count(session_id=_place(request, session_id).session_id, language=_language(request))


def _device(request: HttpRequest) -> DeviceView:
    device: DeviceView = request.auth  # type: ignore[attr-defined] # set by ninja from what ScannerToken returned
    return device


def _by(device: DeviceView) -> Actor:
    return Actor.person(device.steward_id)


def _place(request: HttpRequest, session_id: UUID) -> ScanPlace:
    return ticketing.scan_place(session_id=session_id, organisation_ids=[_device(request).organisation_id], language=_language(request))


def _language(request: HttpRequest) -> str:
    return get_language_from_request(request)


def _limited(check: Callable[[Tx], None]) -> None:
    """Count in a transaction of its own: the count must stay when the scan is refused."""
    write_retrying(check)


def _place_out(place: ScanPlace) -> dict[str, Any]:
    return {
        "session_id": place.session_id,
        "code": place.session_code,
        "title": place.session_title,
        "venue": place.venue,
        "time_zone": place.time_zone,
        "opens_at": place.entry.starts_at if place.entry is not None else None,
        "closes_at": place.entry.ends_at if place.entry is not None else None,
        "called_off": place.called_off,
        "gates": place.gates,
    }


def _answer_out(attempt: ScanAttempt, verdict: Verdict, place: ScanPlace, language: str) -> dict[str, Any]:
    said = of_verdict(verdict, zone=place.time_zone, language=language)
    return {
        "scan_id": attempt.scan_id,
        "admitted": verdict.admitted,
        "reason": verdict.reason,
        "word": said.word,
        "why": said.why,
        "do": said.do,
        "ticket_id": verdict.ticket_id,
        "used_at": verdict.used_at,
        "used_gate": verdict.used_gate,
    }
