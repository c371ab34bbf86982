"""The store's door: transactions, walls, the outbox, the audit log, idempotency keys, rate limits, sealed secrets."""

from grandstand.store.ahead import Later, Row
from grandstand.store.answers import Asked, Fresh, Known, Reused, ask, keep_answers, kept_answers
from grandstand.store.audit import Change, Recorded, changes_of_person, record
from grandstand.store.clock import advance, high_water
from grandstand.store.connections import Database, django_engine, engine_of, read, sqlite_path, write, write_retrying
from grandstand.store.faults import DataWrong, Deadlock, Lost, WallHit
from grandstand.store.kinds import Engine, Kind, TextWrong
from grandstand.store.outbox import announce, deliver_due, given_up, hear, undelivered
from grandstand.store.queues import queue_order
from grandstand.store.rates import allow, sweep, within_limit
from grandstand.store.sealing import Unsealed, find_unsealed, installation_secrets, seal
from grandstand.store.tables import Table, table
from grandstand.store.tx import Tx
from grandstand.store.walls import LowerWall, RaiseWall, Wall, append_only, missing_walls, refuse_row, same_on_both_sides, standing_walls

__all__ = [
    "Asked",
    "Change",
    "DataWrong",
    "Database",
    "Deadlock",
    "Engine",
    "Fresh",
    "Kind",
    "Known",
    "Later",
    "Lost",
    "LowerWall",
    "RaiseWall",
    "Recorded",
    "Reused",
    "Row",
    "Table",
    "TextWrong",
    "Tx",
    "Unsealed",
    "Wall",
    "WallHit",
    "advance",
    "allow",
    "announce",
    "append_only",
    "ask",
    "changes_of_person",
    "deliver_due",
    "django_engine",
    "engine_of",
    "find_unsealed",
    "given_up",
    "hear",
    "high_water",
    "installation_secrets",
    "keep_answers",
    "kept_answers",
    "missing_walls",
    "queue_order",
    "read",
    "record",
    "refuse_row",
    "same_on_both_sides",
    "seal",
    "sqlite_path",
    "standing_walls",
    "sweep",
    "table",
    "undelivered",
    "within_limit",
    "write",
    "write_retrying",
]
