"""The door of the gate: the application that answers, and passes for who asks."""

from grandstand.gate.application import ROUTES, Gate
from grandstand.gate.garbage import settle
from grandstand.gate.passes import Passes
from grandstand.gate.values import Denied, GateBusy, GivenBack, Granted, HoldAsk, Pass, PassWrong, ReleaseAsk

__all__ = ["ROUTES", "Denied", "Gate", "GateBusy", "GivenBack", "Granted", "HoldAsk", "Pass", "PassWrong", "Passes", "ReleaseAsk", "settle"]
