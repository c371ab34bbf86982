"""Tickets: looked at, taken back, given back, each with a reason that the holder is told."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.admin import SimpleListFilter, display, register
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from grandstand.kit.money import Money
from grandstand.movement.console import ReasonForm, console
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.admin.common import BOX_OFFICE, SEE, OnlyShown, how
from grandstand.ticketing.models import Admission, Reinstatement, Ticket, Voiding
from grandstand.ticketing.rules import ticket_state
from grandstand.ticketing.values import TicketState
from grandstand.ticketing.words import of_event, of_state
from grandstand.ui.formats import money_text

_OPEN = Voiding.objects.filter(~Exists(Reinstatement.objects.filter(voiding=OuterRef("pk"))), ticket=OuterRef("pk"))
_IN = Admission.objects.filter(ticket=OuterRef("pk"))

_ACTS: dict[str, Callable[..., None]] = {
    "void": ticketing.void_ticket,
    "reinstate": ticketing.reinstate_ticket,
    "take_back_admission": ticketing.take_back_admission,
}


class TicketForm(ReasonForm):
    """What to do with a ticket. The reason goes to its holder word for word."""

    act = forms.ChoiceField(
        label=_("What to do"),
        choices=[
            ("void", _("Take the ticket back: it admits nobody from now on")),
            ("reinstate", _("Give the ticket back: it is what it was before")),
            ("take_back_admission", _("Take back the admission: nobody came in with it after all")),
        ],
        widget=UnfoldAdminSelectWidget,
        help_text=_("The holder is told, with the reason as you write it."),
    )


class StateFilter(SimpleListFilter):
    """Void, used or good."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, of_state(state)[1]) for state in (TicketState.VALID, TicketState.USED, TicketState.VOID)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {
            TicketState.VOID.value: Q(is_void=True),
            TicketState.USED.value: Q(is_void=False, is_used=True),
            TicketState.VALID.value: Q(is_void=False, is_used=False),
        }.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


@register(Ticket, site=console)
class TicketAdmin(OnlyShown):
    """Every ticket. Changing one takes it back or gives it back."""

    form = TicketForm
    roles_to_see = SEE
    roles_to_change = BOX_OFFICE
    list_display = ("short", "session", "category", "state", "price", "issued_at", "order_id")
    list_filter = (StateFilter, "offer__stock__category__code")
    list_select_related = ("sale__session", "offer__stock__category")
    search_fields = ("id", "order_id", "sale__session__code", "holder__email")
    search_help_text = _("A ticket's or order's id, a session's code, or the holder's e-mail address")
    ordering = ("-issued_at", "-id")
    fields = ("short", "session", "category", "state", "price", "issued_at", "order_id", "history_shown", "act")
    readonly_fields = ("short", "session", "category", "state", "price", "issued_at", "order_id", "history_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what their state is read from, in the list's one statement."""
        rows: QuerySet[Any] = super().get_queryset(request)
        annotated: QuerySet[Any] = rows.annotate(is_void=Exists(_OPEN), is_used=Exists(_IN))
        return annotated

    @display(description=_("ticket"), ordering="id")
    def short(self, obj: Ticket) -> str:
        return obj.id.hex[-12:].upper()

    @display(description=_("session"), ordering="sale__session__code")
    def session(self, obj: Ticket) -> str:
        return str(obj.sale.session)

    @display(description=_("price category"))
    def category(self, obj: Ticket) -> str:
        return str(obj.offer.stock.category)

    @display(description=_("state"))
    def state(self, obj: Any) -> str:
        return of_state(ticket_state(void=obj.is_void, used=obj.is_used, needs_activation=False, activated=True))[1]

    @display(description=_("price"), ordering="price_minor")
    def price(self, obj: Ticket) -> str:
        return money_text(Money(minor=obj.price_minor, currency=obj.currency), language=get_language() or "en")

    @display(description=_("history"))
    def history_shown(self, obj: Ticket) -> SafeString:
        events = ticketing.history(ticket_id=obj.id, language=get_language() or "en")
        lines = [
            (f"{event.at:%Y-%m-%d %H:%M}", of_event(event.kind), f" ({event.reason or event.gate})" if event.reason or event.gate else "")
            for event in events
        ]
        return format_html_join("", "<div>{} UTC: {}{}</div>", lines)

    def save_through(self, request: HttpRequest, obj: Ticket, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        _ACTS[form.cleaned_data["act"]](ticket_id=obj.id, organisation_id=obj.organisation_id, **how(request, form))
        return obj.id
