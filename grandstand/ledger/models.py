"""Accounts, entries, postings, settlements. All of it append-only, by walls in the database (see the migration)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grandstand.kit.ids import new_id
from grandstand.ledger.rules import KEY_LENGTH, KIND_LENGTH, SUBJECT_LENGTH

CODE_LENGTH = 64


class Account(models.Model):
    """Where money can be, for one organisation in one currency. Its balance is never stored: it is the sum of its postings."""

    class Kind(models.TextChoices):
        ASSET = "asset", pgettext_lazy("ledger", "asset")
        LIABILITY = "liability", pgettext_lazy("ledger", "liability")
        EQUITY = "equity", pgettext_lazy("ledger", "equity")
        INCOME = "income", pgettext_lazy("ledger", "income")
        EXPENSE = "expense", pgettext_lazy("ledger", "expense")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("movement.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation"))
    code = models.CharField(pgettext_lazy("ledger", "code"), max_length=CODE_LENGTH)
    currency = models.CharField(_("currency"), max_length=3)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    opened_at = models.DateTimeField(pgettext_lazy("ledger", "opened"))

    class Meta:
        db_table = "ledger_account"
        verbose_name = pgettext_lazy("ledger", "account")
        verbose_name_plural = pgettext_lazy("ledger", "accounts")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code", "currency"], name="ledger_account_once_per_code_and_currency"),
            # What postings point at, so that both sides are in the posting's organisation and currency.
            models.UniqueConstraint(fields=["id", "organisation", "currency"], name="ledger_account_organisation_and_currency"),
            models.CheckConstraint(condition=Q(kind__in=["asset", "liability", "equity", "income", "expense"]), name="ledger_account_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"


class Entry(models.Model):
    """Postings that belong together. `posting_count` says how many they are, so that none can be added later unseen."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "movement.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organisation")
    )
    key = models.CharField(pgettext_lazy("ledger", "key"), max_length=KEY_LENGTH)
    content_digest = models.CharField(max_length=64)
    kind = models.CharField(_("kind"), max_length=KIND_LENGTH)
    subject = models.CharField(pgettext_lazy("ledger", "about"), max_length=SUBJECT_LENGTH)
    occurred_at = models.DateTimeField(pgettext_lazy("ledger", "happened"))
    recorded_at = models.DateTimeField(pgettext_lazy("ledger", "recorded"))
    actor = models.CharField(pgettext_lazy("ledger", "by"), max_length=120)
    pending = models.BooleanField(pgettext_lazy("ledger", "pending at first"))
    posting_count = models.PositiveIntegerField()
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=pgettext_lazy("ledger", "reverses")
    )

    class Meta:
        db_table = "ledger_entry"
        verbose_name = pgettext_lazy("ledger", "entry")
        verbose_name_plural = pgettext_lazy("ledger", "entries")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="ledger_entry_once_per_key"),
            models.UniqueConstraint(fields=["reverses"], condition=Q(reverses__isnull=False), name="ledger_entry_reversed_once"),
            models.CheckConstraint(condition=Q(posting_count__gt=0), name="ledger_entry_moves_money"),
            models.CheckConstraint(condition=Q(pending=False) | Q(reverses__isnull=True), name="ledger_entry_reversal_is_posted_at_once"),
        ]
        indexes = [
            models.Index(fields=["organisation", "subject"], name="ledger_entry_by_subject"),
            models.Index(fields=["organisation", "recorded_at"], name="ledger_entry_by_instant"),
        ]

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """`amount_minor` from the credit account to the debit account: one row is both sides, so an entry balances whatever it holds.

    Walls hold it together: a composite foreign key (account, organisation, currency) for each side, and the organisation is its entry's.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings", db_constraint=False, db_index=False)
    position = models.PositiveSmallIntegerField()
    organisation_id = models.UUIDField()
    debit_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, verbose_name=pgettext_lazy("ledger", "debit")
    )
    credit_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, verbose_name=pgettext_lazy("ledger", "credit")
    )
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        db_table = "ledger_posting"
        verbose_name = pgettext_lazy("ledger", "posting")
        verbose_name_plural = pgettext_lazy("ledger", "postings")
        constraints = [
            models.UniqueConstraint(fields=["entry", "position"], name="ledger_posting_once_per_position"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="ledger_posting_amount_above_zero"),
            models.CheckConstraint(condition=~Q(debit_account=F("credit_account")), name="ledger_posting_debit_is_not_credit"),
        ]


class Settlement(models.Model):
    """A pending entry has become posted or voided. One row per entry: it happens once."""

    class Outcome(models.TextChoices):
        POSTED = "posted", pgettext_lazy("ledger", "posted")
        VOIDED = "voided", pgettext_lazy("ledger", "voided")

    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, primary_key=True, related_name="settlement", verbose_name=pgettext_lazy("ledger", "entry")
    )
    outcome = models.CharField(pgettext_lazy("ledger", "outcome"), max_length=6, choices=Outcome.choices)
    settled_at = models.DateTimeField(pgettext_lazy("ledger", "settled"))
    actor = models.CharField(pgettext_lazy("ledger", "by"), max_length=120)

    class Meta:
        db_table = "ledger_settlement"
        verbose_name = pgettext_lazy("ledger", "settlement")
        verbose_name_plural = pgettext_lazy("ledger", "settlements")
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=["posted", "voided"]), name="ledger_settlement_outcome_is_known"),
        ]
