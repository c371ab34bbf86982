"""What a check of the system's health found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check. `name` is stable (snake case, its room first); `detail` says in English what was looked at, or what is wrong and where."""

    name: str
    healthy: bool
    detail: str
