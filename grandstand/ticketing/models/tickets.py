"""What was issued, and everything that happened to it since, one row each. A ticket has no state of its own: its rows say it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grandstand.ticketing.models.offers import Offer, Owned, SessionSale
from grandstand.ticketing.values import VoidedBy


class Ticket(Owned):
    """The right of one person to come to one session. `serial` counts from 1 within the order's line.

    Offer, session and organisation are held together by one composite key (`ticketing_ticket_is_for_its_offers_session`), which stands for the
    three single ones: tickets are written in bulk.
    """

    organisation = models.ForeignKey(
        "movement.Organisation", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False, verbose_name=_("organisation")
    )
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", db_constraint=False, verbose_name=_("offer"))
    sale = models.ForeignKey(
        SessionSale, on_delete=models.PROTECT, related_name="+", db_column="session_id", db_constraint=False, verbose_name=_("session")
    )
    line_id = models.UUIDField(_("order line"))
    order_id = models.UUIDField(_("order"))
    serial = models.PositiveIntegerField(_("number"))
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("holder"))
    seat_id = models.UUIDField(_("seat"), null=True)
    price_minor = models.BigIntegerField(_("price"))
    currency = models.CharField(_("currency"), max_length=3)
    issued_at = models.DateTimeField(_("issued at"))

    class Meta:
        db_table = "ticketing_ticket"
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(fields=["line_id", "serial"], name="ticketing_ticket_once_per_line_and_serial"),
            models.CheckConstraint(condition=Q(serial__gte=1), name="ticketing_ticket_serial_from_one"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="ticketing_ticket_price_from_zero"),
        ]
        indexes = [models.Index(fields=["order_id"], name="ticketing_ticket_of_order")]

    def __str__(self) -> str:
        return self.id.hex[-12:].upper()


class TicketFact(Owned):
    """Something that happened to a ticket: when, by whom."""

    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("by"), max_length=120)

    class Meta:
        abstract = True


class Activation(TicketFact):
    """The holder made the ticket ready for the gate, where its offer asks for that."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+", verbose_name=_("ticket"))

    class Meta:
        db_table = "ticketing_activation"
        constraints = [models.UniqueConstraint(fields=["ticket"], name="ticketing_ticket_activated_once")]


class OriginName(models.TextChoices):
    """Who took a ticket back, as people read it."""

    SALE = VoidedBy.SALE, _("refund or cancellation")
    BOX_OFFICE = VoidedBy.BOX_OFFICE, _("box office")


class Voiding(TicketFact):
    """The ticket was taken back, for a reason its holder is told. `number` counts a ticket's voidings from 1."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+", verbose_name=_("ticket"))
    number = models.PositiveSmallIntegerField()
    origin = models.CharField(_("taken back by"), max_length=10, choices=OriginName.choices)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        db_table = "ticketing_voiding"
        verbose_name = _("voiding")
        verbose_name_plural = _("voidings")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "number"], name="ticketing_ticket_voided_once_at_a_time"),
            models.CheckConstraint(condition=~Q(reason=""), name="ticketing_voiding_has_a_reason"),
            models.CheckConstraint(condition=Q(origin__in=[origin.value for origin in VoidedBy]), name="ticketing_voiding_origin_is_known"),
        ]


class Reinstatement(TicketFact):
    """The way back: the voiding no longer counts, the ticket is what it was before.

    A refund of a ticket that the box office had voided ends that voiding and begins its own at the same instant.
    """

    voiding = models.ForeignKey(Voiding, on_delete=models.PROTECT, related_name="+", verbose_name=_("voiding"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        db_table = "ticketing_reinstatement"
        verbose_name = _("reinstatement")
        verbose_name_plural = _("reinstatements")
        constraints = [
            models.UniqueConstraint(fields=["voiding"], name="ticketing_voiding_reinstated_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="ticketing_reinstatement_has_a_reason"),
        ]
