"""A planner's year through the command: what earlier books held, what is short, released, made, received."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from jvtrack.client import Receipt, ReceiptLine, SourceTerms
from services.inventory.commands.levelling import Leveller
from services.inventory.settings import InventorySettings
from shared import clock
from shared.db import Database
from shared.types import PartId
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import attempt, command

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEEKS = 26


def written(path: Path, part: PartId, *, quantity: object = 1) -> Path:
    """Write the orders of earlier books: one piece each week, the last of them of this quantity."""
    lines = []
    for week in range(WEEKS):
        day = clock.now().date() - timedelta(days=7 * week + 1)
        number = f"7201YA{day.year % 10}{day:%j}P{part[-3:]}"
        about = {"document_number": number, "ordered_by": "D-01", "part": part, "urgency": "C"}
        days = {"required_by": day + timedelta(days=60), "placed_on": day}
        lines.append({**about, **days, "quantity": quantity if week == WEEKS - 1 else 1})
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


async def stated(trade: Trade) -> None:
    """Let inventory state what depots have for nobody, as it does from time to time."""
    await trade.quiet()
    url = trade.system.environment.database("inventory").app.render_as_string(hide_password=False)
    database = Database(url, application_name="test")
    await Leveller(database, InventorySettings()).level()
    await database.close()
    await trade.quiet()


async def the_level(trade: Trade, part: PartId) -> dict[str, Any]:
    await command(trade, "replenishment", "review")
    (found,) = json.loads(await command(trade, "replenishment", "list", "--part", part, "--json"))
    shown: dict[str, Any] = found
    return shown


async def test_what_a_depot_lacks_is_proposed_released_made_and_put_on_its_shelf(trade: Trade, tmp_path: Path) -> None:
    part = await asked_for(trade, tmp_path)

    found = await the_level(trade, part)
    shown = await command(trade, "replenishment", "show", found["proposal"])
    number = trade.document_number()
    released = await command(trade, "replenishment", "release", found["proposal"], "--number", number)
    await trade.quiet()
    (order,) = json.loads(await command(trade, "orders", "list", "--part", part, "--state", "sourced", "--json"))
    await received(trade, part, found["quantity"], work_order=f"{order['order_id']}-W1")
    after = await the_level(trade, part)
    done = await trade.connection.orders.get(order["order_id"])

    assert (found["level"]["free"], found["level"]["lines"], found["state"]) == (2, WEEKS, "proposed")
    assert "reorder point" in shown
    assert f"ordered as {number}" in released
    assert (order["for_stock"], order["sourced"]) == (True, found["quantity"])
    assert (done.state, done.reserved) == ("stocked", 0)
    assert (after["level"]["free"], after["level"]["on_order"]) == (2 + found["quantity"], 0)
    assert (await trade.shelf(part, "D-01")).on_hand == 2 + found["quantity"]
    assert [(each.name, each.offences) for each in (await trade.proof()).results if not each.holds] == []


async def test_a_depots_rule_releases_what_stays_proposed_and_costs_no_more_than_it_allows(
    trade: Trade, tmp_path: Path
) -> None:
    part = await asked_for(trade, tmp_path)
    prices = tmp_path / "prices.csv"
    prices.write_text(f"part,site,stated_from,unit_cost,currency\n{part},F-01,{clock.now().date()},10.00,INR\n")
    await command(trade, "import", "terms", str(prices))
    rule = ("replenishment", "rule", "D-01", "--activity", "7201YA", "--serial", "R")
    try:
        await command(trade, *rule, "--release-cost-max", "9.99", "--currency", "INR")
        await the_level(trade, part)
        dear = await the_level(trade, part)
        await command(trade, *rule, "--release-cost-max", "100000.00", "--currency", "INR")
        released = await the_level(trade, part)
    finally:
        await command(trade, *rule)
    order = await trade.connection.orders.get(released["order_id"])

    assert (dear["state"], released["state"], released["decided_by"]) == ("proposed", "released", "rule of D-01")
    assert (order.for_stock, order.quantity) == (True, released["quantity"])
    assert order.document_number[10:].startswith("R"), "a number of those that the depot has set aside"


async def test_a_file_of_orders_with_one_bad_line_is_refused_and_an_export_changes_nothing(
    trade: Trade, tmp_path: Path
) -> None:
    part = await trade.stocked(("D-01", WEEKS))
    depot = {"role": "depot", "site": "D-01"}
    exported = tmp_path / "exported.csv"

    bad = await attempt(trade, "import", "orders", str(written(tmp_path / "bad.csv", part, quantity=0)), **depot)
    said = await command(trade, "import", "orders", str(written(tmp_path / "orders.csv", part)), **depot)
    await command(trade, "orders", "export", str(exported), "--part", part, **depot)
    again = await command(trade, "import", "orders", str(exported), **depot)

    assert bad.returncode == 2
    assert f"line {WEEKS + 1}: quantity" in bad.stderr
    assert f"{WEEKS} lines imported" in said
    assert f"{WEEKS} lines imported" in again


async def asked_for(trade: Trade, folder: Path) -> PartId:
    """Let a part have been asked for each week, so that two are left for nobody; its nation states a policy."""
    part = await trade.stocked(("D-01", WEEKS + 2))
    terms = SourceTerms(approved=True, approved_on=date(2026, 1, 1), lead_time_days=20)
    await trade.connection.orders.put_source(part, "F-01", terms)
    await command(trade, "import", "orders", str(written(folder / "orders.csv", part)), role="depot", site="D-01")
    await stated(trade)
    today = str(clock.now().date())
    await command(trade, "replenishment", "policy", "--from", today, "--service-level", "0.95", "--cover-days", "28")
    return part


async def received(trade: Trade, part: PartId, quantity: int, *, work_order: str) -> None:
    """Have a factory make what was ordered, and the depot receive it."""
    sent = await trade.dispatched(part, quantity, depot="D-01", work_order=work_order)
    lines = [ReceiptLine(part=part, quantity=quantity, lot=sent.lot)]
    await trade.quiet()
    await trade.acting("depot", "D-01").inventory.receive(Receipt(site="D-01", shipment=sent.shipment, lines=lines))
    await stated(trade)
