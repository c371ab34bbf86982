"""Sales, papers, refunds on their way and tax rates in the console. Rows are shown; refunds and rates go through their services."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.admin import display, register
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from grandstand.commerce.models import Document, Order, OrderChange, Payback, Sale, SaleLine, TaxRate
from grandstand.commerce.services.cancelling import cancel_order
from grandstand.commerce.services.desk import write_at_desk
from grandstand.commerce.services.refunding import refund_many
from grandstand.commerce.services.sending_back import pay_back_again
from grandstand.commerce.services.taxes import set_tax_rates
from grandstand.commerce.values import LineRefund, NewTaxRate, RefundAsk
from grandstand.kit.clock import now
from grandstand.kit.errors import NotAllowed
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.movement.console import OrganisationAdmin, ReasonForm, Role, actor, console, reach, reason
from grandstand.store.api import write
from grandstand.ui.formats import money_text

SEE = (Role.FINANCE, Role.BOX_OFFICE, Role.SHOP)
"""Whoever answers a buyer's questions. Only finance (and an owner) gives money back."""


class RefundForm(ReasonForm):
    """What goes back is what is left. The key makes a second click harmless."""

    key = forms.CharField(widget=forms.HiddenInput, initial=lambda: new_id().hex, max_length=32)
    restock = forms.BooleanField(
        label=_("Sell it again"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Leave this off for goods that were shipped and have not come back."),
    )


class LineRefundForm(RefundForm):
    """Some units of one line."""

    units = forms.IntegerField(label=_("Units to refund"), min_value=1, widget=UnfoldAdminIntegerFieldWidget)


class CancelForm(ReasonForm):
    """An order that was not paid ends."""

    cancel = forms.BooleanField(
        label=_("Cancel the order"),
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("It was not paid yet. What the buyer chose is free again, and money that came in part goes back."),
    )


class _Refunds(OrganisationAdmin):
    """A row of which money can go back."""

    roles_to_see = SEE
    roles_to_change = (Role.FINANCE,)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def _refund(self, request: HttpRequest, order_id: UUID, lines: tuple[LineRefund, ...], form: Any) -> None:
        given = form.cleaned_data
        ask = RefundAsk(key=given["key"], order_id=order_id, reason=reason(form), lines=lines, restock=given["restock"])
        with write_at_desk() as tx:
            refund_many(tx, [ask], by=actor(request), now=now())


@register(Sale, site=console)
class SaleAdmin(_Refunds):
    """What the organisation sold, order by order. Changing one gives back all that is left of it, or cancels the order while it is not paid."""

    form = RefundForm
    list_display = ("number_kept", "total", "status", "paid", "refunded", "organisation")
    list_filter = ("order__status", "organisation")
    list_select_related = ("order", "organisation")
    search_fields = ("order__number", "order__email")
    ordering = ("-id",)
    fields = ("number", "status", "buyer", "paid_at", "total", "refunded", "lines", "history_shown", "papers", "restock", "key")
    readonly_fields = ("number", "status", "buyer", "paid_at", "total", "refunded", "lines", "history_shown", "papers")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 Django's signature
        return super().get_form(request, obj, change, **({"form": CancelForm} | kwargs if _waits(obj) else kwargs))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_fields(request, obj)
        return [*self.readonly_fields, "cancel", *(name for name in fields if name == "reason")] if _waits(obj) else fields

    @display(description=_("order"), ordering="order__number")
    def number(self, obj: Sale) -> str:
        return obj.order.number

    @display(description=_("status"), ordering="order__status")
    def status(self, obj: Sale) -> str:
        return obj.order.get_status_display()

    @display(description=_("order"), ordering="order__number")
    def number_kept(self, obj: Sale) -> SafeString:
        """On one line, however narrow the list: a number that is broken reads as two."""
        return format_html(_UNBROKEN, obj.order.number)

    @display(description=_("paid at"), ordering="paid_at")
    def paid(self, obj: Sale) -> SafeString | None:
        """Day and time one above the other: two lines on a telephone, not five."""
        if obj.paid_at is None:
            return None
        at = localtime(obj.paid_at)
        return format_html_join("", _UNBROKEN, [(date_format(at, "DATE_FORMAT"),), (date_format(at, "TIME_FORMAT"),)])

    @display(description=_("buyer"))
    def buyer(self, obj: Sale) -> str:
        return f"{obj.order.name} <{obj.order.email}>" if obj.order.email else ""

    @display(description=_("total"), ordering=F("net_minor") + F("tax_minor"))
    def total(self, obj: Sale) -> str:
        return _text(obj.net_minor + obj.tax_minor, obj.currency)

    @display(description=_("refunded"), ordering="refunded_minor")
    def refunded(self, obj: Sale) -> str:
        return _text(obj.refunded_minor, obj.currency)

    @display(description=_("lines"))
    def lines(self, obj: Sale) -> SafeString:
        rows = SaleLine.objects.filter(sale=obj).order_by("id")
        shown = [
            (reverse("console:commerce_saleline_change", args=[row.id]), row.quantity, row.title, _text(row.net_minor + row.tax_minor, row.currency))
            for row in rows
        ]
        return format_html_join("", '<div><a href="{}">{} × {}</a>&nbsp; {}</div>', shown)

    @display(description=_("history"))
    def history_shown(self, obj: Sale) -> SafeString:
        rows = OrderChange.objects.filter(order_id=obj.order_id).order_by("id")
        return format_html_join(
            "", "<div>{} UTC: {} ({})</div>", [(f"{row.at:%Y-%m-%d %H:%M}", row.get_status_display(), row.reason) for row in rows]
        )

    @display(description=_("papers"))
    def papers(self, obj: Sale) -> SafeString:
        rows = Document.objects.filter(sale=obj).order_by("issued_at", "id")
        return format_html_join("", '<div><a href="{}">{}</a></div>', [(reverse("commerce:document", args=[row.id]), row.number) for row in rows])

    def save_through(self, request: HttpRequest, obj: Sale, form: Any, change: bool) -> None:  # noqa: FBT001 the base has it so
        if isinstance(form, CancelForm):
            self._cancel(request, obj, form)
            return
        left = SaleLine.objects.filter(sale=obj, refunded_quantity__lt=F("quantity")).order_by("id")
        lines = tuple(LineRefund(line_id=row.id, quantity=row.quantity - row.refunded_quantity) for row in left)
        self._refund(request, obj.order_id, lines, form)

    def _cancel(self, request: HttpRequest, obj: Sale, form: CancelForm) -> None:
        sellers = Sale.objects.filter(order_id=obj.order_id).values_list("organisation_id", flat=True)
        if not all(reach(request).allows(seller_id, self.roles_to_change) for seller_id in sellers):
            raise NotAllowed(gettext_noop("Other sellers have a part in this order: only the platform's staff can cancel it."))
        with write_at_desk() as tx:
            cancel_order(tx, order_id=obj.order_id, by=actor(request), now=now(), reason=reason(form))


@register(SaleLine, site=console)
class SaleLineAdmin(_Refunds):
    """Every sold line. Changing one gives back some of its units."""

    form = LineRefundForm
    list_display = ("title", "number", "quantity", "refunded_quantity", "total", "refunded", "status", "organisation")
    list_filter = ("item_kind", "nature", "order__status", "organisation")
    list_select_related = ("order", "organisation")
    search_fields = ("title", "order__number", "order__email")
    ordering = ("-id",)
    fields = ("title", "subtitle", "number", "status", "quantity", "refunded_quantity", "total", "refunded", "units", "restock", "key")
    readonly_fields = ("title", "subtitle", "number", "status", "quantity", "refunded_quantity", "total", "refunded")

    @display(description=_("order"), ordering="order__number")
    def number(self, obj: SaleLine) -> str:
        return obj.order.number

    @display(description=_("status"), ordering="order__status")
    def status(self, obj: SaleLine) -> str:
        return obj.order.get_status_display()

    @display(description=_("total"))
    def total(self, obj: SaleLine) -> str:
        return _text(obj.net_minor + obj.tax_minor, obj.currency)

    @display(description=_("refunded"), ordering="refunded_minor")
    def refunded(self, obj: SaleLine) -> str:
        """Money given back at the provider is spread over the lines, and counts here before any unit does."""
        return _text(obj.refunded_minor, obj.currency)

    def save_through(self, request: HttpRequest, obj: SaleLine, form: Any, change: bool) -> None:  # noqa: FBT001 the base has it so
        self._refund(request, obj.order_id, (LineRefund(line_id=obj.id, quantity=form.cleaned_data["units"]),), form)


@register(Document, site=console)
class DocumentAdmin(OrganisationAdmin):
    """Invoices and credit notes, in the order of their numbers."""

    roles_to_see = (Role.FINANCE,)
    list_display = ("number", "kind", "issued_at", "order", "paper", "organisation")
    list_filter = ("kind", "year", "organisation")
    list_select_related = ("order", "organisation")
    search_fields = ("number", "order__number")
    ordering = ("-year", "kind", "-sequence")
    fields = ("number", "kind", "issued_at", "order", "paper")
    show_full_result_count = False

    @display(description=_("file"))
    def paper(self, obj: Document) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("commerce:document", args=[obj.id]), f"{obj.number}.pdf")


@register(Payback, site=console)
class PaybackAdmin(OrganisationAdmin):
    """Money on its way back to buyers, over all sellers: for the platform's staff. Changing a failed one asks for it anew."""

    organisation_path = ""
    list_display = ("number", "amount", "state", "attempts", "due_at", "error")
    list_filter = ("state",)
    list_select_related = ("refund__order",)
    search_fields = ("refund__order__number", "provider_reference")
    ordering = ("-id",)
    fields = ("number", "amount", "state", "attempts", "due_at", "error", "provider_reference")
    readonly_fields = fields
    show_full_result_count = False

    @display(description=_("order"))
    def number(self, obj: Payback) -> str:
        return obj.refund.order.number

    @display(description=_("amount"), ordering="amount_minor")
    def amount(self, obj: Payback) -> str:
        return _text(obj.amount_minor, obj.refund.currency)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.state == "failed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("refund__order")
        return rows

    def save_through(self, request: HttpRequest, obj: Payback, form: Any, change: bool) -> None:  # noqa: FBT001 the base has it so
        with write_at_desk() as tx:
            pay_back_again(tx, payback_id=obj.id, by=actor(request), reason=reason(form), now=now())


@register(TaxRate, site=console)
class TaxRateAdmin(OrganisationAdmin):
    """The platform's own table. A rate is never changed: the next one is entered with its first day, and ends it."""

    organisation_path = ""
    list_display = ("place", "tax_class", "percent", "starts_on", "ends_on", "source")
    list_filter = ("tax_class", "place")
    search_fields = ("place", "source")
    ordering = ("place", "tax_class", "-starts_on")
    fields = ("place", "tax_class", "rate_bp", "starts_on", "source")

    @display(description=_("rate"), ordering="rate_bp")
    def percent(self, obj: TaxRate) -> str:
        return f"{obj.rate_bp / 100:g} %"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_through(self, request: HttpRequest, obj: TaxRate, form: Any, change: bool) -> UUID:  # noqa: FBT001 the base has it so
        rate = NewTaxRate(place=obj.place, tax_class=obj.tax_class, rate_bp=obj.rate_bp, starts_on=obj.starts_on, source=obj.source)
        with write() as tx:
            (id_,) = set_tax_rates(tx, [rate], by=actor(request), reason=reason(form), now=now())
        return id_


_UNBROKEN = '<div class="whitespace-nowrap">{}</div>'


def _waits(obj: Sale | None) -> bool:
    return obj is not None and obj.order.status == Order.Status.AWAITING_PAYMENT


def _text(minor: int, currency: str) -> str:
    return money_text(Money(minor=minor, currency=currency), language=get_language() or "en")
