"""The reasons for a no."""

from grandstand.kit.errors import NotFound, Refusal


class NoSuchOffer(NotFound):
    """No offer has this id, or not for this organisation."""

    code = "no_such_offer"


class NoSuchTicket(NotFound):
    """No ticket has this id, or it is somebody else's."""

    code = "no_such_ticket"


class NoSuchGate(NotFound):
    """No gate has this id, or it is at another venue."""

    code = "no_such_gate"


class NoSuchDevice(NotFound):
    """No scanner has this id or token, or it was revoked."""

    code = "no_such_device"


class NoSuchKey(NotFound):
    """No signing key has this id."""

    code = "no_such_key"


class NotOnSale(NotFound):
    """The box office of this session is not open."""

    code = "not_on_sale"


class OfferWrong(Refusal):
    """Something about an offer cannot be right. `detail["field"]` names it."""

    code = "offer_wrong"
    status = 422


class NoSuchCategory(NotFound):
    """No price category has this id, or not for this organisation."""

    code = "no_such_category"


class CategoryWrong(Refusal):
    """Something about a price category or a session's doors cannot be right. `detail["field"]` names it."""

    code = "category_wrong"
    status = 422


class NoSuchPlan(NotFound):
    """No seat plan has this id, or not for this organisation."""

    code = "no_such_plan"


class PlanWrong(Refusal):
    """A seat plan cannot be kept or used so. `detail["problems"]` has where, what and advice of each thing that is wrong with it."""

    code = "plan_wrong"
    status = 422


class SeatsUnresolved(Refusal):
    """Seats that would go are somebody's who has no other seat yet. `detail` counts `parties` without a swap and `seats` held or kept otherwise."""

    code = "seats_unresolved"


class GateWrong(Refusal):
    """Something about a gate cannot be right. `detail["field"]` names it."""

    code = "gate_wrong"
    status = 422


class TicketUsed(Refusal):
    """Somebody came in with this ticket, so it cannot be taken back. `detail` says when."""

    code = "ticket_used"


class TicketIsVoid(Refusal):
    """The ticket was taken back already."""

    code = "ticket_is_void"


class TicketNotVoid(Refusal):
    """Nothing was taken back, so nothing can be given back."""

    code = "ticket_not_void"


class TicketRefunded(Refusal):
    """Money and seat went back with this ticket, so it cannot be reinstated: sell a new one."""

    code = "ticket_refunded"


class TicketNotUsed(Refusal):
    """Nobody came in with this ticket, so no admission can be taken back."""

    code = "ticket_not_used"


class TooFewTickets(Refusal):
    """More tickets of a line were to be taken back than it still has."""

    code = "too_few_tickets"


class TicketsMiscounted(Refusal):
    """The tickets named to be taken back are more or fewer than the number to be taken back. `detail` has both: `named`, `quantity`."""

    code = "tickets_miscounted"
    status = 422


class NoCode(Refusal):
    """The ticket has no code to show: the session's times are not known yet, or it is void or not activated. `detail["why"]` says which."""

    code = "no_code"


class KeyUnreadable(Refusal):
    """A signing key was sealed with another secret. Restore GRANDSTAND_SECRET_KEY, or rotate the key."""

    code = "key_unreadable"
    status = 503


class ScanReused(Refusal):
    """The id of a scan stands for another one, of another code or at another gate: nobody was let in. Scan again under a new id."""

    code = "scan_reused"


class TooManyScans(Refusal):
    """One steward or scanner asks too often. `detail["limit"]` a minute."""

    code = "too_many_scans"
    status = 429
