"""What a "no" is called to the person who hears it: what happened, and what to do."""

from typing import ClassVar

from django.utils.translation import gettext, ngettext

from grandstand.kit.errors import Refusal
from grandstand.ui import refusals
from grandstand.ui.refusals import Said


class QuantityWrong(Refusal):
    """No number of units that can be asked for. `detail["most"]`: as many as can be taken at once."""

    code: ClassVar[str] = "quantity_wrong"
    status: ClassVar[int] = 422


class NoSeatsChosen(Refusal):
    """Seats were to be held, and none was named."""

    code: ClassVar[str] = "no_seats_chosen"
    status: ClassVar[int] = 422


class SeatsLost(Refusal):
    """Some of the seats that were chosen cannot be had any more. Nothing was held; the others can be asked for again."""

    code: ClassVar[str] = "seats_lost"


class NoSeatsTogether(Refusal):
    """There are not as many free seats side by side, or with as many accessible places, as a party asks for."""

    code: ClassVar[str] = "no_seats_together"


def said(refusal: Refusal) -> Said:
    """The refusal's words: of its reason where it has one, else of its code, else those that ui has for its status."""
    return find_words(refusal) or refusals.said(refusal)


def find_words(refusal: Refusal) -> Said | None:
    """The words of a refusal that this room knows."""
    left, most = refusal.detail.get("left"), refusal.detail.get("most")
    if isinstance(refusal, QuantityWrong) and isinstance(most, int):
        return Said(
            title=gettext("Choose how many"),
            body=ngettext("One can be taken.", "Take a whole number from 1 to %(n)d.", most) % {"n": most},
        )
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
        "seats_lost": (
            gettext("Not all of your seats can be had"),
            gettext("Nothing is held yet. The seats that are lost are named below, the others are still chosen: hold them, or add others first."),
        ),
        "no_seats_chosen": (gettext("No seat is chosen yet"), gettext("Choose seats on the map or from the list, then hold them.")),
        "no_seats_together": (
            gettext("There are no seats like that side by side"),
            gettext("Nothing is held yet. Let your party sit apart, ask for fewer, or try another category."),
        ),
        "seats_needed": (gettext("Choose the seats, too"), gettext("These tickets have numbered seats. Name the ones you would like.")),
        "capacity": (gettext("There is no room for so many"), gettext("Nothing was charged. Take fewer, or choose another.")),
        "key_reused": (
            gettext("This form was sent before"),
            gettext("It said something else then, so nothing was done now. Look at what it says and send it once more."),
        ),
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
        "no_such_basket": (gettext("Your basket has changed"), gettext("Nothing was charged. Open it again and go on from there.")),
        "no_such_line": (gettext("This is not in your basket any more"), gettext("It was taken out, or ordered. What is in it now is shown.")),
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
        "already_ordered": (
            gettext("This basket is an order already"),
            gettext("Nothing was ordered twice. Your order has everything that was in it."),
        ),
        "crossed": (gettext("Somebody changed the same thing at this moment"), gettext("Nothing was done. Try again.")),
        "name_wrong": (gettext("Write a name only"), gettext("Links and web addresses do not belong into a name. Nothing was charged.")),
        "too_fast": (
            gettext("That is a lot at once from one place"),
            gettext("Nothing was set aside or ordered now. Sign in to go on, or try again later."),
        ),
        "no_market": (gettext("Nothing can be bought here yet"), gettext("No market is open. Come back later.")),
        "second_step_unreadable": (
            gettext("Your second step cannot be read at the moment"),
            gettext("That is our mistake, and your account is safe. Use a passkey, or write to us, and we help you in."),
        ),
        "rescheduled": (
            gettext("It has been moved"),
            gettext("Nothing was charged. Look at the new time and place in your basket, and accept them if they suit you."),
        ),
        "called_off": (
            gettext("Something in this order will not take place"),
            gettext("Nothing was charged. Put the order back into your basket, take that out, and order the rest."),
        ),
        "no_way_to_pay": (
            gettext("Nothing can be paid at the moment"),
            gettext("That is our mistake. Nothing was ordered or charged now. Try again later."),
        ),
        "order_closed": (gettext("This order is closed"), gettext("It was paid, cancelled, or ran out of time. What was paid is safe.")),
        "provider_unreachable": (gettext("The bank does not answer"), gettext("Nothing was charged. Try again in a moment.")),
    }
