"""The base of every admin class in the console. Its door is `movement.console`."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib import messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, PermissionDenied
from django.db.models import Field, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from grandstand.kit.actors import Actor
from grandstand.kit.errors import Refusal
from grandstand.movement.access import reach
from grandstand.movement.audit_log import with_names
from grandstand.movement.values import Role

REASON_MAX_LENGTH = 300
"""As long as the audit log's column."""

HISTORY_LENGTH = 200
"""The latest entries shown of one object; the audit log shows them all."""


class ReasonForm(forms.ModelForm[Any]):
    """A model's form that asks why. What a service refused comes back as an error of the field it named."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_MAX_LENGTH,
        help_text=_("Why you do this. It is kept in the audit log for others to read."),
        widget=UnfoldAdminTextInputWidget,
    )
    refusal: ClassVar[Refusal | None] = None

    def clean(self) -> dict[str, Any]:
        """Add the refusal of the service, when this form comes round again with one."""
        cleaned = super().clean() or self.cleaned_data
        if self.refusal is not None:
            field = self.refusal.detail.get("field")
            self.add_error(str(field) if field in self.fields else None, gettext(str(self.refusal)))
        return cleaned


def actor(request: HttpRequest) -> Actor:
    """Who works at the console."""
    return Actor.person(cast(UUID, request.user.pk))


def reason(form: forms.Form | forms.ModelForm[Any]) -> str:
    """The reason they gave."""
    return str(form.cleaned_data["reason"]).strip()


class OrganisationAdmin(ModelAdmin):  # type: ignore[misc] # Unfold publishes no types
    """Rows of an organisation's, for its members with the right role, and for the platform's own staff.

    - `organisation_path` leads from a row to the id of its organisation: `organisation_id`, `session__organisation_id`, `id` for organisations
      themselves. Empty: the rows are the platform's, and only its staff sees them.
    - `roles_to_see` and `roles_to_change`; whoever may change may see.
    - `save_through` and `delete_through` call the room's service. Without them the console only shows.
    - `shared_fields` names foreign keys whose rows belong to nobody (a market, a sport): all of them may be chosen.
    - `audit_type` is what the room's services write as `object_type` of the audit row, when it is not `<room>.<model>`.
    """

    organisation_path: ClassVar[str] = "organisation_id"
    roles_to_see: ClassVar[Sequence[Role]] = ()
    roles_to_change: ClassVar[Sequence[Role]] = ()
    shared_fields: ClassVar[Sequence[str]] = ()
    audit_type: ClassVar[str] = ""

    form = ReasonForm
    actions = None
    view_on_site = False
    delete_confirmation_template = "movement/console/delete_confirmation.html"
    object_history_template = "movement/console/history.html"

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        if not issubclass(self.form, ReasonForm):
            raise ImproperlyConfigured(f"{type(self).__name__}.form must be a movement.console.ReasonForm, so that every change has a reason")
        if self.list_editable or self.inlines:
            raise ImproperlyConfigured(f"{type(self).__name__}: rows changed in a list or inline have no reason: give them an admin of their own")

    # -- what a room implements ----------------------------------------------------------------------------------------------------

    def save_through(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> UUID | str | None:  # noqa: FBT001 the order of save_model
        """Write what the form says by a service, with `by=actor(request)` and `reason=reason(form)`; return the key of what was written.

        `obj` carries the form's values and is not saved. A Refusal comes back to the person as an error of the form.
        """
        raise NotImplementedError

    def delete_through(self, request: HttpRequest, obj: Any, reason: str) -> None:
        """Remove the row by a service."""
        raise NotImplementedError

    # -- who may what --------------------------------------------------------------------------------------------------------------

    def roles_that_see(self) -> tuple[Role, ...]:
        """The roles that see the rows."""
        return tuple(dict.fromkeys([*self.roles_to_see, *self.roles_to_change]))

    def organisation_of(self, obj: Any, *, change: bool = True) -> UUID | None:
        """The organisation whose roles decide about `obj`. `change` is False for one that is about to be added."""
        return attrgetter(self.organisation_path.replace("__", "."))(obj) if self.organisation_path else None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.roles_that_see(), obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._implements("save_through") and self._may(request, self.roles_to_change)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._implements("save_through") and self._may(request, self.roles_to_change, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._implements("delete_through") and self._may(request, self.roles_to_change, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self._within(super().get_queryset(request), request, self.roles_that_see(), self.organisation_path)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        """Choices of a foreign key: rows of the organisations for which the person may change what this admin is about."""
        target = db_field.remote_field.model
        queryset: QuerySet[Any] | None = super().get_field_queryset(db, db_field, request)
        if queryset is None:
            queryset = target._default_manager.using(db)  # noqa: SLF001 Django documents it, with the underscore
        if db_field.name in self.shared_fields:
            return queryset
        return self._within(queryset, request, self.roles_to_change, self._path_of(target, db_field.name))

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """A filter by a relation offers only what occurs in the rows that the person sees."""
        return [(each, RelatedOnlyFieldListFilter) if self._is_relation(each) else each for each in super().get_list_filter(request)]

    # -- forms ---------------------------------------------------------------------------------------------------------------------

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = [name for name in super().get_fields(request, obj) if name != "reason"]
        return [*fields, "reason"] if self._may_write(request, obj) else fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fieldsets = list(super().get_fieldsets(request, obj))
        if "reason" not in flatten_fieldsets(fieldsets) and self._may_write(request, obj):
            fieldsets.append((None, {"fields": ["reason"]}))
        return fieldsets

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 Django's signature
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "console_refusal", None)
        return form

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return self._html(super().changeform_view(request, object_id, form_url, extra_context))
        except Refusal as refused:
            request.console_refusal = refused  # type: ignore[attr-defined]
            return self._html(super().changeform_view(request, object_id, form_url, extra_context))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST" and not request.POST.get("reason", "").strip():
            messages.error(request, gettext("Say why: the reason is kept in the audit log."))
            return HttpResponseRedirect(request.get_full_path())
        try:
            return self._html(super().delete_view(request, object_id, extra_context))
        except Refusal as refused:
            messages.error(request, gettext(str(refused)))
            return HttpResponseRedirect(request.get_full_path())

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The object's entries in the audit log, the latest first."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        log = apps.get_model("store", "AuditEntry")
        kind = self.audit_type or f"{self.opts.app_label}.{self.opts.model_name}"
        entries = log.objects.filter(object_type=kind, object_id=str(obj.pk)).order_by("-at", "-id")
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(obj),
            "entries": with_names(entries[:HISTORY_LENGTH]),
            "object": obj,
            "opts": self.opts,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return render(request, self.object_history_template, context)

    # -- writes --------------------------------------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 Django's signature
        if not reach(request).allows(self.organisation_of(obj, change=change), self.roles_to_change):
            raise PermissionDenied
        written = self.save_through(request, obj, form, change)
        obj.pk = written if written is not None else obj.pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 Django's signature
        """Nothing: the service has written all of it."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_through(request, obj, request.POST["reason"].strip()[:REASON_MAX_LENGTH])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        raise PermissionDenied

    def get_deleted_objects(self, objs: Sequence[Any], request: HttpRequest) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Only what was asked for: what else goes, or stands in the way, is the service's to say."""
        return [str(obj) for obj in objs], {str(self.opts.verbose_name_plural): len(objs)}, set(), []

    # Django's own log would say again, without reason, what the audit log says.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None: ...
    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None: ...
    def log_deletions(self, request: HttpRequest, queryset: Any) -> None: ...

    # -- below here: helpers -------------------------------------------------------------------------------------------------------

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    def _may(self, request: HttpRequest, roles: Sequence[Role], obj: Any = None) -> bool:
        if obj is not None:
            return reach(request).everywhere or (bool(roles) and reach(request).allows(self.organisation_of(obj), roles))
        return reach(request).everywhere or (bool(roles and self.organisation_path) and reach(request).allows_somewhere(roles))

    def _may_write(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)

    def _implements(self, hook: str) -> bool:
        return getattr(type(self), hook) is not getattr(OrganisationAdmin, hook)

    def _within(self, queryset: QuerySet[Any], request: HttpRequest, roles: Sequence[Role], path: str) -> QuerySet[Any]:
        if reach(request).everywhere:
            return queryset
        if not roles or not path:
            return queryset.none()
        return queryset.filter(**{f"{path}__in": reach(request).organisations(roles)})

    def _path_of(self, target: type[Model], field_name: str) -> str:
        related = self.admin_site._registry.get(target)  # noqa: SLF001 the site's only way to ask for an admin that may not be there
        if isinstance(related, OrganisationAdmin) and related.organisation_path:
            return related.organisation_path
        if any(field.attname == "organisation_id" for field in target._meta.concrete_fields):
            return "organisation_id"
        raise ImproperlyConfigured(
            f"{type(self).__name__}: rows of {target._meta.label} lead to no organisation. Name {field_name!r} in shared_fields when all of them "
            f"may be chosen by everybody, or register an OrganisationAdmin with their organisation_path"
        )

    def _is_relation(self, name: Any) -> bool:
        if not isinstance(name, str):
            return False
        try:
            field: Field[Any, Any] = self.opts.get_field(name)
        except FieldDoesNotExist:
            return False
        return field.is_relation

    @staticmethod
    def _html(response: Any) -> HttpResponse:
        answer: HttpResponse = response
        return answer
