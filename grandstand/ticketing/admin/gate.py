"""Gates, scanners, keys, and the journal of scans."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import display, register
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget

from grandstand.kit.clock import now
from grandstand.movement.api import has_role
from grandstand.movement.console import OrganisationAdmin, ReasonForm, Role, actor, console
from grandstand.people import api as people
from grandstand.ticketing.admin.common import BOX_OFFICE, GATE, OnlyShown, how
from grandstand.ticketing.models import Device, Gate, Scan, SigningKey
from grandstand.ticketing.services.gates import add_device, add_gate, change_gate, revoke_device
from grandstand.ticketing.services.keys import revoke_key, rotate_key
from grandstand.ticketing.values import Reason
from grandstand.ticketing.words import of_reason


@register(Gate, site=console)
class GateAdmin(OrganisationAdmin):
    """The ways into a venue."""

    roles_to_see = GATE
    roles_to_change = BOX_OFFICE
    list_display = ("number", "code", "name", "venue")
    list_display_links = ("number", "code", "name")
    list_filter = ("venue",)
    list_select_related = ("venue",)
    search_fields = ("code", "name")
    ordering = ("venue", "number")
    fields = ("venue", "number", "code", "name", "names")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("venue", "number") if obj else ()

    def organisation_of(self, obj: Any, *, change: bool = True) -> UUID | None:
        found: UUID = obj.organisation_id if change else obj.venue.organisation_id
        return found

    def save_through(self, request: HttpRequest, obj: Gate, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        words = {"code": obj.code, "name": obj.name, "names": obj.names}
        if change:
            change_gate(gate_id=obj.id, organisation_id=obj.organisation_id, **words, **how(request, form))
            return obj.id
        return add_gate(organisation_id=obj.venue.organisation_id, venue_id=obj.venue_id, number=obj.number, **words, **how(request, form))


class DeviceForm(ReasonForm):
    """A scanner and who carries it."""

    email = forms.EmailField(
        label=_("Steward"), widget=UnfoldAdminEmailInputWidget, help_text=_("The e-mail address of somebody who is a steward of the organisation.")
    )

    def clean(self) -> dict[str, Any]:
        """Find the steward."""
        cleaned = super().clean()
        organisation, email = cleaned.get("organisation"), cleaned.get("email")
        if organisation is not None and email:
            person = people.find_person_by_email(email)
            if person is None or not has_role(person.id, organisation.id, [Role.STEWARD]):
                self.add_error("email", gettext("Nobody with this address is a steward there: give them the role first."))
            else:
                cleaned["steward_id"] = person.id
        return cleaned


@register(Device, site=console)
class DeviceAdmin(OrganisationAdmin):
    """Scanners. The token of a new one is shown once; removing one refuses it from then on."""

    form = DeviceForm
    roles_to_see = BOX_OFFICE
    roles_to_change = BOX_OFFICE
    list_display = ("name", "steward", "made_at", "synced_at", "revoked_at")
    list_filter = ("organisation",)
    list_select_related = ("steward",)
    search_fields = ("name",)
    ordering = ("-made_at", "-id")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["name", "steward", "made_at", "synced_at", "revoked_at"] if obj else ["organisation", "name", "email", "reason"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_through(self, request: HttpRequest, obj: Device, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        made = add_device(organisation_id=obj.organisation_id, steward_id=form.cleaned_data["steward_id"], name=obj.name, **how(request, form))
        messages.warning(request, gettext("The scanner's token, shown this once: %(token)s") % {"token": made.token})
        return made.device_id

    def delete_through(self, request: HttpRequest, obj: Device, reason: str) -> None:
        revoke_device(device_id=obj.id, organisation_id=obj.organisation_id, now=now(), by=actor(request), reason=reason)


@register(SigningKey, site=console)
class SigningKeyAdmin(OrganisationAdmin):
    """Keys that sign tickets. Adding one rotates: it signs a day later, when every scanner knows it. Removing one calls its codes forged."""

    roles_to_see = BOX_OFFICE
    roles_to_change = (Role.OWNER,)
    list_display = ("key_id", "organisation", "made_at", "signs_from_at", "revoked_at")
    list_filter = ("organisation",)
    list_select_related = ("organisation",)
    ordering = ("-signs_from_at", "-id")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["key_id", "organisation", "made_at", "signs_from_at", "revoked_at"] if obj else ["organisation", "reason"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_through(self, request: HttpRequest, obj: SigningKey, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        key = rotate_key(organisation_id=obj.organisation_id, **how(request, form))
        obj.key_id = key
        messages.info(request, gettext("The new key signs from tomorrow. Tickets shown before stay good."))
        return SigningKey.objects.values_list("id", flat=True).get(key_id=key)

    def delete_through(self, request: HttpRequest, obj: SigningKey, reason: str) -> None:
        revoke_key(organisation_id=obj.organisation_id, key=obj.key_id, now=now(), by=actor(request), reason=reason)


@register(Scan, site=console)
class ScanAdmin(OnlyShown):
    """Every scan and its answer. Nobody changes one."""

    roles_to_see = GATE
    list_display = ("at", "session", "gate", "answer", "conflict_shown", "offline", "ticket_id", "actor")
    list_filter = ("reason", "conflict", "offline")
    list_select_related = ("sale__session", "gate")
    search_fields = ("ticket_id", "sale__session__code")
    ordering = ("-at", "-id")
    fields = ("at", "received_at", "session", "gate", "device", "answer", "conflict_shown", "offline", "ticket_id", "actor")

    @display(description=_("session"))
    def session(self, obj: Scan) -> str:
        return str(obj.sale.session)

    @display(description=_("answer"), ordering="reason")
    def answer(self, obj: Scan) -> str:
        return of_reason(Reason(obj.reason)) if obj.reason else gettext("Come in")

    @display(description=_("conflict"), ordering="conflict")
    def conflict_shown(self, obj: Scan) -> str:
        return of_reason(Reason(obj.conflict)) if obj.conflict else ""
