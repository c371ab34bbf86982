"""How long a database server may be silent before it counts as lost."""

from collections.abc import Mapping
from types import MappingProxyType

REACH: Mapping[str, int] = MappingProxyType(
    {"connect_timeout": 3, "keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 3, "tcp_user_timeout": 4_000}
)
"""Options of libpq, in seconds, the last in milliseconds. Within about five seconds a pulled cable is a lost connection, which is tried anew; the
system's own patience is a quarter of an hour. A server that works long is not silent: its system answers. What DATABASE_URL says comes first."""
