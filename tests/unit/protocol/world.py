"""Three services and the channels between them: messages of one key come in order, keys come as they like."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from services.orders.domain.order import Order
from services.orders.domain.sourcing import number_of
from shared.events.envelope import Event
from shared.events.orders import OrderSourced, OrderSourcingReduced
from shared.events.production import LotDispatched, WorkOrderEvent
from shared.events.stock import DemandEvent
from tests.unit.protocol.explorer import Step
from tests.unit.protocol.making import Making, Work
from tests.unit.protocol.ordering import QUANTITY, WORK_ORDERS_MAX, Ordering
from tests.unit.protocol.sides import Messages, Numbered, Side
from tests.unit.protocol.stocking import Stock, Stocking

Channel = tuple[int, ...]


class Budget(NamedTuple):
    """How often people and factories may still do what nobody foresees; what is needed to serve an order is free."""

    cancel: int = 0
    reduce: int = 0
    free: int = 0
    take: int = 0
    lose: int = 0
    unissue: int = 0
    unreceive: int = 0
    scrap: int = 0
    refuse: int = 0
    over: int = 0
    under: int = 0
    counter: int = 0
    decline: int = 0


class State(NamedTuple):
    """Numbers of the services' states, what is under way, and what may still happen."""

    orders: int
    inventory: int
    production: int
    budget: Budget
    to_inventory: Channel = ()
    to_production: Channel = ()
    from_inventory: Channel = ()
    from_production: tuple[Channel, ...] = ()
    trucks: Channel = ()


@dataclass(frozen=True, slots=True)
class Services:
    """The rules of the three services; a broken variant replaces one."""

    ordering: Ordering
    stocking: Stocking
    making: Making


FACTORY_FREE = ("make", "dispatch")
FACTORY_BOUND = ("scrap", "refuse", "over", "under", "counter")
ORDERS_BOUND = ("cancel", "reduce", "decline")
DEPOT_FREE = ("issue", "receive")
DEPOT_BOUND = ("free", "take", "lose", "unissue", "unreceive")


class DemandWorld:
    """One order of two, from its placing to every end that it can come to."""

    def __init__(self, services: Services, budget: Budget) -> None:
        self._messages = Messages()
        self._ordering = services.ordering
        self._budget = budget
        self._orders: Side[Order] = Side(services.ordering, self._messages)
        self._inventory: Side[Stock] = Side(services.stocking, self._messages)
        self._production: Side[Work] = Side(services.making, self._messages)
        self._resting: dict[tuple[int, int, int], str | None] = {}

    def starts(self) -> Iterator[State]:
        """Place the order, with nothing or one piece in stock."""
        order, placed = self._ordering.begin()
        for free in (0, 1):
            yield State(
                orders=self._orders.number(order),
                inventory=self._inventory.number(Stock(None, free)),
                production=self._production.number(()),
                budget=self._budget,
                to_inventory=(self._messages.number(placed),),
            )

    def steps(self, state: State) -> Iterator[Step[State]]:
        """Deliver the first message of each channel; let people and factories act."""
        yield from self._deliveries(state)
        yield from self._depot(state)
        yield from self._factory(state)
        for action, budget in _possible(state.budget, (), ORDERS_BOUND):
            if done := self._orders.act(state.orders, action):
                yield Step(action, False, self._sent(state._replace(budget=budget, orders=done.state), done))

    def broken(self, state: State) -> str | None:
        """Check each service for itself, and all of them together once nothing is under way."""
        alone = (
            self._orders.broken[state.orders]
            or self._inventory.broken[state.inventory]
            or self._production.broken[state.production]
        )
        is_busy = state.to_inventory or state.to_production or state.from_inventory or state.trucks
        if alone or is_busy or any(state.from_production):
            return alone
        resting = (state.orders, state.inventory, state.production)
        if resting not in self._resting:
            self._resting[resting] = disagreement(
                self._orders.states[state.orders],
                self._inventory.states[state.inventory],
                self._production.states[state.production],
            )
        return self._resting[resting]

    def _deliveries(self, state: State) -> Iterator[Step[State]]:
        if state.to_inventory:
            heard = self._inventory.hear(state.inventory, state.to_inventory[0])
            rest = state._replace(inventory=heard.state, to_inventory=state.to_inventory[1:])
            yield Step("inventory hears orders", True, self._sent(rest, heard))
        if state.trucks:
            heard = self._inventory.hear(state.inventory, state.trucks[0])
            rest = state._replace(inventory=heard.state, trucks=state.trucks[1:])
            yield Step("inventory hears production", True, self._sent(rest, heard))
        if state.to_production:
            heard = self._production.hear(state.production, state.to_production[0])
            rest = state._replace(production=heard.state, to_production=state.to_production[1:])
            yield Step("production hears orders", True, self._sent(rest, heard))
        if state.from_inventory:
            heard = self._orders.hear(state.orders, state.from_inventory[0])
            rest = state._replace(orders=heard.state, from_inventory=state.from_inventory[1:])
            yield Step("orders hears inventory", True, self._sent(rest, heard))
        for n, channel in enumerate(state.from_production):
            if channel:
                heard = self._orders.hear(state.orders, channel[0])
                rest = state._replace(orders=heard.state, from_production=put(state.from_production, n, channel[1:]))
                yield Step("orders hears production", True, self._sent(rest, heard))

    def _depot(self, state: State) -> Iterator[Step[State]]:
        for action, budget in _possible(state.budget, DEPOT_FREE, DEPOT_BOUND):
            if done := self._inventory.act(state.inventory, action):
                yield Step(action, False, self._sent(state._replace(budget=budget, inventory=done.state), done))
        for _, budget in _possible(state.budget, (), ("take",)):
            if done := self._inventory.act(state.inventory, "receive for rival"):
                rest = state._replace(budget=budget, inventory=done.state)
                yield Step("receive for rival", False, self._sent(rest, done))

    def _factory(self, state: State) -> Iterator[Step[State]]:
        for n in range(len(self._production.states[state.production])):
            for action, budget in _possible(state.budget, FACTORY_FREE, FACTORY_BOUND):
                if done := self._production.act(state.production, f"{action} {n}"):
                    rest = state._replace(budget=budget, production=done.state)
                    yield Step(f"{action} {n}", False, self._sent(rest, done))

    def _sent(self, state: State, done: Numbered) -> State:
        """Put what was told on its channels."""
        for message in done.told:
            state = _send(state, message, self._messages.events[message])
        return state


def _send(state: State, message: int, event: Event) -> State:
    if isinstance(event, DemandEvent):
        return state._replace(from_inventory=(*state.from_inventory, message))
    if isinstance(event, WorkOrderEvent):
        n = number_of(event.work_order) - 1
        channels = (*state.from_production, *[()] * (n + 1 - len(state.from_production)))
        return state._replace(from_production=put(channels, n, (*channels[n], message)))
    if isinstance(event, LotDispatched):
        return state._replace(trucks=(*state.trucks, message))
    if isinstance(event, OrderSourced | OrderSourcingReduced):
        return state._replace(to_production=(*state.to_production, message))
    return state._replace(to_inventory=(*state.to_inventory, message))


def put(channels: tuple[Channel, ...], n: int, channel: Channel) -> tuple[Channel, ...]:
    """Replace one of several channels."""
    return (*channels[:n], channel, *channels[n + 1 :])


@cache
def _possible(budget: Budget, free: Sequence[str], bound: Sequence[str]) -> Sequence[tuple[str, Budget]]:
    """Name what may be done, and what may still happen after it."""
    left = {action: getattr(budget, action) for action in bound}
    spent = {action: budget._replace(**{action: often - 1}) for action, often in left.items() if often}
    return [*((action, budget) for action in free), *spent.items()]


def disagreement(order: Order, stock: Stock, work: Work) -> str | None:
    """Say what must hold and does not once every message has been heard."""
    told, known = stock.demand, order.demand
    if told is None:
        return "the order was never heard of"
    theirs = (told.reserved, told.issued, told.cancelled, told.arrived, told.lost, told.closed)
    if theirs != (known.reserved, known.issued, known.cancelled, known.arrived, known.lost, known.closed):
        return f"orders believes {known}, inventory has {told}"
    if told.priority != order.priority or any(each.priority != order.priority for each in work):
        return "not everybody knows how urgent the order is"
    if [each.wanted_by for each in work] != [each.wanted_by for each in order.work_orders]:
        return "a source does not know that it is hurried"
    if [each.quantity for each in work] != [each.quantity for each in order.work_orders]:
        return "orders and production differ on what work orders bring"
    if (told.arrived, told.lost) != (stock.received, stock.lost):
        return "arrivals were not counted for the order"
    if any(each.pending for each in order.work_orders) or order.reductions:
        return "a question was never answered"
    return _neglected(order)


def _neglected(order: Order) -> str | None:
    if order.cancel_requested and not order.demand.closed:
        return "the cancel was forgotten"
    if order.quantity - order.demand.cancelled > max(order.ceiling, order.demand.issued):
        return "inventory waits for what orders will not source"
    if order.open and len(order.work_orders) < WORK_ORDERS_MAX:
        return "demand was forgotten"
    surplus = order.outstanding - order.need
    if surplus > 0 and any(each.quantity and not each.kept for each in order.work_orders):
        return "a surplus was never asked back"
    assert order.quantity == QUANTITY
    return None
