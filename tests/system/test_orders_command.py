"""A depot's question, through the command: how its order stands, and why."""

import asyncio
import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest

from jvtrack.client import SourceTerms
from shared import clock
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import attempt, command, following

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
    assert "urgency C; placed by depot@D-01" in details
    assert f"first promised for {due}" in details
    assert all(kind in details for kind in ("history", "placed", "sourced", "promised"))
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


async def test_a_depot_takes_its_order_back_and_another_declines_what_it_was_to_fill(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 2), ("D-03", 2))
    own = (await trade.placed(part, 2, depot="D-01")).order_id
    others = (await trade.placed(part, 2, depot="D-01", site="D-03")).order_id

    asked = await command(trade, "orders", "cancel", own, "--reason", "Found one.", role="depot", site="D-01")
    no = ("orders", "decline", others, "--reason", "We need it.", "--json")
    declined = json.loads(await command(trade, *no, role="depot", site="D-03"))
    refused = await attempt(trade, "orders", "decline", own, "--reason", "No.", role="depot", site="D-01")
    await trade.quiet()
    listed = json.loads(await command(trade, "orders", "list", "--part", part, "--json"))

    assert "to be cancelled" in asked
    assert declined["cancel_requested"]
    assert [each["state"] for each in listed] == ["cancelled", "cancelled"]
    assert refused.returncode == 2


async def test_what_is_still_to_come_is_exported_and_taken_again_and_elsewhere_it_is_no_new_need(
    trade: Trade, tmp_path: Path
) -> None:
    part = await trade.stocked(("D-01", 2))
    reduced = (await trade.placed(part, 5, depot="D-01")).order_id
    cancelled = (await trade.placed(part, 1, depot="D-01")).order_id
    mine = {"role": "depot", "site": "D-01"}
    await command(trade, "orders", "amend", reduced, "--quantity", "4", "--reason", "Found.", **mine)
    await command(trade, "orders", "cancel", cancelled, **mine)
    await trade.quiet()
    file, whole = tmp_path / "orders.csv", tmp_path / "all.json"
    standing = await command(trade, "orders", "list", "--part", part, "--json")

    await command(trade, "orders", "export", str(file), "--part", part, **mine)
    await command(trade, "orders", "export", str(whole), "--part", part, "--all", **mine)
    again = await command(trade, "import", "orders", str(file), str(whole), **mine)
    await trade.quiet()

    assert [(line["document_number"], line["quantity"]) for line in csv.DictReader(file.read_text().splitlines())] == [
        (reduced[:14], "4")
    ]
    assert sorted(line["quantity"] for line in json.loads(whole.read_text())) == [1, 5]
    assert [f"{path}: {count} lines imported." for path, count in ((file, 1), (whole, 2))] == again.splitlines()
    assert await command(trade, "orders", "list", "--part", part, "--json") == standing


async def test_who_follows_orders_reads_a_line_for_each_until_ctrl_c(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 9))
    placed = []
    async with following(trade, "orders", "follow", "--part", part, "--kind", "placed") as follower:
        assert follower.stdout is not None
        heard = asyncio.create_task(follower.stdout.readline())
        async with asyncio.timeout(60):
            while not heard.done():  # It follows from when it is connected.
                placed.append((await trade.placed(part, 1, depot="D-01")).order_id)
                await asyncio.wait([heard], timeout=1)
        line = (await heard).decode()

    assert any(f"placed  {order}  D-01  {part}" in line for order in placed)
    assert follower.returncode == 0


async def test_a_planner_lists_the_units_that_may_order(trade: Trade) -> None:
    listed = json.loads(await command(trade, "activities", "list", "--json"))
    table = await command(trade, "activities", "list")

    assert {"activity": "7201YA", "site": "D-01", "force_activity_designator": "I"} in listed
    assert "7201YA" in table


async def test_an_order_that_there_is_not_is_one_sentence_and_exit_code_2(trade: Trade) -> None:
    unknown = await attempt(trade, "orders", "explain", "7201YA6001Z999-2026")

    assert unknown.returncode == 2
    assert "404 order-unknown" in unknown.stderr
