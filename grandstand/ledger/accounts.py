"""Finding accounts, and opening those that money meets for the first time."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from grandstand.kit.ids import new_ids
from grandstand.ledger import models
from grandstand.ledger.chart import family_of
from grandstand.ledger.values import AccountRef
from grandstand.store.api import Kind, Tx, table

type Triple = tuple[UUID, str, str]
"""Organisation, code, currency."""


def account_ids(tx: Tx, needed: Collection[AccountRef], *, now: datetime) -> dict[Triple, UUID]:
    """The id of each account, opened when it was not there. One statement when all are there, else three."""
    triples = sorted({(ref.organisation_id, ref.code, ref.currency) for ref in needed})
    found = _stored(tx, triples)
    missing = [triple for triple in triples if triple not in found]
    if not missing:
        return found
    rows = [
        (id_, organisation_id, code, currency, family_of(code).kind.value, now)
        for id_, (organisation_id, code, currency) in zip(new_ids(len(missing)), missing, strict=True)
    ]
    # In sorted order: whoever opens the same accounts at the same time waits for us, or we for them, but never both.
    tx.insert(table(models.Account), ["id", "organisation_id", "code", "currency", "kind", "opened_at"], rows, skip_conflicts=True)
    return found | _stored(tx, missing)


def _stored(tx: Tx, triples: Collection[Triple]) -> dict[Triple, UUID]:
    organisations, organisation_ids = tx.among("organisation_id", Kind.UUID, sorted({organisation_id for organisation_id, _, _ in triples}))
    codes, code_list = tx.among("code", Kind.TEXT, sorted({code for _, code, _ in triples}))
    rows = tx.select(
        table(models.Account), ["organisation_id", "code", "currency", "id"], f"{organisations} AND {codes}", (organisation_ids, code_list)
    )
    return {(organisation_id, code, currency): id_ for organisation_id, code, currency, id_ in rows}
