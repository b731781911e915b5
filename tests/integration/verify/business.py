"""A small day of business on a running system: every kind of row that a proof looks at comes about."""

import asyncio
from contextlib import aclosing

from jvtrack.client import ConditionChange, Count, Issue, Report, Return, Scrap, StockQuery
from jvtrack.client import JVTrack as Client
from jvtrack.verify.report import Report as Proof
from shared.events.factory import (
    FactoryEventVoided,
    FactoryFact,
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotScrapped,
    FactoryLotStarted,
)
from shared.events.workshop import FactoryMaterialConsumed
from shared.types import Condition, ScrapStage
from tests.fixtures.catalogue import Trade
from tests.integration.verify.buying import buy
from tests.integration.verify.fleet import keep_fleet
from tests.integration.verify.lending import lend
from tests.integration.verify.second_thoughts import (
    correct_reports,
    count_away,
    inspect_first_article,
    keep_a_minimum,
    lose_and_find,
    send_between_depots,
)
from tests.integration.verify.shop import DEPOT, PART, receipt, report, until_on_the_road

BURST = 300
_SETTLED_SECONDS_MAX = 60.0


async def do_business(trade: Trade) -> None:
    """Order, source, make, ship, receive, issue, count, cancel and undo, and let platforms stand still."""
    depot, factory = trade.acting("depot", DEPOT), trade.acting("factory", "F-01")
    await trade.stocked((DEPOT, 5), part=PART)
    orders = [await trade.placed(PART, quantity) for quantity in (3, 4, 6)]
    await depot.inventory.issue(Issue(order=orders[0].order_id, quantity=2))
    await _make(factory, f"{orders[1].order_id}-W1")
    await _receive(depot)
    await _keep(depot)
    await keep_fleet(trade)
    await correct_reports(factory, *(f"{order.order_id}-W1" for order in orders[1:]))
    await lose_and_find(factory, depot)
    await send_between_depots(trade)
    await count_away(trade)
    await buy(trade)
    await inspect_first_article(trade)
    await lend(trade)
    await keep_a_minimum(trade)
    await depot.orders.cancel(orders[2].order_id, "No longer needed.")


async def post_burst(trade: Trade) -> None:
    """Have a factory post many lots from start to dispatch, while everything else goes on."""
    factory = trade.acting("factory", "F-02")
    facts = [fact for number in range(BURST) for fact in _lot(f"B-{number}")]
    async with aclosing(factory.production.post_many(Report("/F-02/line-1", fact) for fact in facts)) as answers:
        async for answer in answers:
            assert answer.problem is None


def _lot(number: str) -> list[FactoryFact]:
    about = {"lot": number, "part": PART, "quantity": 2}
    sent = {**about, "shipment": number, "depot": "D-02"}
    return [
        FactoryLotStarted.model_validate(about),
        FactoryLotFinished.model_validate(about),
        FactoryLotDispatched.model_validate(sent),
    ]


async def _make(factory: Client, work_order: str) -> None:
    about = {"lot": "L-1", "part": PART}
    await report(factory, FactoryLotStarted.model_validate({**about, "quantity": 9, "work_order": work_order}))
    await report(factory, FactoryLotFinished.model_validate({**about, "quantity": 8}))
    slip = await report(factory, FactoryLotFinished.model_validate({**about, "quantity": 5}))
    await report(factory, FactoryEventVoided(event=slip, reason="Counted twice."))
    scrapped = {**about, "quantity": 1, "stage": ScrapStage.FINISHED}
    await report(factory, FactoryLotScrapped.model_validate(scrapped))
    for number, quantity in (("S-1", 4), ("S-2", 2)):
        sent = {**about, "shipment": number, "depot": DEPOT, "quantity": quantity}
        await report(factory, FactoryLotDispatched.model_validate(sent))
    spars = {"material": "SPAR", "input_lot": "SPARS-1", "origin": "RUS", "amount": "3", "unit_cost": "40.00"}
    await report(factory, FactoryMaterialConsumed.model_validate({**about, **spars, "currency": "INR"}))


async def _receive(depot: Client) -> None:
    """Receive one consignment over, and one short that is then given up."""
    await until_on_the_road(depot, 6)
    await depot.inventory.receive(receipt("F-01:S-1", 5))
    await depot.inventory.receive(receipt("F-01:S-2", 1))
    await depot.inventory.close_shipment("F-01:S-2", "One fell off the lorry.")


async def _keep(depot: Client) -> None:
    goods = {"site": DEPOT, "part": PART, "lot": "F-01:L-1"}
    await depot.inventory.scrap(Scrap.model_validate({**goods, "quantity": 1, "reason": "Dropped."}))
    change = {**goods, "from": Condition.A, "to": Condition.C, "quantity": 1, "reason": "Scratched."}
    await depot.inventory.change_condition(ConditionChange.model_validate(change))
    await depot.inventory.take_back(Return.model_validate({**goods, "quantity": 1, "lot": None}))
    answer = await depot.inventory.stock(StockQuery(site=DEPOT, part=PART))
    row = next(row for row in answer.rows if row.lot == "F-01:L-1" and row.condition is Condition.A)
    counted = {**goods, "counted": (row.on_hand or 0) + (row.reserved or 0) + 1, "version": row.version}
    await depot.inventory.count(Count.model_validate(counted))


async def settled(trade: Trade) -> Proof:
    """Prove again and again until nothing is in flight."""
    async with asyncio.timeout(_SETTLED_SECONDS_MAX):
        while True:
            proof = await trade.proof()
            if not any(result.in_flight for result in proof.results):
                return proof
