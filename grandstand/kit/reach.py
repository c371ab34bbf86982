"""How long a database server, or whoever asks it, may be silent before they count as lost."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

REACH: Mapping[str, int] = MappingProxyType(
    {"connect_timeout": 3, "keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 3, "tcp_user_timeout": 4_000}
)
"""Options of libpq, in seconds, the last in milliseconds. Within about five seconds a pulled cable is a lost connection, which is tried anew; the
system's own patience is a quarter of an hour. A server that works long is not silent: its system answers."""

REACHED: Mapping[str, int] = MappingProxyType(
    {"tcp_keepalives_idle": 2, "tcp_keepalives_interval": 1, "tcp_keepalives_count": 3, "tcp_user_timeout": 10_000}
)
"""The same of the server for its end, as settings of the session: who was cut off keeps what they locked for seconds. The system's own patience
with a silent client is two hours, and others wait for the locks as long. An answer may lie unread for a little longer than a question."""


def reach(given: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
    """Options of libpq for a connection to a server that may be lost. `given` come first; of the session, `settings` come before what they set."""
    own = given.get("options", "")
    session = [*_set(REACHED), own[-1] if isinstance(own, list) else own, *_set(settings)]
    return {**REACH, **given, "options": " ".join(filter(None, session))}


def _set(settings: Mapping[str, Any]) -> list[str]:
    return [f"-c {name}={value}" for name, value in settings.items()]
