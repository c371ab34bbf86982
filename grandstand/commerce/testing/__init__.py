"""For tests of this room and those above it: sellers and a provider that pretend, and a world in which somebody can buy."""

from grandstand.commerce.testing.meeting import Meeting
from grandstand.commerce.testing.providers import FakeProvider, make_fact
from grandstand.commerce.testing.sellers import FakeItem, FakeSeller, UnitUsed
from grandstand.commerce.testing.world import BY, LYON, NOW, World, euros, later, make_world, paying_with, selling

__all__ = [
    "BY",
    "LYON",
    "NOW",
    "FakeItem",
    "FakeProvider",
    "FakeSeller",
    "Meeting",
    "UnitUsed",
    "World",
    "euros",
    "later",
    "make_fact",
    "make_world",
    "paying_with",
    "selling",
]
