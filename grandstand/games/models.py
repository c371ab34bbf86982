"""The schedule of sport. Rows of an edition belong to its organiser; walls in the migration hold parents and children in one edition."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Length, Lower, Substr
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grandstand.games import values
from grandstand.kit.ids import new_id

CODE_LENGTH = 40
NAME_LENGTH = 200


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


class ParticipantKindName(models.TextChoices):
    """The kinds of participant as people read them."""

    PERSON = values.ParticipantKind.PERSON, _("person")
    TEAM = values.ParticipantKind.TEAM, _("team")


class Edition(models.Model):
    """One holding of a Games, cup or league."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation"))
    code = models.CharField(_("code"), max_length=CODE_LENGTH)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166-1 alpha-2"))
    time_zone = models.CharField(_("time zone"), max_length=50)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        db_table = "games_edition"
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(Lower("code"), name="games_edition_code_once_in_any_case"),
            models.UniqueConstraint(fields=["id", "organisation"], name="games_edition_has_one_organisation"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name="") & ~Q(time_zone=""), name="games_edition_has_code_name_and_zone"),
            models.CheckConstraint(
                condition=Q(starts_on=None, ends_on=None) | Q(starts_on__isnull=False, ends_on__gte=F("starts_on")),
                name="games_edition_ends_on_or_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OfEdition(models.Model):
    """A row of an edition, and so of its organiser."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation"))
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+", verbose_name=_("edition"))

    class Meta:
        abstract = True


class Named(OfEdition):
    """A row of an edition with a name in several languages."""

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Sport(Named):
    """What a federation governs: aquatics, gymnastics."""

    code = models.CharField(_("code"), max_length=CODE_LENGTH)

    class Meta:
        db_table = "games_sport"
        verbose_name = _("sport")
        verbose_name_plural = _("sports")
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="games_sport_code_once_per_edition"),
            models.UniqueConstraint(fields=["id", "edition"], name="games_sport_has_one_edition"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="games_sport_has_code_and_name"),
        ]


class Discipline(Named):
    """A branch of a sport; its code is the first three characters of an RSC."""

    sport = models.ForeignKey(Sport, on_delete=models.PROTECT, related_name="+", verbose_name=_("sport"))
    code = models.CharField(_("code"), max_length=3)

    class Meta:
        db_table = "games_discipline"
        verbose_name = _("discipline")
        verbose_name_plural = _("disciplines")
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="games_discipline_code_once_per_edition"),
            models.UniqueConstraint(fields=["id", "edition"], name="games_discipline_has_one_edition"),
            models.CheckConstraint(condition=Q(Exact(Length("code"), 3)) & ~Q(name=""), name="games_discipline_has_name_and_three_letters"),
        ]


class Event(Named):
    """What medals are given for; `rsc` is the first 22 characters of its units'."""

    discipline = models.ForeignKey(Discipline, on_delete=models.PROTECT, related_name="+", verbose_name=_("discipline"))
    rsc = models.CharField(_("RSC"), max_length=22)

    class Meta:
        db_table = "games_event"
        verbose_name = pgettext_lazy("sport", "event")
        verbose_name_plural = pgettext_lazy("sport", "events")
        constraints = [
            models.UniqueConstraint(fields=["edition", "rsc"], name="games_event_rsc_once_per_edition"),
            models.UniqueConstraint(fields=["id", "edition"], name="games_event_has_one_edition"),
            models.CheckConstraint(condition=Exact(Length("rsc"), 22), name="games_event_rsc_has_22_characters"),
        ]


class Phase(Named):
    """A round of an event; `rsc` is the first 26 characters of its units'."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", verbose_name=pgettext_lazy("sport", "event"))
    rsc = models.CharField(_("RSC"), max_length=26)

    class Meta:
        db_table = "games_phase"
        verbose_name = pgettext_lazy("sport", "phase")
        verbose_name_plural = pgettext_lazy("sport", "phases")
        constraints = [
            models.UniqueConstraint(fields=["edition", "rsc"], name="games_phase_rsc_once_per_edition"),
            models.UniqueConstraint(fields=["id", "edition"], name="games_phase_has_one_edition"),
            models.CheckConstraint(condition=Exact(Length("rsc"), 26), name="games_phase_rsc_has_26_characters"),
        ]


class Venue(Named):
    """Where sessions take place."""

    code = models.CharField(_("code"), max_length=CODE_LENGTH)
    zone = models.CharField(_("zone"), max_length=100, blank=True, help_text=_("the part of town or cluster"))
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166-1 alpha-2"))
    region = models.CharField(_("region"), max_length=6, blank=True, help_text=_("ISO 3166-2, where taxes ask for it"))
    time_zone = models.CharField(_("time zone"), max_length=50)
    latitude_microdegrees = models.IntegerField(null=True, blank=True)
    longitude_microdegrees = models.IntegerField(null=True, blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)

    class Meta:
        db_table = "games_venue"
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="games_venue_code_once_per_edition"),
            models.UniqueConstraint(fields=["id", "edition"], name="games_venue_has_one_edition"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name="") & ~Q(time_zone=""), name="games_venue_has_code_name_and_zone"),
            models.CheckConstraint(
                condition=Q(latitude_microdegrees=None, longitude_microdegrees=None)
                | Q(
                    latitude_microdegrees__range=(-90_000_000, 90_000_000),
                    longitude_microdegrees__range=(-180_000_000, 180_000_000),
                ),
                name="games_venue_lies_on_earth",
            ),
        ]


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


class Unit(Named):
    """One heat or match. Its times may differ from its session's: that is flagged, never repaired by itself."""

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="+", verbose_name=pgettext_lazy("sport", "phase"))
    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=pgettext_lazy("sport", "session")
    )
    rsc = models.CharField(_("RSC"), max_length=34)
    starts_at = models.DateTimeField(pgettext_lazy("sport", "start"), null=True, blank=True)
    ends_at = models.DateTimeField(pgettext_lazy("sport", "end"), null=True, blank=True)

    class Meta:
        db_table = "games_unit"
        verbose_name = pgettext_lazy("sport", "unit")
        verbose_name_plural = pgettext_lazy("sport", "units")
        constraints = [
            models.UniqueConstraint(fields=["edition", "rsc"], name="games_unit_rsc_once_per_edition"),
            models.UniqueConstraint(fields=["id", "edition"], name="games_unit_has_one_edition"),
            models.CheckConstraint(condition=Exact(Length("rsc"), 34), name="games_unit_rsc_has_34_characters"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")), name="games_unit_ends_after_it_starts"
            ),
        ]


class Participant(Named):
    """A person or team that takes part. Nothing personal but the name and the country it stands for."""

    kind = models.CharField(_("kind"), max_length=10, choices=ParticipantKindName.choices)
    code = models.CharField(_("code"), max_length=CODE_LENGTH)
    organisation_code = models.CharField(_("NOC or club"), max_length=10, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166-1 alpha-2"))

    class Meta:
        db_table = "games_participant"
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="games_participant_code_once_per_edition"),
            models.UniqueConstraint(fields=["id", "edition"], name="games_participant_has_one_edition"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="games_participant_has_code_and_name"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in values.ParticipantKind]), name="games_participant_kind_is_known"),
        ]


class UnitParticipant(OfEdition):
    """A line of a unit's start list."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    place_in_list = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "games_unit_participant"
        constraints = [
            models.UniqueConstraint(fields=["unit", "participant"], name="games_participant_once_per_unit"),
            models.UniqueConstraint(fields=["unit", "place_in_list"], name="games_place_in_list_once_per_unit"),
            models.CheckConstraint(condition=Q(place_in_list__gte=1), name="games_place_in_list_from_one"),
        ]


class Result(OfEdition):
    """What a starter achieved in a unit. Two may share a rank."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=5, choices=[(status.value, status.value) for status in values.ResultStatus])
    rank = models.PositiveSmallIntegerField(null=True)
    mark = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "games_result"
        constraints = [
            models.UniqueConstraint(fields=["unit", "participant"], name="games_result_once_per_starter"),
            models.CheckConstraint(condition=Q(rank=None) | Q(rank__gte=1), name="games_rank_from_one"),
            models.CheckConstraint(
                condition=(Q(status=values.ResultStatus.OK) & (Q(rank__isnull=False) | ~Q(mark="")))
                | (Q(status__in=["dns", "dnf", "dsq"]) & Q(rank=None)),
                name="games_result_has_rank_or_mark_or_says_why_not",
            ),
        ]


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
