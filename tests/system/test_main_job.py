"""The main job: what a factory reports becomes a depot's stock, an order gets it, and everybody can watch."""

from contextlib import aclosing
from uuid import uuid4

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from jvtrack.client import Issue, JVTrack, Order, Receipt, ReceiptLine, Report, SourceTerms, StockQuery
from shared import clock
from shared.events.envelope import Stream
from shared.events.factory import (
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotStarted,
    FactoryWorkOrderAccepted,
)
from shared.messaging import kafka
from shared.messaging.topics import Topics, partition_of
from tests.fixtures.catalogue import Consignment, Trade
from tests.fixtures.doors import members
from tests.fixtures.interleaving import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROUNDS = 20


async def test_a_finished_lot_stands_on_the_factorys_shelf(trade: Trade) -> None:
    part = trade.part()

    await trade.reported("F-01", FactoryLotFinished(lot=f"L-{part}", part=part, quantity=12))

    await eventually(lambda: stands(trade, part, "F-01", produced=12))


async def test_a_dispatched_lot_is_in_transit_to_its_depot(trade: Trade) -> None:
    part = trade.part()

    await trade.dispatched(part, 12, depot="D-01")

    await eventually(lambda: stands(trade, part, "D-01", in_transit=12))
    assert await stands(trade, part, "F-01", produced=0)


async def test_a_received_lot_is_on_hand(trade: Trade) -> None:
    part = trade.part()
    sent = await trade.dispatched(part, 12, depot="D-01")

    await receive(trade, part, sent, 12)

    assert await stands(trade, part, "D-01", on_hand=12, in_transit=0)


async def test_what_is_on_hand_is_reserved_for_an_order_and_issued_to_it(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 12))

    order = await trade.placed(part, 5)
    reserved = await trade.shelf(part, "D-01")
    await trade.acting("depot", "D-01").inventory.issue(Issue(order=order.order_id, quantity=5, issued_to="Hangar 4"))

    assert (order.state, order.reserved, order.open) == ("reserved", 5, 0)
    assert (reserved.on_hand, reserved.reserved) == (7, 5)
    await eventually(lambda: is_order(trade, order, state="issued", issued=5))
    assert await stands(trade, part, "D-01", on_hand=7, reserved=0)


async def test_a_shortage_is_made_sent_received_and_issued(trade: Trade) -> None:
    part = trade.part()
    terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=21)
    await trade.connection.orders.put_source(part, "F-02", terms)
    order = await trade.placed(part, 3)
    work = f"{order.order_id}-W1"
    await eventually(lambda: is_order(trade, order, state="sourced", sourced=3))
    await eventually(lambda: has_work(trade, work))

    await trade.reported("F-02", FactoryWorkOrderAccepted(work_order=work))
    sent = await trade.dispatched(part, 3, depot="D-01", factory="F-02", work_order=work)
    await receive(trade, part, sent, 3)
    await eventually(lambda: is_order(trade, order, state="reserved", reserved=3, sourced=0))
    await trade.acting("depot", "D-01").inventory.issue(Issue(order=order.order_id, quantity=3))

    await eventually(lambda: is_order(trade, order, state="issued", issued=3))


async def test_what_was_written_at_one_service_is_read_at_once_at_another(trade: Trade) -> None:
    part = trade.part()
    factory, token = trade.acting("factory", "F-01"), trade.system.token("operator")

    for number in range(1, ROUNDS + 1):
        finished = FactoryLotFinished(lot=f"L-{part}-{number}", part=part, quantity=1)
        version = (await factory.production.post(Report("F-01", finished))).version
        path = f"/v1/stock?part={part}&group=part-site"
        shown = await trade.doors.ask("inventory", "GET", path, token=token, after=version)
        assert members(shown)["rows"][0]["produced"] == number


async def test_an_order_can_be_issued_as_soon_as_it_is_placed(trade: Trade) -> None:
    part = await trade.stocked(("D-01", ROUNDS))
    depot = trade.acting("depot", "D-01")

    for _ in range(ROUNDS):
        placed = await depot.orders.place(trade.an_order(part))
        await depot.inventory.issue(Issue(order=placed.order_id, quantity=1))

    assert await stands(trade, part, "D-01", on_hand=0, reserved=0)


async def test_the_stream_of_stock_goes_on_after_a_break_without_a_gap_or_a_repetition(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 1))
    await trade.quiet()
    depot = trade.acting("depot", "D-01")
    query = StockQuery(site="D-01", part=part)
    position = (await depot.inventory.stock(query)).stream_position
    for _ in range(9):
        await depot.inventory.receive(Receipt(site="D-01", lines=[ReceiptLine(part=part, quantity=1)]))

    balances = []
    for _ in range(3):
        told, position = await listened(depot, query, position, 3)
        balances += told

    assert balances == list(range(2, 11))


async def test_the_query_says_where_its_stream_goes_on(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 5))
    await trade.quiet()
    depot = trade.acting("depot", "D-01")
    query = StockQuery(site="D-01", part=part)

    before = await depot.inventory.stock(query)
    await depot.inventory.receive(Receipt(site="D-01", lines=[ReceiptLine(part=part, quantity=2)]))
    (told,), _ = await listened(depot, query, before.stream_position, 1)

    assert (before.rows[0].on_hand, told) == (5, 7)


async def test_a_factory_hears_of_its_work_order_as_it_is_opened(trade: Trade) -> None:
    part = trade.part()
    terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=21)
    await trade.connection.orders.put_source(part, "F-03", terms)
    factory = trade.acting("factory", "F-03")
    position = (await factory.production.work_orders(limit=1).first()).position

    order = await trade.placed(part, 2)
    async with aclosing(factory.production.follow_work_orders(after=position)) as stream:
        heard = await anext(stream)

    assert (heard.work_order, heard.quantity) == (f"{order.order_id}-W1", 2)


async def test_one_trace_leads_from_the_factorys_post_through_kafka_to_the_stock_that_it_moved(trade: Trade) -> None:
    part, trace = trade.part(), uuid4().hex
    started = Report("F-01", FactoryLotStarted(lot=f"L-{part}", part=part, quantity=1))
    finished = Report("F-01", FactoryLotFinished(lot=f"L-{part}", part=part, quantity=1))
    sent = FactoryLotDispatched(lot=f"L-{part}", part=part, shipment=f"S-{part}", depot="D-01", quantity=1)
    token = trade.system.token("factory", "F-01")
    headers = {"Content-Type": "application/cloudevents+json", "traceparent": f"00-{trace}-{uuid4().hex[:16]}-01"}

    for report in (started, finished, Report("F-01", sent)):
        answer = await trade.doors.ask(
            "production", "POST", "/v1/events", token=token, content=report.json(), headers=headers
        )
        assert answer.status_code == 201, answer.text
    await eventually(lambda: stands(trade, part, "D-01", in_transit=1))
    await trade.quiet()

    assert await traces(trade, Stream.PRODUCTION, f"lot:F-01:L-{part}") == [trace] * 3
    for key in (f"F-01/{part}", f"shipment:F-01:S-{part}"):
        assert {*await traces(trade, Stream.STOCK, key)} == {trace}


async def stands(trade: Trade, part: str, site: str, **shelves: int) -> bool:
    """Tell whether so much stands on these shelves."""
    shelf = await trade.shelf(part, site)
    return all(getattr(shelf, name) == quantity for name, quantity in shelves.items())


async def is_order(trade: Trade, order: Order, **wanted: object) -> bool:
    """Tell whether an order stands so; its quantity adds up whenever it is looked at."""
    now = await trade.connection.orders.get(order.order_id)
    assert now.adds_up
    return all(getattr(now, name) == value for name, value in wanted.items())


async def has_work(trade: Trade, work_order: str) -> bool:
    """Tell whether a factory has a work order."""
    token = trade.system.token("operator")
    return (await trade.doors.ask("production", "GET", f"/v1/work-orders/{work_order}", token=token)).is_success


async def receive(trade: Trade, part: str, sent: Consignment, quantity: int) -> None:
    """Receive a consignment at once, whether inventory has heard of it or not."""
    line = ReceiptLine(part=part, lot=sent.lot, quantity=quantity)
    receipt = Receipt(site="D-01", shipment=sent.shipment, lines=[line])
    answer = await trade.doors.ask(
        "inventory",
        "POST",
        "/v1/receipts",
        token=trade.system.token("depot", "D-01"),
        after=sent.version,
        headers={"Idempotency-Key": sent.shipment},
        json=receipt.model_dump(mode="json", exclude_none=True),
    )
    assert answer.status_code == 201, answer.text


async def listened(depot: JVTrack, query: StockQuery, after: str | None, count: int) -> tuple[list[int], str]:
    """Follow the stream for some events; gives what was on hand after each, and the last position."""
    told, position = [], after or ""
    async with aclosing(depot.inventory.follow_stock(query, after=after)) as stream:
        async for change in stream:
            told += [each.balance or 0 for each in change.postings if each.shelf == "on_hand"]
            position = change.position
            if len(told) >= count:
                return told, position
    raise AssertionError("a stream goes on")


async def traces(trade: Trade, stream: Stream, key: str) -> list[str]:
    """Read the trace of each record of a key, from Kafka."""
    topics = Topics(trade.system.settings.kafka_address, trade.system.settings.namespace)
    reader = await kafka.start_reader(topics.servers, client_id="test")
    try:
        name = topics.name(stream)
        place = TopicPartition(name, partition_of(key, 12))
        end = (await kafka.log_state(reader, [name])).end_offsets[place]
        reader.assign([place])
        await reader.seek_to_beginning()
        found: list[ConsumerRecord] = []
        while not found or found[-1].offset + 1 < end:
            for records in (await reader.getmany(timeout_ms=500)).values():
                found += records
    finally:
        await kafka.stop(reader)
    mine = [dict(record.headers) for record in found if record.key == key.encode()]
    return [headers["ce_traceparent"].decode().split("-")[1] for headers in mine]
