"""What every room writes beside its own rows: facts to deliver, who did what, answers given, the clock's mark, rates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from grandstand.kit.ids import new_id


class Clock(models.Model):
    """The latest instant by which something has been decided. One row; time never goes behind it."""

    high_water = models.DateTimeField()

    class Meta:
        db_table = "store_clock"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="store_clock_is_one_row")]


class Fact(models.Model):
    """A fact that was announced: the outbox. Carries ids, never personal data."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=60)
    organisation_id = models.UUIDField()
    occurred_at = models.DateTimeField()
    payload = models.JSONField()

    class Meta:
        db_table = "store_fact"
        indexes = [models.Index(fields=["organisation_id", "kind", "occurred_at"], name="store_fact_by_kind")]


class Delivery(models.Model):
    """One fact for one handler, delivered at least once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="+")
    handler = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        db_table = "store_delivery"
        constraints = [models.UniqueConstraint(fields=["fact", "handler"], name="store_delivery_once_per_fact_and_handler")]
        indexes = [models.Index(fields=["due_at", "id"], condition=models.Q(delivered_at=None), name="store_delivery_waiting")]


class AuditEntry(models.Model):
    """Who changed what, why, from what to what. Append-only; names fields of people, never their values."""

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField()
    organisation_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=120)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=80)
    reason = models.CharField(max_length=300)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        db_table = "store_audit"
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"], name="store_audit_by_object"),
            models.Index(fields=["organisation_id", "at"], name="store_audit_by_organisation"),
        ]


class Answer(models.Model):
    """An answer given once for a key. The same key with the same body gets the same answer; with another body, an error."""

    pk = models.CompositePrimaryKey("scope", "key")
    scope = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    body_digest = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "store_answer"


class Rate(models.Model):
    """How often something was asked for within one window of time, counted for all processes together."""

    pk = models.CompositePrimaryKey("key", "window_starts_at")
    key = models.CharField(max_length=160)
    window_starts_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        db_table = "store_rate"
