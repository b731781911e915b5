"""Who stands still for which part, until when, and what would release it."""

from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.events.catalogue import Fit, PartDefined
from shared.events.production import DelayReported, LotDispatched, WorkOrderAccepted, WorkOrderOpened
from shared.events.stock import DemandClosed, DemandIssued, DemandReserved
from shared.http.tokens import Scope
from shared.types import Platform
from tests.fixtures.days import today
from tests.integration.orders.fleet import SINCE, ask, register, say, show
from tests.integration.orders.house import PART, House, inventory_said, production_said, slug

FOR = {"platform": "MI-17V-5", "tail_number": "ZP-1", "quantity": 1}


async def ground(house: House, tail: str = "ZP-1", *, site: str = "D-01") -> None:
    """Let a platform be in the fleet, and be down for want of parts."""
    await register(house, tail, site=site)
    assert (await say(house, "down", tail, site=site)).status_code == 200


async def order_for(house: House, tail: str = "ZP-1", *, part: str = PART, days: int | None = None, **more: Any) -> str:
    """Order a part for a platform; given days, it is promised by a factory in as many."""
    order_id = await house.place(**{**FOR, "tail_number": tail, "part": part, **more})
    if days is not None:
        await house.approve(part=part)
    await house.ear.hear(inventory_said(order_id, DemandReserved, quantity=1))
    if days is not None:
        due = today() + timedelta(days=days)
        await house.ear.hear(
            production_said(order_id, WorkOrderOpened, quantity=1, due=due),
            production_said(order_id, WorkOrderAccepted, quantity=1, due=due),
        )
    return order_id


def in_days(days: int) -> str:
    return str(today() + timedelta(days=days))


async def test_a_platform_is_released_when_the_last_of_its_lines_is_issued(house: House) -> None:
    await ground(house)
    first = await order_for(house, days=40)
    second = await order_for(house, part="GEARBOX", days=60)

    (waiting,) = await ask(house, "/grounded")
    await house.ear.hear(production_said(first, DelayReported, quantity=1, due=in_days(90), cause="furnace"))
    (delayed,) = await ask(house, "/grounded")
    await house.ear.hear(inventory_said(first, DemandIssued, quantity=1, issued=1))
    (left,) = await ask(house, "/grounded")
    await house.ear.hear(inventory_said(second, DemandIssued, quantity=1, issued=1))
    (ready,) = await ask(house, "/grounded")

    assert (waiting["since"], waiting["cause"]) == (SINCE, "Chips in oil.")
    assert [(each["order_id"], each["missing"], each["source"]) for each in waiting["blocking"]] == [
        (first, 1, "F-01"),
        (second, 1, "F-01"),
    ]
    assert [each["expected_release"] for each in (waiting, delayed, left, ready)] == [
        in_days(60),
        in_days(90),
        in_days(60),
        None,
    ]
    assert ready["blocking"] == []
    assert [each["ready"] for each in (waiting, left, ready)] == [False, False, True]
    assert (await show(house))["ready"]


async def test_a_platform_is_not_ready_by_what_was_issued_before_it_came_down(house: House) -> None:
    await register(house)
    order_id = await order_for(house)
    await house.ear.hear(inventory_said(order_id, DemandIssued, quantity=1, issued=1))
    up = await show(house)
    await say(house, "down", since=clock.now().isoformat())

    (grounded,) = await ask(house, "/grounded")

    assert (up["ready"], grounded["ready"], grounded["blocking"]) == (False, False, [])


async def test_a_platform_is_expected_on_no_day_while_one_line_has_no_promise(house: House) -> None:
    await ground(house)
    await order_for(house, days=40)
    await order_for(house, part="GEARBOX")

    shown = await show(house)

    assert shown["expected_release"] is None
    assert sorted(str(each["promised_for"]) for each in shown["blocking"]) == [in_days(40), "None"]


async def test_an_overdue_line_is_called_so_and_comes_when_it_is_foreseen(house: House) -> None:
    await ground(house)
    order_id = await order_for(house, days=40)
    late = production_said(order_id, DelayReported, quantity=1, due=in_days(-1), cause="furnace")
    await house.ear.hear(late)

    (grounded,) = await ask(house, "/grounded")
    shown = await show(house)
    (option,) = (await ask(house, "/actions"))["options"]

    (line,) = grounded["blocking"]
    assert (line["promised_for"], line["overdue"], line["foreseen"]) == (in_days(-1), True, in_days(30))
    assert (line["source"], grounded["expected_release"]) == ("F-01", in_days(30))
    assert (shown["blocking"], shown["expected_release"]) == ([line], in_days(30))
    assert (option["actions"][0]["kind"], option["days_saved"]) == ("expedite", 15)
    assert option["actions"][0]["explanation"] == (
        f"F-01 is late since {in_days(-1)}, expected {in_days(30)}; hurried, it is taken to come on {in_days(15)}."
    )


@pytest.mark.parametrize("days", [40, -1])
async def test_no_source_is_hurried_for_what_is_on_the_road(house: House, days: int) -> None:
    await ground(house)
    order_id = await order_for(house, days=40)
    await house.ear.hear(production_said(order_id, DelayReported, quantity=1, due=in_days(days), cause="furnace"))
    sent = LotDispatched(
        lot="F-01:L-1",
        part=PART,
        factory="F-01",
        work_order=f"{order_id}-W1",
        shipment="F-01:S-1",
        depot="D-01",
        quantity=1,
    )

    hurried = (await ask(house, "/actions"))["options"]
    await house.ear.hear(sent)
    (grounded,) = await ask(house, "/grounded")
    left = (await ask(house, "/actions"))["options"]

    assert ([each["actions"][0]["kind"] for each in hurried], left) == (["expedite"], [])
    assert [(each["source"], each["on_road"]) for each in grounded["blocking"]] == [("F-01", True)]


async def test_nobody_can_say_when_an_overdue_line_comes_whose_source_has_no_terms_any_more(house: House) -> None:
    await ground(house)
    order_id = await order_for(house, days=40)
    await house.ear.hear(production_said(order_id, DelayReported, quantity=1, due=in_days(-1), cause="furnace"))
    await house.owner.execute("DELETE FROM source")

    (grounded,) = await ask(house, "/grounded")
    (option,) = (await ask(house, "/actions"))["options"]

    assert ([each["foreseen"] for each in grounded["blocking"]], grounded["expected_release"]) == ([None], None)
    assert option["actions"][0]["explanation"] == (
        f"F-01 is late since {in_days(-1)}, and nobody can say when it comes; "
        f"hurried, it is taken to come on {in_days(45)}."
    )


async def test_what_does_not_ground_a_platform_or_is_over_does_not_block_it(house: House) -> None:
    fits = [Fit(platform=Platform.MI_17V_5, grounds=False), Fit(platform=Platform.T_90, grounds=True)]
    await house.ear.hear(PartDefined(part_id="FILTER", name="FILTER", unit_of_issue="EA", platforms=fits))
    await ground(house)
    await register(house, "BT-1", platform="T-90")
    await register(house, "ZP-2")
    blocking = await order_for(house)
    await order_for(house, part="FILTER")
    await order_for(house, part="WASHER")
    await order_for(house, "ZP-2")
    cancelled = await order_for(house)
    await house.ear.hear(inventory_said(cancelled, DemandClosed, quantity=1, cancelled=1, closed=True))
    of_tank = await order_for(house, "BT-1", part="FILTER", platform="T-90")

    assert [each["order_id"] for each in (await show(house))["blocking"]] == [blocking]
    assert [each["order_id"] for each in (await show(house, "BT-1", platform="T-90"))["blocking"]] == [of_tank]


async def test_what_a_part_grounds_follows_the_catalogue(house: House) -> None:
    await ground(house)
    order_id = await order_for(house)
    fits = [Fit(platform=Platform.MI_17V_5, grounds=False)]

    await house.ear.hear(PartDefined(part_id=PART, name=PART, unit_of_issue="EA", platforms=fits))
    no_longer = (await show(house))["blocking"]
    fits = [Fit(platform=Platform.MI_17V_5, grounds=True)]
    await house.ear.hear(PartDefined(part_id=PART, name=PART, unit_of_issue="EA", platforms=fits))

    assert no_longer == []
    assert [each["order_id"] for each in (await show(house))["blocking"]] == [order_id]


async def test_an_order_of_before_platforms_had_to_be_registered_blocks_its_own_nations_alone(house: House) -> None:
    waits = {name: value for name, value in FOR.items() if name == "quantity"}
    ours = await house.place(**waits, part=PART)
    headers = house.bearer("depot", "D-09", nation="RUS", scope=Scope.APPROVE_URGENCY)
    number = f"9900RU{today().year % 10}{today():%j}0001"
    theirs = {**house.body(**waits, document_number=number, ordered_by="D-09")}
    assert (await house.door.post("/v1/orders", json=theirs, headers=headers)).status_code == 201
    await house.owner.execute("UPDATE orders SET platform = 'MI-17V-5', tail_number = 'ZP-1'")

    await ground(house)

    assert [each["order_id"] for each in (await show(house))["blocking"]] == [ours]


async def test_only_what_is_down_and_awaits_parts_is_grounded(house: House) -> None:
    await ground(house, "ZP-1")
    await ground(house, "ZP-2", site="D-02")
    await register(house, "ZP-3")
    await register(house, "ZP-4")
    await say(house, "down", "ZP-4", awaiting_parts=False)

    listed = await ask(house, "/grounded")
    own = await ask(house, "/grounded", role="depot", at="D-01")
    at_second = await ask(house, "/grounded", site="D-02")
    tanks = await ask(house, "/grounded", platform="T-90")

    assert [each["tail_number"] for each in listed] == ["ZP-1", "ZP-2"]
    assert [each["tail_number"] for each in own] == ["ZP-1"]
    assert [each["tail_number"] for each in at_second] == ["ZP-2"]
    assert tanks == []
    assert {(each["expected_release"], each["ready"]) for each in listed} == {(None, False)}


async def test_a_large_grounded_fleet_is_walked_page_by_page_each_with_its_own_lines(house: House) -> None:
    await house.owner.execute(
        "INSERT INTO tail (platform, tail_number, site, version, changed_by)"
        " SELECT 'MI-17V-5', to_char(n, '\"ZP-\"FM0000'), 'D-01', 1, 'x' FROM generate_series(1, 2500) n;"
        "INSERT INTO tail_period (platform, tail_number, n, began_at, is_down, cause, awaiting_parts, posted_by)"
        " SELECT platform, tail_number, 1, '2026-01-01Z', true, 'Chips.', true, 'x' FROM tail"
    )
    first = await order_for(house, "ZP-0001")
    last = await order_for(house, "ZP-2500")

    seen: dict[str, list[str]] = {}
    pages, path = 0, "/v1/platforms/grounded?limit=1000"
    while path:
        page = await house.send("GET", path)
        pages += 1
        seen |= {each["tail_number"]: [line["order_id"] for line in each["blocking"]] for each in page.json()}
        path = page.headers.get("Link", "").partition(">")[0].removeprefix("<")

    assert (pages, len(seen)) == (3, 2500)
    assert {tail: lines for tail, lines in seen.items() if lines} == {"ZP-0001": [first], "ZP-2500": [last]}


async def test_what_would_release_platforms_is_ranked_and_explained(house: House) -> None:
    await ground(house, "ZP-1")
    await ground(house, "ZP-2")
    await ground(house, "ZP-3", site="D-02")
    soon = await order_for(house, "ZP-1", days=40)
    await order_for(house, "ZP-2", part="GEARBOX")
    held = await order_for(house, "ZP-3", part="BEARING")
    await house.ear.hear(inventory_said(held, DemandReserved, quantity=1, reserved=1))

    ranked = await ask(house, "/actions")
    own = await ask(house, "/actions", role="depot", at="D-01")

    def brief(answer: dict[str, Any]) -> list[tuple[str, list[str], int, str | None]]:
        return [
            (each["actions"][0]["kind"], each["releases"], each["days_saved"], each["actions"][0]["donor"])
            for each in answer["options"]
        ]

    assert (ranked["grounded"], ranked["horizon_days"], ranked["options_total"]) == (3, 90, len(ranked["options"]))
    assert brief(ranked)[:2] == [("issue", ["ZP-3"], 90, None), ("cannibalise", ["ZP-1"], 40, "ZP-2")]
    assert ("expedite", ["ZP-1"], 20, None) in brief(ranked)
    assert ranked["options"][1]["actions"][0]["explanation"] == (
        f"ZP-2 has the part and has no day to be back on; it then waits for {soon}, too."
    )
    assert own["grounded"] == 2
    assert {each[1][0] for each in brief(own)} == {"ZP-1"}


@pytest.mark.parametrize(
    ("sites", "problem", "field"),
    [(["D-02", "F-01"], "site-not-depot", "spare[1].site"), (["D-02", "D-02"], "request-invalid", "spare")],
    ids=["a factory's", "twice"],
)
async def test_what_no_depot_could_ship_or_one_only_once_is_not_ranked(
    house: House, sites: list[str], problem: str, field: str
) -> None:
    spare = [{"site": site, "part": PART, "quantity": 1} for site in sites]

    answer = await house.send("POST", "/v1/platforms/actions", json={"spare": spare})

    assert (answer.status_code, slug(answer)) == (422, problem)
    assert [each["field"] for each in answer.json()["errors"]] == [field]
