"""A part is taken from a platform that stands still anyway, which waits for the order from then on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from deploy.postgres.provision import ServiceDatabase
from shared import clock
from tests.fixtures.databases import owner_connection
from tests.integration.orders.fleet import ask, register, say, show
from tests.integration.orders.house import House, slug
from tests.integration.orders.test_expediting import WHY, expedite, in_days, sourced
from tests.integration.orders.test_races import until_waiting

RECEIVER, DONOR = "ZP-1", "ZP-2"


async def grounded(house: House, *, donor_at: str = "D-01") -> str:
    """Let two helicopters stand still, one for want of an order, which is given, the other of a part of its own."""
    await house.approve()
    for tail, site in ((RECEIVER, "D-01"), (DONOR, donor_at)):
        await register(house, tail, site=site)
        await say(house, "down", tail, site=site)
    order_id = await sourced(house, due=60, platform="MI-17V-5", tail_number=RECEIVER, required_by=in_days(90))
    await house.place(part="GEARBOX", platform="MI-17V-5", tail_number=DONOR, required_by=in_days(90))
    return order_id


async def take(house: House, order_id: str, donor: str = DONOR, **query: Any) -> httpx.Response:
    """Take the part from a donor, as the depot of the order."""
    body = {"kind": "cannibalise", "donor": donor}
    return await expedite(house, order_id, body, role="depot", **query)


@asynccontextmanager
async def holding(database: ServiceDatabase, tail: str) -> AsyncIterator[None]:
    """Hold a tail's row, as who says something of it would, until the block ends."""
    connection = await owner_connection(database)
    try:
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM tail WHERE tail_number = $1 FOR UPDATE", tail)
            yield
    finally:
        await connection.close()


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
        "platform-unregistered",
    ]
    for hidden in (nobody_s, another_depot_s):
        assert [each["field"] for each in hidden.json()["errors"]] == ["donor"]
        assert "D-02" not in hidden.text
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


async def test_who_waits_for_the_part_itself_has_none_to_give(house: House) -> None:
    order_id = await grounded(house)
    own = await house.place(platform="MI-17V-5", tail_number=DONOR, required_by=in_days(90))

    priced = await take(house, order_id, dry_run="true")
    refused = await take(house, order_id)

    for answer in (priced, refused):
        assert (answer.status_code, slug(answer)) == (409, "donor-lacks-part")
        assert [each["field"] for each in answer.json()["errors"]] == ["donor"]
    assert own in (await waiting(house))[DONOR]
    assert (await waiting(house))[RECEIVER] == [order_id]


async def test_of_two_that_take_the_same_part_from_a_platform_at_once_one_gets_it(
    house: House, kept_database: ServiceDatabase
) -> None:
    order_id = await grounded(house)
    await register(house, "ZP-4")
    await say(house, "down", "ZP-4")
    rival = await sourced(house, platform="MI-17V-5", tail_number="ZP-4", required_by=in_days(90))

    async with holding(kept_database, DONOR):
        racing = [asyncio.ensure_future(take(house, each)) for each in (order_id, rival)]
        await until_waiting(house, 2)
    answers = await asyncio.gather(*racing)

    assert sorted(answer.status_code for answer in answers) == [202, 409]
    assert [slug(answer) for answer in answers if answer.is_error] == ["donor-lacks-part"]
    assert sorted(map(len, (await waiting(house)).values())) == [0, 1, 2]


async def test_who_has_got_its_part_is_ready_until_it_comes_down_again(house: House) -> None:
    order_id = await grounded(house)
    before = (await show(house, RECEIVER))["ready"]
    await take(house, order_id)

    (listed, donor) = await ask(house, "/grounded")
    shown = await show(house, RECEIVER)
    await say(house, "up", RECEIVER, since=clock.now().isoformat())
    await say(house, "down", RECEIVER, since=clock.now().isoformat())
    again = await show(house, RECEIVER)

    assert (listed["tail_number"], listed["ready"], donor["ready"]) == (RECEIVER, True, False)
    assert [before, shown["ready"], again["ready"]] == [False, True, False]
