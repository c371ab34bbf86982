"""What the map says, in the reader's language. Names in brackets are filled in by the script."""

from django.utils.translation import gettext, pgettext


def words_of_map() -> dict[str, str]:
    """By the script's name for it."""
    return {
        "seat": gettext("Section %(section)s, row %(row)s, seat %(seat)s"),
        "section": gettext("Section %(section)s"),
        "sectionFree": gettext("%(n)s free"),
        "sectionNone": gettext("none free"),
        "sectionsHelp": gettext("Arrow keys go from section to section, Enter shows its seats."),
        "seatsHelp": gettext("Arrow keys go from seat to seat, Enter chooses or gives back, Escape goes back to the sections."),
        "free": pgettext("seat", "free"),
        "taken": pgettext("seat", "taken"),
        "unsold": gettext("not for sale"),
        "unknown": gettext("may be free"),
        "chosen": pgettext("seat", "chosen"),
        "lost": gettext("taken meanwhile"),
        "accessible": gettext("accessible place"),
        "companion": gettext("companion’s seat"),
        "restricted": gettext("restricted view"),
        "remove": gettext("Give back"),
        "one": gettext("1 seat"),
        "many": gettext("%(n)s seats"),
        "most": gettext("One person may take %(n)s at once. Give one back to choose another."),
        "single": gettext("This leaves a single free seat beside yours: row %(row)s, seat %(seat)s. If you can, move along by one."),
        "cannotLoad": gettext("The map does not load. Choose from the list below, or try again."),
        "cannotTell": gettext("We cannot see at the moment which seats are free. What you choose is checked when you hold it."),
        "changed": gettext("The plan of this session has just changed. What you have chosen stays as far as it can."),
    }
