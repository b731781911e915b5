"""A lot is the sum of the facts a factory told about it; status and discrepancies are derived from that sum."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.production.domain.totals import NOTHING, Totals, totals_of
from services.production.domain.work_order import WorkOrder
from shared.events.factory import (
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotScrapped,
    FactoryLotStarted,
    LotFact,
)
from shared.events.production import MadeAs, Reference
from shared.events.workshop import FactoryMaterialConsumed
from shared.types import LotId, PartId, ScrapStage, SiteId, WorkOrderId

Counted = Mapping[str, int]
"""How many facts that still stand name each value."""


class LotStatus(StrEnum):
    """How far a lot has come."""

    STARTED = "started"
    INSPECTED = "inspected"
    PARTLY_FINISHED = "partly-finished"
    FINISHED = "finished"
    PARTLY_DISPATCHED = "partly-dispatched"
    DISPATCHED = "dispatched"
    SCRAPPED = "scrapped"
    VOIDED = "voided"


class Discrepancy(StrEnum):
    """What a lot's facts contradict."""

    NEVER_STARTED = "never-started"
    MADE_EXCEEDS_STARTED = "made-exceeds-started"
    GONE_EXCEEDS_FINISHED = "gone-exceeds-finished"
    DISPATCHED_THOUGH_FAILED = "dispatched-though-failed"
    PARTS_DIFFER = "parts-differ"
    REFERENCES_DIFFER = "references-differ"
    WORK_ORDERS_DIFFER = "work-orders-differ"
    WORK_ORDER_UNKNOWN = "work-order-unknown"
    WORK_ORDER_OF_ANOTHER = "work-order-of-another"


def lot_id(site: SiteId, number: str) -> LotId:
    """Qualify a factory's own number of a lot or shipment by its site."""
    return f"{site}:{number}"


def written(reference: Reference) -> str:
    """Write a reference so that the same one is always written alike."""
    return reference.matched.model_dump_json(exclude_none=True)


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as its facts, in whatever order they came, make it."""

    lot_id: LotId
    version: int = 0
    totals: Totals = NOTHING
    parts: Counted = field(default_factory=dict)
    work_orders: Counted = field(default_factory=dict)
    expiries: Counted = field(default_factory=dict)
    references: Counted = field(default_factory=dict)
    certificates: Counted = field(default_factory=dict)
    inputs: Counted = field(default_factory=dict)
    """The lots, heats and kits that went into it."""

    @property
    def factory(self) -> SiteId:
        """The site that numbered the lot."""
        return self.lot_id.partition(":")[0]

    @property
    def part(self) -> PartId:
        """The part that most of its facts name."""
        return min(self.parts, key=lambda part: (-self.parts[part], part))

    @property
    def work_order(self) -> WorkOrderId | None:
        """The work order that its facts name, if any."""
        return min(_standing(self.work_orders), default=None)

    @property
    def expires_on(self) -> date | None:
        """The earliest end of shelf life that its finishes name, if any."""
        earliest = min(_standing(self.expiries), default=None)
        return date.fromisoformat(earliest) if earliest else None

    @property
    def made_as(self) -> MadeAs | None:
        """What its finishes say that it is; none if none ever said anything of it."""
        if not (self.references or self.certificates):
            return None
        named = _standing(self.references)
        return MadeAs(
            reference=Reference.model_validate_json(named[0]) if len(named) == 1 else None,
            certificate=min(_standing(self.certificates), default=None),
        )

    def add(self, fact: LotFact) -> "Lot":
        """Count a fact in: the lot as it now is."""
        return self._count(fact, totals_of(fact), 1)

    def withdraw(self, fact: LotFact) -> "Lot":
        """Take a voided fact out again: the lot as it now is."""
        return self._count(fact, -totals_of(fact), -1)

    def _count(self, fact: LotFact, change: Totals, count: int) -> "Lot":
        finished = fact if isinstance(fact, FactoryLotFinished) else None
        expires_on = finished.expires_on.isoformat() if finished and finished.expires_on else None
        reference = written(finished.reference) if finished and finished.reference else None
        return Lot(
            self.lot_id,
            self.version + 1,
            self.totals + change,
            parts=_counted(self.parts, fact.part, count),
            work_orders=_counted(self.work_orders, fact.work_order, count),
            expiries=_counted(self.expiries, expires_on, count),
            references=_counted(self.references, reference, count),
            certificates=_counted(self.certificates, finished.certificate if finished else None, count),
            inputs=_counted(self.inputs, _input(fact), count),
        )

    def lacks_what_presumed(self, fact: LotFact) -> bool:
        """Tell whether a fact comes before one that it presumes."""
        match fact:
            case FactoryLotStarted():
                return False
            case FactoryLotDispatched():
                return self.totals.on_shelf < fact.quantity
            case FactoryLotScrapped() if fact.stage is ScrapStage.FINISHED:
                return self.totals.on_shelf < fact.quantity
            case _:
                return self.totals.started == 0

    @property
    def status(self) -> LotStatus:
        """Say how far the lot has come."""
        totals = self.totals
        if totals.facts == 0:
            return LotStatus.VOIDED
        if totals.dispatched:
            through = totals.on_shelf <= 0 and totals.in_work == 0
            return LotStatus.DISPATCHED if through else LotStatus.PARTLY_DISPATCHED
        if totals.in_work == 0 and totals.on_shelf <= 0 and totals.scrapped_in_process + totals.scrapped_finished:
            return LotStatus.SCRAPPED
        if totals.finished:
            return LotStatus.PARTLY_FINISHED if totals.in_work else LotStatus.FINISHED
        return LotStatus.INSPECTED if totals.inspected_passed + totals.inspected_failed else LotStatus.STARTED

    def discrepancies(self, work_order: WorkOrder | None) -> list[Discrepancy]:
        """List what its facts contradict, given the work order that it names, if that is known."""
        totals = self.totals
        uninspected = max(totals.put_in_work - totals.inspected_passed - totals.inspected_failed, 0)
        contradicted = {
            Discrepancy.NEVER_STARTED: totals.started == 0 and totals.facts > 0,
            Discrepancy.MADE_EXCEEDS_STARTED: 0 < totals.started < totals.finished + totals.scrapped_in_process,
            Discrepancy.GONE_EXCEEDS_FINISHED: totals.on_shelf < 0,
            Discrepancy.DISPATCHED_THOUGH_FAILED: totals.inspected_failed > 0
            and totals.dispatched > totals.inspected_passed + uninspected,
            Discrepancy.PARTS_DIFFER: len(_standing(self.parts)) > 1,
            Discrepancy.REFERENCES_DIFFER: len(_standing(self.references)) > 1,
            Discrepancy.WORK_ORDERS_DIFFER: len(_standing(self.work_orders)) > 1,
            Discrepancy.WORK_ORDER_UNKNOWN: self.work_order is not None and work_order is None,
            Discrepancy.WORK_ORDER_OF_ANOTHER: work_order is not None
            and not work_order.is_for(self.factory, self.part),
        }
        return [discrepancy for discrepancy, holds in contradicted.items() if holds]


def _input(fact: LotFact) -> str | None:
    """Name what a fact says has gone into the lot: a heat, or a lot of a material."""
    match fact:
        case FactoryLotStarted() | FactoryLotFinished():
            return fact.heat
        case FactoryMaterialConsumed():
            return fact.input_lot
        case _:
            return None


def _standing(counted: Counted) -> list[str]:
    return [value for value, count in counted.items() if count]


def _counted(counted: Counted, value: str | None, count: int) -> Counted:
    if value is None:
        return counted
    return {**counted, value: counted.get(value, 0) + count}
