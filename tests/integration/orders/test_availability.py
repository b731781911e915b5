"""How long platforms could do their work."""

import pytest

from tests.integration.orders.fleet import ask, register, say
from tests.integration.orders.house import House, slug


async def test_how_long_platforms_could_work_is_counted_by_time(house: House) -> None:
    await register(house, "ZP-1")
    await register(house, "ZP-2")
    await register(house, "ZP-3", site="D-02")
    await say(house, "down", "ZP-1", since="2026-11-02T00:00:00Z", awaiting_parts=False)
    await say(house, "down", "ZP-1", since="2026-11-02T12:00:00Z", cause="Gearbox.")
    await say(house, "up", "ZP-1", since="2026-11-03T00:00:00Z")
    await say(house, "down", "ZP-2", since="2026-10-01T00:00:00Z")
    await say(house, "up", "ZP-2", since="2026-11-08T00:00:00Z")
    stretch = {"from": "2026-11-01T00:00:00Z", "to": "2026-11-05T00:00:00+00:00"}

    answer = await ask(house, "/availability", **stretch)

    assert (answer["counted_from"], answer["counted_to"]) == ("2026-11-01T00:00:00Z", "2026-11-05T00:00:00Z")
    assert [
        (each["tail_number"], each["hours"], each["up_hours"], each["awaiting_parts_hours"], each["availability"])
        for each in answer["tails"]
    ] == [("ZP-1", 96.0, 72.0, 12.0, 0.75), ("ZP-2", 96.0, 0.0, 96.0, 0.0), ("ZP-3", 96.0, 96.0, 0.0, 1.0)]
    assert [(each["site"], each["tails"], each["availability"]) for each in answer["fleets"]] == [
        ("D-01", 2, 0.375),
        ("D-02", 1, 1.0),
    ]


async def test_hours_before_a_platform_came_into_service_or_in_the_future_do_not_count(house: House) -> None:
    await register(house)

    before = await ask(house, "/availability", **{"from": "2019-12-31T00:00:00Z", "to": "2020-01-02T00:00:00Z"})
    never = await ask(house, "/availability", **{"from": "2019-01-01T00:00:00Z", "to": "2019-02-01T00:00:00Z"})
    usual = await ask(house, "/availability", to="2999-01-01T00:00:00Z")

    assert before["tails"][0]["hours"] == 24.0
    assert (never["tails"][0]["hours"], never["tails"][0]["availability"]) == (0.0, None)
    assert usual["tails"][0]["hours"] == 720.0


async def test_availability_is_shown_page_by_page_and_for_whom_is_asked(house: House) -> None:
    for number in range(3):
        await register(house, f"ZP-{number}", site="D-02" if number else "D-01")

    page = await house.send("GET", "/v1/platforms/availability?limit=2")
    rest = await house.send("GET", "/v1/platforms/availability?limit=2", role="operator", site=None)
    more = await house.door.get(rest.headers["Link"][1:].partition(">")[0], headers=house.bearer("operator"))
    one = await ask(house, "/availability", site="D-01", platform="MI-17V-5")

    assert [each["tail_number"] for each in page.json()["tails"]] == ["ZP-0"]
    assert [each["tail_number"] for each in rest.json()["tails"] + more.json()["tails"]] == ["ZP-0", "ZP-1", "ZP-2"]
    assert [(each["site"], each["tails"]) for each in one["fleets"]] == [("D-01", 1)]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-05T00:00:00Z", "to": "2026-11-05T00:00:00Z"},
        {"from": "2026-11-05"},
        {"to": "tomorrow"},
        {"platform": "MI-8"},
        {"begin": "2026-11-05T00:00:00Z"},
        {"cursor": "x"},
    ],
    ids=str,
)
async def test_a_question_that_makes_no_sense_is_refused(house: House, query: dict[str, str]) -> None:
    answer = await house.send("GET", "/v1/platforms/availability", params=query)

    assert answer.status_code == 422


@pytest.mark.parametrize("until", [{}, {"to": "2999-02-01T00:00:00Z"}], ids=["until now", "until later"])
async def test_a_stretch_that_begins_in_the_future_is_refused(house: House, until: dict[str, str]) -> None:
    query = {"from": "2999-01-01T00:00:00Z", **until}

    answer = await house.send("GET", "/v1/platforms/availability", params=query)

    assert (answer.status_code, slug(answer)) == (422, "moment-in-future")
    assert [each["field"] for each in answer.json()["errors"]] == ["query from"]
