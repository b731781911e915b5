"""Who holds and who waits: the demands of the locked stock, their reservations, and the facts told about them.

All reservations on a holding together are exactly what stands on its reserved shelf.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from services.inventory.domain.demand import Demand, OrderUnknown
from services.inventory.domain.ledger import Holding, StockKey
from shared.events.envelope import new_event_id
from shared.events.stock import DemandEvent
from shared.types import EventId, OrderId


class Reservation(NamedTuple):
    """What one order holds of one lot in one condition."""

    order: OrderId
    holding: Holding


class DemandFact(NamedTuple):
    """A fact about a demand, with the identity and number under which it is told."""

    id: EventId
    event: DemandEvent
    key_seq: int
    cause: EventId | None


@dataclass(slots=True)
class Demands:
    """The demands and reservations that a batch touches."""

    acting: EventId | None = None
    """What is being decided, so that each fact knows what caused it."""
    facts: list[DemandFact] = field(default_factory=list)
    stirred: set[StockKey] = field(default_factory=set)
    _rows: dict[OrderId, Demand] = field(default_factory=dict)
    _asked: set[OrderId] = field(default_factory=set)
    _new: dict[OrderId, EventId | None] = field(default_factory=dict)
    _changed: set[OrderId] = field(default_factory=set)
    _held: dict[Reservation, int] = field(default_factory=dict)
    _found: dict[Reservation, int] = field(default_factory=dict)
    _of_stock: dict[StockKey, set[OrderId]] = field(default_factory=dict)
    _of_order: dict[OrderId, set[Holding]] = field(default_factory=dict)
    _of_holding: dict[Holding, set[OrderId]] = field(default_factory=dict)

    # ---- what the store found

    def load_orders(self, orders: Iterable[OrderId]) -> None:
        """Know that these were looked up, so that one not found is not heard of yet."""
        self._asked.update(orders)

    def load(self, demand: Demand) -> None:
        """Take in a demand, unless it is known and may have changed since."""
        self._asked.add(demand.order)
        self._rows.setdefault(demand.order, demand)
        self._of_stock.setdefault(demand.stock, set()).add(demand.order)

    def load_reservation(self, reservation: Reservation, quantity: int) -> None:
        """Take in what an order holds, adding what was decided before it was looked up."""
        if reservation not in self._found:
            self._found[reservation] = quantity
            self._hold(reservation, quantity)

    # ---- what may be asked

    def unheard(self) -> list[OrderId]:
        """List the orders that were looked up and are not heard of yet."""
        return sorted(self._asked - self._rows.keys())

    def find(self, order: OrderId) -> Demand | None:
        """Look a demand up; none if its order was not heard of yet."""
        assert order in self._asked, f"demand {order} was not declared"
        return self._rows.get(order)

    def get(self, order: OrderId) -> Demand:
        """Look a demand up that must be there, after its first fact has been told."""
        demand = self.find(order)
        if demand is None:
            raise OrderUnknown(order=order)
        if demand.version == 0:
            demand, fact = demand.reserve(0)
            self.keep(demand, fact)
        return demand

    def held_by(self, order: OrderId) -> dict[Holding, int]:
        """Say what an order holds, by lot and condition."""
        return {each: self._held[Reservation(order, each)] for each in sorted(self._of_order.get(order, ()))}

    def holders(self, holding: Holding) -> list[tuple[Demand, int]]:
        """List who holds these goods, last in allocation order first: the order in which they lose them."""
        orders = self._of_holding.get(holding, ())
        rows = [(self._rows[order], self._held[Reservation(order, holding)]) for order in orders]
        return sorted((row for row in rows if row[1]), key=lambda row: row[0].turn, reverse=True)

    def known_holders(self, holding: Holding) -> list[OrderId]:
        """List whose reservations on these goods have been looked up."""
        return [order for order in self._of_holding.get(holding, ()) if Reservation(order, holding) in self._found]

    def waiting(self, stock: StockKey) -> list[Demand]:
        """List the known demands that wait for this stock, in no order."""
        known = (self._rows[order] for order in self._of_stock.get(stock, ()))
        return [demand for demand in known if demand.waits]

    def known(self) -> list[OrderId]:
        """List the orders whose demands are known, and may have changed since they were read."""
        return list(self._rows)

    def holding(self, stock: StockKey) -> list[Demand]:
        """List the known demands that hold some of this stock, in no order."""
        known = (self._rows[order] for order in self._of_stock.get(stock, ()))
        return [demand for demand in known if demand.reserved]

    # ---- what may be decided

    def hear(self, demand: Demand) -> None:
        """Begin a demand; its first fact is told when it is first decided about, at the latest when all is decided."""
        self.load(demand)
        self._new[demand.order] = self.acting
        self.stirred.add(demand.stock)

    def amend(self, demand: Demand) -> None:
        """Keep a change that is nobody else's concern."""
        self._rows[demand.order] = demand
        self._changed.add(demand.order)
        if demand.waits:
            self.stirred.add(demand.stock)

    def keep(self, demand: Demand, event: DemandEvent) -> EventId:
        """Keep a change and the fact that tells it; answers the fact's own id."""
        self.amend(demand)
        cause = self.acting or self._new.get(demand.order)
        fact = DemandFact(new_event_id(), event, demand.version, cause)
        self.facts.append(fact)
        return fact.id

    def hold(self, reservation: Reservation, change: int) -> None:
        """Add to what an order holds of a lot, or take from it."""
        self._hold(reservation, change)
        assert self._held[reservation] >= 0 or reservation not in self._found, "nobody holds less than nothing"

    def announce(self) -> None:
        """Tell of every order heard that nothing was decided about yet."""
        for order in self._new:
            self.get(order)

    # ---- what is to be written

    def told(self) -> list[DemandFact]:
        """List the facts in the order told; of each demand, all but the last say that more follows with them."""
        last = {fact.event.order: fact.key_seq for fact in self.facts}
        return [
            fact
            if fact.key_seq == last[fact.event.order]
            else fact._replace(event=fact.event.model_copy(update={"unsettled": True}))
            for fact in self.facts
        ]

    def new(self) -> list[Demand]:
        """List the demands that the store does not have."""
        return [self._rows[order] for order in sorted(self._new)]

    def changed(self) -> list[Demand]:
        """List the demands that the store has and that changed, in id order."""
        return [self._rows[order] for order in sorted(self._changed - self._new.keys())]

    def moved(self) -> dict[Reservation, int]:
        """Net what changed in the reservations."""
        changes = {each: held - self._found.get(each, 0) for each, held in self._held.items()}
        return {each: changes[each] for each in sorted(changes) if changes[each]}

    def _hold(self, reservation: Reservation, change: int) -> None:
        self._held[reservation] = self._held.get(reservation, 0) + change
        self._of_order.setdefault(reservation.order, set()).add(reservation.holding)
        self._of_holding.setdefault(reservation.holding, set()).add(reservation.order)
