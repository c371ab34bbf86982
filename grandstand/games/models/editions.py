"""Editions with their sports, disciplines, events, phases and venues."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grandstand.kit.ids import new_id

CODE_LENGTH = 40
NAME_LENGTH = 200


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
    zone_names = models.JSONField(_("zone in other languages"), default=dict, blank=True)
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
