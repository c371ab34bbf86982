"""Routes of tickets and of the gate."""

from django.urls import path

from grandstand.ticketing.web import offline, scanning, tickets

app_name = "ticketing"

urlpatterns = [
    path("tickets", tickets.my_tickets, name="my_tickets"),
    path("tickets/<uuid:ticket_id>", tickets.ticket, name="ticket"),
    path("tickets/<uuid:ticket_id>/activate", tickets.activate, name="activate"),
    path("tickets/<uuid:ticket_id>/ticket.pdf", tickets.ticket_pdf, name="ticket_pdf"),
    path("tickets/<uuid:ticket_id>/ticket.ics", tickets.ticket_calendar, name="ticket_calendar"),
    path("tickets/orders/<uuid:order_id>", tickets.order, name="order"),
    path("tickets/orders/<uuid:order_id>/tickets.pdf", tickets.order_pdf, name="order_pdf"),
    path("tickets/orders/<uuid:order_id>/tickets.ics", tickets.order_calendar, name="order_calendar"),
    path("scan", scanning.places, name="places"),
    path("scan/<uuid:session_id>", scanning.scan, name="scan"),
    path("scan/<uuid:session_id>/count", scanning.count, name="count"),
    path("scan/<uuid:session_id>/bundle", offline.bundle, name="bundle"),
    path("scan/<uuid:session_id>/sync", offline.sync, name="sync"),
]
