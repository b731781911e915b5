"""A supplier without a system: chosen, asked, told of by who buys there, received at the depot."""

import json
from contextlib import aclosing
from datetime import date, timedelta

import pytest

from jvtrack.client import Issue, Order, OrderDetails, Purchase, Receipt, ReceiptLine, SourceTerms
from shared import clock
from shared.events.production import Reference
from shared.events.purchases import PurchaseDispatched
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import attempt, command
from tests.fixtures.interleaving import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUPPLIER = "S-10"
"""Of a third country, which has no people here."""


async def test_what_a_third_country_makes_is_bought_slips_is_sent_and_received(trade: Trade) -> None:
    part, today = trade.part(), clock.now().date()
    procurement, depot = trade.acting("procurement"), trade.acting("depot", "D-01")
    await accept(trade, part)
    order = await trade.placed(part, 3)
    purchase = await Purchase.of(procurement.production, await work_of(trade, order))

    await purchase.placed(purchase="PO-1", unit_price="14200.00", currency="EUR")
    await purchase.promised(today + timedelta(days=70))
    promised = await promise_of(trade, order, today + timedelta(days=70))
    await purchase.slipped(today + timedelta(days=100), "export licence")
    slipped = await promise_of(trade, order, today + timedelta(days=100))
    number = trade.number()
    sent = PurchaseDispatched(
        lot=f"VR-{number}",
        part=part,
        work_order=purchase.work_order.work_order,
        shipment=f"AWB-{number}",
        depot="D-01",
        quantity=3,
        reference=Reference(maker="0VR3H", number="8-3922-00"),
        certificate="COC-1",
    )
    accepted = [await purchase.dispatched(sent, id=f"sent-{number}") for _ in range(2)]
    await eventually(lambda: is_on_the_road(trade, part, 3))
    lines = [ReceiptLine(part=part, lot=f"{SUPPLIER}:VR-{number}", quantity=3)]
    await depot.inventory.receive(Receipt(site="D-01", shipment=f"{SUPPLIER}:AWB-{number}", lines=lines))
    await eventually(lambda: stands(trade, order, "reserved"))
    await depot.inventory.issue(Issue(order=order.order_id, quantity=3))
    await eventually(lambda: stands(trade, order, "issued"))

    assert promised.promise_reason == f"accepted by {SUPPLIER}"
    assert slipped.promise_reason == f"delayed by {SUPPLIER}: export licence"
    assert [each.status for each in accepted] == ["accepted", "duplicate"]
    assert await nothing_in_suspense(trade, part)
    assert (await procurement.production.lot(f"{SUPPLIER}:VR-{number}")).discrepancies == []


async def test_who_buys_hears_of_the_work_orders_of_a_third_countrys_supplier(trade: Trade) -> None:
    part, procurement = trade.part(), trade.acting("procurement")
    await accept(trade, part)
    await trade.quiet()
    position = (await procurement.production.work_orders(factory=SUPPLIER, limit=1).first()).position

    order = await trade.placed(part, 1)

    async with aclosing(procurement.production.follow_work_orders(after=position, factory=SUPPLIER)) as stream:
        async for change in stream:
            assert (change.factory, change.order, change.quantity) == (SUPPLIER, order.order_id, 1)
            break


async def test_a_dispatch_that_never_happened_leaves_no_trace_in_the_books(trade: Trade) -> None:
    part, number = trade.part(), trade.number()
    await accept(trade, part)
    order = await trade.placed(part, 2)
    purchase = await Purchase.of(trade.acting("planner").production, await work_of(trade, order))
    goods = {"lot": f"VR-{number}", "part": part, "shipment": f"AWB-{number}", "depot": "D-01", "quantity": 2}
    sent = PurchaseDispatched.model_validate({**goods, "work_order": purchase.work_order.work_order})
    await purchase.dispatched(sent, id=f"sent-{number}")
    await eventually(lambda: is_on_the_road(trade, part, 2))

    await purchase.void(f"sent-{number}", "the forwarder lost the paper")

    await eventually(lambda: is_on_the_road(trade, part, 0))
    assert (await trade.shelf(part, SUPPLIER)).produced == 0
    assert await nothing_in_suspense(trade, part)


async def test_what_was_told_at_a_prompt_is_corrected_there_and_the_rest_of_it_stays(trade: Trade) -> None:
    part, number, today = trade.part(), trade.number(), clock.now().date()
    await accept(trade, part)
    order = await trade.placed(part, 3)
    work, lot = await work_of(trade, order), f"{SUPPLIER}:VR-{number}"
    life = ("--made-on", str(GIVEN), "--inspect-by", str(today + timedelta(days=400)), "--heat", f"H-{number}")
    goods = ("--lot", f"VR-{number}", "--shipment", f"AWB-{number}", "--quantity", "3")

    placed = json.loads(await bought(trade, "placed", work, "--number", "PO-1", "--id", f"PO-{number}", "--json"))
    sent = await bought(trade, "dispatched", work, *goods, *life, "--id", f"sent-{number}")
    await eventually(lambda: is_on_the_road(trade, part, 3))
    words = ("--set", "quantity=2", "--set", "reference=0VR3H/8-3922-00", "--set", "heat=", "--reason", "Misread.")
    corrected = json.loads(await bought(trade, "correct", work, f"sent-{number}", *words, "--json"))
    await eventually(lambda: is_on_the_road(trade, part, 2))
    await bought(trade, "correct", work, f"PO-{number}", "--set", "purchase=PO-2", "--reason", "Another number.")
    made = await trade.acting("procurement").production.lot(lot)
    history = (await trade.acting("procurement").production.work_order(work)).history

    assert (placed["status"], placed["work_order"], corrected["lot"]) == ("accepted", work, lot)
    assert f"{work} at {SUPPLIER} is dispatched" in sent
    assert made.reference == Reference(maker="0VR3H", number="8-3922-00")
    first = next(each for each in made.history if each.id == f"sent-{number}")
    assert (first.posted or {})["inspect_by"] == str(today + timedelta(days=400))
    assert "PO-2" in str([each.posted for each in history])


@pytest.mark.parametrize(
    ("event", "change", "sentence"),
    [
        ("nothing", "quantity=2", "Nothing that can be corrected was told"),
        ("PO", "due", "--set due: write FIELD=VALUE"),
        ("PO", "quantity=2", "quantity: Extra inputs are not permitted"),
        ("PO", "due=soon", "due: a day is written 2026-11-23"),
    ],
)
async def test_a_correction_of_what_is_not_there_or_does_not_fit_is_one_sentence(
    trade: Trade, event: str, change: str, sentence: str
) -> None:
    part = trade.part()
    await accept(trade, part)
    work = await work_of(trade, await trade.placed(part, 1))
    name = f"{event}-{work}"
    await bought(trade, "placed", work, "--id", f"PO-{work}")

    words = ("purchase", "correct", work, name, "--set", change, "--reason", "Misread.")
    done = await attempt(trade, *words, role="procurement")

    assert done.returncode == 2
    assert sentence in done.stderr


async def bought(trade: Trade, *words: str) -> str:
    return await command(trade, "purchase", *words, role="procurement")


async def test_what_a_supplier_cancels_is_given_to_the_next_source(trade: Trade) -> None:
    part = trade.part()
    await accept(trade, part)
    await trade.connection.orders.put_source(
        part, "F-02", SourceTerms(approved=True, approved_on=GIVEN, lead_time_days=90)
    )
    order = await trade.placed(part, 4)
    purchase = await Purchase.of(trade.acting("procurement").production, await work_of(trade, order))

    await purchase.cancelled("line closed")

    async def is_elsewhere() -> bool:
        now = await details(trade, order)
        return [work.source for work in now.work_orders] == [SUPPLIER, "F-02"] and now.sourced == 4

    await eventually(is_elsewhere)


GIVEN = date(2026, 1, 1)


async def accept(trade: Trade, part: str) -> None:
    """Approve the supplier, and accept its first article."""
    terms = SourceTerms(approved=True, approved_on=GIVEN, accepted_on=GIVEN, lead_time_days=60)
    await trade.acting("planner").orders.put_source(part, SUPPLIER, terms)


async def work_of(trade: Trade, order: Order) -> str:
    """Wait until production has opened the order's work order at the supplier; gives its name."""
    name = f"{order.order_id}-W1"
    listed = trade.acting("procurement").production

    async def is_open() -> bool:
        return name in [each.work_order async for each in listed.work_orders(factory=SUPPLIER)]

    await eventually(is_open)
    return name


async def details(trade: Trade, order: Order) -> OrderDetails:
    return await trade.acting("planner").orders.get(order.order_id)


async def promise_of(trade: Trade, order: Order, day: date) -> OrderDetails:
    """Wait until the order is promised for a day."""

    async def is_promised() -> bool:
        return (await details(trade, order)).promised_for == day

    await eventually(is_promised)
    return await details(trade, order)


async def stands(trade: Trade, order: Order, state: str) -> bool:
    return (await details(trade, order)).state == state


async def is_on_the_road(trade: Trade, part: str, quantity: int) -> bool:
    return (await trade.shelf(part, "D-01")).in_transit == quantity


async def nothing_in_suspense(trade: Trade, part: str) -> bool:
    found = trade.acting("operator").inventory.discrepancies(site="D-01")
    return part not in [each.part async for each in found]
