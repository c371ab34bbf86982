"""Editions and venues to describe; units, participants and imports to look at."""

from typing import Any
from uuid import UUID

from django.contrib.admin import SimpleListFilter, display, register
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grandstand.games import api as games
from grandstand.games.admin.common import EVERYBODY, OfEditionAdmin, in_words
from grandstand.games.models import Discipline, Edition, Import, Participant, Unit, Venue
from grandstand.kit.clock import now
from grandstand.movement.console import OrganisationAdmin, Role, actor, console, reason
from grandstand.store import api as store


@register(Edition, site=console)
class EditionAdmin(OrganisationAdmin):
    """Organisers make editions and describe them; their code stays, since files and links know them by it."""

    roles_to_see = EVERYBODY
    roles_to_change = (Role.ORGANISER,)
    list_display = ("name", "code", "starts_on", "ends_on", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("name", "code")
    ordering = (F("starts_on").desc(nulls_last=True), "code")
    fields = ("organisation", "code", "name", "names", "country", "time_zone", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organisation", "code", "country") if obj else ()

    def save_through(self, request: HttpRequest, obj: Edition, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        said: dict[str, Any] = {"name": obj.name, "names": obj.names, "time_zone": obj.time_zone, "starts_on": obj.starts_on, "ends_on": obj.ends_on}
        how: dict[str, Any] = {"now": now(), "by": actor(request), "reason": reason(form)}
        if change:
            return in_words(lambda: games.describe_edition(edition_id=obj.id, **said, **how)).id
        draft = games.EditionDraft(code=obj.code, country=obj.country, **said)
        return in_words(lambda: games.create_edition(draft=draft, organisation_id=obj.organisation_id, **how)).id


@register(Discipline, site=console)
class DisciplineAdmin(OrganisationAdmin):
    """The disciplines of the editions; they come with schedules."""

    roles_to_see = EVERYBODY
    list_display = ("name", "code", "sport", "edition")
    list_filter = ("edition", "sport")
    list_select_related = ("sport", "edition")
    search_fields = ("name", "code")
    ordering = ("name",)
    fields = ("edition", "sport", "code", "name", "names")


@register(Venue, site=console)
class VenueAdmin(OfEditionAdmin):
    """Organisers add venues and describe them. Where a venue is and its code come with it and stay."""

    roles_to_see = EVERYBODY
    roles_to_change = (Role.ORGANISER,)
    list_display = ("name", "zone", "country", "capacity", "edition")
    list_filter = ("edition", "zone")
    list_select_related = ("edition",)
    search_fields = ("name", "code", "zone")
    ordering = ("name",)
    fields = ("edition", "code", "name", "names", "zone", "zone_names", "country", "region", "time_zone", "capacity")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("edition", "code", "time_zone") if obj else ()

    def save_through(self, request: HttpRequest, obj: Venue, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        said: dict[str, Any] = {name: getattr(obj, name) for name in ("name", "zone", "country", "region", "capacity")}
        said |= {"names": obj.names or {}, "zone_names": obj.zone_names or {}}
        how: dict[str, Any] = {"now": now(), "by": actor(request), "reason": reason(form)}
        if change:
            return in_words(lambda: games.describe_venue(venue_id=obj.id, **said, **how)).id
        draft = games.ScheduleDraft(venues=(games.VenueDraft(code=obj.code, time_zone=obj.time_zone, **said),))
        with store.write() as tx:
            in_words(lambda: games.create_schedule(tx, edition_id=obj.edition_id, draft=draft, **how))
        return next(venue.id for venue in games.venues(edition_id=obj.edition_id) if venue.code == obj.code)


class OutsideSession(SimpleListFilter):
    """Units whose times do not fit their session's."""

    title = _("does not fit its session")
    parameter_name = "outside"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        early, late = F("session__starts_at"), F("session__ends_at")
        misfits = Q(starts_at__lt=early) | Q(starts_at__gt=late) | Q(ends_at__lt=early) | Q(ends_at__gt=late)
        return queryset.filter(misfits) if self.value() == "yes" else queryset


@register(Unit, site=console)
class UnitAdmin(OrganisationAdmin):
    """Heats and matches; they come with schedules and results."""

    roles_to_see = EVERYBODY
    list_display = ("rsc", "name", "session", "starts_at", "ends_at")
    list_filter = ("edition", OutsideSession)
    list_select_related = ("session",)
    search_fields = ("rsc", "name", "session__code")
    ordering = (F("starts_at").asc(nulls_last=True), "rsc")
    fields = ("edition", "rsc", "name", "names", "phase", "session", "starts_at", "ends_at")


@register(Participant, site=console)
class ParticipantAdmin(OrganisationAdmin):
    """Who takes part, by name and country."""

    roles_to_see = EVERYBODY
    list_display = ("name", "code", "kind", "organisation_code", "country", "edition")
    list_filter = ("edition", "kind")
    list_select_related = ("edition",)
    search_fields = ("name", "code", "organisation_code")
    ordering = ("name",)
    fields = ("edition", "code", "kind", "name", "names", "organisation_code", "country")


@register(Import, site=console)
class ImportAdmin(OrganisationAdmin):
    """Files that were imported, with what they changed and what was wrong with them."""

    roles_to_see = (Role.ORGANISER,)
    list_display = ("imported_at", "source", "edition", "rows", "created", "changed", "problems")
    list_filter = ("edition",)
    list_select_related = ("edition",)
    search_fields = ("source",)
    ordering = ("-imported_at",)
    fields = ("edition", "source", "digest", "imported_at", "imported_by", "report")

    @display(description=_("rows"))
    def rows(self, obj: Import) -> int:
        return int(obj.report["rows"])

    @display(description=pgettext_lazy("import", "created"))
    def created(self, obj: Import) -> int:
        return int(obj.report["created"])

    @display(description=pgettext_lazy("import", "changed"))
    def changed(self, obj: Import) -> int:
        return int(obj.report["changed"])

    @display(description=_("problems"))
    def problems(self, obj: Import) -> int:
        return len(obj.report["problems"])
