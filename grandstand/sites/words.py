"""What a state is called, and in which tone it is said."""

from datetime import datetime

from django.utils.translation import gettext, ngettext, pgettext

from grandstand.games import api as games
from grandstand.ticketing import api as ticketing
from grandstand.ui import formats

type Said = tuple[str, str]
"""A tone of ui (done, wait, refused, live, act, plain) and a word. Both empty: there is nothing to say."""

NOTHING: Said = ("", "")


def of_session(session: games.Session, sale: ticketing.SessionOnSale | None, *, now: datetime, language: str) -> Said:
    """What matters most about a session in a list: whether it takes place, is on, can be had."""
    if session.status is games.Status.CANCELLED:
        return "refused", gettext("Cancelled")
    if session.status is games.Status.POSTPONED:
        return "wait", gettext("Postponed")
    if session.ends_at is not None and session.ends_at <= now:
        return "plain", gettext("Over")
    if session.starts_at is not None and session.starts_at <= now:
        return "live", gettext("On now")
    if not session.ticketed:
        return "plain", gettext("Not ticketed")
    if sale is None:
        return NOTHING
    return of_sale(sale.state, sale.level, sale.left, sale.opens_at, zone=session.time_zone, language=language)


def of_sale(state: ticketing.SaleState, level: ticketing.Level, left: int | None, opens_at: datetime | None, *, zone: str, language: str) -> Said:
    """What can be bought now. A sale that is open with plenty left needs no word."""
    match state:
        case ticketing.SaleState.NOT_OPEN if opens_at is not None:
            return "plain", gettext("On sale from %(when)s") % {"when": formats.instant_text(opens_at, zone=zone, language=language)}
        case ticketing.SaleState.NOT_OPEN:
            return "plain", gettext("Not on sale yet")
        case ticketing.SaleState.CLOSED:
            return "plain", gettext("Sale closed")
        case ticketing.SaleState.PAUSED:
            return "wait", gettext("Sale paused")
        case ticketing.SaleState.SOLD_OUT:
            return "refused", gettext("Sold out")
    return of_level(level, left)


def of_level(level: ticketing.Level, left: int | None) -> Said:
    """How many are left, once they are few."""
    if level is ticketing.Level.LAST and left is not None:
        return "wait", ngettext("Last %(n)d", "Last %(n)d", left) % {"n": left}
    return ("wait", gettext("Few left")) if level is ticketing.Level.FEW else NOTHING


def of_stage(stage: games.Stage) -> str:
    """How far a competition has come, in a word; empty where nobody said."""
    return {
        games.Stage.PRELIMINARY: gettext("Preliminaries"),
        games.Stage.ELIMINATION: gettext("Knock-out round"),
        games.Stage.QUARTERFINAL: gettext("Quarter-finals"),
        games.Stage.SEMIFINAL: gettext("Semi-finals"),
        games.Stage.BRONZE: gettext("Bronze medal"),
        games.Stage.FINAL: gettext("Finals"),
        games.Stage.CEREMONY: gettext("Ceremony"),
        games.Stage.UNKNOWN: "",
    }[stage]


def of_result(status: games.ResultStatus | None) -> str:
    """Why somebody has no rank; empty when they have one or nothing is known yet."""
    return {
        games.ResultStatus.DID_NOT_START: pgettext("result", "did not start"),
        games.ResultStatus.DID_NOT_FINISH: pgettext("result", "did not finish"),
        games.ResultStatus.DISQUALIFIED: pgettext("result", "disqualified"),
    }.get(status or games.ResultStatus.OK, "")
