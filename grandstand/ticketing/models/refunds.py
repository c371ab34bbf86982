"""The money of cancelled sessions on its way back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grandstand.ticketing.models.offers import Owned, SessionSale


class SessionRefund(Owned):
    """A session was cancelled: its tickets are refunded from `due_at` on, until none is left or it takes place after all. Then it has ended.

    `refunded` counts orders.
    """

    sale = models.ForeignKey(SessionSale, on_delete=models.PROTECT, related_name="+", db_column="session_id", verbose_name=_("session"))
    cancelled_at = models.DateTimeField(_("cancelled at"))
    due_at = models.DateTimeField(_("refunded from"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    refunded = models.PositiveIntegerField(_("orders refunded"), default=0)

    class Meta:
        db_table = "ticketing_session_refund"
        verbose_name = _("refund of a session")
        verbose_name_plural = _("refunds of sessions")
        constraints = [
            models.UniqueConstraint(fields=["sale"], condition=Q(ended_at=None), name="ticketing_session_is_refunded_once_at_a_time"),
            models.CheckConstraint(condition=Q(due_at__gte=F("cancelled_at")), name="ticketing_session_is_refunded_after_its_cancellation"),
        ]


class OrderNotRefunded(Owned):
    """An order of a cancelled session that could not be refunded by itself, and why.

    A person has to look: doctor shows it until its tickets went back.
    """

    refund = models.ForeignKey(SessionRefund, on_delete=models.PROTECT, related_name="+")
    order_id = models.UUIDField(_("order"))
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        db_table = "ticketing_order_not_refunded"
        constraints = [models.UniqueConstraint(fields=["refund", "order_id"], name="ticketing_order_fails_once_per_refund")]
