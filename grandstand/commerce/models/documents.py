from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grandstand.commerce.models.orders import Order, Sale
from grandstand.commerce.models.payments import Refund
from grandstand.kit.ids import new_id


class DocumentCounter(models.Model):
    """The last number given in a series. Locked by whoever gives the next one, so that numbers have no gap and nobody gets one twice."""

    pk = models.CompositePrimaryKey("organisation_id", "kind", "year")
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        db_table = "commerce_document_counter"


class Document(models.Model):
    """A numbered paper of a seller: what it says never changes. `buyer` alone can be emptied, when the buyer asks to be forgotten."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CREDIT_NOTE = "credit_note", _("credit note")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("seller"))
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", verbose_name=_("order"))
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="+")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    year = models.PositiveIntegerField(_("year"))
    sequence = models.PositiveIntegerField()
    number = models.CharField(_("number"), max_length=30)
    issued_at = models.DateTimeField(_("issued"))
    language = models.CharField(_("language"), max_length=10)
    body = models.JSONField()
    buyer = models.JSONField(null=True)

    class Meta:
        db_table = "commerce_document"
        verbose_name = _("invoice or credit note")
        verbose_name_plural = _("invoices and credit notes")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "year", "sequence"], name="commerce_document_number_given_once"),
            models.UniqueConstraint(fields=["sale"], condition=Q(kind="invoice"), name="commerce_document_one_invoice_per_sale"),
            models.UniqueConstraint(fields=["sale", "refund"], condition=Q(kind="credit_note"), name="commerce_document_one_credit_note_per_refund"),
            models.CheckConstraint(condition=Q(kind="credit_note") ^ Q(refund=None), name="commerce_document_credit_note_has_its_refund"),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="commerce_document_counts_from_one"),
        ]

    def __str__(self) -> str:
        return self.number
