"""Who hears which fact, who sells which kind. The only place where an upper room is tied to a lower one."""


def wire() -> None:
    """Tie the rooms together. Called once when Django is ready; calling it again changes nothing."""
    wire_people()
    wire_commerce()
    wire_shop()
    wire_sellers()
    wire_ticketing()
    wire_gate()
    wire_sites()


def wire_people() -> None:
    """Mail about accounts goes through messaging, markets come from movement, and rooms that know a person are asked at export and erasure."""
    from django.utils.translation import get_language

    from grandstand.config import erasures
    from grandstand.messaging import api as messaging
    from grandstand.movement import api as movement
    from grandstand.people import api as people

    people.use_mail(messaging.queue_account_mail)
    people.use_markets(lambda: [(market.code, market.name_in(get_language() or "")) for market in movement.markets()])
    people.use_erasures(erasures.keep_person)
    people.register_personal_data("people", people.AccountOfPerson())
    people.register_personal_data("movement", movement.RolesOfPerson())
    people.register_personal_data("messaging", messaging.NoticesOfPerson())


def wire_commerce() -> None:
    """Ways to pay, and what follows from an order after its commit: papers, mail, forgetting."""
    from uuid import UUID

    from django.conf import settings

    from grandstand.commerce import api as commerce
    from grandstand.commerce import handlers
    from grandstand.config import erasures
    from grandstand.messaging import api as messaging
    from grandstand.people import api as people
    from grandstand.store import api as store

    if settings.GRANDSTAND_TEST_PAYMENTS:
        commerce.register_provider(commerce.TestProvider(platform_url=settings.GRANDSTAND_URL))
    store.hear(commerce.OrderPlaced, handlers.confirm_order)
    store.hear(commerce.OrderCancelled, handlers.tell_order_ended)
    store.hear(commerce.OrderPaid, handlers.send_papers)
    store.hear(commerce.OrderRefunded, handlers.send_refund_papers)
    messaging.provide_attachments(handlers.RECEIPT, lambda order_id: commerce.receipt_file(UUID(order_id)).content)
    messaging.provide_attachments(handlers.INVOICE, lambda document_id: commerce.document_file(UUID(document_id)).content)
    messaging.provide_attachments(handlers.CREDIT_NOTE, lambda document_id: commerce.document_file(UUID(document_id)).content)
    people.register_personal_data("commerce", commerce.OrdersOfPerson())
    commerce.register_order_data("commerce", commerce.OrderOfGuest())
    commerce.use_order_erasures(erasures.keep_guest)


def wire_shop() -> None:
    """Parcels follow the order's owner, and addresses are forgotten with the person."""
    from grandstand.commerce import api as commerce
    from grandstand.people import api as people
    from grandstand.shop import api as shop
    from grandstand.shop import handlers
    from grandstand.store import api as store

    store.hear(commerce.OrderAdopted, handlers.adopt_parcels)
    people.register_personal_data("shop", shop.ParcelsOfPerson())
    commerce.register_order_data("shop", shop.ParcelsOfGuest())


def wire_ticketing() -> None:
    """What rests on a session; who is told or refunded when a ticket or its session changes; files in those mails; forgetting; words of refusals."""
    from grandstand.commerce import api as commerce
    from grandstand.games import api as games
    from grandstand.messaging import api as messaging
    from grandstand.people import api as people
    from grandstand.store import api as store
    from grandstand.ticketing import api as ticketing
    from grandstand.ticketing import handlers
    from grandstand.ui import refusals

    games.register_stakes("ticketing", ticketing.TicketStakes())
    store.hear(ticketing.TicketsIssued, handlers.send_tickets)
    store.hear(ticketing.TicketVoided, handlers.tell_of_voiding)
    store.hear(ticketing.TicketReinstated, handlers.tell_of_reinstatement)
    store.hear(ticketing.SeatsChanged, handlers.tell_of_seats)
    store.hear(games.SessionMoved, handlers.tell_of_move)
    store.hear(games.SessionPostponed, handlers.tell_of_postponement)
    store.hear(games.SessionCancelled, handlers.tell_of_cancellation)
    store.hear(games.SessionCancelled, handlers.plan_refund_of_session)
    store.hear(games.SessionReinstated, handlers.tell_of_return)
    store.hear(games.SessionReinstated, handlers.end_refund_of_session)
    store.hear(commerce.OrderAdopted, handlers.adopt_tickets)
    messaging.provide_attachments(ticketing.ORDER_PDF, ticketing.order_pdf)
    messaging.provide_attachments(ticketing.ORDER_CALENDAR, ticketing.order_calendar)
    people.register_personal_data("ticketing", ticketing.TicketsOfPerson())
    refusals.register_words(ticketing.find_words)


def wire_gate() -> None:
    """Who has bought makes room for those who wait; places are forgotten with the person."""
    from grandstand.commerce import api as commerce
    from grandstand.gate import api as gate
    from grandstand.gate import handlers
    from grandstand.people import api as people
    from grandstand.store import api as store

    store.hear(commerce.OrderPaid, handlers.make_room)
    people.register_personal_data("gate", gate.PlacesOfPerson())


def wire_sites() -> None:
    """The frame around every page, and where an order is shown."""
    from grandstand.commerce import api as commerce
    from grandstand.sites import api as sites

    sites.register_chrome()
    commerce.use_order_page(sites.order_path)


def wire_sellers() -> None:
    """Who sells which kind of item."""
    from grandstand.commerce import api as commerce
    from grandstand.shop import api as shop
    from grandstand.ticketing import api as ticketing

    commerce.register_seller(ticketing.Tickets())
    commerce.register_seller(shop.Products())
