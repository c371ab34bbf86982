"""Participants: made and changed in sets. The audit log says that a name changed, not to what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from grandstand.games import models
from grandstand.games.drafts import ParticipantDraft
from grandstand.games.refusals import ScheduleWrong
from grandstand.games.services.parts import Parts, checked_country, checked_name
from grandstand.games.services.stamp import Stamp
from grandstand.games.values import ParticipantKind
from grandstand.kit.ids import new_ids
from grandstand.store import api as store
from grandstand.store.api import Tx

_PARTICIPANT = store.table(models.Participant)
_FREE = ["kind", "name", "names", "organisation_code", "country"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownParticipant:
    """A participant as it stands, in the terms of a draft."""

    id: UUID
    draft: ParticipantDraft


def known_participants(tx: Tx, *, edition_id: UUID) -> dict[str, KnownParticipant]:
    """Every participant of an edition by code. One statement."""
    rows = tx.select(_PARTICIPANT, ["id", "code", *_FREE], "edition_id = %s", (edition_id,))
    return {code: KnownParticipant(id=id_, draft=_draft(code, free)) for id_, code, *free in rows}


def _draft(code: str, free: Sequence[Any]) -> ParticipantDraft:
    kind, name, names, organisation_code, country = free
    return ParticipantDraft(code=code, name=name, names=names, kind=ParticipantKind(kind), organisation_code=organisation_code, country=country)


def add_participants(tx: Tx, *, parts: Parts, drafts: Sequence[ParticipantDraft], stamp: Stamp) -> dict[str, UUID]:
    """Add the participants that the edition has not; returns the ids of all it has, by code. Three statements whatever their number."""
    edition = parts.edition
    ids = {code: known.id for code, known in known_participants(tx, edition_id=edition.id).items()}
    wanted = {draft.code: draft for draft in drafts if draft.code not in ids}
    rows, changes = [], []
    for id_, draft in zip(new_ids(len(wanted)) if wanted else [], wanted.values(), strict=True):
        if not draft.code or len(draft.code) > models.CODE_LENGTH:
            raise ScheduleWrong(f"{draft.code!r} is no code of a participant: use 1 to {models.CODE_LENGTH} characters", field="code")
        ids[draft.code] = id_
        rows.append([id_, edition.organisation_id, edition.id, draft.code, *_free(draft)])
        changes.append(stamp.change("created", "participant", id_, after={"kind": draft.kind, "organisation_code": draft.organisation_code}))
    tx.insert(_PARTICIPANT, ["id", "organisation_id", "edition_id", "code", *_FREE], rows)
    stamp.record(tx, changes)
    return ids


def save_participants(tx: Tx, *, known: Mapping[str, KnownParticipant], drafts: Sequence[ParticipantDraft], stamp: Stamp) -> None:
    """Write what the drafts say about participants that exist. Two statements whatever their number."""
    rows, changes = [], []
    for draft in drafts:
        here = known[draft.code]
        fields = tuple(name for name in _FREE if getattr(draft, name) != getattr(here.draft, name))
        rows.append([here.id, *_free(draft)])
        changes.append(stamp.change("changed", "participant", here.id, after={"fields": fields}))
    tx.update(_PARTICIPANT, rows, key=["id"], set_to=_FREE)
    stamp.record(tx, changes)


def _free(draft: ParticipantDraft) -> list[Any]:
    return [draft.kind.value, checked_name(draft.name), dict(draft.names), draft.organisation_code, checked_country(draft.country)]
