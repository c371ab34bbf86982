"""The audit log for people to read: the names of those who did it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from grandstand.kit.actors import Actor
from grandstand.people import api as people


def with_names(entries: Iterable[Any]) -> list[Any]:
    """The entries, each with `action_words` and `who`: the person's name or address, or what part of the system it was. One statement for all."""
    listed = list(entries)
    actors = {entry.actor: Actor.parse(entry.actor) for entry in listed}
    known = people.people([actor.person_id for actor in actors.values() if actor.person_id is not None])
    for entry in listed:
        entry.action_words = entry.action.replace("_", " ")
        actor = actors[entry.actor]
        person = known.get(actor.person_id) if actor.person_id is not None else None
        if actor.kind != "person":
            entry.who = _("a visitor") if actor.kind == "visitor" else actor.name
        else:
            entry.who = (person.name or person.email if person else "") or _("somebody whose account was erased")
    return listed
