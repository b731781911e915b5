"""A part is taken from a platform that stands still anyway, which waits for the order from then on."""

from typing import Any

import httpx

from tests.integration.orders.fleet import register, say
from tests.integration.orders.house import House, slug
from tests.integration.orders.test_expediting import WHY, expedite, in_days, sourced

RECEIVER, DONOR = "ZP-1", "ZP-2"


async def grounded(house: House, *, donor_at: str = "D-01") -> str:
    """Let two helicopters stand still, and one of them wait for an order; gives the order."""
    await house.approve()
    for tail, site in ((RECEIVER, "D-01"), (DONOR, donor_at)):
        await register(house, tail, site=site)
        await say(house, "down", tail, site=site)
    order_id = await sourced(house, due=60, platform="MI-17V-5", tail_number=RECEIVER, required_by=in_days(90))
    await sourced(house, due=80, platform="MI-17V-5", tail_number=DONOR, required_by=in_days(90))
    return order_id


async def take(house: House, order_id: str, donor: str = DONOR, **query: Any) -> httpx.Response:
    """Take the part from a donor, as the depot of the order."""
    body = {"kind": "cannibalise", "donor": donor}
    return await expedite(house, order_id, body, role="depot", **query)


async def waiting(house: House) -> dict[str, list[str]]:
    """Say which platform waits for which orders."""
    answer = await house.send("GET", "/v1/platforms/grounded", role="planner", site=None)
    return {each["tail_number"]: [line["order_id"] for line in each["blocking"]] for each in answer.json()}


async def test_the_donor_waits_for_the_order_and_who_has_the_part_waits_for_nothing(house: House) -> None:
    order_id = await grounded(house)
    other = next(iter((await waiting(house))[DONOR]))

    price = (await take(house, order_id, dry_run="true")).json()["price"]
    before = await waiting(house)
    done = await take(house, order_id)

    assert before == {RECEIVER: [order_id], DONOR: [other]}
    releases = {each["tail_number"]: (each["before"], each["after"]) for each in price["releases"]}
    assert releases == {RECEIVER: (in_days(60), in_days(0))}
    assert price["promises"]["later"] == price["platforms"]["later"] == 0
    assert done.status_code == 202, done.text
    assert await waiting(house) == {RECEIVER: [], DONOR: sorted([order_id, other])}
    shown = await house.order(order_id)
    assert shown["tail_number"] == DONOR
    told = shown["history"][-1]["data"]
    assert (told["before"], told["tail_number"], told["reason"], told["asked_by"]) == (
        RECEIVER,
        DONOR,
        WHY["reason"],
        "depot@D-01",
    )


async def test_a_part_is_taken_only_from_who_stands_still_and_is_ones_own_to_strip(house: House) -> None:
    order_id = await grounded(house, donor_at="D-02")
    await register(house, "ZP-3")

    itself = await take(house, order_id, RECEIVER)
    flying = await take(house, order_id, "ZP-3")
    nobody_s = await take(house, order_id, "ZP-9")
    another_depot_s = await take(house, order_id)
    by_planner = await expedite(house, order_id, {"kind": "cannibalise", "donor": DONOR})
    twice = await take(house, order_id, "ZP-3")

    assert [slug(each) for each in (itself, flying, nobody_s, another_depot_s)] == [
        "donor-itself",
        "donor-not-grounded",
        "platform-unregistered",
        "site-forbidden",
    ]
    assert [each["field"] for each in nobody_s.json()["errors"]] == ["donor"]
    assert by_planner.status_code == 202, by_planner.text
    assert slug(twice) == "donor-not-grounded"


async def test_once_the_platform_is_up_again_only_the_donor_waits(house: House) -> None:
    order_id = await grounded(house)
    other = next(iter((await waiting(house))[DONOR]))
    await take(house, order_id)
    await say(house, "up", RECEIVER)

    back = await take(house, order_id, RECEIVER)

    assert slug(back) == "donor-not-grounded"
    assert await waiting(house) == {DONOR: sorted([order_id, other])}
