"""Tickets as templates need them: with their state in words."""

from dataclasses import dataclass

from grandstand.ticketing.adapters.paper import no_code_text
from grandstand.ticketing.values import TicketState, TicketView
from grandstand.ticketing.words import of_seat, of_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A ticket with its state as tone and word, its code as a picture, or why it has none."""

    view: TicketView
    tone: str
    word: str
    qr: str
    no_code: str

    @property
    def caption(self) -> str:
        """What stands below the code for people: category, and the seat, or which ticket of how many."""
        return f"{self.view.category.name} · {self.seat or f'{self.view.number}/{self.view.of}'}"

    @property
    def seat(self) -> str:
        """The seat in words; empty where there is none."""
        return of_seat(self.view.seat) if self.view.seat is not None else ""

    @property
    def can_activate(self) -> bool:
        return self.view.state is TicketState.NOT_ACTIVATED


def shown(view: TicketView, *, qr: str = "") -> Shown:
    """In the active language."""
    tone, word = of_state(view.state)
    if view.session_status == "cancelled" and view.state is not TicketState.VOID:
        tone = "refused"
    return Shown(view=view, tone=tone, word=word, qr=qr, no_code=no_code_text(view))
