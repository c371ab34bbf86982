"""The tickets of a session as its page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from grandstand.games import api as games
from grandstand.kit.money import Money
from grandstand.sites import words
from grandstand.ticketing import api as ticketing

OPEN_TO_ALL = "public"

ACCESSIBLE = "accessible"
"""The account of accessible places and of their companions' seats, for those who ask for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One price category. `most` is how many can be taken at once, 0 when none can; `first` how many the form begins with."""

    offer_id: UUID
    code: str
    name: str
    colour: str
    price: Money
    tone: str
    word: str
    most: int

    @property
    def first(self) -> int:
        return min(2, self.most)


def offers(on_sale: Sequence[ticketing.OfferOnSale], *, session: games.Session, language: str, account: str = OPEN_TO_ALL) -> list[Offer]:
    """What everybody may buy, best category first. Offers to one account alone (a sponsor's guests, a team's) are sold elsewhere."""
    return [_offer(each, session, language) for each in on_sale if each.account == account]


def _offer(on_sale: ticketing.OfferOnSale, session: games.Session, language: str) -> Offer:
    tone, word = words.of_sale(on_sale.state, on_sale.level, on_sale.left, on_sale.window.starts_at, zone=session.time_zone, language=language)
    return Offer(
        offer_id=on_sale.offer_id,
        code=on_sale.category.code,
        name=on_sale.category.name,
        colour=on_sale.category.colour,
        price=on_sale.price,
        tone=tone,
        word=word,
        most=min(on_sale.limit_per_line, on_sale.cap_per_person, on_sale.left or on_sale.limit_per_line)
        if on_sale.state is ticketing.SaleState.OPEN
        else 0,
    )
