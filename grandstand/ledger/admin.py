"""The books in the console: read only, because nothing in them is ever changed."""

from typing import Any

from django.contrib.admin import display, register
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy

from grandstand.kit.money import Money
from grandstand.ledger.chart import family_of
from grandstand.ledger.models import Account, Entry, Posting
from grandstand.ledger.values import AccountKind, State
from grandstand.movement.console import OrganisationAdmin, Role, console
from grandstand.ui.formats import money_text

_COUNTED = Q(entry__pending=False) | Q(entry__settlement__outcome=State.POSTED)


@register(Account, site=console)
class AccountAdmin(OrganisationAdmin):
    """Every account with what is posted on it."""

    roles_to_see = (Role.FINANCE, Role.OWNER)
    list_display = ("code", "kind", "debits", "credits", "balance", "organisation")
    list_filter = ("kind", "currency", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("code",)
    ordering = ("code", "currency")
    fields = ("code", "meaning", "kind", "currency", "debits", "credits", "balance", "opened_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Each account with its two sums, in the one statement of the list."""
        rows: QuerySet[Any] = super().get_queryset(request)
        with_sums: QuerySet[Any] = rows.annotate(debit_minor=_sum_of("debit_account"), credit_minor=_sum_of("credit_account"))
        return with_sums

    @display(description=pgettext_lazy("ledger", "debits"))
    def debits(self, obj: Any) -> str:
        return _text(obj.debit_minor, obj.currency)

    @display(description=pgettext_lazy("ledger", "credits"))
    def credits(self, obj: Any) -> str:
        return _text(obj.credit_minor, obj.currency)

    @display(description=pgettext_lazy("ledger", "balance"))
    def balance(self, obj: Any) -> str:
        """Positive on the side on which this kind of account grows."""
        minor = obj.debit_minor - obj.credit_minor
        return _text(minor if AccountKind(obj.kind).grows_by_debit else -minor, obj.currency)

    @display(description=pgettext_lazy("ledger", "meaning"))
    def meaning(self, obj: Account) -> str:
        return gettext(family_of(obj.code).meaning)


@register(Entry, site=console)
class EntryAdmin(OrganisationAdmin):
    """Every entry, the latest first, with its postings."""

    roles_to_see = (Role.FINANCE, Role.OWNER)
    list_display = ("recorded_at", "kind", "subject", "state", "postings_shown", "organisation")
    list_filter = ("kind", "organisation")
    search_fields = ("key", "subject")
    ordering = ("-recorded_at", "-id")
    fields = ("key", "kind", "subject", "state", "occurred_at", "recorded_at", "actor", "settled_at", "reverses_key", "postings_shown")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With all that a line shows, in a constant number of statements."""
        rows: QuerySet[Any] = super().get_queryset(request).select_related("organisation", "settlement", "reverses")
        return rows.prefetch_related("postings__debit_account", "postings__credit_account")

    @display(description=pgettext_lazy("ledger", "state"))
    def state(self, obj: Entry) -> str:
        settled = getattr(obj, "settlement", None)
        if settled is not None:
            return str(settled.get_outcome_display())
        return pgettext("ledger", "pending") if obj.pending else pgettext("ledger", "posted")

    @display(description=pgettext_lazy("ledger", "settled"))
    def settled_at(self, obj: Entry) -> Any:
        settled = getattr(obj, "settlement", None)
        return None if settled is None else settled.settled_at

    @display(description=pgettext_lazy("ledger", "reverses"))
    def reverses_key(self, obj: Entry) -> str | None:
        return None if obj.reverses is None else obj.reverses.key

    @display(description=pgettext_lazy("ledger", "postings (debit, credit, amount)"))
    def postings_shown(self, obj: Any) -> SafeString:
        postings = sorted(obj.postings.all(), key=lambda posting: posting.position)
        lines = [(each.debit_account.code, each.credit_account.code, _text(each.amount_minor, each.currency)) for each in postings]
        return format_html_join("", "<div>{} ← {} &nbsp; {}</div>", lines)


def _sum_of(side: str) -> Coalesce:
    sums = Posting.objects.filter(_COUNTED, **{side: OuterRef("pk")}).order_by().values(side).annotate(minor=Sum("amount_minor"))
    return Coalesce(Subquery(sums.values("minor")), 0)


def _text(minor: int, currency: str) -> str:
    return money_text(Money(minor=int(minor), currency=currency), language=get_language() or "en")
