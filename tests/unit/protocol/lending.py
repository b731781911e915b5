"""An order and its lateral order, in every interleaving: the real rules of orders and inventory, and two depots.

What both depots hold is inventory's, told on two keys that interleave as they like; there is no factory, so that
whatever the other depot does not ship stays open.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from services.inventory.domain import demand as demands
from services.inventory.domain.demand import Demand
from services.orders.domain import asking, lending
from services.orders.domain.asking import Ask
from services.orders.domain.lending import Lending
from services.orders.domain.order import Decision, Order
from services.orders.domain.placement import Placement, place
from services.orders.domain.plan import plan
from services.orders.domain.ranking import Market
from shared.errors import Refusal
from shared.events.envelope import Event
from shared.events.orders import OrderCancelRequested, OrderPlaced
from shared.events.production import LotDispatched
from shared.events.stock import DemandEvent, DemandReserved, LossReason
from shared.types import Condition, Urgency
from tests.unit.protocol.explorer import Step
from tests.unit.protocol.making import LOT, SHIPMENT
from tests.unit.protocol.ordering import DEPOT, FACTORY, PART, TODAY, Ordering
from tests.unit.protocol.sides import Messages
from tests.unit.protocol.stocking import NOW, Stock, Stocking

OTHER_DEPOT = "D-02"
SUPPLIED = "7201YA6166A001-2026"
LATERAL = f"{SUPPLIED}-Z"
LENT = 1
Channel = tuple[int, ...]


class Chances(NamedTuple):
    """How often what nobody foresees may still happen."""

    cancel: int = 0
    decline: int = 0
    free: int = 0
    take: int = 0
    take_there: int = 0
    lose: int = 0


class State(NamedTuple):
    """Both orders, both depots, and what is under way between them."""

    order: Order
    lateral: Order | None
    here: Stock
    there: Demand | None
    free_there: int
    chances: Chances
    to_here: Channel = ()
    to_there: Channel = ()
    from_here: Channel = ()
    from_there: Channel = ()


class LendingWorld:
    """One order of two, for which another depot may ship one."""

    def __init__(self, chances: Chances) -> None:
        self._messages = Messages()
        self._stocking = Stocking()
        self._chances = chances

    def starts(self) -> Iterator[State]:
        """Place the order; the other depot has one to spare, or none."""
        order, placed = Ordering().begin()
        for free in (0, LENT):
            yield State(order, None, Stock(None, 0), None, free, self._chances, to_here=(self._number(placed),))

    def steps(self, state: State) -> Iterator[Step[State]]:
        """Deliver the first message of each channel; let people act."""
        yield from self._deliveries(state)
        yield from self._people(state)
        for action in ("issue", "receive", "free", "take", "lose"):
            spent = state if action in ("issue", "receive") else _spend(state, action)
            done = self._stocking.act(state.here, action) if spent else None
            if spent and done:
                told = tuple(map(self._number, done.told))
                yield Step(action, False, spent._replace(here=done.state, from_here=(*state.from_here, *told)))
        if state.there and state.there.reserved:
            yield Step("ship", False, self._ship(state, state.there))
            if spent := _spend(state, "take_there"):
                lost, fact = state.there.lose(LENT, LossReason.SCRAPPED)
                yield Step("take there", False, self._said(spent._replace(there=lost), fact))

    def broken(self, state: State) -> str | None:
        """Check that the order adds up at any time, and that all agree once nothing is under way."""
        alone = Ordering().broken(state.order) or self._stocking.broken(state.here)
        supply = next(iter(state.order.work_orders), None)
        if len(state.order.work_orders) > 1:
            return "the order counts twice on the other depot"
        if supply and state.lateral and supply.quantity != state.lateral.quantity - state.lateral.demand.cancelled:
            return "the order counts on what the lateral order does not bring"
        if alone or state.to_here or state.to_there or state.from_here or state.from_there:
            return alone
        return _disagreement(state)

    def _deliveries(self, state: State) -> Iterator[Step[State]]:
        if state.to_here:
            heard = self._stocking.hear(state.here, self._event(state.to_here))
            told = tuple(map(self._number, heard.told))
            after = state._replace(here=heard.state, to_here=state.to_here[1:], from_here=(*state.from_here, *told))
            yield Step("the depot hears orders", True, after)
        if state.to_there:
            event, rest = self._event(state.to_there), state._replace(to_there=state.to_there[1:])
            yield Step("the other depot hears orders", True, self._hear_there(rest, event))
        if state.from_here:
            fact = self._demand(state.from_here)
            planned = plan(state.order.hear_demand(fact, 1), Market(), TODAY)
            after = state._replace(order=_plain(planned.order), from_here=state.from_here[1:])
            yield Step("orders hears the depot", True, after)
        if state.from_there:
            rest = state._replace(from_there=state.from_there[1:])
            yield Step("orders hears the other depot", True, self._follow(rest, self._demand(state.from_there)))

    def _people(self, state: State) -> Iterator[Step[State]]:
        if state.lateral is None and (lent := self._lend(state)):
            yield Step("lend", False, lent)
        if (spent := _spend(state, "cancel")) and not state.order.cancel_requested and not state.order.is_settled:
            done = spent._replace(order=_plain(asking.cancel(state.order).order))
            done = done._replace(to_here=(*done.to_here, *self._told(asking.cancel(state.order))))
            yield Step("cancel", False, self._cancel_lateral(done))
        if (spent := _spend(state, "decline")) and state.lateral and not state.lateral.is_settled:
            declined = asking.decline(state.lateral, Ask(reason="Held for our own."))
            yield Step("decline", False, self._changed(spent, declined))

    def _lend(self, state: State) -> State | None:
        asked = Lending(depot=OTHER_DEPOT, quantity=LENT, road_days=3, by="depot", reason="Grounded.")
        try:
            lending.refuse_unlendable(state.order, OTHER_DEPOT, LENT, asked_already=0)
        except Refusal:
            return None
        lateral, placed = place(
            Placement(
                order_id=LATERAL,
                document_number="7201YA6166A001",
                ordered_by=DEPOT,
                site=OTHER_DEPOT,
                part=PART,
                quantity=LENT,
                partial=False,
                urgency=Urgency.B,
                priority=5,
                required_by=TODAY,
                placed_at=NOW,
                conditions=(Condition.A,),
                supplies=SUPPLIED,
                road_days=3,
            )
        )
        noted = lending.ask(state.order, LATERAL, asked)
        return state._replace(order=_plain(noted.order), lateral=lateral, to_there=(self._number(placed),))

    def _hear_there(self, state: State, event: Event) -> State:
        if isinstance(event, OrderPlaced):
            heard = demands.hear(event, arrived=0, lost=0)
            held, fact = heard.reserve(LENT if state.free_there else 0)
            return self._said(state._replace(there=held, free_there=state.free_there - held.reserved), fact)
        assert isinstance(event, OrderCancelRequested)
        assert state.there is not None, "it was placed before"
        closed, closing = state.there.close()
        freed = state.free_there + state.there.reserved
        return self._said(state._replace(there=closed, free_there=freed), closing)

    def _ship(self, state: State, there: Demand) -> State:
        """Issue to the lateral order, and put on the road for the order that it supplies, in one transaction."""
        issued, fact = there.issue(LENT)
        sent = LotDispatched(
            lot=LOT,
            part=PART,
            factory=FACTORY,
            order=SUPPLIED,
            filling_site=DEPOT,
            shipment=SHIPMENT,
            depot=DEPOT,
            quantity=LENT,
        )
        on_the_road = self._stocking.hear(state.here, sent)
        told = tuple(map(self._number, on_the_road.told))
        moved = state._replace(there=issued, here=on_the_road.state, from_here=(*state.from_here, *told))
        return self._said(moved, fact)

    def _follow(self, state: State, fact: DemandEvent) -> State:
        """Hear of the lateral order, and let the order that it supplies follow it, as orders' work does."""
        assert state.lateral is not None, "it was placed before"
        decided = plan(state.lateral.hear_demand(fact, 1), Market(), TODAY)
        state = self._changed(state, decided)
        assert state.lateral is not None
        followed = lending.follow(state.order, state.lateral, TODAY)
        if lending.is_unwanted(followed.order, state.lateral):
            state = self._cancel_lateral(state)
        return state._replace(order=_plain(plan(followed.order, Market(), TODAY).order))

    def _cancel_lateral(self, state: State) -> State:
        if state.lateral is None or state.lateral.is_settled:
            return state
        return self._changed(state, asking.cancel(state.lateral))

    def _changed(self, state: State, decided: Decision) -> State:
        """Keep what the lateral order has become, and tell the other depot."""
        return state._replace(lateral=_plain(decided.order), to_there=(*state.to_there, *self._told(decided)))

    def _told(self, decided: Decision) -> Channel:
        return tuple(self._number(fact) for fact in decided.facts if isinstance(fact, OrderCancelRequested))

    def _said(self, state: State, fact: DemandEvent) -> State:
        """Put the other depot's word on its way, without what orders does not look at."""
        totals = {name: getattr(fact, name) for name in DemandEvent.model_fields}
        plain = DemandReserved.model_validate({**totals, "released": 0})
        assert state.there is not None
        stripped = replace(state.there, version=1, released=0)
        return state._replace(there=stripped, from_there=(*state.from_there, self._number(plain)))

    def _number(self, event: Event) -> int:
        return self._messages.number(event)

    def _event(self, channel: Channel) -> Event:
        return self._messages.events[channel[0]]

    def _demand(self, channel: Channel) -> DemandEvent:
        event = self._event(channel)
        assert isinstance(event, DemandEvent)
        return event


def _disagreement(state: State) -> str | None:
    """Say what must hold and does not once every message has been heard."""
    order, lateral, there = state.order, state.lateral, state.there
    if state.here.demand is None or order.demand.arrived + order.demand.lost != state.here.received + state.here.lost:
        return "arrivals were not counted for the order"
    if lateral is None or there is None:
        return None
    if (there.reserved, there.issued, there.closed) != (
        lateral.demand.reserved,
        lateral.demand.issued,
        lateral.demand.closed,
    ):
        return "orders believes something else of the other depot"
    if there.issued != state.here.dispatched:
        return "what was shipped is not on the road"
    if not there.closed and not there.issued and not there.reserved:
        return "a lateral order waits for what nobody will ship"
    if there.reserved and not order.work_orders:
        return "the other depot holds what nobody counts on"
    if order.demand.closed and there.reserved:
        return "the other depot holds for an order that is cancelled"
    return None


def _spend(state: State, action: str) -> State | None:
    left = getattr(state.chances, action)
    return state._replace(chances=state.chances._replace(**{action: left - 1})) if left else None


def _plain(order: Order) -> Order:
    return replace(order, version=1, promises=0, promise=None, first_promised_for=None)
