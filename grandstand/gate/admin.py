"""Waiting rooms in the console: their conditions, and a screen from which they are steered while people wait."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import display, register
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from grandstand.commerce.api import ItemRef
from grandstand.gate.models import WaitingRoom
from grandstand.gate.rooms import rows
from grandstand.gate.rooms.opening import slowest_commit
from grandstand.gate.rooms.steering import change_room, end_room, open_room, steer
from grandstand.gate.rooms.values import Guarded, RoomDraft, Step
from grandstand.kit.clock import now
from grandstand.kit.errors import Refusal
from grandstand.movement import api as movement
from grandstand.movement.console import OrganisationAdmin, ReasonForm, Role, actor, console, reason
from grandstand.shop import api as shop
from grandstand.store.api import Tx, read, write
from grandstand.ticketing import api as ticketing

ROLES = (Role.BOX_OFFICE, Role.SHOP)
LANGUAGES = (("en", _("Message in English")), ("fr", _("Message in French")), ("zh-hans", _("Message in Chinese")))
CURVE_STEPS = 360
"""Half an hour of steps."""


class UUIDsField(forms.CharField):
    """Ids, one a line."""

    def clean(self, value: Any) -> list[UUID]:
        try:
            return [UUID(word) for word in str(super().clean(value) or "").split()]
        except ValueError:
            raise forms.ValidationError(gettext("Write one id a line.")) from None


def _ids(label: Any, text: Any) -> UUIDsField:
    return UUIDsField(label=label, required=False, help_text=text, widget=UnfoldAdminTextareaWidget)


class RoomForm(ReasonForm):
    """Conditions of a room, and what it guards."""

    title_fr = forms.CharField(label=_("Title in French"), required=False, max_length=150, widget=UnfoldAdminTextInputWidget)
    title_zh_hans = forms.CharField(label=_("Title in Chinese"), required=False, max_length=150, widget=UnfoldAdminTextInputWidget)
    sessions = _ids(_("Sessions"), _("Ids of sessions, one a line: all their offers in every market, drafts too. Save again when offers were added."))
    products = _ids(_("Product variants"), _("Ids of variants, one a line."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "proof_cost" in self.fields:
            self.fields["proof_cost"].help_text = gettext(
                "Rounds of hashing per try. 0: no puzzle, and only the limit per network address holds back a script. "
                "At 5,000, solving one takes 1.3 million rounds on average."
            )
        if not self.instance.organisation_id:
            return
        with read() as tx:
            guarded = rows.guards(tx, [self.instance.id])[self.instance.id]
        titles = self.instance.titles or {}
        self.initial.update(
            {
                "title_fr": titles.get("fr", ""),
                "title_zh_hans": titles.get("zh-hans", ""),
                "sessions": "\n".join(dict.fromkeys(str(each.session_id) for each in guarded if each.session_id)),
                "products": "\n".join(str(each.ref.item_id) for each in guarded if each.session_id is None),
            }
        )


class SteerForm(forms.Form):
    """What an operator does while people wait."""

    rate_per_min = forms.IntegerField(min_value=0, max_value=100_000)
    most_inside = forms.IntegerField(min_value=0, max_value=1_000_000)
    reason = forms.CharField(max_length=300)


@register(WaitingRoom, site=console)
class WaitingRoomAdmin(OrganisationAdmin):
    """Rooms, each with a screen of its own."""

    form = RoomForm
    roles_to_see = ROLES
    roles_to_change = ROLES
    list_display = ("title", "code", "opens_at", "starts_at", "live")
    search_fields = ("code", "title")
    ordering = ("-starts_at",)
    conditions = ("opens_at", "starts_at", "rate_per_min", "most_inside", "stay_s", "fallback_after_s", "for_accounts", "proof_cost")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        names = ["organisation", "code", "title", "title_fr", "title_zh_hans", *self.conditions, "sessions", "products"]
        return [*(names[1:] if obj else names), *(["reason"] if self.has_change_permission(request, obj) else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    @display(description=_("as it happens"))
    def live(self, obj: WaitingRoom) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("console:gate_live", args=[obj.pk]), gettext("Watch and steer"))

    def save_through(self, request: HttpRequest, obj: WaitingRoom, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        asked = form.cleaned_data
        titles = {"fr": asked["title_fr"].strip(), "zh-hans": asked["title_zh_hans"].strip()}
        draft = RoomDraft(
            code=obj.code,
            title=obj.title,
            titles={language: text for language, text in titles.items() if text},
            market_code=movement.default_market().code,
            **{name: getattr(obj, name) for name in self.conditions},
        )
        given: dict[str, Any] = {"by": actor(request), "reason": reason(form), "now": now(), "draft": draft}
        with write() as tx:
            given["guarded"] = _guarded(tx, asked)
            if not change:
                return open_room(tx, organisation_id=obj.organisation_id, **given)
            change_room(tx, room_id=obj.id, **given)
            return obj.id

    def get_urls(self) -> list[URLPattern]:
        """And the screen on which a room is watched and steered."""

        def live(request: HttpRequest, object_id: UUID) -> HttpResponse:
            return self.watch(request, object_id)

        live.model_admin = self  # type: ignore[attr-defined] # by it the console declares for whom the page is
        urls: list[URLPattern] = super().get_urls()
        return [path("<uuid:object_id>/live/", self.admin_site.admin_view(live), name="gate_live"), *urls]

    def watch(self, request: HttpRequest, room_id: UUID) -> HttpResponse:
        """Counts as of now, asked for by htmx every few seconds; a POST steers."""
        row = self.get_queryset(request).filter(pk=room_id).first()
        if row is None:
            raise Http404
        if request.method == "POST":
            if not self.has_change_permission(request, row):
                raise PermissionDenied
            return self._steered(request, row)
        with read() as tx:
            room, steps, commit_ms = rows.rooms_by_id(tx, [row.id])[row.id], rows.steps(tx, row.id, most=CURVE_STEPS), slowest_commit(tx, now=now())
        context = {
            **self.admin_site.each_context(request),
            "title": room.title_in(get_language() or "en"),
            "opts": self.opts,
            "room": room,
            "stage": _stages()[room.stage(now()).value],
            "last": steps[-1] if steps else None,
            "curves": _curves(steps),
            "per_min": _per_min(steps),
            "commit_ms": commit_ms,
            "languages": [(code, label, room.message.get(code, "")) for code, label in LANGUAGES],
            "media": self.media,
        }
        request.current_app = self.admin_site.name
        part = request.headers.get("HX-Request") == "true"
        return render(request, "gate/console/live_part.html" if part else "gate/console/live.html", context)

    def _steered(self, request: HttpRequest, row: WaitingRoom) -> HttpResponse:
        form = SteerForm(request.POST)
        if not form.is_valid():
            messages.error(request, gettext("Say the pace, the most people inside, and why."))
            return redirect("console:gate_live", row.pk)
        given: dict[str, Any] = {"room_id": row.id, "by": actor(request), "reason": reason(form), "now": now()}
        try:
            with write() as tx:
                _do(tx, request, form.cleaned_data, given)
        except Refusal as refusal:
            messages.error(request, gettext(str(refusal)))
        else:
            messages.success(request, gettext("Done. Everybody who waits sees it within two seconds."))
        return redirect("console:gate_live", row.pk)


def _do(tx: Any, request: HttpRequest, asked: dict[str, Any], given: dict[str, Any]) -> None:
    act = request.POST.get("act", "")
    if act == "end":
        end_room(tx, **given)
        return
    told = {code: request.POST.get(f"message_{code}", "").strip() for code, _label in LANGUAGES}
    steer(
        tx,
        paused={"pause": True, "resume": False}.get(act),
        rate_per_min=asked["rate_per_min"],
        most_inside=asked["most_inside"],
        message={code: text for code, text in told.items() if text},
        **given,
    )


def _guarded(tx: Tx, asked: dict[str, Any]) -> list[Guarded]:
    """Whatever of the sessions is sold or will be, in any market: a draft is put on sale without a thought of the room."""
    offers = [
        Guarded(ref=ItemRef(kind=ticketing.Tickets.kind, item_id=offer.id), session_id=offer.session_id)
        for offer in ticketing.offers_of_sessions(tx, asked["sessions"])
        if offer.status is not ticketing.OfferStatus.WITHDRAWN
    ]
    return [*offers, *(Guarded(ref=ItemRef(kind=shop.KIND, item_id=item_id)) for item_id in asked["products"])]


def _stages() -> dict[str, str]:
    return {
        "planned": gettext("not open yet"),
        "gathering": gettext("people come"),
        "drawing": gettext("the order is drawn"),
        "admitting": gettext("people are let in"),
        "ended": gettext("ended"),
    }


def _per_min(steps: list[Step]) -> int:
    """How fast people came in during the last minute of steps."""
    last = steps[-13:]
    within = (last[-1].at - last[0].at).total_seconds() if len(last) > 1 else 0
    return round(60 * (last[-1].admitted - last[0].admitted) / within) if within else 0


def _curves(steps: list[Step]) -> list[dict[str, Any]]:
    """Each figure over time as the points of a line, 100 wide and 40 high, with its highest value."""
    named = (("waiting", gettext("Waiting")), ("inside", gettext("Inside")), ("commit_ms", gettext("Milliseconds to an answer")))
    return [_curve(label, [int(getattr(step, name)) for step in steps]) for name, label in named]


def _curve(label: str, values: list[int]) -> dict[str, Any]:
    top, last = max([1, *values]), max(1, len(values) - 1)
    points = " ".join(f"{100 * n / last:.2f},{38 - 36 * value / top:.2f}" for n, value in enumerate(values))
    return {"label": label, "points": points, "top": top, "now": values[-1] if values else 0}
