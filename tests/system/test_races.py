"""Many at once: nothing is sold twice, nothing deadlocks, and whoever wins, both services tell the same story."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack

import pytest

from bench.smoke.wire import Wire, request
from jvtrack.client import Count, Issue, Movement, Order, ProblemError, Receipt, ReceiptLine, SourceTerms
from shared import clock
from shared.types import PartId
from tests.fixtures.catalogue import Trade
from tests.fixtures.doors import books
from tests.fixtures.interleaving import eventually, held_stock, paused

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDERS, UNITS, CLIENTS = 10_000, 1_000, 64
SECONDS_MAX = 90.0
ROUNDS = 12
_I8 = "SELECT count(*) FROM orders WHERE quantity <> reserved + sourced + issued + cancelled + open"
_ORDER = "SELECT reserved, issued, cancelled, quantity FROM orders WHERE order_id = $1"
_DEMAND = "SELECT reserved, issued, cancelled, quantity FROM demand WHERE order_id = $1"
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@pytest.mark.timeout(240)
async def test_of_ten_thousand_orders_for_a_thousand_units_a_thousand_are_reserved_and_none_is_oversold(
    trade: Trade,
) -> None:
    part = await trade.stocked(("D-01", UNITS))
    began = clock.monotonic()

    statuses = await order_all(trade, part)
    posted = clock.monotonic() - began
    assert statuses == {201}
    await eventually(lambda: all_heard(trade, part), SECONDS_MAX)

    print(f"{ORDERS / posted:,.0f} orders/s posted, all reserved {clock.monotonic() - began:.1f} s after the first")  # noqa: T201
    ((demands,),) = await books(trade.system, "inventory", "SELECT count(*) FROM demand WHERE part = $1", part)
    ((reserved,),) = await books(trade.system, "inventory", "SELECT sum(reserved) FROM demand WHERE part = $1", part)
    ((most,),) = await books(trade.system, "inventory", "SELECT max(reserved) FROM demand WHERE part = $1", part)
    shelf = await trade.shelf(part, "D-01")
    assert (demands, reserved, most) == (ORDERS, UNITS, 1)
    assert (shelf.on_hand, shelf.reserved) == (0, UNITS)
    assert await deadlocks(trade) == 0


async def test_two_depots_that_race_for_a_third_ones_last_units_share_them_and_no_more(trade: Trade) -> None:
    part = await trade.stocked(("D-03", 10))

    placed = await asyncio.gather(
        *(trade.placed(part, 1, depot=depot, site="D-03") for depot in ("D-01", "D-02") for _ in range(15))
    )

    assert sum(order.reserved for order in placed) == 10
    assert {order.ordered_by for order in placed if order.reserved} <= {"D-01", "D-02"}
    shelf = await trade.shelf(part, "D-03")
    assert (shelf.on_hand, shelf.reserved) == (0, 10)


@pytest.mark.parametrize("winner", ["issue", "cancel"])
async def test_a_cancel_and_an_issue_that_race_tell_one_story_whichever_wins(trade: Trade, winner: str) -> None:
    part = await trade.stocked(("D-01", 5))
    order = await trade.placed(part, 5)

    async with held_stock(trade.system, "D-01", part) as held:
        if winner == "issue":
            issue = asyncio.create_task(try_to_issue(trade, order, 2))
            await held.queued(1)
            await trade.acting("depot", "D-01").orders.cancel(order.order_id)
        else:
            await trade.acting("depot", "D-01").orders.cancel(order.order_id)
            await held.queued(1)
            issue = asyncio.create_task(try_to_issue(trade, order, 2))
        await held.queued(2)
    problem = await issue

    issued = 2 if winner == "issue" else 0
    await until_told(trade, order, issued=issued, cancelled=5 - issued)
    assert problem == (None if winner == "issue" else "not-reserved")
    assert (await trade.shelf(part, "D-01")).on_hand == 5 - issued


async def test_cancels_and_issues_that_race_round_after_round_never_disagree(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 3 * ROUNDS))
    orders = await asyncio.gather(*(trade.placed(part, 3) for _ in range(ROUNDS)))

    raced = [
        asyncio.gather(try_to_issue(trade, order, 1), try_to_cancel(trade, order), try_to_issue(trade, order, 2))
        for order in orders
    ]
    outcomes = await asyncio.gather(*raced)

    issued = 0
    for order, (first, _, second) in zip(orders, outcomes, strict=True):
        mine = (first is None) * 1 + (second is None) * 2
        await until_told(trade, order, issued=mine, cancelled=3 - mine)
        issued += mine
    assert (await trade.shelf(part, "D-01")).on_hand == 3 * ROUNDS - issued


@pytest.mark.parametrize("late", ["nobody", "production", "inventory", "orders"])
async def test_stock_that_is_freed_while_a_shortage_is_sourced_takes_back_what_is_no_longer_needed(
    trade: Trade, late: str
) -> None:
    part = await trade.stocked(("D-01", 4))
    await approved(trade, part)
    holder = await trade.placed(part, 4)

    waiting = await FREED[late](trade, holder)

    await eventually(lambda: is_even(trade, waiting))
    ended = await trade.acting("depot", "D-01").orders.get(waiting.order_id)
    assert (ended.reserved, ended.sourced, ended.open) == (4, 0, 0)
    assert sum(work.quantity for work in ended.work_orders) == 0


async def test_receipts_and_counts_of_one_shelf_at_once_add_up(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 10))
    depot = trade.acting("depot", "D-01")
    version = (await trade.shelf(part, "D-01")).version or 0
    receipt = Receipt(site="D-01", lines=[ReceiptLine(part=part, quantity=2)])
    count = Count(site="D-01", part=part, counted=12, version=version)

    await asyncio.gather(
        *(depot.inventory.receive(receipt) for _ in range(30)),
        *(depot.inventory.count(count) for _ in range(5)),
    )

    assert (await trade.shelf(part, "D-01")).on_hand == 12 + 30 * 2


async def test_one_receipt_that_is_sent_many_times_at_once_is_booked_once(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 1))
    depot = trade.acting("depot", "D-01")
    receipt = Receipt(site="D-01", lines=[ReceiptLine(part=part, quantity=7)])

    answers: Sequence[Movement] = await asyncio.gather(
        *(depot.inventory.receive(receipt, key=f"once-{part}") for _ in range(20))
    )

    assert len({answer.movement for answer in answers}) == 1
    assert (await trade.shelf(part, "D-01")).on_hand == 8


@pytest.mark.timeout(180)
async def test_after_all_races_the_books_are_proved(trade: Trade) -> None:
    await trade.quiet()

    proof = await trade.proof()

    assert [offence for result in proof.results for offence in result.offences] == []
    assert ((await books(trade.system, "orders", _I8))[0][0], await deadlocks(trade)) == (0, 0)


async def order_all(trade: Trade, part: PartId) -> set[int]:
    """Place every order, from many clients at once; gives the statuses of the answers."""
    token = trade.system.token("depot", "D-01")
    port = trade.system.settings.service_ports["orders"]
    headers = "Content-Type: application/json\r\n"
    bodies = [json.dumps(trade.an_order(part).model_dump(mode="json", exclude_none=True)) for _ in range(ORDERS)]
    requests = iter([request("POST", "/v1/orders", token, headers=headers, body=body.encode()) for body in bodies])
    statuses: set[int] = set()

    async def client() -> None:
        wire = await Wire.open(port)
        for sent in requests:
            statuses.add((await wire.send(sent)).status)
        wire.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return statuses


async def all_heard(trade: Trade, part: PartId) -> bool:
    """Tell whether orders has heard inventory's answer to every order of a part."""
    query = "SELECT count(*), sum(reserved)::bigint FROM orders WHERE part = $1 AND heard > 0"
    ((heard, reserved),) = await books(trade.system, "orders", query, part)
    assert (reserved or 0) <= UNITS, "never oversold, at any instant"
    return bool(heard == ORDERS)


async def try_to_cancel(trade: Trade, order: Order) -> None:
    """Ask for a cancel, unless orders has heard already that everything was issued."""
    try:
        await trade.acting("depot", "D-01").orders.cancel(order.order_id)
    except ProblemError as problem:
        if problem.slug != "order-already-issued":
            raise


async def try_to_issue(trade: Trade, order: Order, quantity: int) -> str | None:
    """Issue against an order; gives the problem if it is refused."""
    try:
        await trade.acting("depot", "D-01").inventory.issue(Issue(order=order.order_id, quantity=quantity))
    except ProblemError as problem:
        return problem.slug
    return None


async def until_told(trade: Trade, order: Order, *, issued: int, cancelled: int) -> None:
    """Wait until orders and inventory say the same of an order, and that it is this."""
    wanted = (0, issued, cancelled, order.quantity)

    async def is_told() -> bool:
        ours = await books(trade.system, "orders", _ORDER, order.order_id)
        theirs = await books(trade.system, "inventory", _DEMAND, order.order_id)
        return tuple(ours[0]) == tuple(theirs[0]) == wanted

    await eventually(is_told)


async def approved(trade: Trade, part: PartId) -> None:
    """Approve a factory as source of a part."""
    terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=7)
    await trade.connection.orders.put_source(part, "F-01", terms)


async def freed_at_once(trade: Trade, holder: Order) -> Order:
    """Place an order while the stock that it wants is freed."""
    cancel = trade.acting("depot", "D-01").orders.cancel(holder.order_id)
    waiting, _ = await asyncio.gather(trade.placed(holder.part, 4), cancel)
    return waiting


async def freed_before_production_hears(trade: Trade, holder: Order) -> Order:
    """Source a shortage, and free the stock before production opens a work order."""
    with paused(trade.system, "production"):
        waiting = await trade.placed(holder.part, 4)
        await trade.acting("depot", "D-01").orders.cancel(holder.order_id)
        await eventually(lambda: is_reserved(trade, "orders", waiting))
    return waiting


async def freed_in_one_batch(trade: Trade, holder: Order) -> Order:
    """Let inventory hear of the order and of the cancel together."""
    depot = trade.acting("depot", "D-01")
    with paused(trade.system, "inventory"):
        waiting = await depot.orders.place(trade.an_order(holder.part, 4))
        await depot.orders.cancel(holder.order_id)
        await until_published(trade)
    return waiting


async def freed_before_orders_hears(trade: Trade, holder: Order) -> Order:
    """Let orders hear of the shortage and of its end together."""
    depot = trade.acting("depot", "D-01")
    with ExitStack() as inventory:
        inventory.enter_context(paused(trade.system, "inventory"))
        waiting = await depot.orders.place(trade.an_order(holder.part, 4))
        await depot.orders.cancel(holder.order_id)
        await until_published(trade)
        with paused(trade.system, "orders"):
            inventory.close()
            await eventually(lambda: is_reserved(trade, "inventory", waiting))
    return waiting


FREED: dict[str, Callable[[Trade, Order], Awaitable[Order]]] = {
    "nobody": freed_at_once,
    "production": freed_before_production_hears,
    "inventory": freed_in_one_batch,
    "orders": freed_before_orders_hears,
}


async def is_reserved(trade: Trade, service: str, order: Order) -> bool:
    """Tell whether a service knows that an order has all that it wants."""
    found = await books(trade.system, service, _ORDER if service == "orders" else _DEMAND, order.order_id)
    return bool(found) and bool(found[0]["reserved"] == order.quantity)


async def until_published(trade: Trade) -> None:
    """Wait until Kafka has all that orders has decided."""

    async def is_published() -> bool:
        return bool((await books(trade.system, "orders", "SELECT count(*) FROM outbox_pending"))[0][0] == 0)

    await eventually(is_published)


async def is_even(trade: Trade, order: Order) -> bool:
    """Tell whether an order has its stock, and nothing is made for it any more."""
    now = await trade.acting("depot", "D-01").orders.get(order.order_id)
    return now.reserved == order.quantity and sum(work.quantity for work in now.work_orders) == 0


async def deadlocks(trade: Trade) -> int:
    """Count the deadlocks that PostgreSQL ever had to break in any service's database."""
    return sum([(await books(trade.system, service, _DEADLOCKS))[0][0] for service in trade.system.processes])
