"""A work order: what a factory was asked to make, what became of it, and how much it will bring in all.

Its quantity is a function of sums (asked for, given back, what its lots' facts add up to), never a running balance:
facts in any order end at the same quantity, and orders only ever hears absolute totals.
At rest 0 <= dispatched <= good <= quantity, as long as the facts themselves do not contradict each other.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from services.production.domain.making import (
    UNSAID,
    OfferNotLess,
    Said,
    WorkshopFact,
    require_kits_few,
    require_owed,
    require_reuse_clear,
    tell_making,
)
from services.production.domain.totals import NOTHING, Totals
from shared.events.expediting import OrderSourceHurried, WorkOrderHurried
from shared.events.factory import (
    FactoryDelayReported,
    FactoryWorkOrderAccepted,
    FactoryWorkOrderRefused,
)
from shared.events.orders import OrderSourced, OrderSourcingReduced
from shared.events.production import (
    DelayReported,
    QuantityCause,
    Reference,
    WorkOrderAccepted,
    WorkOrderEvent,
    WorkOrderOpened,
    WorkOrderQuantityChanged,
    WorkOrderReduced,
    WorkOrderRefused,
)
from shared.events.purchases import PurchasePlaced
from shared.events.workshop import (
    FactoryKitArrived,
    FactoryKitMissing,
    FactoryWorkInProgressDecided,
    FactoryWorkOrderCountered,
)
from shared.types import QUANTITY_MAX, EventId, OrderId, PartId, Priority, SiteId, WorkOrderId

NoteFact = FactoryWorkOrderAccepted | FactoryWorkOrderRefused | FactoryDelayReported | WorkshopFact
"""What a factory says about a work order itself."""


class WorkOrderStatus(StrEnum):
    """How far a work order has come."""

    OPENED = "opened"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    IN_WORK = "in-work"
    FINISHED = "finished"
    DISPATCHED = "dispatched"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Promise:
    """A day that the factory named, and the event that named it."""

    event: EventId
    due: date


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """A work order as it now stands."""

    work_order_id: WorkOrderId
    version: int
    order: OrderId
    part: PartId
    factory: SiteId
    depot: SiteId
    priority: Priority
    ordered: int
    due_asked: date
    required_by: date | None = None
    asked: int = 0
    given: int = 0
    accepted: int = 0
    refused: int = 0
    promises: tuple[Promise, ...] = ()
    said: Said = UNSAID
    totals: Totals = NOTHING
    wanted_by: date | None = None
    """The day to which it was hurried, if it was."""
    references: tuple[Reference, ...] = ()
    """The references of which its order takes lots; any if none is named."""

    def is_for(self, factory: SiteId, part: PartId) -> bool:
        """Tell whether a lot of this factory and part can be made for it."""
        return self.factory == factory and self.part == part

    @property
    def quantity(self) -> int:
        """How much it will bring in all, as known now.

        What was made counts always; what is in work counts up to what is wanted, until the factory says that it is
        through; the rest counts while the factory has not refused it, less what was scrapped. What the factory has not
        offered, or does not go on with since it was asked back, is not wanted of it.
        """
        return min(self._quantity(), QUANTITY_MAX)

    def _quantity(self) -> int:
        totals = self.totals
        wanted = max(0, self.ordered - self.given - self.said.unmade)
        sure = max(totals.good, totals.dispatched)
        if totals.completions:
            return sure
        begun = max(sure, min(wanted, totals.committed))
        if self.refused:
            return begun
        return max(begun, wanted - totals.scrapped_in_process - totals.scrapped_finished)

    @property
    def due(self) -> date:
        """The day on which it is promised."""
        return self.promises[-1].due if self.promises else self.due_asked

    @property
    def undecided(self) -> int:
        """How many pieces in work were asked back of which the factory has not yet said what becomes."""
        return 0 if self.totals.completions else max(0, min(self._owed, self.totals.in_work))

    @property
    def _owed(self) -> int:
        return self.said.owed(self.asked - self.given, wanted=self.ordered - self.asked, good=self.totals.good)

    @property
    def status(self) -> WorkOrderStatus:
        """Say how far it has come."""
        quantity, totals = self.quantity, self.totals
        if quantity == 0:
            return WorkOrderStatus.REFUSED if self.refused else WorkOrderStatus.WITHDRAWN
        if totals.dispatched >= quantity:
            return WorkOrderStatus.DISPATCHED
        if totals.good >= quantity:
            return WorkOrderStatus.FINISHED
        if totals.put_in_work:
            return WorkOrderStatus.IN_WORK
        if self.accepted:
            return WorkOrderStatus.ACCEPTED
        return WorkOrderStatus.COUNTERED if self.said.offers else WorkOrderStatus.OPENED

    def reduce(self, asked: OrderSourcingReduced) -> tuple["WorkOrder", WorkOrderReduced]:
        """Give back what is neither in work nor made, as far as it is asked."""
        wanted_back = max(asked.asked - self.asked, 0)
        given = min(wanted_back, max(self.quantity - self.totals.committed, 0))
        reduced = replace(self, version=self.version + 1, asked=self.asked + wanted_back, given=self.given + given)
        return reduced, WorkOrderReduced(**_terms(reduced), asked=reduced.asked, given=reduced.given)

    def follow(
        self,
        *,
        required_by: date | None = None,
        priority: Priority | None = None,
        references: tuple[Reference, ...] | None = None,
    ) -> tuple["WorkOrder", WorkOrderQuantityChanged | None]:
        """Be as its order has become, in what is named: the work order as it now is, and the fact to tell if any."""
        followed = replace(
            self,
            required_by=required_by or self.required_by,
            priority=priority or self.priority,
            references=self.references if references is None else references,
        )
        if followed == self:
            return self, None
        followed = replace(followed, version=self.version + 1)
        return followed, WorkOrderQuantityChanged(**_terms(followed), cause=QuantityCause.CORRECTED)

    def hurry(self, asked: OrderSourceHurried) -> tuple["WorkOrder", WorkOrderHurried | None]:
        """Be wanted sooner than promised: the work order as it now is, and the fact to tell if that is news.

        Nothing is promised by it: the factory answers by naming a day.
        """
        if asked.wanted_by == self.wanted_by:
            return self, None
        hurried = replace(self, version=self.version + 1, wanted_by=asked.wanted_by)
        return hurried, WorkOrderHurried(**_terms(hurried), wanted_by=asked.wanted_by, reason=asked.reason)

    def require_possible(self, fact: NoteFact) -> None:
        """Refuse an offer of no less, one kit too many, and what is unclear, or wanted, of pieces in work."""
        match fact:
            case FactoryWorkOrderCountered():
                is_same = fact.due is None or (fact.due == self.due and not self.said.offers)
                if fact.quantity > self.ordered or (fact.quantity == self.ordered and is_same):
                    raise OfferNotLess(quantity=fact.quantity, ordered=self.ordered)
            case FactoryKitMissing() | FactoryKitArrived():
                require_kits_few(self.said, fact.kit)
            case FactoryWorkInProgressDecided():
                require_reuse_clear(fact)
                require_owed(fact, self._owed)

    def note(self, event: EventId, fact: NoteFact) -> tuple["WorkOrder", WorkOrderEvent]:
        """Take what the factory says about the work order itself: the work order as it now is, and the fact to tell."""
        if isinstance(fact, FactoryWorkOrderAccepted):
            said = self.said.buy(event, fact) if isinstance(fact, PurchasePlaced) else self.said
            noted = replace(self._promised(event, fact.due, accepted=1), said=said)
            return noted, WorkOrderAccepted(**_terms(noted))
        if isinstance(fact, FactoryWorkOrderRefused):
            noted = replace(self, version=self.version + 1, refused=self.refused + 1)
            return noted, WorkOrderRefused(**_terms(noted), reason=fact.reason)
        if isinstance(fact, FactoryDelayReported):
            noted = self._promised(event, fact.due, accepted=0)
            return noted, DelayReported(**_terms(noted), cause=fact.cause)
        return self._note_making(event, fact)

    def _note_making(self, event: EventId, fact: WorkshopFact) -> tuple["WorkOrder", WorkOrderEvent]:
        unoffered = replace(self, said=replace(self.said, offers=()))
        said = self.said.add(event, fact, brings=unoffered.quantity, good=self.totals.good)
        due = fact.due if isinstance(fact, FactoryWorkOrderCountered | FactoryKitMissing) else None
        noted = replace(self._promised(event, due, accepted=0), said=said)
        return noted, tell_making(fact, _terms(noted))

    def _promised(self, event: EventId, due: date | None, *, accepted: int) -> "WorkOrder":
        promises = (*self.promises, Promise(event, due)) if due else self.promises
        return replace(self, version=self.version + 1, accepted=self.accepted + accepted, promises=promises)

    def forget(self, event: EventId, fact: NoteFact) -> "WorkOrder":
        """Take back what a voided event said about the work order itself."""
        return replace(
            self,
            accepted=self.accepted - isinstance(fact, FactoryWorkOrderAccepted),
            refused=self.refused - isinstance(fact, FactoryWorkOrderRefused),
            promises=tuple(promise for promise in self.promises if promise.event != event),
            said=self.said.without(event),
        )

    def void(self, event: EventId, fact: NoteFact, reason: str) -> tuple["WorkOrder", WorkOrderEvent]:
        """Void an event about the work order itself: the work order as it now is, and the fact to tell."""
        voided = replace(self.forget(event, fact), version=self.version + 1)
        if voided.due != self.due:
            return voided, DelayReported(**_terms(voided), cause=reason)
        return voided, WorkOrderQuantityChanged(**_terms(voided), cause=QuantityCause.CORRECTED)

    def count(self, change: Totals) -> tuple["WorkOrder", WorkOrderQuantityChanged | None]:
        """Count what a lot's fact adds: the work order as it now is, and the fact to tell if it brings more or less."""
        fewer = QuantityCause.UNDER_PRODUCED if change.completions else QuantityCause.SCRAPPED
        return self._count(change, fewer=fewer, more=QuantityCause.OVER_PRODUCED)

    def recount(self, change: Totals) -> tuple["WorkOrder", WorkOrderQuantityChanged | None]:
        """Count what a void or a correction changes."""
        return self._count(change, fewer=QuantityCause.CORRECTED, more=QuantityCause.CORRECTED)

    def _count(
        self, change: Totals, *, fewer: QuantityCause, more: QuantityCause
    ) -> tuple["WorkOrder", WorkOrderQuantityChanged | None]:
        counted = replace(self, totals=self.totals + change)
        if counted.quantity == self.quantity:
            return counted, None
        cause = more if counted.quantity > self.quantity else fewer
        counted = replace(counted, version=self.version + 1)
        return counted, WorkOrderQuantityChanged(**_terms(counted), cause=cause)


def open_work_order(sourced: OrderSourced, totals: Totals = NOTHING) -> tuple[WorkOrder, WorkOrderOpened]:
    """Open the work order that orders asks for, counting what its lots told before."""
    opened = WorkOrder(
        work_order_id=sourced.work_order,
        version=1,
        order=sourced.order,
        part=sourced.part,
        factory=sourced.source,
        depot=sourced.site,
        priority=sourced.priority,
        ordered=sourced.quantity,
        due_asked=sourced.due,
        required_by=sourced.required_by,
        references=sourced.references,
        totals=totals,
    )
    return opened, WorkOrderOpened(**_terms(opened))


def _terms(work_order: WorkOrder) -> dict[str, Any]:
    return {
        "work_order": work_order.work_order_id,
        "order": work_order.order,
        "part": work_order.part,
        "factory": work_order.factory,
        "depot": work_order.depot,
        "quantity": work_order.quantity,
        "due": work_order.due,
        "required_by": work_order.required_by,
        "priority": work_order.priority,
        "references": work_order.references,
        "making": work_order.said.told,
    }
