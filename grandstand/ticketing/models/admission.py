"""The gate: keys that sign, doors and devices, every scan, and who is in."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grandstand.ticketing.codes import HIGHEST_GATE
from grandstand.ticketing.models.offers import Owned, SessionSale
from grandstand.ticketing.models.tickets import Ticket, TicketFact
from grandstand.ticketing.values import Reason


class SigningKey(Owned):
    """An Ed25519 key that signs tickets from `signs_from_at` until a newer one does. Its codes stay good until it is revoked.

    The private half is sealed with a key made from the installation's secret (adapters/sealing.py).
    """

    key_id = models.CharField(_("key id"), max_length=8)
    public_key = models.BinaryField()
    private_key_sealed = models.BinaryField()
    made_at = models.DateTimeField(_("made at"))
    signs_from_at = models.DateTimeField(_("signs from"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        db_table = "ticketing_signing_key"
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [
            models.UniqueConstraint(fields=["key_id"], name="ticketing_signing_key_id_once"),
            models.CheckConstraint(condition=Q(signs_from_at__gte=F("made_at")), name="ticketing_signing_key_signs_after_it_is_made"),
        ]

    def __str__(self) -> str:
        return self.key_id


class Gate(Owned):
    """A way into a venue. Codes name gates by `number`."""

    venue = models.ForeignKey("games.Venue", on_delete=models.PROTECT, related_name="+", verbose_name=_("venue"))
    number = models.PositiveSmallIntegerField(_("number"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)

    class Meta:
        db_table = "ticketing_gate"
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        constraints = [
            models.UniqueConstraint(fields=["venue", "number"], name="ticketing_gate_number_once_per_venue"),
            models.UniqueConstraint(fields=["venue", "code"], name="ticketing_gate_code_once_per_venue"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=HIGHEST_GATE), name="ticketing_gate_number_from_1_to_32"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="ticketing_gate_has_code_and_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Device(Owned):
    """A scanner in a steward's hands. It signs in with a token, of which only the digest is kept."""

    steward = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("steward"))
    name = models.CharField(_("name"), max_length=100)
    token_digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("made at"))
    synced_at = models.DateTimeField(_("last sync"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        db_table = "ticketing_device"
        verbose_name = _("scanner")
        verbose_name_plural = _("scanners")
        constraints = [
            models.UniqueConstraint(fields=["token_digest"], name="ticketing_device_token_once"),
            models.CheckConstraint(
                condition=Q(steward__isnull=False) | Q(revoked_at__isnull=False), name="ticketing_device_without_steward_is_revoked"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Admission(TicketFact):
    """Somebody came in with this ticket. Removed when an admission is taken back: the scan and the audit log keep what was."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("ticket"))
    sale = models.ForeignKey(SessionSale, on_delete=models.PROTECT, related_name="+", db_column="session_id", verbose_name=_("session"))
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("gate"))
    scan_id = models.UUIDField()

    class Meta:
        db_table = "ticketing_admission"
        constraints = [models.UniqueConstraint(fields=["ticket"], name="ticketing_ticket_admitted_once")]


class Scan(Owned):
    """One scan and its answer, whoever decided it. Append-only.

    `reason` empty means admitted. `conflict` is set for a scanner without network that admitted somebody whom the database would have refused,
    with the reason it would have given. `ticket_id` is set when the code was truly ours. The code itself is kept as its digest.
    """

    sale = models.ForeignKey(SessionSale, on_delete=models.PROTECT, related_name="+", db_column="session_id", verbose_name=_("session"))
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("gate"))
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("scanner"))
    actor = models.CharField(_("by"), max_length=120)
    at = models.DateTimeField(_("at"))
    received_at = models.DateTimeField(_("received at"))
    offline = models.BooleanField(_("without network"))
    reason = models.CharField(_("answer"), max_length=20, blank=True)
    conflict = models.CharField(_("conflict"), max_length=20, blank=True)
    ticket_id = models.UUIDField(null=True)
    code_digest = models.CharField(max_length=64)

    class Meta:
        db_table = "ticketing_scan"
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=["", *(reason.value for reason in Reason)]), name="ticketing_scan_reason_is_known"),
            models.CheckConstraint(
                condition=Q(conflict="") | Q(offline=True, reason="", conflict__in=[reason.value for reason in Reason]),
                name="ticketing_scan_conflict_is_of_an_offline_admission",
            ),
        ]
        indexes = [
            models.Index(fields=["sale", "at"], name="ticketing_scan_of_session"),
            models.Index(fields=["ticket_id"], name="ticketing_scan_of_ticket"),
        ]
