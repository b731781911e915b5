"""What a reader of the stream of orders gets to see of each fact."""

import json
from datetime import UTC, date, datetime

import pytest

from services.orders.api.stream import Shown
from services.orders.domain.plan import plan
from services.orders.schemas.filters import FleetStreamFilter, Followed, OrderStreamFilter
from shared.events.envelope import Event
from shared.events.orders import OrderPromised, OrderRescheduled, OrderSourced
from shared.events.platforms import PlatformDown
from shared.http.places import Place
from shared.http.sse import TailEvent
from shared.http.tokens import Role
from shared.types import Platform
from tests.contract.published_language import PUBLISHED
from tests.unit.http.makers import a_principal
from tests.unit.orders.makers import ORDER, TODAY, a_market, a_source, an_order

SLOW = a_market(a_source(capacity_per_week=5, load=7))
NATIONS = {"D-01": "IND", "D-02": "IND", "D-09": "RUS"}


def a_promise(site: str = "D-01", ordered_by: str | None = "D-01", tail_number: str | None = None) -> TailEvent:
    """Make a promise as the tail gives it."""
    day = date(2027, 2, 15)
    return told(
        OrderPromised(
            order=ORDER,
            site=site,
            part="GEARBOX",
            ordered_by=ordered_by,
            number=1,
            promised_for=day,
            reason="in stock",
            platform=Platform.MI_17V_5 if tail_number else None,
            tail_number=tail_number,
        )
    )


def a_decision() -> TailEvent:
    """Make a sourcing decision as the tail gives it."""
    (fact,) = [each for each in plan(an_order(5, reserved=0), SLOW, TODAY).facts if isinstance(each, OrderSourced)]
    return told(fact)


def a_tail_down(site: str = "D-01") -> TailEvent:
    """Make a fact of a helicopter as the tail gives it."""
    since = datetime(2026, 11, 27, tzinfo=UTC)
    return told(
        PlatformDown(
            platform=Platform.MI_17V_5,
            tail_number="ZP-5104",
            site=site,
            since=since,
            cause="Chips in the oil.",
            awaiting_parts=True,
        )
    )


def told(event: Event) -> TailEvent:
    """Make a fact as the tail gives it."""
    data = event.model_dump_json(exclude_defaults=True).encode()
    return TailEvent(Place("orders.v1", "0a", (1,)), event.TYPE, data, version=4, event_id="id", recorded_at="then")


def shown(
    event: TailEvent, role: Role = Role.DEPOT, *sites: str, wanted: OrderStreamFilter | FleetStreamFilter | None = None
) -> set[str] | None:
    """Name the members that are shown of a fact."""
    data = Shown(wanted or OrderStreamFilter(), a_principal(role, sites=sites), NATIONS).shape(event)
    return None if data is None else set(json.loads(data))


@pytest.mark.parametrize("site", ["D-01", "D-02"])
def test_a_depot_hears_of_orders_that_it_placed_or_fills(site: str) -> None:
    heard = shown(a_promise(site="D-02", ordered_by="D-01"), Role.DEPOT, site)

    assert heard is not None
    assert {"order", "promised_for", "reason", "version"} <= heard


def test_a_depot_hears_nothing_of_anothers_orders() -> None:
    assert shown(a_promise(), Role.DEPOT, "D-02") is None


@pytest.mark.parametrize("role", [Role.PLANNER, Role.OPERATOR, Role.AUDITOR])
def test_who_looks_after_a_nation_hears_of_its_orders(role: Role) -> None:
    assert {"order", "promised_for"} <= (shown(a_promise(), role) or set())


def test_a_partner_s_operator_hears_that_something_happened_and_its_planner_nothing() -> None:
    foreign = a_promise(site="D-09", ordered_by="D-09")

    assert shown(foreign, Role.OPERATOR) == {"site", "event_id", "recorded_at"}
    assert shown(foreign, Role.PLANNER) is None


def test_a_fact_from_before_its_depot_was_said_counts_as_of_the_filling_one() -> None:
    assert shown(a_promise(ordered_by=None), Role.DEPOT, "D-01") is not None
    assert shown(a_promise(ordered_by=None), Role.DEPOT, "D-02") is None


@pytest.mark.parametrize(
    ("wanted", "is_shown"),
    [
        (OrderStreamFilter(order=ORDER), True),
        (OrderStreamFilter(order="7201YA6327A002-2026"), False),
        (OrderStreamFilter(part="GEARBOX"), True),
        (OrderStreamFilter(part="BLADE"), False),
        (OrderStreamFilter(site="D-01"), True),
        (OrderStreamFilter(site="D-02"), False),
        (OrderStreamFilter(kind=Followed.PROMISED), True),
        (OrderStreamFilter(kind=Followed.SOURCED), False),
    ],
    ids=str,
)
def test_only_what_was_asked_for_is_shown(wanted: OrderStreamFilter, *, is_shown: bool) -> None:
    assert (shown(a_promise(), Role.OPERATOR, wanted=wanted) is not None) is is_shown


def test_a_kind_is_followed_by_its_name() -> None:
    moved = told(OrderRescheduled(order=ORDER, site="D-01", part="GEARBOX", required_by=date(2027, 3, 1)))

    assert shown(moved, Role.OPERATOR, wanted=OrderStreamFilter(kind=Followed.RESCHEDULED)) is not None
    assert shown(moved, Role.OPERATOR, wanted=OrderStreamFilter(kind=Followed.PROMISED)) is None


def test_every_published_fact_of_an_order_can_be_followed_by_its_kind() -> None:
    published = {path.stem for path in PUBLISHED.glob("jvtrack.orders.order-*.v1.json")}

    assert {f"jvtrack.orders.order-{kind}.v1" for kind in Followed} == published


@pytest.mark.parametrize(
    ("wanted", "is_shown"),
    [
        (FleetStreamFilter(), True),
        (FleetStreamFilter(platform=Platform.MI_17V_5), True),
        (FleetStreamFilter(platform=Platform.T_90), False),
        (FleetStreamFilter(tail_number="ZP-5104"), True),
        (FleetStreamFilter(tail_number="ZP-5105"), False),
        (FleetStreamFilter(site="D-01"), True),
        (FleetStreamFilter(site="D-02"), False),
    ],
    ids=str,
)
def test_who_follows_platforms_hears_what_happens_to_them_and_what_they_wait_for(
    wanted: FleetStreamFilter, *, is_shown: bool
) -> None:
    awaited = a_promise(tail_number="ZP-5104")

    assert [shown(event, Role.OPERATOR, wanted=wanted) is not None for event in (a_tail_down(), awaited)] == [
        is_shown
    ] * 2


def test_a_promise_for_which_no_platform_waits_is_not_of_platforms() -> None:
    assert shown(a_promise(), Role.OPERATOR, wanted=FleetStreamFilter()) is None


def test_a_depot_hears_nothing_of_anothers_platforms() -> None:
    assert shown(a_tail_down(site="D-02"), Role.DEPOT, "D-01", wanted=FleetStreamFilter()) is None


def test_facts_of_other_things_are_not_of_orders() -> None:
    stranger = TailEvent(Place("orders.v1", "0a", (1,)), "jvtrack.orders.something-else.v1", b"{}")

    assert shown(stranger, Role.OPERATOR) is None


@pytest.mark.parametrize("role", [Role.PLANNER, Role.OPERATOR, Role.AUDITOR])
def test_nobody_hears_what_a_source_was_to_bring_already_for_others(role: Role) -> None:
    event = a_decision()

    data = Shown(OrderStreamFilter(), a_principal(role), NATIONS).shape(event)

    assert data is not None
    assert json.loads(event.data)["candidates"][0]["load"] == 7
    (candidate,) = json.loads(data)["candidates"]
    assert (candidate["capacity_per_week"], "load" in candidate) == (5, False)
