"""What can be wrong with an imported file, in words: what it is and what to do. English here, other languages in the catalogue."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    """The row, or a part that somebody relies on, was not taken over."""
    WARNING = "warning"
    """The row was taken over, and something in it needs a person."""
    NOTE = "note"
    """Nothing is lost; good to know."""


def _(text: str) -> str:
    """Mark a text for translation without translating it here."""
    return text


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. The texts have placeholders for the problem's detail."""

    severity: Severity
    what: str
    advice: str


def _error(what: str, advice: str) -> Kind:
    return Kind(Severity.ERROR, what, advice)


def _warning(what: str, advice: str) -> Kind:
    return Kind(Severity.WARNING, what, advice)


def _note(what: str, advice: str) -> Kind:
    return Kind(Severity.NOTE, what, advice)


KINDS: dict[str, Kind] = {
    # -- the file ----------------------------------------------------------------------------------------------------------------------
    "not_utf8": _warning(
        _("The file is not written in UTF-8 and was read as Windows-1252."), _("Save it as UTF-8 when letters with accents look wrong.")
    ),
    "characters_removed": _warning(
        _("The file has characters that no text can have (NUL, halves of surrogate pairs). They were left out."),
        _("Write the file again with another program."),
    ),
    "unknown_column": _note(
        _("The column “{column}” is not understood. Its cells are kept with their rows and not used."),
        _("Rename it if it means one of these: {known}."),
    ),
    "column_twice": _warning(_("Two columns mean the same: “{column}” and “{first}”. The first is used."), _("Keep one of them.")),
    "too_many_cells": _warning(
        _("The row has {count} cells more than the header: {cells}"), _("Put texts that contain the delimiter into quotation marks.")
    ),
    # -- rows that are not imported ----------------------------------------------------------------------------------------------------
    "not_an_object": _error(_("Not imported: this is no object with named fields."), _('Write each row as {{"field": "value"}}.')),
    "code_missing": _error(_("Not imported: the row has no code, so a later import could not recognise it."), _("Give it a code of its own.")),
    "code_wrong": _error(_("Not imported: “{value}” is no code."), _("Use 1 to 40 letters, digits and dashes.")),
    "code_repeated": _error(_("Not imported: the code was used in line {first} for something else."), _("Give this row a code of its own.")),
    "row_repeated": _note(_("The row says the same as line {first}."), _("Nothing needs doing; one of them can go.")),
    "discipline_missing": _error(
        _("Not imported: neither the sport nor the code tells the discipline."), _("Name the sport, or begin the code with its three letters.")
    ),
    "rsc_wrong": _error(_("Not imported: {reason}."), _("Write the 34 characters of the RSC; a unit's last eight are not all dashes.")),
    # -- parts of a session ------------------------------------------------------------------------------------------------------------
    "discipline_unknown": _warning(
        _("“{sport}” is no discipline we know. It was added as {discipline}."), _("Check the code and add its names in other languages.")
    ),
    "discipline_from_code": _note(_("The row names no sport; its code says {discipline}."), _("Name the sport if that is wrong.")),
    "title_missing": _warning(_("The row has no description; it is called “{title}”."), _("Write what takes place.")),
    "text_too_long": _warning(_("The {field} has more than {longest} characters and was cut; the row keeps all of it."), _("Shorten it.")),
    "stage_unknown": _note(_("“{value}” is no stage we know; the session has none."), _("Use one of these: {known}.")),
    "venue_missing": _warning(
        _("The venue is not known. The session is to be confirmed."), _("Name the venue in the file and import it again, or move the session to it.")
    ),
    "venue_zone_differs": _note(
        _("The file puts {venue} into {file}, here it is in {here}. It stays there."), _("Change the venue if the file is right.")
    ),
    "day_missing": _warning(_("The day is not known. The session is to be confirmed."), _("Write the day as 2028-07-19 and import the file again.")),
    "day_wrong": _warning(
        _("“{value}” is no day that can be understood. The session is to be confirmed."), _("Write it as 2028-07-19 and import the file again.")
    ),
    "day_ambiguous": _warning(
        _("“{value}” may be day and month or month and day. The session is to be confirmed."), _("Write it as 2028-07-19 and import the file again.")
    ),
    "times_missing": _warning(
        _("Start and end are not known. The session is to be confirmed."), _("Import the file again when they are, or move the session.")
    ),
    "end_missing": _warning(_("The end is not known. The session is to be confirmed."), _("Import the file again when it is, or move the session.")),
    "start_missing": _warning(
        _("There is an end ({value}) without a start. The session is to be confirmed."), _("Write the start and import the file again.")
    ),
    "time_wrong": _warning(_("“{value}” is no time of day. The session is to be confirmed."), _("Write it as 18:30 and import the file again.")),
    "next_day_wrong": _warning(_("“{value}” does not say whether the session ends on the next day. It was judged by its times."), _("Write 0 or 1.")),
    "end_before_start": _warning(
        _("The session would end at {ends}, not after its start at {starts}, and the file says it is the same day. It is to be confirmed."),
        _("Correct the times, or say that it ends on the next day."),
    ),
    "too_long": _warning(_("From {starts} to {ends} is more than 24 hours. The session is to be confirmed."), _("Correct the times or the day.")),
    "time_skipped": _warning(
        _("{value} does not exist in {zone}: clocks jump over it that night. The session is to be confirmed."), _("Ask which time is meant.")
    ),
    "time_twice": _warning(
        _("{value} comes twice in {zone} that night; the first was taken, {utc} UTC."), _("Ask which is meant; move the session if it is the second.")
    ),
    "zone_missing": _note(_("The row has no time zone; {zone} was taken."), _("Write the time zone if that is wrong.")),
    "zone_wrong": _warning(
        _("“{value}” is no time zone that can be understood, so its times cannot either. The session is to be confirmed."),
        _("Write a name such as Europe/Paris or an offset such as UTC+2."),
    ),
    "ticketed_wrong": _warning(
        _("“{value}” does not say whether tickets are sold. The session is without tickets."), _("Write 1 or 0 and import the file again.")
    ),
    "price_wrong": _warning(_("“{value}” is no price in {currency}. The row keeps it; there is no price to offer."), _("Write it as 28.00.")),
    "price_order": _warning(
        _("The lowest price, {lowest}, is above the highest, {highest}. The row keeps them; there is no price to offer."), _("Correct the prices.")
    ),
    "price_without_currency": _warning(
        _("The file has prices and names no currency. The rows keep them; there is no price to offer."),
        _("Add a column “currency”, or name it in the header: price_low_usd."),
    ),
    "price_without_tickets": _note(
        _("The session is without tickets and has a price, {lowest} to {highest}. The price is kept."), _("Check which of the two is right.")
    ),
    # -- football ----------------------------------------------------------------------------------------------------------------------
    "ends_assumed": _note(
        _("The file has no ends. Matches of a group are taken to last {group} minutes, others {knockout}."), _("Move a session whose end is another.")
    ),
    "stadium_unknown": _note(_("There is no stadium for “{ground}”; it is a venue under this name."), _("Put the stadiums file beside the matches.")),
    "place_wrong": _warning(_("“{value}” is no place on earth that can be understood."), _("Write degrees: 49°16'36\"N 123°6'43\"W.")),
    "file_beside_wrong": _warning(_("The file {file} beside it was not used: {reason}."), _("Correct it or take it away.")),
    "score_wrong": _warning(_("“{value}” is no score that can be understood."), _('Write it as {{"ft": [2, 0]}}.')),
    "teams_missing": _warning(_("The match does not name two teams."), _("Name team1 and team2.")),
    # -- against what is here ----------------------------------------------------------------------------------------------------------
    "sold_not_moved": _error(
        _("{stakes} tickets are sold or held, so the session was not moved. The file says: {wanted}."),
        _("Move {code} in the console, with a reason, so that holders are told."),
    ),
    "changed_here": _note(_("Changed here since the last import and kept: {fields}."), _("Nothing needs doing, unless the file is right.")),
    "off_here": _note(_("The session is {status} here and stays so; its times were not touched."), _("Reinstate it if it takes place.")),
    "gone_from_file": _note(
        _("An earlier {source} had this session, this one has not. It stays in the schedule."), _("Cancel it if it does not take place.")
    ),
    # -- units -------------------------------------------------------------------------------------------------------------------------
    "unit_outside_session": _warning(
        _("The unit, {unit}, does not fit its session {session}, {times}. Neither was changed."),
        _("Find out which is right: correct the unit in the file, or move the session."),
    ),
    "unit_discipline_differs": _warning(_("The unit is of {unit}, its session {session} of {discipline}."), _("Check the session's code.")),
    "session_unknown": _warning(_("There is no session {session}. The unit belongs to none."), _("Import the sessions first, or correct the code.")),
    "session_missing": _note(_("The row names no session. The unit belongs to none."), _("Name the session's code when it is known.")),
    "instant_wrong": _warning(
        _("“{value}” is no time that can be understood. The unit is without it."), _("Write it as 2028-07-19T18:30, with an offset or without.")
    ),
    "unit_ends_early": _warning(_("The unit would end at {ends}, not after its start at {starts}. It is without an end."), _("Correct the times.")),
}
