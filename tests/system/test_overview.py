"""Operators ask one door whether all is well: it says what is not, in words, with what to do, and that it is over."""

import json
from typing import Any

import pytest

from tests.fixtures.catalogue import PARTNER, Trade
from tests.fixtures.commands import attempt, command, following
from tests.fixtures.doors import members, slug
from tests.fixtures.interleaving import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")
SECONDS_MAX = 20.0


async def overview(trade: Trade, role: str = "operator") -> dict[str, Any]:
    answer = await trade.doors.ask("monitor", "GET", "/v1/overview", token=trade.system.token(role))
    assert answer.status_code == 200, answer.text
    return members(answer)


async def kinds(trade: Trade) -> set[tuple[str, str]]:
    """Name what is wrong now, and of what."""
    return {(finding["kind"], finding["of"]) for finding in (await overview(trade))["findings"]}


async def test_where_all_is_well_it_says_so_with_who_answers_and_who_hears_what(trade: Trade) -> None:
    part = trade.part()
    await trade.dispatched(part, 2, depot="D-01")

    async def is_well() -> bool:
        return bool((await overview(trade, "auditor"))["is_well"])

    async def is_counted() -> bool:
        counted = {stream["topic"]: sum(stream["facts"]) for stream in (await overview(trade))["streams"]}
        return all(counted.get(topic, 0) >= 2 for topic in ("production.v1", "stock.v1"))

    await eventually(is_counted)
    await eventually(is_well)
    seen = await overview(trade)

    assert seen["says"].startswith("All is well: 4 processes answer, ")
    assert {process["name"] for process in seen["processes"] if process["answers"]} == {
        *("orders", "production", "inventory", "monitor"),
    }
    assert {process["service"] for process in seen["processes"] if process["leads"]} == {
        *("orders", "production", "inventory"),
    }
    heard = {(each["service"], each["topic"]): each for each in seen["hearings"]}
    assert heard.keys() >= {("inventory", "production.v1"), ("orders", "stock.v1"), ("monitor", "stock.v1")}
    assert heard["inventory", "production.v1"]["owners"] == {"inventory": list(range(12))}
    streams = {stream["topic"]: stream for stream in seen["streams"]}
    assert len(streams["production.v1"]["facts"]) == 60
    assert streams["stock.v1"]["bytes"] > 0


async def test_a_service_that_was_killed_is_told_within_seconds_and_is_forgotten_once_it_is_back(trade: Trade) -> None:
    trade.system.kill("production")
    try:
        await eventually(lambda: _has(trade, ("service-away", "production")), seconds=SECONDS_MAX)
        said = await overview(trade)
        shown = await attempt(trade, "monitor", "overview", role="operator")
    finally:
        await trade.system.start("production")
    await eventually(lambda: _has_not(trade, "production"), seconds=SECONDS_MAX)

    assert said["says"].startswith("production has not answered for ")
    assert "factories cannot report" in said["says"]
    assert "jvtrack restart production" in said["findings"][0]["remedy"]
    assert shown.returncode == 1
    assert "factories cannot report" in shown.stdout
    assert "gone for" in shown.stdout


async def test_an_operator_sees_it_at_a_prompt_as_a_table_as_json_and_as_it_goes_on(trade: Trade) -> None:
    async def is_well() -> bool:
        return (await attempt(trade, "monitor", "overview", role="operator")).returncode == 0

    await eventually(is_well, seconds=SECONDS_MAX)
    table = await command(trade, "monitor", "overview", role="auditor")
    said = json.loads(await command(trade, "monitor", "overview", "--json", role="operator"))
    async with following(trade, "monitor", "overview", "--watch", "--json", role="operator") as follower:
        assert follower.stdout is not None
        lines = [json.loads(await follower.stdout.readline()) for _ in range(2)]

    assert "All is well" in table
    assert "jvtrack" in table or "deciders" in table
    assert said["is_well"] is True
    assert lines[0]["as_of"] < lines[1]["as_of"]


async def test_the_factories_that_send_are_listed_and_a_partners_only_as_heard_of(trade: Trade) -> None:
    await trade.dispatched(trade.part(), 1, depot="D-01")

    async def is_heard() -> bool:
        return "F-01" in {each["site"] for each in await senders(trade)}

    await eventually(is_heard)
    mine = {each["site"]: each for each in await senders(trade)}["F-01"]
    theirs = {each["site"]: each for each in await senders(trade, nation=PARTNER)}["F-01"]
    table = await command(trade, "monitor", "senders", role="operator")
    listed = json.loads(await command(trade, "monitor", "senders", "--json", role="operator"))

    assert (mine["nation"], mine["is_silent"], mine["clock_ahead_seconds"]) == ("IND", False, 0.0)
    assert mine["facts_of_a_day"] >= 2
    assert (theirs["facts_of_a_day"], theirs["is_silent"], theirs["last_recorded_at"] is None) == (None, None, False)
    assert "as usual" in table
    assert "F-01" in {each["site"] for each in listed}


async def senders(trade: Trade, *, nation: str = "IND") -> list[dict[str, Any]]:
    answer = await trade.doors.ask("monitor", "GET", "/v1/senders", token=trade.system.token("operator", nation=nation))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


@pytest.mark.parametrize("role", ["depot", "factory", "planner", "quality"])
async def test_who_does_not_operate_the_system_is_not_told_how_it_is(trade: Trade, role: str) -> None:
    answer = await trade.doors.ask("monitor", "GET", "/v1/overview", token=trade.system.token(role, "D-01"))

    assert (answer.status_code, slug(answer)) == (403, "role-forbidden")


async def _has(trade: Trade, finding: tuple[str, str]) -> bool:
    return finding in await kinds(trade)


async def _has_not(trade: Trade, of: str) -> bool:
    return of not in {name for _, name in await kinds(trade)}
