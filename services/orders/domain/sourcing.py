"""The work orders that an order has asked of sources."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.events.making import Making
from shared.events.production import (
    DelayReported,
    WorkOrderAccepted,
    WorkOrderEvent,
    WorkOrderReduced,
    WorkOrderRefused,
)
from shared.events.progress import KitArrived, KitMissing, WorkOrderCountered
from shared.types import OrderId, SiteId, WorkOrderId


class WorkState(StrEnum):
    """How far a source has taken a work order on."""

    ASKED = "asked"
    OPEN = "open"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of issue costs, in which currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Sourcing:
    """One work order of an order, as orders knows it; quantities are absolute totals."""

    n: int
    source: SiteId
    sourced: int
    """How much was asked for when it was opened."""
    quantity: int
    """How much it will bring in all, as known now."""
    due: date
    due_reason: str
    asked: int = 0
    """How much was asked back in all."""
    answered: int = 0
    """How much of `asked` has been answered."""
    given: int = 0
    """How much of `answered` was given back."""
    state: WorkState = WorkState.ASKED
    making: Making | None = None
    """What else its source has said of it."""
    declined: bool = False
    """Whether somebody has said no to what its source offered."""
    price: Price | None = None
    """What its source asked for one unit of issue when it was chosen."""
    wanted_by: date | None = None
    """The day to which it was hurried, if it was."""
    lateral: OrderId | None = None
    """The lateral order by which another depot ships it; none where a maker has it."""
    asked_on: date | None = None
    """Day on which it was asked for; none of what was asked for before that was kept."""
    due_asked: date | None = None
    """Day on which it was to be there when it was asked for."""
    waiting_days: int = 0
    """How much of that was the wait for the source's capacity."""
    ended_on: date | None = None
    """Day on which all of it had arrived, or nothing was left of it; see `course`."""
    resourced: bool = False
    """Whether it was asked back because its source had slipped and another one was sooner."""

    @property
    def offers_less(self) -> bool:
        """Whether its source makes no more of it than it has offered."""
        offered = self.making.offered if self.making else None
        return offered is not None and offered < self.sourced

    @property
    def pending(self) -> int:
        """How much is asked back and not yet answered."""
        return self.asked - self.answered

    @property
    def kept(self) -> bool:
        """Whether it is not asked back: it once gave less than asked, or a depot ships it by an order of its own."""
        return self.given < self.answered or self.lateral is not None

    def name(self, order: OrderId) -> WorkOrderId:
        """Name the work order: the order's n-th."""
        return f"{order}-W{self.n}"


def number_of(work_order: WorkOrderId) -> int:
    """Read which of its order's work orders it is, from 1."""
    return int(work_order.rpartition("-W")[2])


def refusing(work_orders: Sequence[Sourcing]) -> frozenset[SiteId]:
    """Name the sources that have refused the order, or part of it, or were told no: they are not asked again."""
    return frozenset(
        work.source for work in work_orders if work.state is WorkState.REFUSED or work.offers_less or work.declined
    )


def slipping(work_orders: Sequence[Sourcing]) -> frozenset[SiteId]:
    """Name the sources that the order was taken back from because they had slipped."""
    return frozenset(work.source for work in work_orders if work.resourced)


def hear(work: Sourcing, fact: WorkOrderEvent) -> Sourcing:
    """Take over what production says of a work order."""
    asked, given = work.answered, work.given
    if isinstance(fact, WorkOrderReduced):
        asked, given = fact.asked, fact.given
    return replace(
        work,
        quantity=fact.quantity,
        due=fact.due,
        due_reason=_due_reason(work, fact),
        answered=asked,
        given=given,
        state=_state(work, fact),
        making=fact.making,
    )


def _state(work: Sourcing, fact: WorkOrderEvent) -> WorkState:
    if isinstance(fact, WorkOrderAccepted):
        return WorkState.ACCEPTED
    if isinstance(fact, WorkOrderRefused):
        return WorkState.REFUSED
    if isinstance(fact, WorkOrderCountered):
        return WorkState.COUNTERED
    refusal_undone = work.state is WorkState.REFUSED and fact.quantity > work.quantity
    offer_undone = work.state is WorkState.COUNTERED and (fact.making is None or fact.making.offered is None)
    is_open = work.state is WorkState.ASKED or refusal_undone or offer_undone
    return WorkState.OPEN if is_open else work.state


def _due_reason(work: Sourcing, fact: WorkOrderEvent) -> str:
    if isinstance(fact, WorkOrderAccepted):
        return f"accepted by {work.source}"
    if isinstance(fact, WorkOrderCountered):
        return f"offered by {work.source}: {fact.reason}"
    if isinstance(fact, KitMissing) and fact.due != work.due:
        return f"{work.source} waits for {_kit(fact)}"
    if isinstance(fact, KitArrived):
        return _arrived(work, fact.kit)
    if isinstance(fact, DelayReported):
        return f"delayed by {work.source}: {fact.cause}"
    return work.due_reason


def _kit(fact: KitMissing) -> str:
    return f"kit {fact.kit} from {fact.supplier}" if fact.supplier else f"kit {fact.kit}"


def _arrived(work: Sourcing, kit: str) -> str:
    """Say of a kit that has come that it was waited for, where it is why the day is that day."""
    waiting = f"{work.source} waits for kit {kit}"
    if work.due_reason != waiting and not work.due_reason.startswith(f"{waiting} from "):
        return work.due_reason
    return f"{work.due_reason.replace(' waits for ', ' waited for ', 1)}, which has come"
