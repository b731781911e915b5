"""From what a factory says about its lot to what production tells the others: numbers qualified, orders named."""

from typing import Any

from services.production.domain.history import Entry
from services.production.domain.lot import Lot, lot_id
from services.production.domain.work_order import WorkOrder
from shared.events.factory import (
    FactoryDelayReported,
    FactoryFact,
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotInspected,
    FactoryLotScrapped,
    FactoryLotStarted,
    FactoryWorkOrderAccepted,
    FactoryWorkOrderRefused,
    LotFact,
)
from shared.events.making import ShelfLife
from shared.events.production import (
    DelayReported,
    LotDispatched,
    LotEvent,
    LotEventVoided,
    LotFinished,
    LotInspected,
    LotScrapped,
    LotStarted,
    WorkOrderAccepted,
    WorkOrderRefused,
)
from shared.events.progress import (
    KitArrived,
    KitMissing,
    MaterialConsumed,
    WorkInProgressDecided,
    WorkOrderCountered,
)
from shared.events.purchases import (
    PurchaseCancelled,
    PurchaseDispatched,
    PurchaseOffered,
    PurchasePlaced,
    PurchaseSlipped,
)
from shared.events.workshop import (
    FactoryKitArrived,
    FactoryKitMissing,
    FactoryMaterialConsumed,
    FactoryWorkInProgressDecided,
    FactoryWorkOrderCountered,
)
from shared.types import WorkOrderId

TOLD_AS: dict[type[LotFact], type[LotEvent]] = {
    FactoryLotStarted: LotStarted,
    FactoryLotInspected: LotInspected,
    FactoryLotFinished: LotFinished,
    FactoryLotScrapped: LotScrapped,
    FactoryLotDispatched: LotDispatched,
    FactoryMaterialConsumed: MaterialConsumed,
    PurchaseDispatched: LotDispatched,
}
FACT_TOLD_AS: dict[str, type[FactoryFact]] = {
    **{told.TYPE: fact for fact, told in TOLD_AS.items() if fact is not PurchaseDispatched},
    WorkOrderAccepted.TYPE: FactoryWorkOrderAccepted,
    WorkOrderRefused.TYPE: FactoryWorkOrderRefused,
    DelayReported.TYPE: FactoryDelayReported,
    WorkOrderCountered.TYPE: FactoryWorkOrderCountered,
    KitMissing.TYPE: FactoryKitMissing,
    KitArrived.TYPE: FactoryKitArrived,
    WorkInProgressDecided.TYPE: FactoryWorkInProgressDecided,
}
"""By the type under which it was told, what the factory posted."""
PURCHASE_TOLD_AS: dict[str, type[FactoryFact]] = {
    WorkOrderAccepted.TYPE: PurchasePlaced,
    DelayReported.TYPE: PurchaseSlipped,
    WorkOrderRefused.TYPE: PurchaseCancelled,
    WorkOrderCountered.TYPE: PurchaseOffered,
    LotDispatched.TYPE: PurchaseDispatched,
}
"""By the type under which it was told, what was posted of a purchase; a promise reads as a placing that names a day."""
_PLACED = frozenset({"work_order", "part", "lot", "shipment"})
_CARRIED = {
    fact: tuple(name for name in fact.model_fields if name in told.model_fields and name not in _PLACED)
    for fact, told in TOLD_AS.items()
}


def tell_lot(fact: LotFact, lot: Lot, named: WorkOrderId | None, work_order: WorkOrder | None) -> LotEvent:
    """Say a factory's fact about its lot, as it stood before the fact, in the published language."""
    kind = type(fact)
    told: dict[str, Any] = {name: getattr(fact, name) for name in _CARRIED[kind]}
    if isinstance(fact, FactoryLotDispatched):
        told["shipment"] = lot_id(lot.factory, fact.shipment)
        told["expires_on"] = lot.expires_on
    if isinstance(fact, FactoryLotFinished):
        after = lot.add(fact)
        told["shelf_life"], told["made_as"] = ShelfLife(expires_on=after.expires_on), after.made_as
    return TOLD_AS[kind](**_place(fact, lot, named, work_order), out_of_order=lot.lacks_what_presumed(fact), **told)


def tell_void(earlier: Entry, lot: Lot, work_order: WorkOrder | None, reason: str) -> LotEventVoided:
    """Say that a fact about a lot did not happen, or happened otherwise."""
    fact = earlier.fact
    assert isinstance(fact, LotFact)
    dispatched = fact if isinstance(fact, FactoryLotDispatched) else None
    after = lot.withdraw(fact)
    return LotEventVoided(
        **_place(fact, lot, earlier.work_order, work_order),
        voided=earlier.event_id,
        voided_type=TOLD_AS[type(fact)].TYPE,
        depot=dispatched.depot if dispatched else None,
        shipment=lot_id(lot.factory, dispatched.shipment) if dispatched else None,
        reason=reason,
        shelf_life=ShelfLife(expires_on=after.expires_on),
        made_as=after.made_as,
    )


def _place(fact: LotFact, lot: Lot, named: WorkOrderId | None, work_order: WorkOrder | None) -> dict[str, Any]:
    """Say whose lot it is; the order behind it only where its own factory and part were asked."""
    place: dict[str, Any] = {"lot": lot.lot_id, "part": fact.part, "factory": lot.factory}
    if work_order is None:
        return {**place, "work_order": named}
    if not work_order.is_for(lot.factory, fact.part):
        return place
    return {**place, "work_order": named, "order": work_order.order, "filling_site": work_order.depot}
