"""A fact that breaks the contract: its key waits for an operator, everything else flows on."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.fixtures.catalogue import PARTNER, Trade
from tests.fixtures.commands import command
from tests.fixtures.doors import members, slug
from tests.fixtures.interleaving import eventually
from tests.fixtures.poison import discarded, put_poison

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def poison(trade: Trade) -> AsyncIterator[dict[str, str]]:
    """Put a contract-breaking fact, and a good one of the same lot behind it, where only the owner can; clean up."""
    part, trace = trade.part(), uuid4().hex
    key = await put_poison(trade, part, trace=trace)
    await eventually(lambda: is_parked(trade, key))
    yield {"key": key, "part": part, "trace": trace}
    if key in await parked_keys(trade):
        await operate(trade, "discard", key, reason="The test is over.")
    await eventually(lambda: discarded(trade.connection.orders.operations, key))


async def test_a_poisoned_key_waits_while_other_keys_flow(trade: Trade, poison: dict[str, str]) -> None:
    await trade.dispatched(poison["part"], 2, depot="D-01")

    await eventually(lambda: is_on_the_road(trade, poison["part"], 2))
    parked = await parked_keys(trade)
    assert (parked[poison["key"]]["cause"], parked[poison["key"]]["waiting"]) == ("contract", 2)
    assert (await trade.shelf(poison["part"], "F-01")).produced == 0


async def test_operators_are_told_that_a_key_waits_and_no_more_once_it_was_given_up(
    trade: Trade, poison: dict[str, str]
) -> None:
    async def is_told() -> bool:
        answer = await trade.doors.ask("monitor", "GET", "/v1/overview", token=trade.system.token("operator"))
        return ("key-parked", "inventory") in {(each["kind"], each["of"]) for each in members(answer)["findings"]}

    async def is_over() -> bool:
        return not await is_told()

    await eventually(is_told)
    await operate(trade, "discard", poison["key"], reason="A handful is no number.")

    await eventually(is_over)


async def test_an_operator_lists_a_parked_key_and_gives_its_first_fact_up_at_a_prompt(
    trade: Trade, poison: dict[str, str]
) -> None:
    key, why = poison["key"], ("--reason", "A handful is no number.")

    table = await command(trade, "parked", "list", role="operator")
    listed = json.loads(await command(trade, "parked", "list", "--json", role="operator"))
    done = json.loads(await command(trade, "parked", "discard", "inventory", key, *why, "--json", role="operator"))

    assert key in table
    assert ("inventory", key, 2) in {(row["service"], row["key"], row["waiting"]) for row in listed}
    assert done == {"events": 1}
    assert key not in await parked_keys(trade)


async def test_an_operator_tells_kafka_facts_once_more_at_a_prompt_and_sees_that_it_refuses_none(trade: Trade) -> None:
    await trade.dispatched(trade.part(), 1, depot="D-01")
    places = ("--first", "1", "--last", "1", "--reason", "A test.")

    blocked = json.loads(await command(trade, "outbox", "blocked", "--json", role="operator"))
    told = json.loads(
        await command(trade, "outbox", "republish", "production", "production.v1", *places, "--json", role="operator")
    )

    assert (blocked, told) == ([], {"events": 1})


async def test_a_poisoned_key_is_released_only_once_its_cause_is_put_right(
    trade: Trade, poison: dict[str, str]
) -> None:
    answer = await operate(trade, "release", poison["key"])

    assert (answer.status_code, slug(answer)) == (409, "release-refused")
    assert poison["key"] in await parked_keys(trade)


async def test_a_partner_nations_operator_sees_that_a_key_waits_and_neither_its_data_nor_its_error(
    trade: Trade, poison: dict[str, str]
) -> None:
    (seen,) = [row for row in await parked(trade, nation=PARTNER) if row["key"] == poison["key"]]
    refused = [
        await operate(trade, "release", poison["key"], nation=PARTNER),
        await operate(trade, "discard", poison["key"], nation=PARTNER, reason="Not mine to say."),
    ]

    assert (seen["cause"], seen["waiting"], seen["nations"]) == ("contract", 2, ["IND"])
    assert (seen["error"], seen["payload"]) == (None, None)
    assert [(each.status_code, slug(each)) for each in refused] == [(403, "site-forbidden")] * 2
    assert poison["key"] in await parked_keys(trade)


async def test_a_discarded_poison_lets_go_of_what_waited_behind_it(trade: Trade, poison: dict[str, str]) -> None:
    answer = await operate(trade, "discard", poison["key"], reason="Nobody can read it.")

    assert answer.status_code == 200, answer.text
    assert answer.headers["jvtrack-version"] == f"production.v1/{poison['key']}@3"
    assert poison["key"] not in await parked_keys(trade)
    assert (await trade.shelf(poison["part"], "F-01")).produced == 3


async def test_the_log_names_what_was_parked_and_the_trace_that_it_belongs_to(
    trade: Trade, poison: dict[str, str]
) -> None:
    log = trade.system.processes["inventory"].program.log.read_text()

    lines = [json.loads(line) for line in log.splitlines() if '"key_parked"' in line and poison["key"] in line]

    (line,) = lines
    assert (line["trace_id"], line["cause"], line["key_seq"]) == (poison["trace"], "contract", 2)


async def parked_keys(trade: Trade) -> dict[str, dict[str, Any]]:
    """List the keys that inventory has parked."""
    return {row["key"]: row for row in await parked(trade)}


async def parked(trade: Trade, *, nation: str = "IND") -> list[dict[str, Any]]:
    """List what an operator sees of the keys that inventory has parked."""
    path, token = "/v1/operations/parked?limit=1000", trade.system.token("operator", nation=nation)
    answer = await trade.doors.ask("inventory", "GET", path, token=token)
    rows: list[dict[str, Any]] = answer.json()
    return rows


async def is_parked(trade: Trade, key: str) -> bool:
    """Tell whether a key is parked with both its facts."""
    found = (await parked_keys(trade)).get(key)
    return found is not None and found["waiting"] == 2


async def is_on_the_road(trade: Trade, part: str, quantity: int) -> bool:
    """Tell whether so much is in transit to the depot."""
    return (await trade.shelf(part, "D-01")).in_transit == quantity


async def operate(trade: Trade, what: str, key: str, *, nation: str = "IND", **rest: str) -> Any:
    """Release or discard a parked key as operator."""
    parked = (await parked_keys(trade))[key]
    body = {"group": parked["group"], "topic": parked["topic"], "key": key, **rest}
    if what == "discard":
        body["event_id"] = parked["event_id"]
    token = trade.system.token("operator", nation=nation)
    answer = await trade.doors.ask("inventory", "POST", f"/v1/operations/parked/{what}", token=token, json=body)
    assert members(answer)
    return answer
