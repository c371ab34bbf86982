"""Sessions: described, moved, postponed, cancelled and reinstated, each with its reason."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.admin import display, register
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from grandstand.games import api as games
from grandstand.games.admin.common import EVERYBODY, OfEditionAdmin, in_words
from grandstand.games.models import Session
from grandstand.kit.clock import now
from grandstand.movement.console import ReasonForm, Role, actor, console, reason
from grandstand.store import api as store


class _WallTimeInput(UnfoldAdminTextInputWidget):  # type: ignore[misc] # Unfold publishes no types
    input_type = "datetime-local"


class _WallTimeField(forms.CharField):
    """A wall time as it is stored: "2031-07-01T19:00", "" for none."""

    widget = _WallTimeInput

    def clean(self, value: Any) -> str:
        text = str(super().clean(value) or "")
        try:
            return datetime.fromisoformat(text).strftime("%Y-%m-%dT%H:%M") if text else ""
        except ValueError:
            raise forms.ValidationError(gettext("Write day and time as 2031-07-01T19:00.")) from None


_STATES = [
    ("on", pgettext_lazy("session", "takes place")),
    (games.Status.POSTPONED.value, pgettext_lazy("session", "is postponed")),
    (games.Status.CANCELLED.value, pgettext_lazy("session", "is cancelled")),
]


class SessionForm(ReasonForm):
    """Wall times are in the session's own zone. What the session is (to be confirmed, scheduled) follows from what is known of it."""

    starts_local = _WallTimeField(label=_("local start"), required=False)
    ends_local = _WallTimeField(label=_("local end"), required=False)
    state = forms.ChoiceField(label=_("The session"), choices=_STATES, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status = self.instance.status
        self.initial["state"] = status if status in {games.Status.POSTPONED, games.Status.CANCELLED} else "on"
        if self.instance.edition_id:
            for name in {"venue", "discipline"} & set(self.fields):
                choice: Any = self.fields[name]
                choice.queryset = choice.queryset.filter(edition_id=self.instance.edition_id)

    def clean(self) -> dict[str, Any]:
        """The day is that of the start, where there is one."""
        cleaned = super().clean()
        if starts_local := cleaned.get("starts_local"):
            cleaned["day_on"] = datetime.fromisoformat(starts_local).date()
        return cleaned


@register(Session, site=console)
class SessionAdmin(OfEditionAdmin):
    """Organisers add sessions, describe them, move them, postpone, cancel and reinstate them: each with a reason that holders are told."""

    form = SessionForm
    roles_to_see = EVERYBODY
    roles_to_change = (Role.ORGANISER,)
    list_display = ("code", "title", "discipline", "venue", "day_on", "starts", "status", "ticketed")
    list_display_links = ("code", "title")
    list_filter = ("edition", "status", "ticketed", "stage", "discipline", "venue")
    list_select_related = ("discipline", "venue")
    search_fields = ("code", "title", "search_text")
    ordering = (F("day_on").asc(nulls_last=True), F("starts_at").asc(nulls_last=True), "code")
    fieldsets = (
        (None, {"fields": ("edition", "code", "discipline", "title", "titles", "branch", "stage", "ticketed")}),
        (_("When and where"), {"fields": ("state", "venue", "time_zone", "day_on", "starts_local", "ends_local", "stakes")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("edition", "code", "discipline", "stakes") if obj else ("stakes",)

    @display(description=_("local start"), ordering="starts_at")
    def starts(self, obj: Session) -> str:
        return obj.starts_local[11:] or "–"

    @display(description=_("tickets sold or held"))
    def stakes(self, obj: Session) -> int:
        with store.read() as tx:
            return games.stakes_many(tx, [obj.id])[obj.id]

    def save_through(self, request: HttpRequest, obj: Session, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        how: dict[str, Any] = {"now": now(), "by": actor(request), "reason": reason(form)}
        return in_words(lambda: _change_session(obj, form, how) if change else _add_session(obj, how))


def _add_session(obj: Session, how: dict[str, Any]) -> UUID:
    venue = obj.venue
    draft = games.SessionDraft(
        code=obj.code.upper(),
        discipline_code=obj.discipline.code,
        title=obj.title,
        titles=obj.titles,
        branch=obj.branch,
        stage=games.Stage(obj.stage),
        venue_code=venue.code if venue else "",
        time_zone=obj.time_zone,
        day_on=obj.day_on,
        starts_local=datetime.fromisoformat(obj.starts_local) if obj.starts_local else None,
        ends_local=datetime.fromisoformat(obj.ends_local) if obj.ends_local else None,
        ticketed=obj.ticketed,
    )
    with store.write() as tx:
        return games.create_schedule(tx, edition_id=obj.edition_id, draft=games.ScheduleDraft(sessions=(draft,)), **how)[draft.code]


def _change_session(obj: Session, form: Any, how: dict[str, Any]) -> UUID:
    """One transaction over the services that the form asks for: reinstated before, postponed or cancelled after it is moved."""
    with store.write():
        here = games.session(session_id=obj.id)
        games.describe_session(
            session_id=obj.id,
            title=obj.title,
            titles=obj.titles,
            branch=obj.branch,
            stage=games.Stage(obj.stage),
            ticketed=obj.ticketed,
            **how,
        )
        state = form.cleaned_data["state"]
        if state == "on" and here.status in {games.Status.POSTPONED, games.Status.CANCELLED}:
            games.reinstate_session(session_id=obj.id, **how)
        to = replace(
            here.place,
            venue_id=obj.venue_id,
            time_zone=obj.time_zone,
            day_on=obj.day_on,
            starts_local=datetime.fromisoformat(obj.starts_local) if obj.starts_local else None,
            ends_local=datetime.fromisoformat(obj.ends_local) if obj.ends_local else None,
        )
        if to != here.place:
            games.move_session(session_id=obj.id, to=to, **how)
        if state == games.Status.POSTPONED:
            games.postpone_session(session_id=obj.id, **how)
        elif state == games.Status.CANCELLED:
            games.cancel_session(session_id=obj.id, **how)
    return obj.id
