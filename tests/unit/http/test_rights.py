"""The table of rights, written out in full a second time."""

import pytest

from shared.http.auth import Role
from shared.http.rights import (
    TABLE,
    Nearness,
    Posting,
    Reach,
    Sight,
    SiteForbidden,
    Subject,
    may_inspect,
    may_inspect_abroad,
    may_see_order,
    may_write,
    nearness,
    on_behalf_of,
    reach,
    require_inspect,
    require_write,
    sees_orders,
    sight,
    sight_of_stock,
)
from shared.types import SiteKind
from tests.unit.http.makers import a_principal

PLACES = {Nearness.OWN: ("S-1", "IND"), Nearness.NATION: ("S-2", "IND"), Nearness.PARTNER: ("S-3", "RUS")}
F, S, P, W, N = Sight.FULL, Sight.SOME_NONE, Sight.PROMISES, Sight.STREAMS, Sight.NOTHING

#  role, nearness: stock, lot, order, source; may post for a depot or factory, for a supplier
EXPECTED: dict[tuple[Role, Nearness], tuple[Sight, Sight, Sight, Sight, bool, bool]] = {
    (Role.FACTORY, Nearness.OWN): (N, F, N, N, True, True),
    (Role.FACTORY, Nearness.NATION): (N, N, N, N, False, False),
    (Role.FACTORY, Nearness.PARTNER): (N, N, N, N, False, False),
    (Role.DEPOT, Nearness.OWN): (F, F, F, F, True, True),
    (Role.DEPOT, Nearness.NATION): (S, N, N, N, False, False),
    (Role.DEPOT, Nearness.PARTNER): (N, N, N, N, False, False),
    (Role.PLANNER, Nearness.OWN): (F, F, F, F, False, True),
    (Role.PLANNER, Nearness.NATION): (F, F, F, F, False, True),
    (Role.PLANNER, Nearness.PARTNER): (P, N, P, F, False, False),
    (Role.PROCUREMENT, Nearness.OWN): (F, F, F, F, False, True),
    (Role.PROCUREMENT, Nearness.NATION): (F, F, F, F, False, True),
    (Role.PROCUREMENT, Nearness.PARTNER): (P, N, P, F, False, False),
    (Role.OPERATOR, Nearness.OWN): (F, F, F, F, True, True),
    (Role.OPERATOR, Nearness.NATION): (F, F, F, F, True, True),
    (Role.OPERATOR, Nearness.PARTNER): (W, W, W, W, False, False),
    (Role.AUDITOR, Nearness.OWN): (F, F, F, F, False, False),
    (Role.AUDITOR, Nearness.NATION): (F, F, F, F, False, False),
    (Role.AUDITOR, Nearness.PARTNER): (W, W, W, W, False, False),
    (Role.QUALITY, Nearness.OWN): (F, F, N, N, False, False),
    (Role.QUALITY, Nearness.NATION): (F, F, N, N, False, False),
    (Role.QUALITY, Nearness.PARTNER): (N, N, N, N, False, False),
}


def test_the_table_says_something_for_every_role_and_place() -> None:
    assert {(role, near) for role in Role for near in Nearness} == set(EXPECTED)
    assert {(role, near) for role, row in TABLE.items() for near in row} == set(EXPECTED)


@pytest.mark.parametrize(("role", "near"), EXPECTED, ids=str)
def test_a_role_sees_and_posts_at_a_place_exactly_what_the_table_says(role: Role, near: Nearness) -> None:
    principal = a_principal(role, sites=["S-1"])
    site, nation = PLACES[near]

    seen = tuple(sight(principal, subject, site, nation) for subject in Subject)
    posted = tuple(may_write(principal, site, nation, kind) for kind in (SiteKind.DEPOT, SiteKind.SUPPLIER))

    assert (*seen, *posted) == EXPECTED[role, near]
    assert sight_of_stock(principal, site, nation) is seen[0]
    assert may_see_order(principal, site, nation) is (seen[2] is Sight.FULL)


@pytest.mark.parametrize("near", Nearness)
def test_an_auditor_sees_what_an_operator_sees_and_posts_nothing(near: Nearness) -> None:
    assert TABLE[Role.AUDITOR][near].sights == TABLE[Role.OPERATOR][near].sights
    assert TABLE[Role.AUDITOR][near].posting is Posting.NONE


@pytest.mark.parametrize("near", Nearness)
def test_inspections_are_judged_by_quality_and_operators_of_the_nation(near: Nearness) -> None:
    for role in (Role.QUALITY, Role.OPERATOR):
        assert may_inspect(a_principal(role, sites=["S-1"]), *PLACES[near]) is (near is not Nearness.PARTNER)


@pytest.mark.parametrize("role", Role)
def test_abroad_only_suppliers_are_inspected_by_who_inspects_at_home(role: Role) -> None:
    principal = a_principal(role, sites=["S-1"])

    assert may_inspect_abroad(principal, SiteKind.SUPPLIER) is (role in (Role.QUALITY, Role.OPERATOR))
    assert not may_inspect_abroad(principal, SiteKind.FACTORY)
    assert not may_inspect_abroad(principal, SiteKind.DEPOT)


@pytest.mark.parametrize("role", [Role.PLANNER, Role.PROCUREMENT, Role.AUDITOR])
def test_who_plans_or_audits_judges_no_inspection(role: Role) -> None:
    assert not may_inspect(a_principal(role, sites=["S-1"]), "S-1", "IND")


def test_a_depot_judges_its_own_goods_and_no_other_depots() -> None:
    depot = a_principal(Role.DEPOT, sites=["S-1"])

    require_inspect(depot, "S-1", "IND")
    with pytest.raises(SiteForbidden):
        require_inspect(depot, "S-2", "IND")


@pytest.mark.parametrize("role", Role)
def test_who_sees_orders_nowhere_is_named_none(role: Role) -> None:
    assert sees_orders(a_principal(role)) is (role not in {Role.FACTORY, Role.QUALITY})


@pytest.mark.parametrize("role", Role)
def test_nobody_posts_for_a_partner_nation(role: Role) -> None:
    assert TABLE[role][Nearness.PARTNER].posting is Posting.NONE


def test_an_own_site_is_own_wherever_it_lies() -> None:
    assert nearness(a_principal(sites=["D-01"], nation="IND"), "D-01", "RUS") is Nearness.OWN


def test_a_refused_post_names_the_site_and_nothing_else() -> None:
    with pytest.raises(SiteForbidden) as refused:
        require_write(a_principal(sites=["D-01"]), "D-02", "IND", SiteKind.DEPOT)

    assert refused.value.facts == {"site": "D-02"}


def test_a_planner_posts_for_a_supplier_on_its_behalf() -> None:
    planner = a_principal(Role.PLANNER, sites=[])

    require_write(planner, "SUP-1", "IND", SiteKind.SUPPLIER)

    assert on_behalf_of(planner, "SUP-1") == "SUP-1"
    assert on_behalf_of(a_principal(Role.FACTORY, sites=["F-01"]), "F-01") is None


@pytest.mark.parametrize(
    ("role", "subject", "expected"),
    [
        (Role.FACTORY, Subject.LOT, Reach(frozenset({"S-1"}), None)),
        (Role.FACTORY, Subject.STOCK, Reach(frozenset(), None)),
        (Role.DEPOT, Subject.STOCK, Reach(frozenset({"S-1"}), "IND")),
        (Role.DEPOT, Subject.ORDER, Reach(frozenset({"S-1"}), None)),
        (Role.PLANNER, Subject.SOURCE, Reach(frozenset({"S-1"}), "IND")),
        (Role.PLANNER, Subject.LOT, Reach(frozenset({"S-1"}), "IND")),
        (Role.AUDITOR, Subject.LOT, Reach(frozenset({"S-1"}), "IND")),
    ],
)
def test_a_query_reaches_no_row_of_which_nothing_may_be_seen(role: Role, subject: Subject, expected: Reach) -> None:
    assert reach(a_principal(role, sites=["S-1"]), subject) == expected
