"""A depot's question, through the command: how its order stands, and why."""

import json
from datetime import timedelta

import pytest

from jvtrack.client import SourceTerms
from shared import clock
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import attempt, command

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_planner_lists_shows_and_explains_an_order(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 2))
    terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=7)
    await trade.connection.orders.put_source(part, "F-01", terms)
    order = (await trade.placed(part, 5, depot="D-01")).order_id
    await trade.quiet()

    listed = json.loads(await command(trade, "orders", "list", "--part", part, "--json"))
    table = await command(trade, "orders", "list", "--part", part)
    shown = json.loads(await command(trade, "orders", "show", order, "--json"))
    details = await command(trade, "orders", "show", order)
    explained = json.loads(await command(trade, "orders", "explain", order, "--json"))
    words = await command(trade, "orders", "explain", order)

    waiting = json.loads(await command(trade, "orders", "waiting", "--part", part, "--json"))
    bands = await command(trade, "orders", "waiting", "--part", part)
    urgent = json.loads(await command(trade, "orders", "urgency", "--month", "1999-01", "--json"))
    uses = await command(trade, "orders", "urgency")

    due = clock.now().date() + timedelta(days=7)
    assert [each["order_id"] for each in listed] == [order]
    assert order in table
    assert (shown["reserved"], shown["sourced"]) == (2, 3)
    assert f"{order}-W1" in details
    assert [each["kind"] for each in explained["why_this_much"]] == ["reserved", "sourced"]
    assert [each["kind"] for each in explained["standing"]["reasons"]] == ["turn", "nothing-free"]
    assert "nobody waits before it" in words
    assert "2 of 5 are held for it at D-01" in words
    assert f"F-01 was asked for 3, to be there on {due}" in words
    assert [(each["ordered_by"], each["lines"], each["quantity"]) for each in waiting["waiting"]] == [("D-01", 1, 5)]
    assert "oldest, days" in bands
    assert urgent == []
    assert "approved by" in uses
    assert f"promised for {due}: lead time of F-01" in words


async def test_an_order_that_there_is_not_is_one_sentence_and_exit_code_2(trade: Trade) -> None:
    unknown = await attempt(trade, "orders", "explain", "7201YA6001Z999-2026")

    assert unknown.returncode == 2
    assert "404 order-unknown" in unknown.stderr
