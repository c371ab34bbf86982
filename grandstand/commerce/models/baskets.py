from django.conf import settings
from django.db import models
from django.db.models import Q

from grandstand.kit.ids import new_id


class Basket(models.Model):
    """What somebody is about to buy, across sellers. It belongs to no organisation: its lines do."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    visitor = models.CharField(max_length=64, blank=True)
    market_code = models.CharField(max_length=20)
    state = models.CharField(max_length=10)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "commerce_basket"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "ordered", "merged"]), name="commerce_basket_state_is_known"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, visitor="") | (Q(person__isnull=True) & ~Q(visitor="")), name="commerce_basket_has_one_owner"
            ),
            models.UniqueConstraint(fields=["person"], condition=Q(state="open", person__isnull=False), name="commerce_basket_one_open_per_person"),
            models.UniqueConstraint(fields=["visitor"], condition=Q(state="open") & ~Q(visitor=""), name="commerce_basket_one_open_per_visitor"),
        ]


class BasketLine(models.Model):
    """An item with its hold and with the quote that the buyer saw. `problem` says why a hold could not be had again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+")
    item_kind = models.CharField(max_length=20)
    item_id = models.UUIDField()
    quantity = models.PositiveIntegerField()
    seat_ids = models.JSONField(default=list)
    hold_id = models.UUIDField(null=True)
    hold_expires_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=20, blank=True)
    unit_price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    version = models.BigIntegerField()
    appointment = models.JSONField(null=True)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "commerce_basket_line"
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="commerce_basket_line_quantity_above_zero"),
            models.CheckConstraint(condition=Q(unit_price_minor__gte=0), name="commerce_basket_line_price_not_negative"),
            models.UniqueConstraint(fields=["hold_id"], condition=Q(hold_id__isnull=False), name="commerce_basket_line_one_hold_each"),
        ]
