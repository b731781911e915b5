"""An order and its lateral order in every interleaving: what both depots are told and tell comes as it likes."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.events.orders import OrderCancelRequested, OrderPlaced
from shared.events.stock import DemandEvent
from tests.unit.protocol.explorer import Step
from tests.unit.protocol.lending import LATERAL, LENT, Borrowing, Depots, Papers, TwoDepots, disagreement
from tests.unit.protocol.sides import Messages, Numbered, Side
from tests.unit.protocol.stocking import Stock
from tests.unit.protocol.world import Channel, put


class Chances(NamedTuple):
    """How often what nobody foresees may still happen."""

    cancel: int = 0
    decline: int = 0
    free: int = 0
    take: int = 0
    take_there: int = 0
    lose: int = 0


class State(NamedTuple):
    """Numbers of what both services have, and what is under way between them."""

    orders: int
    inventory: int
    chances: Chances
    under_way: tuple[Channel, ...] = ((),) * 4
    """To and from each of the depots: what is told of one key comes in order."""


WAYS = ("to the depot", "to the other depot", "from the depot", "from the other depot")
TO_THE_DEPOT, FROM_THE_DEPOT = 0, 2


class LendingWorld:
    """One order of two, for which another depot may ship one."""

    def __init__(self, chances: Chances) -> None:
        self._messages = Messages()
        self._chances = chances
        self._orders: Side[Papers] = Side(Borrowing(), self._messages)
        self._inventory: Side[Depots] = Side(TwoDepots(), self._messages)

    def starts(self) -> Iterator[State]:
        """Place the order; the other depot has one to spare, or none."""
        papers, placed = Borrowing().begin()
        for free in (0, LENT):
            begun = Numbered(self._orders.number(papers), (self._messages.number(placed),))
            depots = self._inventory.number(Depots(Stock(None, 0), None, free))
            yield self._sent(State(begun.state, depots, self._chances), begun)

    def steps(self, state: State) -> Iterator[Step[State]]:
        """Deliver the first message of each channel; let people act."""
        for way, waiting in enumerate(state.under_way):
            if waiting:
                rest = state._replace(under_way=put(state.under_way, way, waiting[1:]))
                yield Step(WAYS[way], True, self._delivered(rest, way, waiting[0]))
        for action, spent in _possible(state, ("lend",), ("cancel", "decline")):
            if done := self._orders.act(state.orders, action):
                yield Step(action, False, self._sent(spent._replace(orders=done.state), done))
        for action, spent in _possible(state, ("issue", "receive", "ship"), ("free", "take", "lose", "take there")):
            if done := self._inventory.act(state.inventory, action):
                yield Step(action, False, self._sent(spent._replace(inventory=done.state), done))

    def broken(self, state: State) -> str | None:
        """Check that the order adds up at any time, and that all agree once nothing is under way."""
        alone = self._orders.broken[state.orders] or self._inventory.broken[state.inventory]
        if alone or any(state.under_way):
            return alone
        return disagreement(self._orders.states[state.orders], self._inventory.states[state.inventory])

    def _delivered(self, state: State, way: int, message: int) -> State:
        if way < FROM_THE_DEPOT:
            heard = self._inventory.hear(state.inventory, message)
            return self._sent(state._replace(inventory=heard.state), heard)
        heard = self._orders.hear(state.orders, message)
        return self._sent(state._replace(orders=heard.state), heard)

    def _sent(self, state: State, done: Numbered) -> State:
        for message in done.told:
            event = self._messages.events[message]
            assert isinstance(event, DemandEvent | OrderPlaced | OrderCancelRequested)
            way = FROM_THE_DEPOT if isinstance(event, DemandEvent) else TO_THE_DEPOT
            way += event.order == LATERAL
            state = state._replace(under_way=put(state.under_way, way, (*state.under_way[way], message)))
        return state


def _possible(state: State, free: Sequence[str], bound: Sequence[str]) -> Iterator[tuple[str, State]]:
    """Name what may be done, and what is left after it."""
    yield from ((action, state) for action in free)
    for action in bound:
        name = action.replace(" ", "_")
        if left := getattr(state.chances, name):
            yield action, state._replace(chances=state.chances._replace(**{name: left - 1}))
