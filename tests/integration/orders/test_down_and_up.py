"""What depots say of their platforms: down and up, late, twice, at once, and corrected."""

import asyncio
from typing import Any

import pytest

from tests.integration.orders.fleet import SINCE, register, say, show, told_of
from tests.integration.orders.house import House, slug

LATER = "2026-11-05T06:00:00Z"
LAST = "2026-11-09T06:00:00Z"


def periods(shown: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    """List when each period of a life began and ended, and why it was down, oldest first."""
    return [
        (each["began_at"][:10], each["ended_at"] and each["ended_at"][:10], each["cause"])
        for each in reversed(shown["history"])
    ]


async def test_a_platform_goes_down_waits_for_parts_and_comes_up_again(house: House) -> None:
    await register(house)

    down = await say(house, "down", cause="Scheduled service.", awaiting_parts=False)
    waits = await say(house, "down", since=LATER)
    up = await say(house, "up", since=LAST)

    assert [each.status_code for each in (down, waits, up)] == [200, 200, 200]
    assert [(each.json()["state"], each.json()["awaiting_parts"]) for each in (down, waits, up)] == [
        ("down", False),
        ("down", True),
        ("up", False),
    ]
    assert periods(await show(house)) == [
        ("2020-01-01", "2026-11-01", None),
        ("2026-11-01", "2026-11-05", "Scheduled service."),
        ("2026-11-05", "2026-11-09", "Chips in oil."),
        ("2026-11-09", None, None),
    ]
    assert await told_of(house) == ["platform-registered", "platform-down", "platform-down", "platform-up"]


async def test_each_period_says_who_posted_it(house: House) -> None:
    await register(house)
    await say(house, "down")
    await say(house, "up", since=LATER, role="operator", site=None)

    assert [each["posted_by"] for each in (await show(house))["history"]] == [
        "operator@all",
        "depot@D-01",
        "planner@all",
    ]


async def test_a_post_that_is_repeated_under_its_key_gets_the_first_answer(house: House) -> None:
    await register(house)

    first = await say(house, "down", key="one")
    await say(house, "up", since=LATER)
    again = await say(house, "down", key="one")
    other = await say(house, "down", key="one", since=LAST)

    assert (again.status_code, again.content) == (200, first.content)
    assert (other.status_code, slug(other)) == (409, "idempotency-key-reused")
    assert (await show(house))["state"] == "up"


async def test_a_refusal_is_repeated_under_its_key_too(house: House) -> None:
    await register(house)
    refused = await say(house, "up", key="one", since=LATER)
    await say(house, "down")

    again = await say(house, "up", key="one", since=LATER)

    assert (refused.status_code, slug(refused)) == (409, "platform-already-up")
    assert (again.status_code, slug(again)) == (409, "platform-already-up")
    assert (await show(house))["state"] == "down"


async def test_a_late_copy_under_another_key_changes_nothing(house: House) -> None:
    await register(house)
    for what, since in (("down", SINCE), ("up", LATER), ("down", LAST)):
        await say(house, what, since=since)

    late = [await say(house, what, since=since) for what, since in (("up", LATER), ("down", SINCE))]

    assert [(each.status_code, each.json()["since"]) for each in late] == [(200, LAST), (200, LAST)]
    assert len(await told_of(house)) == 4


async def test_many_posts_at_once_are_decided_one_after_the_other(house: House) -> None:
    tails = [f"ZP-{number}" for number in range(8)]
    for tail in tails:
        await register(house, tail)

    answers = await asyncio.gather(*(say(house, "down", tail) for tail in tails for _ in range(4)))

    assert {answer.status_code for answer in answers} == {200}
    assert {tuple(await told_of(house, tail)) for tail in tails} == {("platform-registered", "platform-down")}
    assert await house.owner.fetchval("SELECT count(*) FROM tail_period WHERE is_down") == len(tails)


async def test_of_two_that_contradict_each_other_at_once_one_is_refused(house: House) -> None:
    await register(house)
    await say(house, "down")

    answers = await asyncio.gather(*(say(house, "up", since=f"2026-11-0{day}T00:00:00Z") for day in (3, 4)))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await told_of(house)) == 3


async def test_a_correction_takes_the_place_of_the_last_change_and_is_told(house: House) -> None:
    await register(house)
    await say(house, "down", since=LATER)

    corrected = await say(house, "down", cause="Chips in gearbox oil.", corrects=True)

    assert (corrected.json()["since"], corrected.json()["cause"]) == (SINCE, "Chips in gearbox oil.")
    assert periods(await show(house))[1:] == [("2026-11-01", None, "Chips in gearbox oil.")]
    told = await house.owner.fetchval("SELECT payload FROM event_log WHERE key LIKE 'platform:%' AND key_seq = 3")
    assert b'"corrects":true' in told


@pytest.mark.parametrize(
    ("before", "what", "change", "status", "problem"),
    [
        ([], "up", {}, 409, "platform-already-up"),
        ([("down", SINCE)], "down", {"since": LATER}, 409, "platform-already-down"),
        ([("down", SINCE)], "down", {"cause": "Otherwise."}, 409, "platform-already-down"),
        ([("down", LATER)], "up", {}, 409, "change-before-last"),
        ([("down", SINCE), ("up", LAST)], "down", {"since": LATER}, 409, "change-before-last"),
        ([], "down", {"since": "2019-12-31T23:59:59Z"}, 409, "change-before-last"),
        ([], "down", {"corrects": True}, 409, "nothing-to-correct"),
        ([], "down", {"since": "2999-01-01T00:00:00Z"}, 422, "moment-in-future"),
        ([], "down", {"since": "0001-01-01T00:00:00+14:00"}, 422, "request-invalid"),
        ([], "down", {"since": "yesterday"}, 422, "request-invalid"),
        ([], "down", {"since": None}, 422, "request-invalid"),
        ([], "down", {"cause": ""}, 422, "request-invalid"),
        ([], "down", {"cause": " \t"}, 422, "request-invalid"),
        ([], "down", {"cause": "x" * 501}, 422, "request-invalid"),
        ([], "down", {"cause": "a\u0000b"}, 422, "request-invalid"),
        ([], "down", {"cause": "a\u202eb"}, 422, "request-invalid"),
        ([], "down", {"awaiting_parts": "yes"}, 422, "request-invalid"),
        ([], "down", {"awaiting_parts": None}, 422, "request-invalid"),
        ([], "down", {"state": "down"}, 422, "request-invalid"),
        ([], "up", {"cause": "Mended."}, 422, "request-invalid"),
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_by_name(
    house: House, before: list[tuple[str, str]], what: str, change: dict[str, Any], status: int, problem: str
) -> None:
    await register(house)
    for said, since in before:
        assert (await say(house, said, since=since)).status_code == 200

    answer = await say(house, what, **change)

    assert (answer.status_code, slug(answer)) == (status, problem)
    assert "since" in answer.json() or status == 422 or problem == "nothing-to-correct"
    assert len(await told_of(house)) == 1 + len(before)


@pytest.mark.parametrize(
    ("role", "site", "nation", "status", "problem"),
    [
        ("depot", "D-01", "IND", 200, None),
        ("operator", None, "IND", 200, None),
        ("depot", "D-02", "IND", 404, "tail-unknown"),
        ("planner", None, "IND", 403, "role-forbidden"),
        ("auditor", None, "IND", 403, "role-forbidden"),
        ("operator", None, "RUS", 404, "tail-unknown"),
    ],
)
async def test_a_depot_posts_of_its_own_platforms_and_an_operator_of_the_nations(
    house: House, role: str, site: str | None, nation: str, status: int, problem: str | None
) -> None:
    await register(house)
    headers = {**house.bearer(role, *([site] if site else []), nation=nation), "Idempotency-Key": "one"}
    body = {"since": SINCE, "cause": "Chips in oil.", "awaiting_parts": True}

    answer = await house.door.post("/v1/platforms/MI-17V-5/ZP-1/down", json=body, headers=headers)

    assert answer.status_code == status
    assert problem is None or slug(answer) == problem


@pytest.mark.parametrize("tail", ["ZP-7", "zp-1"])
async def test_nothing_is_said_of_a_platform_that_is_not_in_the_fleet(house: House, tail: str) -> None:
    answer = await say(house, "down", tail)

    assert answer.status_code == (404 if tail == "ZP-7" else 422)


async def test_a_post_needs_a_key(house: House) -> None:
    await register(house)

    answer = await house.send("POST", "/v1/platforms/MI-17V-5/ZP-1/up", json={"since": SINCE})

    assert (answer.status_code, slug(answer)) == (422, "idempotency-key-missing")


async def test_a_long_life_is_shown_page_by_page_newest_first(house: House) -> None:
    await register(house)
    for day in range(1, 10):
        await say(house, "down" if day % 2 else "up", since=f"2026-11-{day:02}T00:00:00Z")

    seen, path = [], "/v1/platforms/MI-17V-5/ZP-1?limit=4"
    while path:
        page = await house.send("GET", path)
        seen += [each["n"] for each in page.json()["history"]]
        path = page.headers.get("Link", "").partition(">")[0].removeprefix("<")

    assert seen == list(range(10, 0, -1))
