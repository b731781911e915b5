"""Demand: what an order wants of a site's stock, kept for ever; inventory alone decides what it gets.

Every change is one fact with absolute totals, numbered by the demand's version. State and fact are born together:
each change answers the demand as it now is and the fact to tell.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from services.inventory.domain.ledger import BY_OVERRIDE, ISSUABLE, StockKey
from shared.errors import Kind, Refusal
from shared.events.orders import OrderPlaced
from shared.events.production import Reference
from shared.events.references import reference_key
from shared.events.stock import (
    DemandClosed,
    DemandEvent,
    DemandIssued,
    DemandReduced,
    DemandReserved,
    DemandSupplied,
    Gate,
    LossReason,
    ReservationLost,
)
from shared.types import Condition, OrderId, PartId, Priority, ReferenceKey, SiteId

D = TypeVar("D", bound=DemandEvent)
USUAL_CONDITIONS = frozenset({Condition.A, Condition.C})
"""What an order accepts that says nothing: B only where it is asked for."""


BANDS: Sequence[Priority] = (3, 8)
"""The last priority designator of each band but the last."""
LAST_BAND = len(BANDS) + 1


class OrderUnknown(Refusal):
    """No order of this number has been heard of."""

    kind = Kind.NOT_FOUND


class OrderHeardBefore(Refusal):
    """An order is placed once."""


def band(priority: Priority) -> int:
    """Tell the band of a priority designator, 1 before 3: 01-03, 04-08, 09-15 (time standards of MILSTRIP)."""
    return bisect_left(BANDS, priority) + 1


class Turn(NamedTuple):
    """A demand's place in allocation order: priority designator, day of need, age."""

    priority: int
    required_by: date
    placed_at: datetime
    order: OrderId


@dataclass(frozen=True, slots=True)
class Demand:
    """What one order wants, holds and got."""

    order: OrderId
    site: SiteId
    part: PartId
    quantity: int
    partial: bool
    priority: int
    required_by: date
    placed_at: datetime
    conditions: frozenset[Condition]
    is_lateral: bool = False
    """Whether another depot than the one that fills it has placed the order."""
    supplies: OrderId | None = None
    """The order that it supplies, where what it holds is shipped to the depot of that one."""
    ships_to: SiteId | None = None
    """That depot."""
    accepted: frozenset[ReferenceKey] = frozenset()
    """The references of which it takes lots; where it names none it takes any, also of none that is known."""
    reserved: int = 0
    issued: int = 0
    cancelled: int = 0
    released: int = 0
    arrived: int = 0
    lost: int = 0
    returned: int = 0
    closed: bool = False
    version: int = 0

    @property
    def stock(self) -> StockKey:
        """Name the mutex that it lies under."""
        return StockKey(self.site, self.part)

    @property
    def is_for_stock(self) -> bool:
        """Tell whether it fills a shelf: it accepts nothing that is there."""
        return not self.conditions

    @property
    def short(self) -> int:
        """Say how much it still waits for."""
        return self.quantity - self.reserved - self.issued - self.cancelled

    @property
    def waits(self) -> bool:
        """Tell whether freed stock may go to it."""
        return not self.closed and self.short > 0

    @property
    def turn(self) -> Turn:
        """Say when its turn comes; the lowest goes first."""
        return Turn(self.priority, self.required_by, self.placed_at, self.order)

    def accepts(self, condition: Condition, reference: ReferenceKey | None) -> bool:
        """Tell whether it takes goods in this condition that were made as this reference, or as nobody has told."""
        return condition in self.conditions and self.accepts_reference(reference)

    def accepts_reference(self, reference: ReferenceKey | None) -> bool:
        """Tell whether it takes goods made so; who names references is not given what nobody knows."""
        return not self.accepted or reference in self.accepted

    def reserve(self, quantity: int) -> tuple["Demand", DemandReserved]:
        """Hold stock for it; with nothing, only say how it stands."""
        assert 0 <= quantity <= max(self.short, 0), "never more than it waits for"
        now = replace(self, reserved=self.reserved + quantity, version=self.version + 1)
        return now, now.tell(DemandReserved)

    def issue(self, quantity: int) -> tuple["Demand", DemandIssued]:
        """Hand out what it holds."""
        assert 0 < quantity <= self.reserved, "only what is reserved is issued"
        now = replace(self, reserved=self.reserved - quantity, issued=self.issued + quantity, version=self.version + 1)
        return now, now.tell(DemandIssued)

    def undo_issue(self, quantity: int, *, held: int) -> tuple["Demand", DemandIssued]:
        """Take an issue back; so much of it is held for the order again, a closed one holds nothing."""
        assert 0 < quantity <= self.issued - self.returned, "only what was issued and did not come back is undone"
        assert 0 <= held <= (0 if self.closed else quantity), "a closed demand holds nothing"
        now = replace(
            self,
            issued=self.issued - quantity,
            reserved=self.reserved + held,
            cancelled=self.cancelled + (quantity if self.closed else 0),
            version=self.version + 1,
        )
        return now, now.tell(DemandIssued)

    def close(self) -> tuple["Demand", DemandClosed]:
        """Release what is not issued and want nothing more."""
        now = replace(
            self,
            reserved=0,
            released=self.released + self.reserved,
            cancelled=self.quantity - self.issued,
            closed=True,
            version=self.version + 1,
        )
        return now, now.tell(DemandClosed)

    def reduce(self, wanted: int) -> tuple["Demand", DemandReduced]:
        """Want less in all, but never less than was issued; what is held beyond that is released."""
        cancelled = max(self.cancelled, self.quantity - max(wanted, self.issued))
        reserved = min(self.reserved, self.quantity - self.issued - cancelled)
        now = replace(
            self,
            cancelled=cancelled,
            reserved=reserved,
            released=self.released + self.reserved - reserved,
            version=self.version + 1,
        )
        return now, now.tell(DemandReduced)

    def lose(
        self,
        quantity: int,
        reason: LossReason,
        *,
        winner: OrderId | None = None,
        gate: Gate | None = None,
        unaccepted: bool = False,
    ) -> tuple["Demand", ReservationLost]:
        """Give up stock that was held and is gone, goes to another order, is held back, or is not accepted any more."""
        assert 0 < quantity <= self.reserved, "only what is reserved is lost"
        now = replace(self, reserved=self.reserved - quantity, version=self.version + 1)
        totals = dict(now.tell(DemandReserved))
        return now, ReservationLost(
            **totals, taken=quantity, reason=reason, winner=winner, gate=gate, unaccepted=unaccepted
        )

    def supply(self, *, arrived: int = 0, lost: int = 0) -> tuple["Demand", DemandSupplied]:
        """Count supplies made for the order that arrived, or were lost on the road."""
        now = replace(self, arrived=self.arrived + arrived, lost=self.lost + lost, version=self.version + 1)
        now = now.stocked()
        return now, now.tell(DemandSupplied)

    def stocked(self) -> "Demand":
        """Want no more of what has arrived, where it is for the shelf; what did not arrive after all is wanted again.

        A closed one wants nothing any more. An order for the shelf is never reduced.
        """
        if not self.is_for_stock or self.closed:
            return self
        return replace(self, cancelled=min(self.quantity, self.arrived))

    def reschedule(self, required_by: date) -> "Demand":
        """Be needed on another day."""
        return replace(self, required_by=required_by)

    def reprioritise(self, priority: Priority) -> "Demand":
        """Be served by another priority designator."""
        return replace(self, priority=priority)

    def accept(self, references: Iterable[Reference]) -> "Demand":
        """Take lots of these references from now on; of any if none is named."""
        return replace(self, accepted=frozenset(map(reference_key, references)))

    def allow_emergency_use(self) -> "Demand":
        """Take goods as well that are suspended but for emergency use."""
        return replace(self, conditions=self.conditions | {BY_OVERRIDE})

    def take_back(self, quantity: int) -> "Demand":
        """Remember what came back of what was issued; it stays served."""
        assert 0 < quantity <= self.issued - self.returned, "only what was issued comes back"
        return replace(self, returned=self.returned + quantity)

    def give_again(self, quantity: int) -> "Demand":
        """Forget that something came back."""
        assert 0 < quantity <= self.returned, "only what came back is given again"
        return replace(self, returned=self.returned - quantity)

    def tell(self, kind: type[D]) -> D:
        """Tell how it stands, as a fact of this kind."""
        return kind(
            order=self.order,
            site=self.site,
            part=self.part,
            quantity=self.quantity,
            reserved=self.reserved,
            issued=self.issued,
            cancelled=self.cancelled,
            short=self.short,
            released=self.released,
            arrived=self.arrived,
            lost=self.lost,
            closed=self.closed,
        )


def hear(placed: OrderPlaced, *, arrived: int, lost: int) -> Demand:
    """Begin the demand of an order, with what came of supplies made for it before it was heard."""
    return (
        Demand(
            order=placed.order,
            site=placed.site,
            part=placed.part,
            quantity=placed.quantity,
            partial=placed.partial,
            priority=placed.priority,
            required_by=placed.required_by,
            placed_at=placed.placed_at,
            conditions=_conditions(placed),
            is_lateral=placed.ordered_by != placed.site,
            supplies=placed.supplies,
            ships_to=placed.ordered_by if placed.supplies else None,
            arrived=arrived,
            lost=lost,
        )
        .accept(placed.references)
        .stocked()
    )


def _conditions(placed: OrderPlaced) -> frozenset[Condition]:
    """Read what an order accepts of what is there: nothing, where it is for the shelf itself."""
    if placed.for_stock:
        return frozenset()
    return frozenset(placed.conditions) & ISSUABLE if placed.conditions else USUAL_CONDITIONS
