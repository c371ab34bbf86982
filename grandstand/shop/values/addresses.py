"""Addresses as their country writes them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressField:
    """One part of an address. `name` is a field of commerce's ShipTo; `kind` says what it is called there: `state`, `zip` ...

    `choices` are (value, label), where the country has a list; empty: it is typed. `example` is empty where there is none.
    """

    name: str
    kind: str
    required: bool
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""
