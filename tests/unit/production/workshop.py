"""Makers of what a factory says of how it makes a work order."""

from typing import Any

from services.production.domain.totals import totals_of
from services.production.domain.work_order import NoteFact, WorkOrder
from shared.events.envelope import new_event_id
from shared.events.factory import FactoryFact, LotFact
from shared.events.making import InProgress
from shared.events.workshop import (
    FactoryKitArrived,
    FactoryKitMissing,
    FactoryWorkInProgressDecided,
    FactoryWorkOrderCountered,
)
from tests.unit.production.makers import WORK_ORDER, a_reduction, a_start, a_work_order


def an_offer(quantity: int = 6, **values: Any) -> FactoryWorkOrderCountered:
    return FactoryWorkOrderCountered(
        **{"work_order": WORK_ORDER, "reason": "spars for six"} | values, quantity=quantity
    )


def a_missing_kit(kit: str = "KIT-7", **values: Any) -> FactoryKitMissing:
    return FactoryKitMissing(work_order=WORK_ORDER, kit=kit, **values)


def an_arrived_kit(kit: str = "KIT-7") -> FactoryKitArrived:
    return FactoryKitArrived(work_order=WORK_ORDER, kit=kit)


def a_decision(
    quantity: int = 3, outcome: InProgress = InProgress.SCRAPPED, **values: Any
) -> FactoryWorkInProgressDecided:
    return FactoryWorkInProgressDecided(work_order=WORK_ORDER, outcome=outcome, quantity=quantity, **values)


def after(work_order: WorkOrder, *facts: FactoryFact) -> WorkOrder:
    for fact in facts:
        if isinstance(fact, LotFact):
            work_order, _ = work_order.count(totals_of(fact))
        else:
            assert isinstance(fact, NoteFact)
            work_order.require_possible(fact)
            work_order, _ = work_order.note(new_event_id(), fact)
    return work_order


def cancelled(quantity: int = 10, started: int = 4) -> WorkOrder:
    """Make a work order of which so much was in work when all of it was asked back."""
    return after(a_work_order(quantity), a_start(started)).reduce(a_reduction(quantity))[0]
