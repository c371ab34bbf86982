"""Routes of the joined screens."""

from django.urls import path

from grandstand.sites.seating.drawing import FORMAT
from grandstand.sites.web import basket, checkout, home, orders, schedule, seats, session, shop

app_name = "sites"

urlpatterns = [
    path("", home.home, name="home"),
    path("schedule", schedule.schedule, name="schedule"),
    path("sessions/<uuid:session_id>", session.session, name="session"),
    path("sessions/<uuid:session_id>/seats", seats.seats, name="seats"),
    path("sessions/<uuid:session_id>/seats/best", seats.best_seats, name="best_seats"),
    path("sessions/<uuid:session_id>/seats/hold", seats.hold_seats, name="hold_seats"),
    path(f"seat-plans/<uuid:plan_id>-{FORMAT}.json", seats.seat_plan, name="seat_plan"),
    path("shop", shop.products, name="shop"),
    path("shop/<slug:slug>", shop.product, name="product"),
    path("basket", basket.basket, name="basket"),
    path("basket/add", basket.add, name="add"),
    path("basket/reprice", basket.reprice, name="reprice"),
    path("basket/lines/<uuid:line_id>/change", basket.change, name="change"),
    path("basket/lines/<uuid:line_id>/retake", basket.retake, name="retake"),
    path("basket/lines/<uuid:line_id>/remove", basket.remove, name="remove"),
    path("checkout", checkout.checkout, name="checkout"),
    path("checkout/review", checkout.review, name="review"),
    path("checkout/place", checkout.place, name="place"),
    path("orders/<uuid:order_id>", orders.order, name="order"),
    path("orders/<uuid:order_id>/pay", orders.pay, name="pay"),
    path("orders/<uuid:order_id>/cancel", orders.cancel, name="cancel"),
    path("account", orders.account, name="account"),
]
