"""How a demand stands in its queue, and why what is free is not given to it: facts in, sentences out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.inventory.domain.demand import Demand
from services.inventory.domain.ledger import BY_OVERRIDE, GIVEN, ISSUABLE
from shared.events.stock import Gate
from shared.types import Condition, OrderId, ReferenceKey, ShipmentId


class StandingKind(StrEnum):
    """What a reason speaks of."""

    SERVED = "served"
    """It waits for nothing."""
    TURN = "turn"
    """Its place in the order of allocation, and who waits before it."""
    NOTHING_FREE = "nothing-free"
    """No stock of the part is free."""
    FREE = "free"
    """Stock that it may have."""
    CONDITION = "condition"
    """Free stock in a condition that it does not accept, or that is never issued."""
    REFERENCE = "reference"
    """Free stock of a reference that it does not accept, or of one that nobody has told."""
    EXPIRED = "expired"
    """Free stock whose shelf life is over."""
    HELD_BACK = "held-back"
    """Free stock that a gate holds back."""
    PROTECTED = "protected"
    """Free stock that stays for the depot's own orders."""
    ALL_OR_NOTHING = "all-or-nothing"
    """Too little for an order that takes all or nothing."""
    LOWER_BAND = "lower-band"
    """Stock that orders of lower bands hold."""
    ON_THE_ROAD = "on-the-road"
    """Stock on its way to the depot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason, with its figures, in plain words."""

    kind: StandingKind
    text: str
    quantity: int | None = None
    day: date | None = None
    order: OrderId | None = None
    shipment: ShipmentId | None = None


@dataclass(frozen=True, slots=True)
class Free:
    """Free stock of the part at the depot that is alike: in one condition, alive or not, held back or not."""

    condition: Condition
    quantity: int
    has_expired: bool = False
    gate: Gate | None = None
    is_accepted: bool = True
    """Whether the demand accepts what it was made as."""
    reference: ReferenceKey | None = None
    """What it was made as where that is known, and not accepted."""

    @property
    def is_usable(self) -> bool:
        """Whether it may be issued to who accepts its condition."""
        return self.condition in GIVEN and not self.has_expired and self.gate is None

    @property
    def is_good(self) -> bool:
        """Whether anybody may have it."""
        return self.is_usable and self.condition in ISSUABLE


@dataclass(frozen=True, slots=True)
class Ahead:
    """Who waits before a demand; orders of other depots are counted and not named."""

    orders: int = 0
    quantity: int = 0
    named: Sequence[OrderId] = ()


@dataclass(frozen=True, slots=True)
class Coming:
    """Stock on its way to the depot in one consignment."""

    shipment: ShipmentId
    quantity: int
    sent_on: date
    order: OrderId | None = None
    """The order that it was made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a demand is up against at its depot, at one moment."""

    ahead: Ahead = Ahead()
    free: Sequence[Free] = ()
    protected: int = 0
    held_below: int = 0
    """What orders of lower bands hold of goods that it accepts."""
    coming: Sequence[Coming] = ()


def standing(demand: Demand, around: Surroundings) -> list[Reason]:
    """Say when a demand's turn comes, what is free and why it does not get that, and what is on its way."""
    if not demand.waits:
        figures = f"{demand.reserved} held, {demand.issued} issued, {demand.cancelled} cancelled of {demand.quantity}"
        return [Reason(kind=StandingKind.SERVED, text=f"it waits for nothing: {figures}")]
    reasons = [_turn(demand, around.ahead), *_free(demand, around)]
    if around.held_below:
        text = f"{around.held_below} are held by orders of lower bands, from which it may take"
        reasons.append(Reason(kind=StandingKind.LOWER_BAND, quantity=around.held_below, text=text))
    return [*reasons, *(_coming(demand, each) for each in around.coming)]


def _turn(demand: Demand, ahead: Ahead) -> Reason:
    text = f"priority {demand.priority:02}, needed by {demand.required_by}, waits for {demand.short} of "
    text += f"{demand.quantity}; {_before(ahead)}"
    return Reason(kind=StandingKind.TURN, quantity=demand.short, day=demand.required_by, text=text)


def _before(ahead: Ahead) -> str:
    if not ahead.orders:
        return "nobody waits before it"
    text = f"orders that wait before it: {ahead.orders}, for {ahead.quantity}"
    return f"{text} ({', '.join(ahead.named)})" if ahead.named else text


def _free(demand: Demand, around: Surroundings) -> Iterator[Reason]:
    if not around.free:
        yield Reason(kind=StandingKind.NOTHING_FREE, text=f"nothing of it is free at {demand.site}")
        return
    for each in around.free:
        refused = _why_not(demand, each)
        if refused is not None:
            yield refused
    there = sum(each.quantity for each in around.free if each.is_usable and _is_accepted(demand, each))
    if there:
        yield from _within_reach(demand, around, there)


def _is_accepted(demand: Demand, free: Free) -> bool:
    return free.condition in demand.conditions and free.is_accepted


def _why_not(demand: Demand, free: Free) -> Reason | None:
    about = f"{free.quantity} are free in condition {free.condition.value}"
    if free.condition not in GIVEN:
        text = f"{about}, which is never issued"
    elif free.condition is BY_OVERRIDE and BY_OVERRIDE not in demand.conditions:
        text = f"{about}, which is issued in an emergency, on an approver's word alone"
    elif free.condition not in demand.conditions:
        text = f"{about}, which it does not accept"
    elif not free.is_accepted:
        made_as = f"of {free.reference}" if free.reference else "made as nobody has told"
        text = f"{about}: {made_as}, and it accepts only {', '.join(sorted(demand.accepted))}"
        return Reason(kind=StandingKind.REFERENCE, quantity=free.quantity, text=text)
    elif free.has_expired:
        return Reason(kind=StandingKind.EXPIRED, quantity=free.quantity, text=f"{about}: their shelf life is over")
    elif free.gate is not None:
        text = f"{about}: the gate {free.gate.value} holds them back"
        return Reason(kind=StandingKind.HELD_BACK, quantity=free.quantity, text=text)
    else:
        return None
    return Reason(kind=StandingKind.CONDITION, quantity=free.quantity, text=text)


def _within_reach(demand: Demand, around: Surroundings, there: int) -> Iterator[Reason]:
    """Say what it may have of what is there: beyond the protected minimum, and all or nothing where it says so."""
    good = sum(each.quantity for each in around.free if each.is_good)
    reach = max(0, min(there, good - around.protected)) if demand.is_lateral else there
    if reach < there:
        text = f"{there - reach} of {there} that are free stay at {demand.site} for its own orders: "
        text += f"{around.protected} are protected"
        yield Reason(kind=StandingKind.PROTECTED, quantity=there - reach, text=text)
    if reach and reach < demand.short and not demand.partial:
        text = f"it takes all {demand.short} or nothing, and {reach} are free for it"
        yield Reason(kind=StandingKind.ALL_OR_NOTHING, quantity=reach, text=text)
    elif reach:
        before = "once those before it are served" if around.ahead.orders else "at the next look at this stock"
        text = f"{min(reach, demand.short)} are free for it, and are given out {before}"
        yield Reason(kind=StandingKind.FREE, quantity=min(reach, demand.short), text=text)


def _coming(demand: Demand, coming: Coming) -> Reason:
    is_own = coming.order == demand.order
    made = f"made for {'this order' if is_own else 'another order'}" if coming.order else "made for stock"
    return Reason(
        kind=StandingKind.ON_THE_ROAD,
        quantity=coming.quantity,
        day=coming.sent_on,
        order=coming.order if is_own else None,
        shipment=coming.shipment,
        text=f"{coming.quantity}, {made}, are on the road in {coming.shipment} since {coming.sent_on}",
    )
