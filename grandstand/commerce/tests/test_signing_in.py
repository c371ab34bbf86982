from grandstand.commerce.queries.baskets import find_basket
from grandstand.commerce.queries.orders import order
from grandstand.commerce.rules.orders import COUNTDOWN_MARGIN
from grandstand.commerce.services.adopting import adopt
from grandstand.commerce.testing import NOW, World, later
from grandstand.commerce.tests.looking import stock
from grandstand.commerce.values import LineState, Owner
from grandstand.people.testing import make_person


def sign_in(world: World, visitor: str) -> Owner:
    person_id = make_person().id
    with world.database.write() as tx:
        adopt(tx, visitor=visitor, person_id=person_id, now=later(minutes=5))
    return Owner(person_id=person_id)


def test_a_basket_survives_signing_in_with_the_time_it_had(world: World) -> None:
    ref, visitor = world.sell(units=2), Owner(visitor="v")
    line = world.add(visitor, ref, 2)
    owner = sign_in(world, "v")
    (seen,) = world.basket(owner).lines
    assert (seen.line_id, seen.state, seen.shown_until) == (line.line_id, LineState.HELD, line.expires_at - COUNTDOWN_MARGIN)
    assert find_basket(owner=visitor, language="en", now=NOW) is None
    assert stock(world, ref) == (2, 0)


def test_what_a_person_may_have_counts_over_what_they_took_before_signing_in(world: World) -> None:
    ref, visitor = world.sell(units=9, cap=2), Owner(visitor="v")
    person_id = make_person().id
    owner = Owner(person_id=person_id)
    world.add(owner, ref, 1)
    world.add(visitor, ref, 2)
    with world.database.write() as tx:
        adopt(tx, visitor="v", person_id=person_id, now=NOW)
    states = sorted((line.state, line.problem, line.quantity) for line in world.basket(owner).lines)
    assert states == [(LineState.HELD, "", 1), (LineState.REFUSED, "cap", 2)]
    assert stock(world, ref) == (1, 0)


def test_what_a_visitor_ordered_is_theirs_after_signing_in(world: World) -> None:
    placed = world.order(world.sell(), owner=Owner(visitor="v"))
    owner = sign_in(world, "v")
    found = order(placed.order_id, owner=owner)
    assert (found.owner, [change.by for change in found.history][-1]) == (owner, owner.actor)
    assert adopt_again(world, owner) == owner


def adopt_again(world: World, owner: Owner) -> Owner:
    """Signing in a second time changes nothing."""
    assert owner.person_id is not None
    with world.database.write() as tx:
        adopt(tx, visitor="v", person_id=owner.person_id, now=NOW)
    return owner
