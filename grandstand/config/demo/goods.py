"""The demo's products: 25 of them, drawn by the ui's pictures, named in three languages, priced in three currencies."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from grandstand.config.demo.world import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPlan:
    """One product. Prices are in major units by currency; EUR and CNY hold the tax, USD does not. `variants` are (option, stock)."""

    slug: str
    category: str
    shape: str
    name: Words
    description: Words
    prices: dict[str, str]
    variants: tuple[tuple[str, int], ...]
    weight_g: int
    colours: tuple[str, str]
    listed_in: tuple[str, ...]


@cache
def products() -> tuple[ProductPlan, ...]:
    """What `goods.json` holds, read once."""
    return msgspec.json.decode(Path(__file__).with_name("goods.json").read_bytes(), type=tuple[ProductPlan, ...])
