"""Scarce units as rows: what there is, what is set aside for whom, and how it came to be so.

References of hold, cap, seat taken and movement are no constraints of the database (`db_constraint=False`): these rows are written in tens of
thousands a second, and a foreign key checks them one by one (figures in docs/explanation/holds.md). `check_stock` looks for what they would
have refused.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grandstand.inventory.values import HoldState, MovementKind
from grandstand.kit.ids import new_id


class Seating(models.Model):
    """Named seats that can each be taken once: those of one session. A seat's id is the plan's, so two seatings may share it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=150)

    class Meta:
        db_table = "inventory_seating"
        verbose_name = _("seating")
        verbose_name_plural = _("seatings")

    def __str__(self) -> str:
        return self.name


class Pool(models.Model):
    """Units that stand for each other: the seats of one price category in one session, the pieces of one product.

    `on_hand` is the sum over its accounts, kept here so that the database can compare it with the capacity.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=150)
    capacity = models.IntegerField(_("capacity"), null=True, blank=True, help_text=_("the reconciled seat plan; empty for goods"))
    on_hand = models.IntegerField(_("on hand"), default=0, editable=False)

    class Meta:
        db_table = "inventory_pool"
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        constraints = [
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="inventory_pool_on_hand_from_zero"),
            models.CheckConstraint(condition=Q(capacity=None) | Q(on_hand__lte=F("capacity")), name="inventory_pool_within_capacity"),
        ]
        indexes = [models.Index(fields=["organisation", "name"], name="inventory_pool_by_name")]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """The part of a pool that is for somebody: `public`, `NOC:FRA`, `sponsor`, `kill`. With a seating, its units are that seating's seats."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="accounts")
    seating = models.ForeignKey(Seating, on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("account"), max_length=60)
    on_hand = models.IntegerField(_("on hand"), default=0)
    held = models.IntegerField(_("held"), default=0)
    claimed = models.IntegerField(_("claimed"), default=0)

    class Meta:
        db_table = "inventory_account"
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["pool", "code"], name="inventory_account_once_per_pool"),
            models.CheckConstraint(condition=Q(held__gte=0, claimed__gte=0), name="inventory_account_counts_from_zero"),
            models.CheckConstraint(condition=Q(on_hand__gte=F("held") + F("claimed")), name="inventory_account_never_oversold"),
        ]

    def __str__(self) -> str:
        return self.code


class Seat(models.Model):
    """A seat of a seating, in the account for which it is."""

    pk = models.CompositePrimaryKey("seating", "seat_id")
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    seating = models.ForeignKey(Seating, on_delete=models.PROTECT, related_name="+")
    seat_id = models.UUIDField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "inventory_seat"


class SeatTaken(models.Model):
    """A seat is taken because this row exists: made with the hold, removed when the seat comes back."""

    pk = models.CompositePrimaryKey("seating", "seat_id")
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    seating = models.ForeignKey(Seating, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    seat_id = models.UUIDField()
    hold = models.ForeignKey("Hold", on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        db_table = "inventory_seat_taken"


class Hold(models.Model):
    """The answer to a wish: units set aside for a buyer, or the reason why not. Its lines are its movements."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    key_id = models.UUIDField(help_text="made from organisation and key (rules.key_ids)")
    body_id = models.UUIDField(help_text="made from what was asked for (rules.body_ids)")
    holder = models.CharField(max_length=80)
    basket_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in HoldState])
    expires_at = models.DateTimeField()
    offer_version = models.BigIntegerField()
    # JSON in a text: the server need not take apart what only release and doctor look at.
    caps = models.TextField(help_text="[[scope, limit, quantity], ...]")
    refusal = models.JSONField(null=True)

    class Meta:
        db_table = "inventory_hold"
        constraints = [
            models.UniqueConstraint(fields=["key_id"], name="inventory_hold_once_per_key"),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(state=HoldState.HELD), name="inventory_hold_to_expire")]


class Cap(models.Model):
    """How many units one holder has held or claimed of what `scope` names."""

    id = models.UUIDField(primary_key=True, editable=False, help_text="made from scope and holder (rules.cap_ids)")
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    scope = models.CharField(max_length=80)
    holder = models.CharField(max_length=80)
    used = models.IntegerField()

    class Meta:
        db_table = "inventory_cap"
        constraints = [models.CheckConstraint(condition=Q(used__gte=0), name="inventory_cap_from_zero")]


class Movement(models.Model):
    """One change of an account's quantities. Append-only: the numbers on an account are the sums of its movements."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=[(kind.value, kind.value) for kind in MovementKind])
    on_hand = models.IntegerField(_("on hand"))
    held = models.IntegerField(_("held"))
    claimed = models.IntegerField(_("claimed"))
    seats = models.JSONField(_("seats"), null=True, help_text=_("which, when they came to a hold, went back or moved"))
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        db_table = "inventory_movement"
        verbose_name = _("movement of stock")
        verbose_name_plural = _("movements of stock")
        constraints = [
            models.CheckConstraint(condition=~Q(on_hand=0, held=0, claimed=0), name="inventory_movement_moves_something"),
        ]
        indexes = [
            models.Index(fields=["account", "id"], name="inventory_movement_of_account"),
            models.Index(fields=["hold"], name="inventory_movement_of_hold"),
        ]


class ScheduledRelease(models.Model):
    """Units that move from one account to another at an instant: a sponsor's unused seats go to the public a week before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+")
    from_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    to_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField(_("quantity"), null=True, help_text=_("empty: all that is free then"))
    due_at = models.DateTimeField(_("due at"))
    done_at = models.DateTimeField(_("done at"), null=True)
    moved = models.IntegerField(_("moved"), null=True)
    by = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        db_table = "inventory_scheduled_release"
        verbose_name = _("timed release")
        verbose_name_plural = _("timed releases")
        constraints = [
            models.CheckConstraint(condition=~Q(from_account=F("to_account")), name="inventory_release_goes_elsewhere"),
            models.CheckConstraint(condition=Q(quantity=None) | Q(quantity__gt=0), name="inventory_release_of_one_or_more"),
            models.CheckConstraint(
                condition=Q(done_at=None, moved=None) | Q(done_at__isnull=False, moved__gte=0), name="inventory_release_done_or_not"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="inventory_release_due")]
