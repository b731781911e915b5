"""What is taken back in a day of business: reports, receipts and consignments that were not so after all."""

from datetime import timedelta

from jvtrack.client import (
    AllowEmergencyUse,
    Count,
    InspectionOpening,
    InspectionPass,
    InspectionReopening,
    JVTrack,
    Sending,
    StockQuery,
)
from shared import clock
from shared.events.factory import (
    FactoryEventCorrected,
    FactoryEventVoided,
    FactoryLotDispatched,
    FactoryLotInspected,
    FactoryWorkOrderAccepted,
)
from shared.events.production import Reference
from shared.events.quality import ReopeningCause
from shared.types import WorkOrderId
from tests.fixtures.catalogue import Trade
from tests.integration.verify.shop import DEPOT, PART, receipt, report, until_on_the_road


async def correct_reports(factory: JVTrack, meant: WorkOrderId, named: WorkOrderId) -> None:
    """Correct a count, and an acceptance that named another work order: each correction is told as two facts."""
    counted = FactoryLotInspected(lot="L-1", part=PART, passed=7, failed=2)
    await _correct(factory, counted, counted.model_copy(update={"failed": 1}))
    accepted = FactoryWorkOrderAccepted(work_order=named, due=clock.now().date() + timedelta(days=200))
    await _correct(factory, accepted, accepted.model_copy(update={"work_order": meant}))


async def _correct(
    factory: JVTrack,
    wrong: FactoryLotInspected | FactoryWorkOrderAccepted,
    right: FactoryLotInspected | FactoryWorkOrderAccepted,
) -> None:
    event = await report(factory, wrong)
    data = right.model_dump(mode="json", exclude_defaults=True)
    await report(factory, FactoryEventCorrected(event=event, reason="Written down wrongly.", data=data))


async def lose_and_find(factory: JVTrack, depot: JVTrack) -> None:
    """Dispatch the last of a lot, take it back, dispatch it again, give it up, and find it."""
    sent = FactoryLotDispatched(lot="L-1", part=PART, shipment="S-3", depot=DEPOT, quantity=1)
    slip = await report(factory, sent)
    await until_on_the_road(depot, 1)
    await report(factory, FactoryEventVoided(event=slip, reason="It is still here."))
    await until_on_the_road(depot, 0)
    await report(factory, sent.model_copy(update={"shipment": "S-4"}))
    await until_on_the_road(depot, 1)
    await depot.inventory.close_shipment("F-01:S-4", "Nobody has seen it.")
    found = await depot.inventory.receive(receipt("F-01:S-4", 1))
    await depot.inventory.reverse(found.movement, "That was another one.")


async def send_between_depots(trade: Trade) -> None:
    """Send goods to another depot twice, and take one sending and one receipt back."""
    await trade.stocked(("D-03", 4), part=PART)
    sender, receiver = trade.acting("depot", "D-03"), trade.acting("depot", "D-04")
    goods = Sending(from_site="D-03", to_site="D-04", part=PART, quantity=2, shipment="D-03:T-1")
    first = await sender.inventory.send(goods)
    await sender.inventory.send(goods.model_copy(update={"quantity": 1}))
    await sender.inventory.reverse(first.movement, "One is enough.")
    arrived = await receiver.inventory.receive(receipt("D-03:T-1", 1, site="D-04", lot="D-03:NO-LOT"))
    await receiver.inventory.reverse(arrived.movement, "Signed for too early.")


async def count_away(trade: Trade) -> None:
    """Count away, twice, what is held for an order: it may have goods for emergencies then, and is wanted no longer."""
    await trade.stocked(("D-05", 3), part=PART)
    order = await trade.placed(PART, 3, depot="D-05")
    depot = trade.acting("depot", "D-05")
    for left in (2, 1):
        (row,) = (await depot.inventory.stock(StockQuery(site="D-05", part=PART))).rows
        counted = {"site": "D-05", "part": PART, "lot": row.lot, "counted": left, "version": row.version}
        await depot.inventory.count(Count.model_validate(counted))
    await depot.orders.expedite(order.order_id, AllowEmergencyUse(reason="The sortie is at dawn."))
    await depot.orders.cancel(order.order_id, "Taken from another hangar.")


async def inspect_first_article(trade: Trade) -> None:
    """Pass the first article of what F-01 makes, reopen it, and pass it again."""
    quality = trade.acting("quality").production
    reference = Reference(maker="3VK1Y", number="VKR-1615-0401", revision="B")
    opened = await quality.open_first_article(InspectionOpening(factory="F-01", part=PART, reference=reference))
    reopening = InspectionReopening(causes=[ReopeningCause.MATERIAL], reason="Another steel.")
    await quality.pass_first_article(opened.first_article, InspectionPass())
    await quality.reopen_first_article(opened.first_article, reopening)
    await quality.pass_first_article(opened.first_article, InspectionPass(report="FAIR-2"))


async def keep_a_minimum(trade: Trade) -> None:
    """Keep two for the depot's own orders, then one."""
    for quantity in (2, 1):
        await trade.acting("depot", DEPOT).inventory.protect(DEPOT, PART, quantity, "For the alert flight.")
