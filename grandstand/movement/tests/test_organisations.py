from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.utils.translation import gettext, override

from grandstand.kit.actors import Actor
from grandstand.movement import api as movement
from grandstand.movement.api import OrganisationCycle, OrganisationDetails, OrganisationKind, OrganisationWrong, Role
from grandstand.movement.testing import BY, NOW, audit_trail, make_member, make_organisation
from grandstand.people.testing import make_person
from grandstand.store.api import Database, WallHit, write

DETAILS = OrganisationDetails(
    kind=OrganisationKind.FEDERATION, slug="rowing", name="World Rowing Union", country="CH", currency="CHF", time_zone="Europe/Zurich"
)


def test_a_created_organisation_is_found_by_id_and_by_short_name_is_audited_and_announced(db: None) -> None:
    made = movement.create_organisation(details=DETAILS, now=NOW, by=BY, reason="the season begins")

    assert movement.organisation(made.id) == made == movement.organisation_by_slug("rowing")
    assert made.legal_name == "World Rowing Union"
    (entry,) = audit_trail("movement.organisation")
    assert (entry.action, entry.object_id, entry.organisation_id, entry.reason) == ("create", str(made.id), made.id, "the season begins")
    fact = apps.get_model("store", "Fact").objects.get()
    assert (fact.kind, fact.organisation_id) == ("OrganisationCreated", made.id)
    assert fact.payload == {"organisation_kind": "federation", "currency": "CHF"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("slug", "World Rowing"), ("name", " "), ("country", "XX"), ("country", "ch"), ("currency", "CHX"), ("time_zone", "Europe/Bern")],
)
def test_an_impossible_detail_is_refused_by_name(field: str, value: Any, db: None) -> None:
    with pytest.raises(OrganisationWrong) as refused:
        movement.create_organisation(details=replace(DETAILS, **cast(Any, {field: value})), now=NOW, by=BY, reason="a try")
    assert refused.value.detail == {"field": field}
    for language in ("fr", "zh-hans"):
        with override(language):
            assert gettext(str(refused.value)) != str(refused.value)


def test_a_short_name_belongs_to_one_organisation(db: None) -> None:
    make_organisation(slug="rowing")
    with pytest.raises(OrganisationWrong) as refused:
        movement.create_organisation(details=DETAILS, now=NOW, by=BY, reason="a try")
    assert refused.value.detail == {"field": "slug"}


def test_a_change_keeps_before_and_after(db: None) -> None:
    made = make_organisation(name="Old name")
    details = OrganisationDetails(**{f: getattr(made, f) for f in OrganisationDetails.__dataclass_fields__})
    changed = movement.change_organisation(organisation_id=made.id, details=replace(details, name="New name"), now=NOW, by=BY, reason="renamed")
    assert changed == replace(made, name="New name")
    _, entry = audit_trail("movement.organisation")
    assert (entry.before["name"], entry.after["name"]) == ("Old name", "New name")


def test_an_organisation_cannot_move_below_itself(db: None) -> None:
    top = make_organisation()
    middle = make_organisation(parent_id=top.id)
    bottom = make_organisation(parent_id=middle.id)
    for parent in (top, middle, bottom):
        with pytest.raises(OrganisationCycle):
            movement.move_organisation(organisation_id=top.id, parent_id=parent.id, now=NOW, by=BY, reason="a try")
    movement.move_organisation(organisation_id=bottom.id, parent_id=top.id, now=NOW, by=BY, reason="a flat tree")
    assert movement.organisation(bottom.id).parent_id == top.id


def test_the_database_itself_refuses_a_cycle(database: Database) -> None:
    top = make_organisation()
    middle = make_organisation(parent_id=top.id)
    bottom = make_organisation(parent_id=middle.id)
    with pytest.raises(WallHit, match="movement_organisation_tree_has_no_cycle"), database.write() as tx:
        tx.execute("UPDATE movement_organisation SET parent_id = %s WHERE id = %s", (bottom.id, top.id))
    with database.write() as tx:
        assert tx.execute("UPDATE movement_organisation SET parent_id = %s WHERE id = %s", (top.id, bottom.id)) == 1


def test_a_subtree_lists_parents_before_children(db: None) -> None:
    top = make_organisation(name="Top")
    second = make_organisation(name="B", parent_id=top.id)
    first = make_organisation(name="A", parent_id=top.id)
    below = make_organisation(name="0", parent_id=second.id)
    make_organisation(name="Elsewhere")
    assert [each.id for each in movement.subtree(top.id)] == [top.id, first.id, second.id, below.id]
    assert [each.id for each in movement.subtree(second.id)] == [second.id, below.id]


def test_a_role_counts_in_everything_below_and_nowhere_else(database: Database) -> None:
    top = make_organisation()
    middle = make_organisation(parent_id=top.id)
    bottom = make_organisation(parent_id=middle.id)
    other = make_organisation()
    person = make_member(middle.id, Role.BOX_OFFICE)
    movement.grant_role(person_id=person.id, organisation_id=bottom.id, role=Role.SHOP, now=NOW, by=BY, reason="helps out")

    assert movement.roles_of(person.id) == {middle.id: frozenset({Role.BOX_OFFICE}), bottom.id: frozenset({Role.BOX_OFFICE, Role.SHOP})}
    assert movement.has_role(person.id, bottom.id, [Role.BOX_OFFICE])
    assert not movement.has_role(person.id, middle.id, [Role.SHOP])
    for organisation in (top, other):
        assert not movement.has_role(person.id, organisation.id, list(Role))


def test_an_owner_may_do_whatever_any_role_may(db: None) -> None:
    organisation = make_organisation()
    person = make_member(organisation.id, Role.OWNER)
    assert all(movement.has_role(person.id, organisation.id, [role]) for role in Role)


def test_granting_twice_is_one_role_and_revoking_ends_it(db: None) -> None:
    organisation, person = make_organisation(), make_person()
    first = movement.grant_role(person_id=person.id, organisation_id=organisation.id, role=Role.SHOP, now=NOW, by=BY, reason="hired")
    again = movement.grant_role(person_id=person.id, organisation_id=organisation.id, role=Role.SHOP, now=NOW, by=BY, reason="hired")
    assert first == again
    assert movement.memberships(organisation_id=organisation.id) == [first]

    boss = Actor.person(person.id)
    movement.revoke_role(person_id=person.id, organisation_id=organisation.id, role=Role.SHOP, now=NOW, by=boss, reason="left")
    assert movement.roles_of(person.id) == {}
    trail = audit_trail("movement.membership")
    assert [(entry.action, entry.reason) for entry in trail] == [("grant_role", "hired"), ("revoke_role", "left")]
    with pytest.raises(movement.NoSuchMembership):
        movement.revoke_role(person_id=person.id, organisation_id=organisation.id, role=Role.SHOP, now=NOW, by=boss, reason="left")


def _revoke(person_id: UUID, organisation_id: UUID) -> None:
    movement.revoke_role(person_id=person_id, organisation_id=organisation_id, role=Role.OWNER, now=NOW, by=BY, reason="left")


def test_the_last_owner_keeps_the_role_until_another_has_it(db: None) -> None:
    organisation = make_organisation(name="Rowing")
    first = make_member(organisation.id, Role.OWNER, Role.FINANCE)
    with pytest.raises(movement.LastOwner) as refused:
        _revoke(first.id, organisation.id)
    assert refused.value.detail == {"organisation": "Rowing"}
    assert movement.roles_of(first.id) == {organisation.id: frozenset({Role.OWNER, Role.FINANCE})}
    for language in ("fr", "zh-hans"):
        with override(language):
            assert gettext(str(refused.value)) != str(refused.value)

    make_member(organisation.id, Role.OWNER)
    _revoke(first.id, organisation.id)
    assert movement.roles_of(first.id) == {organisation.id: frozenset({Role.FINANCE})}


def test_an_owner_from_above_is_an_owner_and_one_from_below_is_none(db: None) -> None:
    top = make_organisation()
    bottom = make_organisation(parent_id=top.id)
    above, below = make_member(top.id, Role.OWNER), make_member(bottom.id, Role.OWNER)
    with pytest.raises(movement.LastOwner):
        _revoke(above.id, top.id)
    _revoke(below.id, bottom.id)
    assert movement.memberships(organisation_id=bottom.id) == []


def test_an_organisation_does_not_move_away_from_its_only_owners(database: Database) -> None:
    top, other, own = make_organisation(), make_organisation(), make_organisation()
    bottom = make_organisation(name="Rowing", parent_id=top.id)
    make_member(top.id, Role.OWNER)
    make_member(own.id, Role.OWNER)

    def move(parent_id: UUID | None) -> None:
        movement.move_organisation(organisation_id=bottom.id, parent_id=parent_id, now=NOW, by=BY, reason="a try")

    with pytest.raises(movement.LastOwner):
        move(None)
    with pytest.raises(movement.LastOwner) as refused:
        move(other.id)
    assert refused.value.detail == {"organisation": "Rowing"}
    assert movement.organisation(bottom.id).parent_id == top.id
    for language in ("fr", "zh-hans"):
        with override(language):
            assert gettext(str(refused.value)) != str(refused.value)

    move(own.id)
    make_member(bottom.id, Role.OWNER)
    move(None)
    assert movement.organisation(bottom.id).parent_id is None


def test_an_organisation_that_nobody_owns_moves(db: None) -> None:
    top = make_organisation()
    bottom = make_organisation(parent_id=top.id)
    movement.move_organisation(organisation_id=bottom.id, parent_id=None, now=NOW, by=BY, reason="nothing is lost")
    assert movement.organisation(bottom.id).parent_id is None


def test_whoever_is_the_last_owner_of_an_organisation_is_not_forgotten(db: None) -> None:
    organisation, shared = make_organisation(), make_organisation()
    person = make_member(organisation.id, Role.OWNER)
    for owner in (person, make_member(shared.id, Role.OWNER)):
        movement.grant_role(person_id=owner.id, organisation_id=shared.id, role=Role.OWNER, now=NOW, by=BY, reason="helps out")
    with pytest.raises(movement.LastOwner), write() as tx:
        movement.RolesOfPerson().erase(tx, person.id, now=NOW, by=BY)
    assert set(movement.roles_of(person.id)) == {organisation.id, shared.id}

    make_member(organisation.id, Role.OWNER)
    with write() as tx:
        movement.RolesOfPerson().erase(tx, person.id, now=NOW, by=BY)
    assert movement.roles_of(person.id) == {}


def test_two_owners_who_leave_at_once_do_not_both_leave(postgresql: Database) -> None:
    organisation = make_organisation()
    owners = [make_member(organisation.id, Role.OWNER).id for _ in range(2)]

    def leave(person_id: UUID) -> str:
        try:
            _revoke(person_id, organisation.id)
        except movement.LastOwner:
            return "refused"
        finally:
            connection.close()
        return "left"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(leave, owners)) == ["left", "refused"]
    assert len(movement.memberships(organisation_id=organisation.id)) == 1


def test_without_taking_turns_both_owners_would_leave(postgresql: Database) -> None:
    """The control of the test above: each sees the other's role until the other has committed."""
    organisation = make_organisation()
    owners = [make_member(organisation.id, Role.OWNER).id for _ in range(2)]
    other = Database(postgresql.url)
    leave = (
        "DELETE FROM movement_membership WHERE person_id = %s AND EXISTS ("
        "SELECT 1 FROM movement_membership m WHERE m.organisation_id = %s AND m.role = 'owner' AND m.person_id <> %s)"
    )
    with postgresql.write() as one, other.write() as two:
        for tx, person_id in ((one, owners[0]), (two, owners[1])):
            assert tx.execute(leave, (person_id, organisation.id, person_id)) == 1
    other.close()
    assert movement.memberships(organisation_id=organisation.id) == []


def test_two_moves_at_once_make_no_cycle(postgresql: Database) -> None:
    first, second = make_organisation(), make_organisation()

    def move(what: UUID, below: UUID) -> str:
        try:
            movement.move_organisation(organisation_id=what, parent_id=below, now=NOW, by=BY, reason="a family")
        except OrganisationCycle:
            return "refused"
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(2) as both:
        outcomes = list(both.map(move, [first.id, second.id], [second.id, first.id]))
    assert sorted(outcomes) == ["moved", "refused"]


def test_without_taking_turns_two_moves_would_make_a_cycle(postgresql: Database) -> None:
    """The control of the test above: each statement is right by itself, and the wall sees only what is committed."""
    first, second = make_organisation(), make_organisation()
    other = Database(postgresql.url)
    change = "UPDATE movement_organisation SET parent_id = %s WHERE id = %s"
    with postgresql.write() as one, other.write() as two:
        assert one.execute(change, (second.id, first.id)) == 1
        assert two.execute(change, (first.id, second.id)) == 1
    other.close()
