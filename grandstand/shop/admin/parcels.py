"""Parcels: each by itself, and the board on which a day's parcels are packed and shipped."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import display, register
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from grandstand.commerce import api as commerce
from grandstand.kit.clock import now
from grandstand.kit.errors import Refusal
from grandstand.movement.console import OrganisationAdmin, ReasonForm, Role, actor, console, reason
from grandstand.shop.models import Parcel, ParcelStatusName
from grandstand.shop.queries import parcels as reads
from grandstand.shop.queries.packing import packing_list
from grandstand.shop.queries.rates import shipping_titles
from grandstand.shop.rules.addresses import address_lines
from grandstand.shop.rules.parcels import ways
from grandstand.shop.services import moving
from grandstand.shop.values import ComeBack, Dispatch, ParcelStatus
from grandstand.ui.formats import instant_text

BOARD_LENGTH = 100
"""As many parcels of each kind as somebody packs before they look again."""


class StepForm(ReasonForm):
    """Where a parcel goes next, among the ways that it can go."""

    step = forms.ChoiceField(label=_("Next step"), widget=UnfoldAdminSelectWidget)
    carrier = forms.CharField(label=_("Carrier"), required=False, max_length=60, widget=UnfoldAdminTextInputWidget)
    tracking = forms.CharField(label=_("Tracking number"), required=False, max_length=60, widget=UnfoldAdminTextInputWidget)
    restock = forms.BooleanField(
        label=_("Sell it again"),
        required=False,
        initial=True,
        help_text=_("For a parcel that came back: leave this off when what is in it is damaged."),
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "step" in self.fields and self.instance.pk:
            names = dict(ParcelStatusName.choices)
            here = ParcelStatus(self.instance.status)
            order = list(ParcelStatus)
            # On before back, so that the step that is mostly meant stands first.
            by_hand = sorted(ways(here) - {ParcelStatus.CANCELLED}, key=lambda status: (order.index(status) < order.index(here), order.index(status)))
            self.fields["step"].choices = [(status.value, names[status]) for status in by_hand]  # type: ignore[attr-defined] # a ChoiceField


class BoardForm(forms.Form):
    """What is done with the parcels that are ticked. `reason` is filled in, and can be said better."""

    do = forms.ChoiceField(choices=[(each, each) for each in ("packing_list", "pack", "ship")])
    parcel = forms.TypedMultipleChoiceField(coerce=UUID)
    carrier = forms.CharField(required=False, max_length=60)
    reason = forms.CharField(required=False, max_length=300)


@register(Parcel, site=console)
class ParcelAdmin(OrganisationAdmin):
    """Where every parcel is. The board does many at once; here one goes a step further, or back to be packed again."""

    form = StepForm
    roles_to_see = (Role.FINANCE,)
    roles_to_change = (Role.SHOP,)
    list_display = ("number", "status", "country", "shipping_code", "carrier", "tracking", "opened_at", "organisation")
    list_filter = ("status", "country", "shipping_code", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("number", "tracking")
    ordering = ("-opened_at", "id")
    fields = (
        *("number", "status", "address", "contents", "shipping_code", "carrier_shown", "history_shown"),
        *("step", "carrier", "tracking", "restock"),
    )
    readonly_fields = ("number", "status", "address", "contents", "shipping_code", "carrier_shown", "history_shown")
    actions_list = ("board",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or bool(ways(ParcelStatus(obj.status)) - {ParcelStatus.CANCELLED}))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_fields(request, obj)
        return fields if self._may_write(request, obj) else [name for name in fields if name in self.readonly_fields]

    @display(description=_("address"))
    def address(self, obj: Any) -> SafeString | str:
        ship_to = self._parcel(obj).ship_to
        if ship_to is None:
            return gettext("The address was forgotten.")
        return format_html_join("", "<div>{}</div>", [(line,) for line in (*address_lines(ship_to), ship_to.phone) if line])

    @display(description=_("contents"))
    def contents(self, obj: Any) -> SafeString:
        lines = [(line.quantity, line.sku, line.title, line.subtitle) for line in self._parcel(obj).lines]
        return format_html_join("", "<div>{} × {} &nbsp; {} {}</div>", lines)

    @display(description=_("carrier"))
    def carrier_shown(self, obj: Parcel) -> str:
        return " ".join(filter(None, [obj.carrier, obj.tracking]))

    @display(description=_("history"))
    def history_shown(self, obj: Any) -> SafeString:
        names, language = dict(ParcelStatusName.choices), get_language() or "en"
        steps = [(instant_text(each.at, zone="UTC", language=language), names[each.status], each.reason) for each in self._parcel(obj).history]
        return format_html_join("", "<div>{} UTC: {} ({})</div>", steps)

    def _parcel(self, obj: Any) -> Any:
        if not hasattr(obj, "in_full"):
            [obj.in_full] = reads.parcels([obj.id], language=get_language() or "en")
        return obj.in_full

    def save_through(self, request: HttpRequest, obj: Parcel, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        why: dict[str, Any] = {"by": actor(request), "reason": reason(form), "now": now()}
        given = form.cleaned_data
        with commerce.write_at_desk() as tx:
            match ParcelStatus(given["step"]):
                case ParcelStatus.PACKED:
                    moving.pack_many(tx, [obj.id], **why)
                case ParcelStatus.TO_PACK:
                    moving.unpack_many(tx, [obj.id], **why)
                case ParcelStatus.SHIPPED:
                    moving.ship_many(tx, [Dispatch(parcel_id=obj.id, carrier=given["carrier"], tracking=given["tracking"])], **why)
                case ParcelStatus.DELIVERED:
                    moving.deliver_many(tx, [obj.id], **why)
                case _:
                    moving.return_many(tx, [ComeBack(parcel_id=obj.id, restock=given["restock"])], **why)
        return obj.id

    # -- the board -----------------------------------------------------------------------------------------------------------------

    @action(description=_("Pack and ship"), url_path="board", permissions=["board"])  # type: ignore[untyped-decorator] # Unfold publishes no types
    def board(self, request: HttpRequest) -> HttpResponse:
        """Everything that waits, the oldest first: packing lists, packing, shipping, many at a time."""
        if request.method == "POST":
            return self._do(request)
        return TemplateResponse(request, "shop/console/board.html", self._board(request))

    def has_board_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def _board(self, request: HttpRequest, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """With `given`, as it was sent: what was ticked and typed stays."""
        waiting = self.get_queryset(request).filter(status__in=[ParcelStatus.TO_PACK, ParcelStatus.PACKED]).order_by("opened_at", "id")
        ids = {status: list(waiting.filter(status=status).values_list("id", flat=True)[:BOARD_LENGTH]) for status in ("to_pack", "packed")}
        language = get_language() or "en"
        return {
            **self.admin_site.each_context(request),
            "title": _("Pack and ship"),
            "opts": self.opts,
            "language": language,
            "lists": [
                {"status": status, "title": title, "do": do}
                | _shown(ids[status], language, given if given is not None and given["do"] == do else None)
                for status, do, title in (
                    ("to_pack", "pack", pgettext_lazy("parcels", "To pack")),
                    ("packed", "ship", pgettext_lazy("parcels", "Packed, waiting for the carrier")),
                )
            ],
            "most": BOARD_LENGTH,
        }

    def _do(self, request: HttpRequest) -> HttpResponse:
        form = BoardForm(request.POST)
        allowed = set(self.get_queryset(request).values_list("id", flat=True).filter(id__in=_ids(request.POST.getlist("parcel"))))
        form.fields["parcel"].choices = [(str(id_), str(id_)) for id_ in allowed]  # type: ignore[attr-defined] # a choice field
        if not form.is_valid():
            messages.error(request, gettext("Tick the parcels first."))
            return HttpResponseRedirect(reverse("console:shop_parcel_board"))
        given = form.cleaned_data | {"tracking": {id_: request.POST.get(f"tracking-{id_}", "")[:60] for id_ in form.cleaned_data["parcel"]}}
        if given["do"] == "packing_list":
            return _pdf(packing_list(given["parcel"], language=get_language() or "en"))
        if not self.has_board_permission(request):
            raise PermissionDenied
        try:
            done = self._pack_or_ship(request, given)
        except Refusal as refused:
            number = str(refused.detail.get("number", ""))
            messages.error(request, ": ".join(filter(None, [number, gettext(str(refused))])))
            return TemplateResponse(request, "shop/console/board.html", self._board(request, given), status=refused.status)
        messages.success(request, done)
        return HttpResponseRedirect(reverse("console:shop_parcel_board"))

    def _pack_or_ship(self, request: HttpRequest, given: dict[str, Any]) -> str:
        ids, count = given["parcel"], len(given["parcel"])
        why: dict[str, Any] = {"by": actor(request), "now": now()}
        with commerce.write_at_desk() as tx:
            if given["do"] == "pack":
                moving.pack_many(tx, ids, reason=given["reason"].strip() or "packed at the desk", **why)
                return ngettext("%(count)d parcel is packed.", "%(count)d parcels are packed.", count) % {"count": count}
            dispatches = [Dispatch(parcel_id=id_, carrier=given["carrier"], tracking=given["tracking"][id_]) for id_ in ids]
            moving.ship_many(tx, dispatches, reason=given["reason"].strip() or "handed to the carrier", **why)
            return ngettext("%(count)d parcel is shipped.", "%(count)d parcels are shipped.", count) % {"count": count}


def _shown(parcel_ids: Sequence[UUID], language: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The parcels of a list, all ticked, or ticked and filled in as `given`."""
    found = reads.parcels(parcel_ids, language=language)
    titles = shipping_titles([parcel.organisation_id for parcel in found], language=language)
    parcels = [
        {
            "parcel": parcel,
            "address": ", ".join(address_lines(parcel.ship_to)) if parcel.ship_to else "",
            "shipping": titles.get((parcel.organisation_id, parcel.shipping_code), parcel.shipping_code),
            "ticked": given is None or parcel.parcel_id in given["parcel"],
            "tracking": "" if given is None else given["tracking"].get(parcel.parcel_id, ""),
        }
        for parcel in found
    ]
    return {"parcels": parcels, "carrier": given["carrier"] if given else "", "reason": given["reason"] if given else ""}


def _ids(texts: Sequence[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        return []


def _pdf(content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="packing-list.pdf"'
    return response
