"""The schedule of sport. Rows of an edition belong to its organiser; walls in the migration hold parents and children in one edition."""

from grandstand.games.models.competition import Participant, ParticipantKindName, Result, Unit, UnitParticipant
from grandstand.games.models.editions import CODE_LENGTH, NAME_LENGTH, Discipline, Edition, Event, Phase, Sport, Venue
from grandstand.games.models.sessions import Import, ImportedSession, Session, StageName, StatusName

__all__ = [
    "CODE_LENGTH",
    "NAME_LENGTH",
    "Discipline",
    "Edition",
    "Event",
    "Import",
    "ImportedSession",
    "Participant",
    "ParticipantKindName",
    "Phase",
    "Result",
    "Session",
    "Sport",
    "StageName",
    "StatusName",
    "Unit",
    "UnitParticipant",
    "Venue",
]
