"""What the demo sold in the day before it was made: plain values drawn from the seed, the same for the same seed. Its buyers are invented."""

import random
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from grandstand.commerce.api import ShipTo
from grandstand.config.demo import world

HOURS = 24
_ORDERS_IN_AN_HOUR = {0: 2, 1: 4, 2: 4, 3: 2}
"""How often an hour has so many: about three dozen orders in a day, and hours without any."""

_TICKETS = {1: 2, 2: 6, 3: 2, 4: 3}
_CATEGORIES = {"A": 1, "B": 3, "C": 5}
_WITH_A_SHIRT = 0.3
_SHIRTS = ("meridian-tee", "lane-tee", "harbour-tee")
_BUYERS = {("europe", "en"): 4, ("europe", "fr"): 5, ("china", "zh-hans"): 3, ("usa", "en"): 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One guest's order, `ago` before the demo is made: tickets of one category of a session, and perhaps a shirt (its product's slug)."""

    ago: timedelta
    visitor: str
    name: str
    email: str
    market: str
    language: str
    session: str
    category: str
    tickets: int
    shirt: str

    @property
    def ship_to(self) -> ShipTo | None:
        """An address in a town that no map has, for those who bought a shirt."""
        if not self.shirt:
            return None
        return ShipTo(name=self.name, country="FR", lines=("8 rue de la Corderie",), city="Port-Méridien", postal_code="44600")


def purchases(plans: list[world.SessionPlan], *, seed: int) -> list[Purchase]:
    """The day's orders, the earliest first; those of the same hour at the same minute, to be made together."""
    rng = random.Random(f"purchases:{seed}")
    sold = [plan for plan in plans if plan.venue is not None]
    liked = [rng.paretovariate(1.5) for _ in sold]
    return [
        _purchase(rng, ago, rng.choices(sold, liked)[0])
        for hour in range(HOURS - 1, 0, -1)
        for ago in [timedelta(hours=hour, minutes=-rng.randrange(45))] * _drawn(rng, _ORDERS_IN_AN_HOUR)
    ]


def _purchase(rng: random.Random, ago: timedelta, plan: world.SessionPlan) -> Purchase:
    market, language = _drawn(rng, _BUYERS)
    given, family = ("".join(map(rng.choice, syllables)) for syllables in (world.world().given, world.world().family))
    categories = {code: often for code, often in _CATEGORIES.items() if len(plan.prices_eur) > 1 or code == "A"}
    return Purchase(
        ago=ago,
        visitor=f"{rng.getrandbits(128):032x}",
        name=f"{given} {family}",
        email=f"{_plain(given)}.{_plain(family)}.{rng.randrange(1000)}@fans.example",
        market=market,
        language=language,
        session=plan.code,
        category=_drawn(rng, categories),
        tickets=_drawn(rng, _TICKETS),
        shirt=rng.choice(_SHIRTS) if market == "europe" and rng.random() < _WITH_A_SHIRT else "",
    )


def _drawn[T](rng: random.Random, often: dict[T, int]) -> T:
    return rng.choices(list(often), list(often.values()))[0]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
