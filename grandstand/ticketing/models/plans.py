"""Seat plans: their versions, what is printed for each seat, and which session is seated by which."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grandstand.ticketing.models.offers import Owned, SessionSale
from grandstand.ticketing.models.tickets import Ticket, TicketFact
from grandstand.ticketing.rules.plans import LONGEST_CODE, LONGEST_LABEL


class SeatPlan(Owned):
    """A version of a plan of a venue. Append-only: a plan that changes is a new version, and sessions keep the one that they were seated by.

    `document` is the plan as JSON (adapters/seating_plan_json.py), compressed by zlib; `seats` counts them by category code.
    """

    venue = models.ForeignKey("games.Venue", on_delete=models.PROTECT, related_name="+", verbose_name=_("venue"))
    name = models.CharField(_("name"), max_length=100)
    version = models.PositiveIntegerField(_("version"))
    document = models.BinaryField()
    document_digest = models.CharField(max_length=64)
    seats = models.JSONField(_("seats"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        db_table = "ticketing_seat_plan"
        verbose_name = _("seat plan")
        verbose_name_plural = _("seat plans")
        constraints = [
            models.UniqueConstraint(fields=["venue", "name", "version"], name="ticketing_plan_version_once_per_venue_and_name"),
            models.CheckConstraint(condition=Q(version__gte=1) & ~Q(name=""), name="ticketing_plan_has_name_and_version"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class PlannedSeat(models.Model):
    """What is printed for a seat of a plan, so that a ticket needs not read the plan. Append-only, like it."""

    pk = models.CompositePrimaryKey("plan", "seat_id")
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    plan = models.ForeignKey(SeatPlan, on_delete=models.PROTECT, related_name="+", db_index=False)
    seat_id = models.UUIDField()
    category = models.CharField(max_length=LONGEST_CODE)
    section = models.CharField(max_length=LONGEST_LABEL)
    row = models.CharField(max_length=LONGEST_LABEL)
    number = models.CharField(max_length=LONGEST_LABEL)
    gate = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "ticketing_planned_seat"


class SessionSeating(Owned):
    """A session's seats are those of a plan, from `at` on until a row with a higher `number`. Append-only."""

    sale = models.ForeignKey(SessionSale, on_delete=models.PROTECT, related_name="+", db_column="session_id", verbose_name=_("session"))
    plan = models.ForeignKey(SeatPlan, on_delete=models.PROTECT, related_name="+", verbose_name=_("seat plan"))
    seating = models.ForeignKey("inventory.Seating", on_delete=models.PROTECT, related_name="+", verbose_name=_("seating"))
    number = models.PositiveIntegerField()
    at = models.DateTimeField(_("at"))

    class Meta:
        db_table = "ticketing_session_seating"
        constraints = [models.UniqueConstraint(fields=["sale", "number"], name="ticketing_session_seated_by_one_plan_at_a_time")]


class SeatChange(TicketFact):
    """The ticket is for another seat from now on, for a reason its holder is told. Append-only."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+", verbose_name=_("ticket"))
    from_seat_id = models.UUIDField()
    to_seat_id = models.UUIDField()
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        db_table = "ticketing_seat_change"
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="ticketing_seat_change_has_a_reason"),
            models.CheckConstraint(condition=~Q(from_seat_id=models.F("to_seat_id")), name="ticketing_seat_change_goes_elsewhere"),
        ]
        indexes = [models.Index(fields=["at"], name="ticketing_seat_change_at")]
