"""The one way into the books. Raw SQL through the Tx, sets of rows, a constant number of statements."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_ids
from grandstand.ledger import models
from grandstand.ledger.accounts import account_ids
from grandstand.ledger.queries import STATE, recorded
from grandstand.ledger.rules import check_entry, content_digest, mirror
from grandstand.ledger.values import (
    AccountRef,
    AlreadyReversed,
    AlreadySettled,
    Entry,
    EntryWrong,
    KeyReused,
    NoSuchEntry,
    NotPending,
    NotPosted,
    Recorded,
    Reversal,
    Settlement,
    State,
    Written,
)
from grandstand.store.api import Kind, Tx, table

type Name = tuple[UUID, str]
"""An entry's name in the books: organisation and key."""


def post_many(tx: Tx, entries: Sequence[Entry], *, by: Actor, now: datetime) -> list[Written]:
    """Write the entries into the books, in the order of what was given; opens accounts that money meets for the first time.

    An entry whose key stands already, in the books or earlier in this batch, with the same content is answered with `repeated`. Three
    statements when nothing is new but the entries; up to six with new accounts and repetitions; two more when entries reverse others.

    Raises EntryWrong and UnknownAccount before anything is written; KeyReused, and for an entry that `reverses`, NoSuchEntry, NotPosted and
    AlreadyReversed: then some of the batch may be written, so the transaction must end with the error.
    """
    for entry in entries:
        check_entry(entry)
    reversed_ids = _reversed_ids(tx, entries)
    return _post(tx, entries, reversed_ids, by=by, now=now)


def reverse_many(tx: Tx, reversals: Sequence[Reversal], *, by: Actor, now: datetime) -> list[Written]:
    """Undo posted entries by mirror entries, in the order of what was given. Asking again with the same key is a repetition.

    Raises NoSuchEntry, NotPosted (void what is pending), AlreadyReversed under another key, KeyReused. The transaction must end with the error.
    Five statements, or up to eight as in `post_many`.
    """
    originals = _found(tx, [(reversal.organisation_id, reversal.reverses) for reversal in reversals])
    entries = [_mirror_entry(reversal, originals[reversal.organisation_id, reversal.reverses]) for reversal in reversals]
    for entry in entries:
        check_entry(entry)
    reversed_ids = {name: original.entry_id for name, original in originals.items()}
    return _post(tx, entries, reversed_ids, by=by, now=now)


def settle_many(tx: Tx, settlements: Sequence[Settlement], *, by: Actor, now: datetime) -> list[Written]:
    """Post or void pending entries, in the order of what was given. Settling again the same way is a repetition. Two or three statements.

    Raises NoSuchEntry, NotPending, AlreadySettled when it was settled the other way; the transaction must end with the error.
    """
    entries = _settled_entries(tx, settlements)
    outcomes: dict[UUID, State] = {}
    for settlement in settlements:
        if settlement.outcome is State.PENDING:
            raise EntryWrong(f"{settlement.key}: an entry is settled as posted or voided")
        entry_id = entries[settlement.organisation_id, settlement.key]
        if outcomes.setdefault(entry_id, settlement.outcome) is not settlement.outcome:
            raise AlreadySettled("The entry is posted and voided in one batch: decide for one.", state=outcomes[entry_id].value)
    rows = [(entry_id, outcomes[entry_id].value, now, str(by)) for entry_id in sorted(outcomes)]
    fresh = {id_ for (id_,) in tx.insert_new(table(models.Settlement), ["entry_id", "outcome", "settled_at", "actor"], rows, key=["entry_id"])}
    _check_settled_the_same(tx, {entry_id: outcome for entry_id, outcome in outcomes.items() if entry_id not in fresh})
    written = []
    for settlement in settlements:
        entry_id = entries[settlement.organisation_id, settlement.key]
        written.append(Written(entry_id=entry_id, key=settlement.key, state=settlement.outcome, repeated=entry_id not in fresh))
        fresh.discard(entry_id)
    return written


# -- posting -----------------------------------------------------------------------------------------------------------------------------


def _post(tx: Tx, entries: Sequence[Entry], reversed_ids: dict[Name, UUID], *, by: Actor, now: datetime) -> list[Written]:
    digests = _digests(entries)
    first = {(entry.organisation_id, entry.key): entry for entry in reversed(entries)}
    names = sorted(first)
    ids = dict(zip(names, new_ids(len(names)) if names else [], strict=True))
    rows = [_entry_row(first[name], ids[name], digests[name], reversed_ids, by, now) for name in names]
    fresh: set[Name] = {(organisation, key) for organisation, key in tx.insert_new(table(models.Entry), _ENTRY, rows, key=["organisation_id", "key"])}
    states = {name: State.PENDING if first[name].pending else State.POSTED for name in names}
    for name, (id_, state) in _stored(tx, [name for name in names if name not in fresh], digests, first).items():
        ids[name], states[name] = id_, state
    _write_postings(tx, [(ids[name], first[name]) for name in names if name in fresh], now=now)
    written = []
    for entry in entries:
        name = (entry.organisation_id, entry.key)
        written.append(Written(entry_id=ids[name], key=entry.key, state=states[name], repeated=name not in fresh))
        fresh.discard(name)
    return written


_ENTRY = [
    *("id", "organisation_id", "key", "content_digest", "kind", "subject"),
    *("occurred_at", "recorded_at", "actor", "pending", "posting_count", "reverses_id"),
]
_POSTING = ["id", "entry_id", "position", "organisation_id", "debit_account_id", "credit_account_id", "amount_minor", "currency"]


def _digests(entries: Sequence[Entry]) -> dict[Name, str]:
    digests: dict[Name, str] = {}
    for entry in entries:
        name, content = (entry.organisation_id, entry.key), content_digest(entry)
        if digests.setdefault(name, content) != content:
            raise KeyReused(*name)
    return digests


def _entry_row(entry: Entry, id_: UUID, content: str, reversed_ids: dict[Name, UUID], by: Actor, now: datetime) -> tuple[object, ...]:
    reverses_id = None if entry.reverses is None else reversed_ids[entry.organisation_id, entry.reverses]
    about = (id_, entry.organisation_id, entry.key, content, entry.kind, entry.subject)
    return (*about, entry.occurred_at, now, str(by), entry.pending, len(entry.postings), reverses_id)


def _stored(tx: Tx, names: Sequence[Name], digests: dict[Name, str], first: dict[Name, Entry]) -> dict[Name, tuple[UUID, State]]:
    """The entries that the books held already. One that is not there by name was kept out because its original is reversed already."""
    if not names:
        return {}
    organisations, organisation_ids = tx.among("e.organisation_id", Kind.UUID, sorted({organisation_id for organisation_id, _ in names}))
    keys, key_list = tx.among("e.key", Kind.TEXT, sorted({key for _, key in names}))
    rows = tx.rows(
        f"SELECT e.organisation_id, e.key, e.id, e.content_digest, {STATE} FROM ledger_entry e "
        f"LEFT JOIN ledger_settlement s ON s.entry_id = e.id WHERE {organisations} AND {keys}",
        (organisation_ids, key_list),
        kinds=[Kind.UUID, Kind.TEXT, Kind.UUID, Kind.TEXT, Kind.TEXT],
    )
    found = {(organisation_id, key): (id_, content, State(state)) for organisation_id, key, id_, content, state in rows}
    stored: dict[Name, tuple[UUID, State]] = {}
    for name in names:
        if name not in found:
            raise AlreadyReversed(f"The entry {first[name].reverses} was reversed before, under another key.", reverses=first[name].reverses)
        id_, content, state = found[name]
        if content != digests[name]:
            raise KeyReused(*name)
        stored[name] = (id_, state)
    return stored


def _write_postings(tx: Tx, entries: Sequence[tuple[UUID, Entry]], *, now: datetime) -> None:
    sides = [(id_, entry, position, posting) for id_, entry in entries for position, posting in enumerate(entry.postings)]
    if not sides:
        return
    needed = {
        AccountRef(organisation_id=entry.organisation_id, code=code, currency=posting.amount.currency)
        for _, entry, _, posting in sides
        for code in (posting.debit, posting.credit)
    }
    accounts = account_ids(tx, needed, now=now)
    rows = []
    for posting_id, (entry_id, entry, position, posting) in zip(new_ids(len(sides)), sides, strict=True):
        debit, credit = (accounts[entry.organisation_id, code, posting.amount.currency] for code in (posting.debit, posting.credit))
        rows.append((posting_id, entry_id, position, entry.organisation_id, debit, credit, posting.amount.minor, posting.amount.currency))
    tx.insert(table(models.Posting), _POSTING, rows)


# -- reversing ---------------------------------------------------------------------------------------------------------------------------


def _reversed_ids(tx: Tx, entries: Sequence[Entry]) -> dict[Name, UUID]:
    """The ids of what the entries reverse, once it is sure that each is a mirror of a posted entry."""
    reversing = [(entry, (entry.organisation_id, entry.reverses)) for entry in entries if entry.reverses is not None]
    originals = _found(tx, [name for _, name in reversing])
    for entry, name in reversing:
        if entry.postings != mirror(originals[name].entry.postings):
            raise EntryWrong(f"{entry.key}: it reverses {entry.reverses} and must mirror it posting by posting; a part is an entry of its own")
    return {name: original.entry_id for name, original in originals.items()}


def _found(tx: Tx, names: Sequence[Name]) -> dict[Name, Recorded]:
    if not names:
        return {}
    organisations, organisation_ids = tx.among("e.organisation_id", Kind.UUID, sorted({organisation_id for organisation_id, _ in names}))
    keys, key_list = tx.among("e.key", Kind.TEXT, sorted({key for _, key in names}))
    found = {(one.entry.organisation_id, one.entry.key): one for one in recorded(tx, f"{organisations} AND {keys}", (organisation_ids, key_list))}
    for name in names:
        if name not in found:
            raise NoSuchEntry(f"No entry has the key {name[1]}.", key=name[1])
        if found[name].state is not State.POSTED:
            raise NotPosted(
                f"The entry {name[1]} is {found[name].state.value}: only a posted entry is reversed.", key=name[1], state=found[name].state.value
            )
    return found


def _mirror_entry(reversal: Reversal, original: Recorded) -> Entry:
    return Entry(
        organisation_id=reversal.organisation_id,
        key=reversal.key,
        kind=reversal.kind,
        subject=original.entry.subject,
        postings=mirror(original.entry.postings),
        occurred_at=reversal.occurred_at,
        reverses=reversal.reverses,
    )


# -- settling ----------------------------------------------------------------------------------------------------------------------------


def _settled_entries(tx: Tx, settlements: Sequence[Settlement]) -> dict[Name, UUID]:
    if not settlements:
        return {}
    organisations, organisation_ids = tx.among("organisation_id", Kind.UUID, sorted({settlement.organisation_id for settlement in settlements}))
    keys, key_list = tx.among("key", Kind.TEXT, sorted({settlement.key for settlement in settlements}))
    rows = tx.select(table(models.Entry), ["organisation_id", "key", "id", "pending"], f"{organisations} AND {keys}", (organisation_ids, key_list))
    found = {(organisation_id, key): (id_, pending) for organisation_id, key, id_, pending in rows}
    for settlement in settlements:
        name = (settlement.organisation_id, settlement.key)
        if name not in found:
            raise NoSuchEntry(f"No entry has the key {settlement.key}.", key=settlement.key)
        if not found[name][1]:
            raise NotPending(f"The entry {settlement.key} was posted from the start: reverse it instead.", key=settlement.key)
    return {name: id_ for name, (id_, _) in found.items()}


def _check_settled_the_same(tx: Tx, outcomes: dict[UUID, State]) -> None:
    rows = tx.select_among(table(models.Settlement), ["entry_id", "outcome"], "entry_id", sorted(outcomes))
    for entry_id, outcome in rows:
        if outcome != outcomes[entry_id]:
            raise AlreadySettled(f"The entry is {outcome} already.", state=outcome)
