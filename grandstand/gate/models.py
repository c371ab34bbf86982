"""Waiting rooms as rows: what they guard, who waits, in which order, and how the door moved.

Places are written in batches of hundreds, so their references are no constraints of the database (`db_constraint=False`), as inventory's.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grandstand.kit.ids import new_id


class WaitingRoom(models.Model):
    """A queue before a sale. Counts and door are changed under the row's lock only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation"))
    code = models.SlugField(_("address"), max_length=60, unique=True, help_text=_("the last part of the page's address"))
    title = models.CharField(_("title"), max_length=150)
    titles = models.JSONField(_("title in other languages"), default=dict, blank=True)
    opens_at = models.DateTimeField(_("people may come from"))
    starts_at = models.DateTimeField(_("the sale begins"))
    market_code = models.CharField(_("market"), max_length=20, editable=False, help_text="of who comes in without having chosen one")
    for_accounts = models.BooleanField(_("for people with an account only"), default=False)
    proof_cost = models.PositiveIntegerField(_("proof of work"), default=0, help_text=_("rounds of hashing per try; none: not asked for"))

    named_round = models.BigIntegerField(_("round of the beacon"), editable=False)
    beacon_round = models.BigIntegerField(
        null=True, editable=False, help_text="the round that counts: the named one, or a later one when the list closed late"
    )
    fallback_after_s = models.PositiveIntegerField(_("seconds to wait for the beacon"), default=300)
    secret = models.BinaryField(editable=False, help_text="sealed; revealed when the beacon does not come")
    commitment = models.CharField(max_length=64, editable=False, help_text="SHA-256 of the secret, published beforehand")
    revealed = models.CharField(max_length=64, blank=True, editable=False)

    early = models.BigIntegerField(_("came early"), default=0, editable=False)
    late = models.BigIntegerField(_("came late"), default=0, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    seed = models.CharField(max_length=64, blank=True, editable=False)
    seed_from = models.CharField(max_length=10, blank=True, editable=False)
    signature = models.CharField(max_length=96, blank=True, editable=False)
    ordered_at = models.DateTimeField(null=True, editable=False)

    early_in = models.BigIntegerField(default=0, editable=False)
    early_below = models.CharField(max_length=65, default="0" * 65, editable=False)
    late_in = models.BigIntegerField(default=0, editable=False)
    moved_at = models.DateTimeField(null=True, editable=False)
    rate_per_min = models.PositiveIntegerField(_("people a minute"), default=600)
    most_inside = models.PositiveIntegerField(_("most people inside"), default=5_000)
    stay_s = models.PositiveIntegerField(_("seconds to choose"), default=900)
    is_paused = models.BooleanField(_("paused"), default=False, editable=False)
    message = models.JSONField(_("message"), default=dict, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    class Meta:
        db_table = "gate_room"
        verbose_name = _("waiting room")
        verbose_name_plural = _("waiting rooms")
        constraints = [
            models.CheckConstraint(condition=Q(opens_at__lte=F("starts_at")), name="gate_room_opens_before_the_sale"),
            models.CheckConstraint(condition=Q(early_in__gte=0, early_in__lte=F("early")), name="gate_room_admits_early_places_there_are"),
            models.CheckConstraint(condition=Q(late_in__gte=0, late_in__lte=F("late")), name="gate_room_admits_late_places_there_are"),
            models.CheckConstraint(condition=Q(seed="") | ~Q(digest=""), name="gate_room_digest_before_seed"),
            models.CheckConstraint(condition=Q(ordered_at=None) | ~Q(seed=""), name="gate_room_seed_before_order"),
            models.CheckConstraint(condition=Q(early_in=0, late_in=0) | Q(ordered_at__isnull=False), name="gate_room_order_before_door"),
            models.UniqueConstraint(fields=["id", "organisation"], name="gate_room_has_one_organisation"),
        ]

    def __str__(self) -> str:
        return self.title


class Guard(models.Model):
    """An item that nobody takes who was not admitted. `session_id` when it came with a whole session."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(WaitingRoom, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    item_id = models.UUIDField()
    session_id = models.UUIDField(null=True)

    class Meta:
        db_table = "gate_guard"
        constraints = [models.UniqueConstraint(fields=["room", "kind", "item_id"], name="gate_guard_once_per_item")]


class Place(models.Model):
    """Somebody's place. Early ones have no number: the seed orders them. `holder` is commerce's owner, or `gone:` for a place given up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    room = models.ForeignKey(WaitingRoom, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    holder = models.CharField(max_length=80)
    number = models.BigIntegerField(null=True)
    joined_at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    proof = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "gate_place"
        constraints = [
            models.UniqueConstraint(fields=["holder", "room"], name="gate_place_one_per_holder"),
            models.UniqueConstraint(fields=["room", "number"], condition=Q(number__isnull=False), name="gate_place_number_once"),
            models.UniqueConstraint(fields=["proof"], condition=~Q(proof=""), name="gate_place_proof_once"),
            models.CheckConstraint(condition=Q(number=None) | Q(number__gte=0), name="gate_place_number_from_zero"),
        ]
        indexes = [
            models.Index(fields=["room"], condition=Q(number=None), name="gate_place_early"),
            models.Index(fields=["room", "entered_at"], condition=Q(entered_at__isnull=False), name="gate_place_entered"),
        ]


class EarlyRank(models.Model):
    """The early list in its order, 0 first, so that the door moves by one look-up."""

    pk = models.CompositePrimaryKey("room", "rank")
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    room = models.ForeignKey(WaitingRoom, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    rank = models.BigIntegerField()
    place_id = models.UUIDField()

    class Meta:
        db_table = "gate_early_rank"


class DoorStep(models.Model):
    """How the door stood at an instant: for operators' curves, and for the pace that people are told."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(WaitingRoom, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    waiting = models.BigIntegerField()
    admitted = models.BigIntegerField()
    entered = models.BigIntegerField()
    inside = models.BigIntegerField()
    commit_ms = models.IntegerField()

    class Meta:
        db_table = "gate_door_step"
        constraints = [models.UniqueConstraint(fields=["room", "at"], name="gate_door_step_once_an_instant")]


class Pulse(models.Model):
    """How fast a gate process commits, as it said last. `commit_ms` is how long a wish waits for its answer: queue and commit."""

    process = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()
    commit_ms = models.IntegerField()

    class Meta:
        db_table = "gate_pulse"
