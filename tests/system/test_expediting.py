"""A grounded helicopter's order is expedited: what it costs is looked at, a source is hurried, another depot ships."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from jvtrack.client import OrderDetails, Receipt, ReceiptLine, Report, Sending, SourceTerms
from shared import clock
from shared.events.factory import FactoryDelayReported
from shared.types import OrderId, PartId
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import attempt, command
from tests.integration.verify.business import settled

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def until(trade: Trade, order: OrderId, stands: Callable[[OrderDetails], bool]) -> OrderDetails:
    """Wait until an order stands so."""
    client = trade.acting("operator")
    async with asyncio.timeout(30):
        while not stands(shown := await client.orders.get(order)):  # nothing to wait for
            await asyncio.sleep(0.05)
    return shown


async def waiting(trade: Trade, part: PartId, quantity: int) -> OrderId:
    """Place an order at D-01 for which F-01 is asked, and wait until it has its work order."""
    terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=60, capacity_per_week=7)
    await trade.acting("planner").orders.put_source(part, "F-01", terms)
    order = (await trade.placed(part, quantity, depot="D-01")).order_id
    await until(trade, order, lambda shown: any(work.state == "open" for work in shown.work_orders))
    return order


async def test_a_hurried_factory_is_told_and_the_promise_moves_when_it_answers(trade: Trade) -> None:
    part = trade.part()
    order = await waiting(trade, part, 2)
    soon = clock.now().date() + timedelta(days=20)
    act = ("expedite", order, "--hurry", f"{order}-W1", "--by", str(soon), "--reason", "ZP-5104 is grounded.")

    priced = json.loads(await command(trade, "orders", *act, "--dry-run", "--json"))
    untouched = await trade.acting("operator").orders.get(order)
    unasked = await attempt(trade, "orders", *act)
    still = await trade.acting("operator").orders.get(order)
    said = await command(trade, "orders", *act, "--yes")
    factory = trade.acting("factory", "F-01")
    async with asyncio.timeout(30):
        while (work := await factory.production.work_order(f"{order}-W1")).wanted_by is None:  # told
            await asyncio.sleep(0.05)
    waits = await trade.acting("operator").orders.get(order)
    answer = FactoryDelayReported(work_order=f"{order}-W1", due=soon, cause="A second shift.")
    await factory.production.post(Report("F-01", answer))
    moved = await until(trade, order, lambda shown: shown.promised_for == soon)

    assert [(move["order_id"], move["after"]) for move in priced["moved"]] == [(order, str(soon))]
    assert untouched.version == still.version == waits.version - 1
    assert (unasked.returncode, "what it would do" in unasked.stdout) == (1, True)
    assert "is sourced" in said
    assert (work.wanted_by, work.due) == (soon, waits.promised_for)
    assert moved.first_promised_for == waits.promised_for
    assert f"it now says {soon}" in await command(trade, "orders", "explain", order)
    assert (await settled(trade)).holds


async def test_another_depot_ships_what_it_can_spare_and_it_arrives_for_the_order(trade: Trade) -> None:
    part = await trade.stocked(("D-03", 3))
    order = await waiting(trade, part, 2)

    there = json.loads(await command(trade, "orders", "alternatives", order, "--json"))
    act = ("expedite", order, "--from-depot", "D-03", "--quantity", "2", "--reason", "ZP-5104 is grounded.")
    price = await command(trade, "orders", *act, "--dry-run")
    await command(trade, "orders", *act, "--yes")
    lateral = f"{order}-Z"
    lent = await until(trade, order, lambda shown: any(work.lateral == lateral for work in shown.work_orders))
    depot = trade.acting("depot", "D-03")
    sending = Sending(from_site="D-03", to_site="D-01", part=part, quantity=2, order=lateral)
    movement = await depot.inventory.send(sending)
    line = ReceiptLine(part=part, quantity=2)
    shipment = next(each.shipment for each in movement.transfers if each.shipment)
    await trade.acting("depot", "D-01").inventory.receive(Receipt(site="D-01", shipment=shipment, lines=[line]))
    served = await until(trade, order, lambda shown: shown.state == "reserved")

    assert there == [{"site": "D-03", "part": part, "quantity": 3}]
    assert "what it would do" in price
    due = clock.now().date() + timedelta(days=3)
    assert (lent.promised_for, served.reserved) == (due, 2)
    shelf = await trade.shelf(part, "D-03")
    assert (shelf.on_hand, shelf.in_transit) == (1, 0)
    assert (await settled(trade)).holds


async def test_a_depot_that_protects_what_it_has_ships_nothing_and_the_order_stays_as_it_was(trade: Trade) -> None:
    part = await trade.stocked(("D-03", 3))
    await trade.acting("depot", "D-03").inventory.protect("D-03", part, 2, "For the alert flight.")
    order = await waiting(trade, part, 2)
    act = ("expedite", order, "--from-depot", "D-03", "--quantity", "2", "--reason", "ZP-5104 is grounded.")

    await command(trade, "orders", *act, "--yes")
    gone = await until(trade, f"{order}-Z", lambda shown: shown.state == "cancelled")
    stays = await trade.acting("operator").orders.get(order)

    assert gone.issued == 0
    assert [(work.source, work.quantity) for work in stays.work_orders] == [("F-01", 2)]
    assert "it does not ship it" in await command(trade, "orders", "explain", order)


async def test_a_need_is_split_over_a_second_source(trade: Trade) -> None:
    part = trade.part()
    order = await waiting(trade, part, 4)
    terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=10)
    await trade.acting("planner").orders.put_source(part, "F-02", terms)

    act = ("expedite", order, "--split", "F-02", "--quantity", "3", "--reason", "F-01 is late.")
    await command(trade, "orders", *act, "--yes")
    split = await until(trade, order, lambda shown: [work.quantity for work in shown.work_orders] == [1, 3])

    assert [work.source for work in split.work_orders] == ["F-01", "F-02"]
    assert (await settled(trade)).holds


async def test_a_depot_whose_order_another_one_fills_sees_what_it_may_of_the_price_and_why_no_other_ships(
    trade: Trade,
) -> None:
    part = await trade.stocked(("D-03", 1))
    order = (await trade.placed(part, 2, depot="D-01", site="D-03")).order_id
    await trade.quiet()
    mine = {"role": "depot", "site": "D-01"}
    why = ("--reason", "ZP-5104 is grounded.", "--dry-run")

    urgent = await command(trade, "orders", "expedite", order, "--urgency", "A", *why, **mine)
    priced = json.loads(await command(trade, "orders", "expedite", order, "--urgency", "A", *why, "--json", **mine))
    lateral = ("--from-depot", "D-02", "--quantity", "1")
    shipped = await attempt(trade, "orders", "expedite", order, *lateral, *why, **mine)
    there = await attempt(trade, "orders", "alternatives", order, **mine)

    assert "What it would cost others in the stock of D-03 is not yours to see" in urgent
    assert (priced["stock"], "promises" in priced) == (None, True)
    assert "409 order-not-lendable" in shipped.stderr
    assert f"{order} is filled by D-03, whose stock is not yours to see" in there.stderr
    assert (shipped.returncode, there.returncode) == (2, 2)


async def test_a_need_is_brought_forward_after_a_look_at_what_inventory_would_take_for_it(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 1))
    order = (await trade.placed(part, 2, depot="D-01")).order_id
    await trade.quiet()
    soon = str(clock.now().date() + timedelta(days=1))
    act = ("orders", "expedite", order, "--required-by", soon, "--reason", "The flight is earlier.")

    priced = json.loads(await command(trade, *act, "--dry-run", "--json"))
    await command(trade, *act, "--yes")
    sooner = await trade.acting("operator").orders.get(order)
    wider = await attempt(trade, "orders", "expedite", order, "--with-substitutes", "--reason", "Any will do.", "--yes")

    assert (priced["required_by"], priced["stock"]["gets"], priced["stock"]["losers"]) == (soon, 0, [])
    assert str(sooner.required_by) == soon
    assert "409 nothing-new-accepted" in wider.stderr
    assert (await settled(trade)).holds


async def test_what_is_not_said_or_cannot_be_is_one_sentence_and_exit_code_2(trade: Trade) -> None:
    unsaid = await attempt(trade, "orders", "expedite", "7201YA6001Z999-2026", "--reason", "Why.")
    undated = await attempt(trade, "orders", "expedite", "7201YA6001Z999-2026", "--hurry", "X", "--reason", "Why.")
    unknown = await attempt(
        trade, "orders", "expedite", "7201YA6001Z999-2026", "--split", "F-02", "--quantity", "1", "--reason", "W"
    )

    assert [each.returncode for each in (unsaid, undated, unknown)] == [2, 2, 2]
    assert "one of --hurry, --from-depot, --split, --cannibalise, --urgency," in unsaid.stderr
    assert "Say --by too" in undated.stderr
    assert "404 order-unknown" in unknown.stderr
