"""Organisations, their members, the markets and the audit log in the console."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.admin import display, register
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget

from grandstand.kit.clock import now
from grandstand.movement import api as movement
from grandstand.movement.audit_log import with_names
from grandstand.movement.console import OrganisationAdmin, ReasonForm, actor, console, reach, reason
from grandstand.movement.models import Market, Membership, Organisation
from grandstand.movement.values import OrganisationDetails, OrganisationKind, Role
from grandstand.people import api as people

EVERYBODY = tuple(Role)


@register(Organisation, site=console)
class OrganisationsAdmin(OrganisationAdmin):
    """Owners change their organisation and add those below it. Only the platform's staff moves one or adds one at the top."""

    organisation_path = "id"
    roles_to_see = EVERYBODY
    roles_to_change = (Role.OWNER,)
    list_display = ("name", "kind", "parent", "country", "currency")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("name", "slug", "legal_name")
    fields = ("name", "slug", "kind", "parent", "legal_name", "address", "country", "currency", "time_zone", "tax_number")

    def organisation_of(self, obj: Organisation, *, change: bool = True) -> UUID | None:
        return obj.id if change else obj.parent_id

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None or reach(request).everywhere else ("parent",)

    def save_through(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        given = {f.name: getattr(obj, f.name) for f in fields(OrganisationDetails)} | {"kind": OrganisationKind(obj.kind)}
        details = OrganisationDetails(**given)
        if not change:
            written = movement.create_organisation(
                details=details, parent_id=obj.parent_id, organisation_id=obj.id, now=now(), by=actor(request), reason=reason(form)
            )
            return written.id
        if set(form.changed_data) - {"reason", "parent"}:
            movement.change_organisation(organisation_id=obj.id, details=details, now=now(), by=actor(request), reason=reason(form))
        if "parent" in form.changed_data:
            movement.move_organisation(organisation_id=obj.id, parent_id=obj.parent_id, now=now(), by=actor(request), reason=reason(form))
        return obj.id


class MembershipForm(ReasonForm):
    """Somebody is named by the address they sign in with: an owner has no list of all people to choose from."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("The address they sign in with."), widget=UnfoldAdminEmailInputWidget)

    def clean_email(self) -> str:
        """Keep who it is. An address that nobody signs in with is an error with what to do."""
        person = people.find_person_by_email(self.cleaned_data["email"])
        if person is None:
            raise forms.ValidationError(gettext("Nobody signs in with this address. Ask them to create an account first."))
        self.instance.person_id = person.id
        return person.email


@register(Membership, site=console)
class MembershipAdmin(OrganisationAdmin):
    """Owners give and take roles. A role is never edited: the old one is taken, a new one given."""

    form = MembershipForm
    roles_to_see = (Role.ORGANISER,)
    roles_to_change = (Role.OWNER,)
    list_display = ("person", "email", "role", "organisation", "since_at")
    list_filter = ("role", "organisation")
    list_select_related = ("person", "organisation")
    search_fields = ("person__email", "person__name")
    add_fieldsets = ((None, {"fields": ("email", "organisation", "role", "reason")}),)
    fields = ("person", "organisation", "role", "since_at")
    readonly_fields = ("since_at",)
    shared_fields = ("person",)

    @display(description=_("E-mail address"), ordering="person__email")
    def email(self, obj: Membership) -> str:
        return obj.person.email

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_through(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        written = movement.grant_role(
            person_id=obj.person_id,
            organisation_id=obj.organisation_id,
            role=Role(obj.role),
            now=now(),
            by=actor(request),
            reason=reason(form),
        )
        return written.id

    def delete_through(self, request: HttpRequest, obj: Membership, reason: str) -> None:
        movement.revoke_role(
            person_id=obj.person_id, organisation_id=obj.organisation_id, role=Role(obj.role), now=now(), by=actor(request), reason=reason
        )


class MarketForm(ReasonForm):
    """Lists are written with commas; a language is one that the platform speaks."""

    territories = forms.CharField(label=_("territories"), required=False, help_text=_("ISO 3166 codes with commas between them: FR, MC, GB-NIR."))
    languages = forms.CharField(label=_("languages"), help_text=_("Language codes with commas between them, the default one first: fr, en."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("territories", "languages"):
            if isinstance(self.initial.get(name), list):
                self.initial[name] = ", ".join(self.initial[name])

    def clean_territories(self) -> list[str]:
        return _words(self.cleaned_data["territories"])

    def clean_names(self) -> dict[str, str]:
        """Raise for what is no list of names by language."""
        names = self.cleaned_data["names"] or {}
        if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
            raise forms.ValidationError(gettext('Write the names by language: {"fr": "Chine"}.'))
        return names

    def clean_languages(self) -> list[str]:
        """Raise for a language that no page is written in."""
        languages = _words(self.cleaned_data["languages"])
        for language in languages:
            if language not in dict(settings.LANGUAGES):
                raise forms.ValidationError(gettext("Choose from %(codes)s.") % {"codes": ", ".join(dict(settings.LANGUAGES))})
        return languages


@register(Market, site=console)
class MarketAdmin(OrganisationAdmin):
    """Markets are the platform's: its staff alone changes them."""

    form = MarketForm
    organisation_path = ""
    list_display = ("name", "code", "currency", "time_zone", "prices_include_tax", "is_default")
    search_fields = ("name", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def save_through(self, request: HttpRequest, obj: Market, form: Any, change: bool) -> str:  # noqa: FBT001 the base has it so
        write = movement.change_market if change else movement.create_market
        market = movement.Market(
            code=obj.code,
            name=obj.name,
            names=obj.names,
            territories=tuple(obj.territories),
            languages=tuple(obj.languages),
            currency=obj.currency,
            time_zone=obj.time_zone,
            prices_include_tax=obj.prices_include_tax,
            is_default=obj.is_default,
        )
        return write(market=market, now=now(), by=actor(request), reason=reason(form)).code


@register(apps.get_model("store", "AuditEntry"), site=console)
class AuditLogAdmin(OrganisationAdmin):
    """Everything that was changed for the organisation: by whom, why, from what to what. Nobody changes it."""

    roles_to_see = (Role.OWNER,)
    list_display = ("when", "who", "what", "thing", "reason")
    list_display_links = ("when",)
    list_filter = ("object_type", "action")
    search_fields = ("object_id", "reason")
    date_hierarchy = None
    ordering = ("-at", "-id")
    fields = ("at", "actor", "action", "object_type", "object_id", "reason", "before", "after")
    show_full_result_count = False

    @display(description=_("when (UTC)"), ordering="at")
    def when(self, obj: Any) -> str:
        return f"{obj.at:%Y-%m-%d %H:%M}"

    @display(description=_("what"), ordering="action")
    def what(self, obj: Any) -> str:
        return str(getattr(obj, "action_words", obj.action))

    @display(description=_("of what"), ordering="object_type")
    def thing(self, obj: Any) -> str:
        return f"{obj.object_type} {obj.object_id}"

    @display(description=_("who"))
    def who(self, obj: Any) -> str:
        return str(getattr(obj, "who", obj.actor))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The names of a page's actors are read at once."""
        response = super().changelist_view(request, extra_context)
        listed = (getattr(response, "context_data", None) or {}).get("cl")
        if listed is not None:
            listed.result_list = with_names(listed.result_list)
        return self._html(response)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
