"""The best seats of a 60,000-seat bowl over real HTTP on loopback: how many parties a second are seated, and is no seat given twice.

    grandstand bench seats [--quick] [--json]

The load generator (wrk), the server and the database share this machine. Every case has a server and a bowl of its own. What the figures mean is
told in docs/explanation/on-sale.md.
"""

import os
import platform
from collections.abc import Callable, Sequence
from typing import Any

from bench._bowl import measure

FULL_S, QUICK_S = 5.0, 3.0


def run(say: Callable[[str], None], arguments: Sequence[str]) -> dict[str, Any]:
    """Measure, tell the figures as they come, and return them. About a minute and a half."""
    say("Making two databases of their own, with a bowl for each case.")
    answer = measure(say, QUICK_S if "--quick" in arguments else FULL_S)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    return {**answer, "machine": machine}
