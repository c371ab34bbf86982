"""Sessions on sale: opened one by one, reconciled with their plan, and how they sell as it happens."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.admin import display, register
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from grandstand.games import api as games
from grandstand.kit.clock import now
from grandstand.kit.money import Money
from grandstand.movement import api as movement
from grandstand.movement.console import OrganisationAdmin, Panel, ReasonForm, console, reach
from grandstand.store.api import read, write
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.admin.common import BOX_OFFICE, SEE, how
from grandstand.ticketing.models import OrderNotRefunded, SessionRefund, SessionSale
from grandstand.ticketing.services.categories import set_doors
from grandstand.ticketing.values import CategoryPlan, Conditions, OfferWrong, SalesLine, SessionPlan
from grandstand.ui import charts
from grandstand.ui.formats import time_text
from grandstand.ui.values import Bar

CODES = ("A", "B", "C")
BRIEF = 5
"""Sessions shown above the list of all."""


def _seats(code: str) -> forms.IntegerField:
    label = format_lazy("{} {}", code, _("seats of the plan"))
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=1_000_000, widget=UnfoldAdminIntegerFieldWidget)


def _price(code: str) -> forms.DecimalField:
    label = format_lazy("{} {}", code, _("price"))
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=12, decimal_places=3, widget=UnfoldAdminTextInputWidget)


class SaleForm(ReasonForm):
    """Opening a session: seats of the reconciled plan and the price, per category. A category without seats is not sold."""

    seats_a, price_a = _seats("A"), _price("A")
    seats_b, price_b = _seats("B"), _price("B")
    seats_c, price_c = _seats("C"), _price("C")

    def clean(self) -> dict[str, Any]:
        """Seats and price come together, and one category at least has some."""
        cleaned = super().clean()
        wanted = [code for code in CODES if cleaned.get(f"seats_{code.lower()}")]
        for code in wanted:
            if cleaned.get(f"price_{code.lower()}") is None:
                self.add_error(f"price_{code.lower()}", gettext("Say what a ticket of this category costs."))
        if not wanted and not self.instance.pk:
            self.add_error("seats_a", gettext("Say how many seats there are in one category at least."))
        return cleaned


ABOVE = "ticketing/console/sales_above.html"
STYLESHEET = "ticketing/console.css"

console.show_on_front(Panel(template=ABOVE, stylesheet=STYLESHEET, roles=(*SEE, *BOX_OFFICE)))


@register(SessionSale, site=console)
class SessionSaleAdmin(OrganisationAdmin):
    """Sessions whose box office is open, above them how they sell. Adding one opens it; changing one moves the opening of its doors."""

    form = SaleForm
    roles_to_see = SEE
    roles_to_change = BOX_OFFICE
    list_display = ("code", "title", "starts", "doors_before_min", "opened_at")
    list_display_links = ("code", "title")
    list_select_related = ("session",)
    search_fields = ("session__code", "session__title")
    ordering = ("session__day_on", "session__starts_at", "session__code")
    autocomplete_fields = ("session",)
    list_before_template = ABOVE

    class Media:
        css = {"all": (STYLESHEET,)}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj:
            return ["code", "title", "starts", "opened_at", "seats", "accounts", "money_back", "doors_before_min", *self._why(request, obj)]
        return ["session", "seats_a", "price_a", "seats_b", "price_b", "seats_c", "price_c", "doors_before_min", "reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "title", "starts", "opened_at", "seats", "accounts", "money_back") if obj else ()

    def get_urls(self) -> list[URLPattern]:
        """And the page that shows sales as they happen."""

        def sales(request: HttpRequest) -> HttpResponse:
            return self.sales(request)

        sales.model_admin = self  # type: ignore[attr-defined] # by it the console declares for whom the page is
        urls: list[URLPattern] = super().get_urls()
        return [path("sales/", self.admin_site.admin_view(sales), name="ticketing_sales"), *urls]

    def sales(self, request: HttpRequest) -> HttpResponse:
        """Tickets by the hour and by the session, as of now; asked for by htmx every few seconds, only the figures."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        mine = reach(request)
        found = ticketing.sales_now(
            organisation_ids=None if mine.everywhere else sorted(mine.organisations(self.roles_that_see())),
            now=now(),
            language=get_language() or "en",
        )
        zone = _zone(found.lines)
        brief = request.GET.get("brief") == "1"
        bars = [Bar(label=time_text(hour, zone=zone)[:2], value=count, text=str(count) if count else "") for hour, count in found.hours]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Sales as they happen"),
            "opts": self.opts,
            "brief": brief,
            "more": brief and len(found.lines) > BRIEF,
            "hours": found.hours,
            **_chart(bars),
            "sold": sum(count for _hour, count in found.hours),
            "zone": zone,
            "as_of": time_text(found.at, zone=zone),
            "lines": [(line, round(100 * line.sold / line.seats) if line.seats else 0) for line in found.lines[: BRIEF if brief else None]],
            "summary": gettext("Tickets sold in the last 24 hours, hour by hour."),
            "media": self.media,
        }
        request.current_app = self.admin_site.name
        part = request.headers.get("HX-Request") == "true"
        return render(request, "ticketing/console/sales_part.html" if part else "ticketing/console/sales.html", context)

    @display(description=_("code"), ordering="session__code")
    def code(self, obj: SessionSale) -> str:
        return obj.session.code

    @display(description=_("session"), ordering="session__title")
    def title(self, obj: SessionSale) -> str:
        return obj.session.title

    @display(description=_("local start"), ordering="session__starts_at")
    def starts(self, obj: SessionSale) -> str:
        return obj.session.starts_local.replace("T", " ") or "–"

    @display(description=_("seats"))
    def seats(self, obj: SessionSale) -> SafeString:
        """The plan, and what became of it: every seat is in exactly one of the lines."""
        books = ticketing.reconciliation(session_id=obj.session_id)
        lines = [
            (gettext("Reconciled seat plan"), books.capacity),
            (gettext("Can still be sold"), books.sellable),
            (gettext("Sold or in a basket"), books.taken),
            (gettext("Set aside: kill, contingency, groups"), books.set_aside),
            (gettext("In no account"), books.unassigned),
            (gettext("Valid tickets"), books.tickets),
        ]
        return format_html_join("", "<div>{}: <b>{}</b></div>", lines)

    @display(description=_("accounts"))
    def accounts(self, obj: SessionSale) -> SafeString:
        books = ticketing.reconciliation(session_id=obj.session_id)
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            [(line.category_code, line.account, line.on_hand, line.held, line.claimed, line.free) for line in books.lines],
        )
        heads = [gettext("Category"), gettext("Account"), gettext("On hand"), gettext("Held"), gettext("Sold"), pgettext("seats", "Free")]
        head = format_html_join("", "<th scope=col>{}</th>", [(each,) for each in heads])
        return format_html('<table class="seat-accounts"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', head, rows)

    @display(description=_("refunds of its cancellation"), empty_value="–")
    def money_back(self, obj: SessionSale) -> SafeString | None:
        """How far the refunds of a cancelled session are, and the orders that a person has to look at."""
        refund = SessionRefund.objects.filter(sale=obj).order_by("-cancelled_at").first()
        if refund is None:
            return None
        failed = OrderNotRefunded.objects.filter(refund=refund).order_by("at", "id")
        lines = [
            (gettext("From"), f"{refund.due_at:%Y-%m-%d %H:%M} UTC"),
            (gettext("Orders refunded"), refund.refunded),
            (gettext("Ended"), f"{refund.ended_at:%Y-%m-%d %H:%M} UTC" if refund.ended_at is not None else "–"),
            *((gettext("Could not be refunded"), f"{each.order_id}: {each.reason}") for each in failed),
        ]
        return format_html_join("", "<div>{}: <b>{}</b></div>", lines)

    def organisation_of(self, obj: Any, *, change: bool = True) -> UUID | None:
        found: UUID = obj.organisation_id if change else obj.session.organisation_id
        return found

    def save_through(self, request: HttpRequest, obj: SessionSale, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        given = how(request, form)
        if change:
            set_doors(session_id=obj.session_id, organisation_id=obj.organisation_id, doors_before_min=obj.doors_before_min, **given)
            return obj.session_id
        currency = movement.organisation(obj.session.organisation_id).currency
        plans = [SessionPlan(session_id=obj.session_id, categories=_plans(form.cleaned_data, currency))]
        with write() as tx:
            opened = ticketing.open_sessions(tx, plans=plans, conditions=Conditions(doors_before_min=obj.doors_before_min), **given)
        if obj.session_id not in opened.opened:
            why = dict(opened.skipped).get(obj.session_id)
            raise OfferWrong("This session cannot be opened.", field="session", why=why.value if why is not None else "open_already")
        return obj.session_id

    def _why(self, request: HttpRequest, obj: Any) -> list[str]:
        return ["reason"] if self.has_change_permission(request, obj) else []


def _plans(given: dict[str, Any], currency: str) -> tuple[CategoryPlan, ...]:
    return tuple(
        CategoryPlan(code=code, seats=seats, prices=(Money.parse(str(Decimal(given[f"price_{code.lower()}"])), currency),))
        for code in CODES
        if (seats := given.get(f"seats_{code.lower()}"))
    )


def _chart(hours: Sequence[Bar]) -> dict[str, Any]:
    # Drawn here and not by ui's component: Unfold takes everything of the class "chart" for a canvas of its own. Across in percent, so that the
    # chart fills its box while its figures keep their size.
    height = 180
    drawn, width, base = charts.bars(hours, height=height, wide=100)
    across = [{name: f"{100 * float(getattr(bar, name)) / width:.3f}%" for name in ("x", "width", "middle")} for bar in drawn]
    return {
        "drawn": [replace(bar, **places) for bar, places in zip(drawn, across, strict=True)],
        "height": height,
        "base": base,
        "below": height - 7,
    }


def _zone(lines: Sequence[SalesLine]) -> str:
    """The zone of the sessions that sell, where they share one; else UTC."""
    with read() as tx:
        zones = {session.time_zone for session in games.sessions_many(tx, [line.session_id for line in lines]).values()}
    return zones.pop() if len(zones) == 1 else "UTC"
