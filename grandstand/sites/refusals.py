"""What a "no" is called to the person who hears it: what happened, and what to do."""

from django.utils.translation import gettext, ngettext

from grandstand.kit.errors import Refusal
from grandstand.ui import refusals
from grandstand.ui.refusals import Said


def said(refusal: Refusal) -> Said:
    """The refusal's words: of its reason where it has one, else of its code, else those that ui has for its status."""
    return find_words(refusal) or refusals.said(refusal)


def find_words(refusal: Refusal) -> Said | None:
    """The words of a refusal that this room knows."""
    left = refusal.detail.get("left")
    return said_of(str(refusal.detail.get("reason", refusal.code)), left=left if isinstance(left, int) else None)


def said_of(reason: str, *, left: int | None = None) -> Said | None:
    """The words of a reason or code; None for one that this room has no words for."""
    if reason in {"sold_out", "seats_taken"} and left:
        return Said(
            title=gettext("There are not that many left"),
            body=ngettext("There is %(n)d left. Take fewer, or choose another.", "There are %(n)d left. Take fewer, or choose another.", left)
            % {"n": left},
        )
    words = _words().get(reason)
    return Said(title=words[0], body=words[1]) if words else None


def _words() -> dict[str, tuple[str, str]]:
    gone = (gettext("Somebody else was faster"), gettext("These have just been taken. Nothing was charged. Choose others, or try again later."))
    no_longer = (gettext("This is not sold any more"), gettext("Take it out of your basket. The rest of it stays yours."))
    return {
        "sold_out": (
            gettext("Sold out"),
            gettext("Others hold or bought the last ones. Some come back when a basket runs out of time: try again later."),
        ),
        "seats_taken": gone,
        "gone": (gettext("Your time ran out"), gettext("Take it again, if it is still there.")),
        "cap": (
            gettext("That is more than one person may have"),
            gettext("What you hold and what you have bought count together. Take fewer."),
        ),
        "too_many": (gettext("That is more than can be bought at once"), gettext("Take fewer.")),
        "not_open": (gettext("The sale has not begun"), gettext("Come back when it does: nothing is lost by waiting.")),
        "closed": (gettext("The sale is over"), gettext("Look for another session or product.")),
        "unknown": no_longer,
        "unknown_item": no_longer,
        "withdrawn": no_longer,
        "not_sold_here": (
            gettext("This is not sold in your market"),
            gettext("Take it out of your basket, or change the market at the foot of the page."),
        ),
        "basket_full": (gettext("Your basket is full"), gettext("Pay for what is in it first, then go on.")),
        "basket_not_ready": (gettext("Something in your basket needs you first"), gettext("Take again what ran out of time, or take it out.")),
        "price_changed": (gettext("A price has changed"), gettext("Nothing was charged. Look at the new prices and go on if they suit you.")),
        "total_changed": (gettext("The total has changed"), gettext("Nothing was charged. Look at the new total and go on if it suits you.")),
        "not_shipped": (gettext("We cannot ship there"), gettext("Choose another address or another way of shipping.")),
        "ship_to_missing": (gettext("Tell us where to ship it"), gettext("Something in your basket is sent by post.")),
        "contact_missing": (gettext("Tell us where to write to"), gettext("The order and its tickets are sent to your e-mail address.")),
        "tax_unknown": (
            gettext("We cannot work out the tax"),
            gettext("That is our mistake. Nothing was charged, and we have been told. Try again later."),
        ),
        "order_closed": (gettext("This order is closed"), gettext("It was paid, cancelled, or ran out of time. What was paid is safe.")),
        "provider_unreachable": (gettext("The bank does not answer"), gettext("Nothing was charged. Try again in a moment.")),
    }
