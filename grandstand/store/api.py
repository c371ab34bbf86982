"""The store's door: transactions, walls, the outbox, the audit log, idempotency keys, rate limits."""

from grandstand.store.answers import Asked, Fresh, Known, Reused, ask, keep_answers
from grandstand.store.audit import Change, record
from grandstand.store.clock import advance
from grandstand.store.connections import Database, django_engine, engine_of, read, sqlite_path, write, write_retrying
from grandstand.store.kinds import Engine, Kind, TextWrong
from grandstand.store.outbox import announce, deliver_due, given_up, hear, undelivered
from grandstand.store.rates import allow, sweep
from grandstand.store.tables import Table, table
from grandstand.store.tx import DataWrong, Deadlock, Lost, Row, Tx, WallHit
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
    "Lost",
    "LowerWall",
    "RaiseWall",
    "Reused",
    "Row",
    "Table",
    "TextWrong",
    "Tx",
    "Wall",
    "WallHit",
    "advance",
    "allow",
    "announce",
    "append_only",
    "ask",
    "deliver_due",
    "django_engine",
    "engine_of",
    "given_up",
    "hear",
    "keep_answers",
    "missing_walls",
    "read",
    "record",
    "refuse_row",
    "same_on_both_sides",
    "sqlite_path",
    "standing_walls",
    "sweep",
    "table",
    "undelivered",
    "write",
    "write_retrying",
]
