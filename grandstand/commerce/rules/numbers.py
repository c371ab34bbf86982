"""What the numbers of papers look like, and whether a series has gaps."""

from collections.abc import Iterable

from grandstand.commerce.values import DocumentKind

_SERIES = {DocumentKind.INVOICE: "INV", DocumentKind.CREDIT_NOTE: "CN"}


def document_number(kind: DocumentKind, *, year: int, sequence: int) -> str:
    """`INV-2031-000042`: unique per seller, in the order of giving."""
    return f"{_SERIES[kind]}-{year}-{sequence:06d}"


def gaps(sequences: Iterable[int], *, last: int) -> list[int]:
    """Numbers from 1 to `last` that are missing, and numbers beyond it that should not be there."""
    return sorted(set(range(1, last + 1)) ^ set(sequences))
