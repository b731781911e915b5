"""The factory floor as a group of events finds it: locked lots and work orders, on which each event is decided in turn.

Nothing here is half done: an event is refused before the floor changes, or it changes lot, work order, history and
told facts together. Who opens a floor has locked every lot and work order that its events touch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.production.domain.history import Entry, Identity, Telling
from services.production.domain.lot import Lot, lot_id
from services.production.domain.posted import (
    Accepted,
    EventAlreadyVoided,
    EventNotVoidable,
    EventUnknown,
    Posted,
    WorkOrderUnknown,
)
from services.production.domain.telling import tell_lot, tell_void
from services.production.domain.totals import NOTHING, Totals, totals_of
from services.production.domain.work_order import NoteFact, WorkOrder
from shared.events.envelope import Event, new_event_id
from shared.events.factory import FactoryEventCorrected, FactoryEventVoided, FactoryFact, LotFact
from shared.events.production import WorkOrderEvent
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
        if isinstance(fact, Undoing):
            entry = self._undo(posted, self._standing(posted, fact), corrected)
        elif isinstance(fact, LotFact):
            entry = self._add_to_lot(posted, fact)
            self._count(posted, self._counted(entry, totals_of(fact)), WorkOrder.count)
        else:
            assert isinstance(fact, NoteFact)
            entry = self._note(posted, self._own_work_order(posted, fact), fact)
        self.entries[posted.identity] = entry
        return Accepted(posted.event_id, entry.key, entry.key_seq)

    def _standing(self, posted: Posted, undoing: Undoing) -> Entry:
        """Find the event to undo, or refuse."""
        earlier = self.entries.get((posted.source, undoing.event))
        if earlier is None:
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
        changes = self._counted(earlier, -totals_of(earlier.fact))
        if corrected is None:
            entry = self._void_on_lot(posted, earlier, posted.event_id)
        else:
            self._void_on_lot(posted, earlier, new_event_id())
            entry = self._add_to_lot(posted, corrected)
            for work_order, change in self._counted(entry, totals_of(corrected)).items():
                changes[work_order] = changes.get(work_order, NOTHING) + change
        self._count(posted, changes, WorkOrder.recount)
        return entry

    def _undo_on_work_orders(self, posted: Posted, earlier: Entry, corrected: NoteFact | None) -> Entry:
        assert isinstance(earlier.fact, NoteFact)
        if corrected is None:
            return self._void_note(posted, earlier, posted.event_id)
        work_order = self._own_work_order(posted, corrected)
        if corrected.work_order == earlier.fact.work_order:
            self.voided[earlier.event_id] = posted.event_id
            work_order = work_order.forget(earlier.event_id, earlier.fact)
        else:
            self._void_note(posted, earlier, new_event_id())
        return self._note(posted, work_order, corrected)

    def _add_to_lot(self, posted: Posted, fact: LotFact) -> Entry:
        lot = self.lots[lot_id(posted.site, fact.lot)]
        named = fact.work_order or lot.work_order
        work_order = self.work_orders.get(named) if named else None
        event = tell_lot(fact, lot, named, work_order)
        lot = self._keep_lot(lot.add(fact))
        entry = Entry(posted.event_id, event.key, lot.version, fact, work_order=named)
        if named is not None and work_order is None:
            self.awaiting.append(entry)
        self._tell(posted, entry, event)
        return entry

    def _void_on_lot(self, posted: Posted, earlier: Entry, event_id: EventId) -> Entry:
        assert isinstance(earlier.fact, LotFact)
        lot = self.lots[lot_id(posted.site, earlier.fact.lot)]
        work_order = self.work_orders.get(earlier.work_order) if earlier.work_order else None
        event = tell_void(earlier, lot, work_order, _reason(posted))
        lot = self._keep_lot(lot.withdraw(earlier.fact))
        entry = Entry(event_id, event.key, lot.version, posted.fact, work_order=earlier.work_order)
        self.voided[earlier.event_id] = posted.event_id
        self._tell(posted, entry, event)
        return entry

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

    def _own_work_order(self, posted: Posted, fact: NoteFact) -> WorkOrder:
        """Find the work order that a factory speaks of, or refuse alike what is unknown and what is another's."""
        work_order = self.work_orders.get(fact.work_order)
        if work_order is None or work_order.factory != posted.site:
            raise WorkOrderUnknown(work_order=fact.work_order)
        return work_order

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
