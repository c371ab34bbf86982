"""Units, who takes part in them, and what came of it."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grandstand.games import values
from grandstand.games.models.editions import CODE_LENGTH, Named, OfEdition, Phase
from grandstand.games.models.sessions import Session


class ParticipantKindName(models.TextChoices):
    """The kinds of participant as people read them."""

    PERSON = values.ParticipantKind.PERSON, _("person")
    TEAM = values.ParticipantKind.TEAM, _("team")


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
