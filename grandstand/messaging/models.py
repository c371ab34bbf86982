"""Notices on their way and as they were sent."""

from django.conf import settings
from django.db import models

from grandstand.kit.ids import new_id


class Notice(models.Model):
    """One mail to one address. The row is its own journal: queued, tried, sent or failed."""

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.CharField(max_length=160)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    to_person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    to_email = models.CharField(max_length=254)
    language = models.CharField(max_length=10)
    template = models.CharField(max_length=120)
    context = models.JSONField()
    attachments = models.JSONField()
    is_secret = models.BooleanField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    sent_at = models.DateTimeField(null=True)
    subject = models.CharField(max_length=300, default="", blank=True)
    body = models.TextField(default="", blank=True)

    class Meta:
        db_table = "messaging_notice"
        constraints = [
            models.UniqueConstraint(fields=["key"], name="messaging_notice_once_per_key"),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False) | (~models.Q(state="sent") & models.Q(sent_at=None)),
                name="messaging_notice_sent_has_its_instant",
            ),
            models.CheckConstraint(
                condition=models.Q(is_secret=False) | models.Q(state="queued") | models.Q(context={}, body=""),
                name="messaging_notice_secret_is_not_kept",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(state="queued"), name="messaging_notice_due"),
            models.Index(fields=["to_person", "sent_at"], condition=models.Q(state="sent"), name="messaging_notice_of_person"),
        ]
