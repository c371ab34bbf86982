"""Sessions, and what files said of them."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Length, Substr
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grandstand.games import values
from grandstand.games.models.editions import CODE_LENGTH, Discipline, OfEdition, Venue


class StageName(models.TextChoices):
    """The stages as people read them."""

    PRELIMINARY = values.Stage.PRELIMINARY, _("preliminary")
    ELIMINATION = values.Stage.ELIMINATION, _("elimination")
    QUARTERFINAL = values.Stage.QUARTERFINAL, _("quarterfinal")
    SEMIFINAL = values.Stage.SEMIFINAL, _("semifinal")
    BRONZE = values.Stage.BRONZE, _("bronze medal")
    FINAL = values.Stage.FINAL, pgettext_lazy("sport", "final")
    CEREMONY = values.Stage.CEREMONY, _("ceremony")


class StatusName(models.TextChoices):
    """The states of a session as people read them."""

    SCHEDULED = values.Status.SCHEDULED, _("scheduled")
    TO_BE_CONFIRMED = values.Status.TO_BE_CONFIRMED, _("to be confirmed")
    POSTPONED = values.Status.POSTPONED, _("postponed")
    CANCELLED = values.Status.CANCELLED, _("cancelled")


class Session(OfEdition):
    """The ticketed block at a venue.

    `starts_local` and `ends_local` are the wall time in `time_zone`, "2028-07-19T09:30" ("" while unknown), and are what was announced;
    `starts_at` and `ends_at` are the instants they mean. `zone` is used while the venue is unknown. `search_text` is folded (rules.folded)
    and holds what a person might look for in every language.
    """

    discipline = models.ForeignKey(Discipline, on_delete=models.PROTECT, related_name="+", verbose_name=_("discipline"))
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("venue"))
    code = models.CharField(_("code"), max_length=CODE_LENGTH)
    title = models.CharField(_("title"), max_length=300)
    titles = models.JSONField(_("title in other languages"), default=dict, blank=True)
    branch = models.CharField(pgettext_lazy("sport", "branch"), max_length=100, blank=True, help_text=_("what of its discipline: Marathon, Shotgun"))
    stage = models.CharField(pgettext_lazy("sport", "stage"), max_length=20, choices=StageName.choices, blank=True)
    zone = models.CharField(_("zone"), max_length=100, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50)
    day_on = models.DateField(_("day"), null=True, blank=True)
    starts_local = models.CharField(_("local start"), max_length=16, blank=True)
    ends_local = models.CharField(_("local end"), max_length=16, blank=True)
    starts_at = models.DateTimeField(pgettext_lazy("sport", "start"), null=True, blank=True)
    ends_at = models.DateTimeField(pgettext_lazy("sport", "end"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=StatusName.choices)
    ticketed = models.BooleanField(_("ticketed"), default=True)
    search_text = models.TextField(editable=False)

    class Meta:
        db_table = "games_session"
        verbose_name = pgettext_lazy("sport", "session")
        verbose_name_plural = pgettext_lazy("sport", "sessions")
        indexes = [models.Index(fields=["edition", "day_on", "starts_at", "code"], name="games_session_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="games_session_code_once_per_edition"),
            models.UniqueConstraint(fields=["id", "edition"], name="games_session_has_one_edition"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(title="") & ~Q(time_zone=""), name="games_session_has_code_title_and_zone"),
            models.CheckConstraint(condition=Q(status__in=[status.value for status in values.Status]), name="games_session_status_is_known"),
            models.CheckConstraint(condition=Q(stage__in=[stage.value for stage in values.Stage]), name="games_session_stage_is_known"),
            models.CheckConstraint(
                condition=~Q(status=values.Status.SCHEDULED) | Q(starts_at__isnull=False, ends_at__isnull=False, venue__isnull=False),
                name="games_scheduled_session_has_times_and_venue",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, starts_local="") | (Q(starts_at__isnull=False) & ~Q(starts_local="")),
                name="games_session_start_is_kept_as_instant_and_wall_time",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None, ends_local="") | (Q(ends_at__isnull=False) & ~Q(ends_local="")),
                name="games_session_end_is_kept_as_instant_and_wall_time",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")), name="games_session_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(starts_local="")
                | Q(Exact(Substr("starts_local", 1, 10), Cast("day_on", models.CharField(max_length=10))), day_on__isnull=False),
                name="games_session_belongs_to_the_local_day_it_starts_on",
            ),
            models.CheckConstraint(condition=Q(venue=None) | Q(zone=""), name="games_session_zone_is_its_venues"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Import(OfEdition):
    """A file that was imported and changed something: its name, digest and report. Append-only."""

    source = models.CharField(_("file"), max_length=200)
    digest = models.CharField(_("SHA-256"), max_length=64)
    imported_at = models.DateTimeField(_("imported at"))
    imported_by = models.CharField(_("imported by"), max_length=120)
    report = models.JSONField(_("report"))

    class Meta:
        db_table = "games_import"
        verbose_name = pgettext_lazy("noun", "import")
        verbose_name_plural = pgettext_lazy("noun", "imports")


class ImportedSession(OfEdition):
    """What a file last said of a session: `row` as it stood there, `said` as it was understood, and its prices.

    `said` tells a change in the file from a change made here by hand, so that an import never undoes the latter.
    """

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=200)
    row = models.JSONField()
    said = models.JSONField()
    lowest_minor = models.BigIntegerField(null=True)
    highest_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        db_table = "games_imported_session"
        constraints = [
            models.CheckConstraint(
                condition=Q(lowest_minor=None, highest_minor=None, currency="")
                | Q(Exact(Length("currency"), 3), lowest_minor__gte=0, highest_minor__gte=F("lowest_minor")),
                name="games_imported_prices_are_ordered_and_have_a_currency",
            ),
        ]
