"""The factory floor as a group of events finds it: locked lots and work orders, on which each event is decided in turn.

Nothing here is half done: an event is refused before the floor changes, or it changes lot, work order, history and
told facts together. Who opens a floor has locked every lot and work order that its events touch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from services.production.domain.history import Entry, Identity, Telling
from services.production.domain.lot import Lot, lot_id
from services.production.domain.making import require_cost_whole, require_price_whole
from services.production.domain.posted import (
    Accepted,
    EventAlreadyVoided,
    EventNotVoidable,
    EventUnknown,
    Posted,
    WorkOrderUnknown,
)
from services.production.domain.purchase import is_purchase, require_possible, steps, totals_with_steps
from services.production.domain.telling import tell_lot, tell_void
from services.production.domain.totals import NOTHING, Totals
from services.production.domain.work_order import NoteFact, WorkOrder
from shared.events.envelope import Event, new_event_id
from shared.events.factory import FactoryEventCorrected, FactoryEventVoided, FactoryFact, LotFact
from shared.events.production import WorkOrderEvent
from shared.events.purchases import PurchaseDispatched, PurchasePlaced
from shared.events.workshop import FactoryMaterialConsumed, FactoryWorkInProgressDecided
from shared.types import EventId, LotId, WorkOrderId

Undoing = FactoryEventVoided | FactoryEventCorrected
Counting = Callable[[WorkOrder, Totals], tuple[WorkOrder, WorkOrderEvent | None]]


@dataclass(slots=True)
class Floor:
    """Locked lots and work orders, and what is decided on them."""

    lots: dict[LotId, Lot]
    work_orders: dict[WorkOrderId, WorkOrder]
    entries: dict[Identity, Entry] = field(default_factory=dict)
    """Earlier events that this group's events may name, by their sender's identity; grows as events are decided."""
    told: list[Telling] = field(default_factory=list)
    voided: dict[EventId, EventId] = field(default_factory=dict)
    """By the voided event's id, the event that voided or corrected it."""
    awaiting: list[Entry] = field(default_factory=list)
    """Facts that name a work order which is not open yet."""
    changed_lots: set[LotId] = field(default_factory=set)
    changed_work_orders: set[WorkOrderId] = field(default_factory=set)

    def decide(self, posted: Posted, corrected: FactoryFact | None = None) -> Accepted:
        """Accept one event, or refuse it before anything changes; a correction comes with its corrected fact."""
        fact = posted.fact
        self._require_possible(posted, corrected or fact)
        if isinstance(fact, Undoing):
            entry = self._undo(posted, self._standing(posted, fact), corrected)
        elif isinstance(fact, LotFact):
            entry = self._add_to_lot(posted, fact)
            self._count(posted, self._counted(entry, totals_with_steps(fact)), WorkOrder.count)
        else:
            assert isinstance(fact, NoteFact)
            work_order = self._own_work_order(posted, fact)
            self._require_sensible(posted, work_order, fact)
            entry = self._note(posted, work_order, fact)
        self.entries[posted.identity] = entry
        return Accepted(posted.event_id, entry.key, entry.key_seq)

    def _require_possible(self, posted: Posted, fact: FactoryFact) -> None:
        """Refuse a purchase of what its supplier was never asked for, and half a cost or price; the rest may be."""
        if isinstance(fact, FactoryMaterialConsumed):
            require_cost_whole(fact)
        if isinstance(fact, PurchasePlaced):
            require_price_whole(fact)
        if isinstance(fact, PurchaseDispatched):
            require_possible(fact, self._own_work_order(posted, fact))

    def _standing(self, posted: Posted, undoing: Undoing) -> Entry:
        """Find the event to undo, or refuse."""
        earlier = self.entries.get((posted.source, undoing.event))
        if earlier is None or is_purchase(earlier.fact) is not is_purchase(undoing):
            raise EventUnknown(event=undoing.event)
        if isinstance(earlier.fact, FactoryEventVoided):
            raise EventNotVoidable(event=undoing.event)
        if earlier.voided_by or earlier.event_id in self.voided:
            raise EventAlreadyVoided(event=undoing.event)
        return earlier

    def _undo(self, posted: Posted, earlier: Entry, corrected: FactoryFact | None) -> Entry:
        if isinstance(earlier.fact, LotFact):
            assert corrected is None or isinstance(corrected, LotFact)
            return self._undo_on_lots(posted, earlier, corrected)
        assert corrected is None or isinstance(corrected, NoteFact)
        return self._undo_on_work_orders(posted, earlier, corrected)

    def _undo_on_lots(self, posted: Posted, earlier: Entry, corrected: LotFact | None) -> Entry:
        assert isinstance(earlier.fact, LotFact)
        changes = self._counted(earlier, -totals_with_steps(earlier.fact))
        if corrected is None:
            entry = self._void_on_lot(posted, earlier, posted.event_id)
        else:
            self._void_on_lot(posted, earlier, new_event_id())
            entry = self._add_to_lot(posted, corrected)
            for work_order, change in self._counted(entry, totals_with_steps(corrected)).items():
                changes[work_order] = changes.get(work_order, NOTHING) + change
        self._count(posted, changes, WorkOrder.recount)
        return entry

    def _undo_on_work_orders(self, posted: Posted, earlier: Entry, corrected: NoteFact | None) -> Entry:
        assert isinstance(earlier.fact, NoteFact)
        if corrected is None:
            return self._void_note(posted, earlier, posted.event_id)
        work_order = self._own_work_order(posted, corrected)
        is_same = corrected.work_order == earlier.fact.work_order
        work_order = work_order.forget(earlier.event_id, earlier.fact) if is_same else work_order
        self._require_sensible(posted, work_order, corrected)
        if is_same:
            self.voided[earlier.event_id] = posted.event_id
        else:
            self._void_note(posted, earlier, new_event_id())
        return self._note(posted, work_order, corrected)

    def _add_to_lot(self, posted: Posted, fact: LotFact) -> Entry:
        lot = self.lots[lot_id(posted.site, fact.lot)]
        named = fact.work_order or lot.work_order
        work_order = self.work_orders.get(named) if named else None
        parts = steps(fact)
        told = (*(new_event_id() for _ in parts[1:]), posted.event_id)
        for event_id, step in zip(told, parts, strict=True):
            event = tell_lot(step, lot, named, work_order)
            lot = self._keep_lot(lot.add(step))
            self.told.append(Telling(event, lot.version, event_id, posted))
        entry = Entry(posted.event_id, f"lot:{lot.lot_id}", lot.version, fact, work_order=named, before=told[:-1])
        if named is not None and work_order is None:
            self.awaiting.append(entry)
        return entry

    def _void_on_lot(self, posted: Posted, earlier: Entry, event_id: EventId) -> Entry:
        """Take back what an event told of a lot, the last of it first."""
        assert isinstance(earlier.fact, LotFact)
        lot = self.lots[lot_id(posted.site, earlier.fact.lot)]
        work_order = self.work_orders.get(earlier.work_order) if earlier.work_order else None
        told = reversed([*zip((*earlier.before, earlier.event_id), steps(earlier.fact), strict=True)])
        voids = (*(new_event_id() for _ in earlier.before), event_id)
        for void, (voided, step) in zip(voids, told, strict=True):
            event = tell_void(replace(earlier, event_id=voided, fact=step), lot, work_order, _reason(posted))
            lot = self._keep_lot(lot.withdraw(step))
            self.told.append(Telling(event, lot.version, void, posted))
        self.voided[earlier.event_id] = posted.event_id
        return Entry(event_id, f"lot:{lot.lot_id}", lot.version, posted.fact, work_order=earlier.work_order)

    def _note(self, posted: Posted, work_order: WorkOrder, fact: NoteFact) -> Entry:
        work_order, event = work_order.note(posted.event_id, fact)
        self._keep_work_order(work_order)
        entry = Entry(posted.event_id, event.key, work_order.version, fact)
        self._tell(posted, entry, event)
        return entry

    def _void_note(self, posted: Posted, earlier: Entry, event_id: EventId) -> Entry:
        assert isinstance(earlier.fact, NoteFact)
        work_order = self.work_orders[earlier.fact.work_order]
        work_order, event = work_order.void(earlier.event_id, earlier.fact, _reason(posted))
        self._keep_work_order(work_order)
        entry = Entry(event_id, event.key, work_order.version, posted.fact)
        self.voided[earlier.event_id] = posted.event_id
        self._tell(posted, entry, event)
        return entry

    def _counted(self, entry: Entry, change: Totals) -> dict[WorkOrderId, Totals]:
        """Say for which work order an entry counts: one that is open, and for its own factory and part."""
        assert isinstance(entry.fact, LotFact)
        work_order = self.work_orders.get(entry.work_order) if entry.work_order else None
        factory = entry.key.removeprefix("lot:").partition(":")[0]
        if work_order is None or not work_order.is_for(factory, entry.fact.part):
            return {}
        return {work_order.work_order_id: change}

    def _count(self, posted: Posted, changes: Mapping[WorkOrderId, Totals], counting: Counting) -> None:
        for work_order_id in sorted(changes):
            work_order, event = counting(self.work_orders[work_order_id], changes[work_order_id])
            self._keep_work_order(work_order)
            if event is not None:
                self.told.append(Telling(event, work_order.version, new_event_id(), posted))

    def _own_work_order(self, posted: Posted, fact: NoteFact | PurchaseDispatched) -> WorkOrder:
        """Find the work order that a factory speaks of, or refuse alike what is unknown and what is another's."""
        work_order = self.work_orders.get(fact.work_order)
        if work_order is None or work_order.factory != posted.site:
            raise WorkOrderUnknown(work_order=fact.work_order)
        return work_order

    def _require_sensible(self, posted: Posted, work_order: WorkOrder, fact: NoteFact) -> None:
        """Refuse what cannot be said of this work order, and pieces that go on as one that is not the factory's."""
        work_order.require_possible(fact)
        if isinstance(fact, FactoryWorkInProgressDecided) and fact.reused_for is not None:
            other = self.work_orders.get(fact.reused_for)
            if other is None or not other.is_for(posted.site, work_order.part):
                raise WorkOrderUnknown(work_order=fact.reused_for)

    def _keep_lot(self, lot: Lot) -> Lot:
        self.lots[lot.lot_id] = lot
        self.changed_lots.add(lot.lot_id)
        return lot

    def _keep_work_order(self, work_order: WorkOrder) -> None:
        self.work_orders[work_order.work_order_id] = work_order
        self.changed_work_orders.add(work_order.work_order_id)

    def _tell(self, posted: Posted, entry: Entry, event: Event) -> None:
        self.told.append(Telling(event, entry.key_seq, entry.event_id, posted))


def _reason(posted: Posted) -> str:
    assert isinstance(posted.fact, Undoing)
    return posted.fact.reason
