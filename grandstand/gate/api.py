"""The door of the gate: the application that answers, passes for who asks, waiting rooms, and the best seats of a session."""

from grandstand.gate.adapters.drand import Drand
from grandstand.gate.application import ROUTES, Gate
from grandstand.gate.garbage import settle
from grandstand.gate.passes import Passes
from grandstand.gate.personal_data import PlacesOfPerson
from grandstand.gate.rooms.asking import find_room_before
from grandstand.gate.rooms.joining import forget_places
from grandstand.gate.rooms.steering import change_room, end_room, open_room, steer
from grandstand.gate.rooms.ticking import move_doors
from grandstand.gate.rooms.values import Guarded, NoSuchRoom, Room, RoomDraft, RoomWrong, Stage
from grandstand.gate.seats.asking import best_seats
from grandstand.gate.values import (
    Beacon,
    BeaconLate,
    BeaconWrong,
    Denied,
    GateBusy,
    GivenBack,
    Granted,
    HoldAsk,
    MustWait,
    Pass,
    PassWrong,
    ReleaseAsk,
    Round,
)

__all__ = [
    "ROUTES",
    "Beacon",
    "BeaconLate",
    "BeaconWrong",
    "Denied",
    "Drand",
    "Gate",
    "GateBusy",
    "GivenBack",
    "Granted",
    "Guarded",
    "HoldAsk",
    "MustWait",
    "NoSuchRoom",
    "Pass",
    "PassWrong",
    "Passes",
    "PlacesOfPerson",
    "ReleaseAsk",
    "Room",
    "RoomDraft",
    "RoomWrong",
    "Round",
    "Stage",
    "best_seats",
    "change_room",
    "end_room",
    "find_room_before",
    "forget_places",
    "move_doors",
    "open_room",
    "settle",
    "steer",
]
