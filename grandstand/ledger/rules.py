"""What an entry may be, decided with plain values."""

from collections.abc import Iterable

from grandstand.kit.codecs import digest
from grandstand.ledger.chart import family_of
from grandstand.ledger.values import Entry, EntryWrong, Posting

KEY_LENGTH = 120
SUBJECT_LENGTH = 80
KIND_LENGTH = 40
MOST_MINOR = 10**15
"""The largest amount of one posting. A 64-bit sum holds nine thousand of them, and no sale comes near one."""


def check_entry(entry: Entry) -> None:
    """Raise EntryWrong or UnknownAccount when no books can take the entry."""
    if not entry.postings:
        raise EntryWrong(f"{entry.key}: an entry moves money: give it at least one posting")
    for name, text, longest in (("key", entry.key, KEY_LENGTH), ("kind", entry.kind, KIND_LENGTH), ("subject", entry.subject, SUBJECT_LENGTH)):
        if not 1 <= len(text) <= longest:
            raise EntryWrong(f"{entry.key}: its {name} is 1 to {longest} characters long, not {len(text)}")
    if entry.reverses is not None and entry.pending:
        raise EntryWrong(f"{entry.key}: a reversal is posted at once, it cannot be pending")
    for posting in entry.postings:
        _check_posting(entry.key, posting)


def _check_posting(key: str, posting: Posting) -> None:
    if not 0 < posting.amount.minor <= MOST_MINOR:
        raise EntryWrong(f"{key}: a posting's amount is 1 to {MOST_MINOR} minor units, not {posting.amount.minor}: swap debit and credit to go back")
    if posting.debit == posting.credit:
        raise EntryWrong(f"{key}: {posting.debit} cannot stand on both sides of a posting")
    family_of(posting.debit)
    family_of(posting.credit)


def content_digest(entry: Entry) -> str:
    """What the key stands for: everything that the entry says, without the instant at which it was said."""
    postings = [[posting.debit, posting.credit, posting.amount.minor, posting.amount.currency] for posting in entry.postings]
    return digest([entry.kind, entry.subject, entry.pending, entry.reverses, postings])


def mirror(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """The postings that undo these, in the same order."""
    return tuple(Posting(debit=posting.credit, credit=posting.debit, amount=posting.amount) for posting in postings)
