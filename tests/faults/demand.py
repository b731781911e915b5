"""One order between orders, inventory and production in a simulated world, whatever people and factories do to it."""

import pickle
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from prometheus_client import CollectorRegistry

from shared.events.envelope import Event, Stream
from shared.events.expediting import OrderSourceHurried as Hurried
from shared.events.expediting import OrderSplit
from shared.events.orders import (
    OrderCancelRequested,
    OrderPlaced,
    OrderReductionRequested,
    OrderReprioritised,
    OrderSourced,
)
from shared.events.orders import OrderSourcingReduced as Reduced
from shared.events.production import LotDispatched, WorkOrderEvent
from shared.events.stock import DemandReduced, DemandReserved
from shared.observe.metrics import BackboneMetrics
from tests.faults.sides import Service, Side, State
from tests.faults.simulation.loop import Process
from tests.faults.simulation.store import Row
from tests.faults.simulation.world import TOPICS, World
from tests.fixtures.toy_judge import first_deliveries, wrongs
from tests.unit.protocol.making import Making
from tests.unit.protocol.ordering import BetweenDepots, ForStock, Ordering, Resources, SharesOut
from tests.unit.protocol.stocking import Stock, Stocking
from tests.unit.protocol.world import Services, disagreement

REAL = Services(Ordering(), Stocking(), Making())
ORDERINGS = (Ordering(), BetweenDepots(), ForStock(), SharesOut(), Resources())
"""The orders that are searched, one after another: for a depot, for another one's, for its shelf, shared out, late."""
REPLICAS = ("orders", "production", "inventory", "inventory too")
UNFORESEEN = (
    *("cancel", "reduce", "free", "take", "lose", "unissue", "unreceive", "scrap 0", "refuse 0", "under 0", "over 0"),
    *("raise", "hurry", "split", "counter 0", "decline", "receive for rival"),
)
RARE = ("split", "counter 0", "unissue", "refuse 0")
"""What is mostly refused, and therefore tried more often."""
USUAL = ("issue", "receive", "make 0", "dispatch 0", "make 1", "dispatch 1", "make 2", "dispatch 2")
PLACES = dict.fromkeys(("cancel", "reduce", "raise", "hurry", "split", "decline"), "orders") | dict.fromkeys(
    ("make", "dispatch", "scrap", "refuse", "under", "over", "counter"), "production"
)
PARTITIONS = 1
CHAOS_SECONDS = 6.0
CALM_SECONDS_MAX = 90.0
STEPS_MAX = 400_000
LOOK_SECONDS = 0.5


def kinds(base: type[Event]) -> tuple[type[Event], ...]:
    """Name every fact of a family."""
    return tuple(sorted(base.__subclasses__(), key=lambda kind: kind.TYPE))


def sides(services: Services) -> dict[str, Side]:
    """Say who tells and hears what."""
    wishes, sourcing = (OrderPlaced, OrderCancelRequested, OrderReductionRequested), (OrderSourced, Reduced, Hurried)
    works = kinds(WorkOrderEvent)
    hears: dict[Stream, tuple[type[Event], ...]] = {Stream.STOCK: (DemandReserved, DemandReduced)}
    return {
        "orders": Side(
            "orders", services.ordering, Stream.ORDERS, hears | {Stream.PRODUCTION: works}, (LotDispatched,)
        ),
        "inventory": Side(
            "inventory",
            services.stocking,
            Stream.STOCK,
            {Stream.ORDERS: (*wishes, OrderReprioritised), Stream.PRODUCTION: (LotDispatched,)},
            (*sourcing, OrderSplit, *works),
        ),
        "production": Side(
            "production",
            services.making,
            Stream.PRODUCTION,
            {Stream.ORDERS: (*sourcing, OrderReprioritised)},
            (*wishes, OrderSplit),
        ),
    }


@dataclass(slots=True)
class Demand:
    """One world with one order of two."""

    world: World
    metrics: BackboneMetrics
    services: Services
    doors: dict[str, Service] = field(default_factory=dict)
    quiet: int = 0
    """How many looks in a row have found nothing to do."""

    async def live(self, world: World, process: Process) -> None:
        """Live as a replica of one of the services."""
        name = process.name.split(".", maxsplit=1)[0]
        service = Service(sides(self.services)[name.removesuffix(" too")], world, self.metrics)
        self.doors[name] = service
        await service.live()

    def play(self) -> list[str]:
        """Place the order, let everything happen, then serve it to its end; tells what is wrong then."""
        world, draw = self.world, self.world.chances
        self._place()
        for name in REPLICAS:
            world.live(name, self.live)
        for action in (*UNFORESEEN, *RARE, *RARE, *USUAL, *USUAL):
            draw.happens(0.4, lambda action=action: self._later(action))  # type: ignore[misc]  # a default binds it
        world.loop.outside(CHAOS_SECONDS, self._calm)
        world.run(steps_max=STEPS_MAX)
        return self.wrongs()

    def _place(self) -> None:
        order, placed = self.services.ordering.begin()
        begun: dict[str, Any] = {"orders": order, "inventory": Stock(None, self.world.seed % 2), "production": ()}
        for name, domain in begun.items():
            state = State(domain)
            tables = self.world.servers[name].store.table
            for told in state.tells([placed] if name == "orders" else []):
                row = {
                    "seq": 1,
                    "event_id": told.event_id,
                    "topic": int(Stream.ORDERS),
                    "key": placed.key,
                    "key_seq": 1,
                }
                row |= {"type": placed.TYPE, "payload": placed.model_dump_json().encode(), "headers": None}
                tables("event_log")[self.world.servers[name].store.draw("event_log")] = {
                    **row,
                    "recorded_at": self.world.now(),
                }
                tables("event_log_key")[row["topic"], placed.key, 1] = {"seq": 1}
                tables("outbox_pending")[1] = {"seq": 1}
            tables("kept")[name] = {"name": name, "state": pickle.dumps(state)}

    def _later(self, action: str) -> None:
        self.world.loop.outside(self.world.chances.moment(CHAOS_SECONDS), self._act, action)

    def _act(self, action: str) -> None:
        name = PLACES.get(action.split(maxsplit=1)[0], "inventory")
        door = self.doors.get(name)
        if door is not None and not door.process.is_dead:
            self.world.loop.spawn(door.process, door.act(action))

    def _calm(self) -> None:
        self.world.calm()
        self._look(self.world.loop.time() + CALM_SECONDS_MAX, -1)

    def _look(self, deadline: float, done_before: int) -> None:
        """Serve the order on and on; end when nothing is under way and nothing can be done, or time is over."""
        done = sum(door.done for door in self.doors.values())
        self.quiet = self.quiet + 1 if self._is_at_rest() and done == done_before else 0
        if self.quiet > 2 or self.world.loop.time() > deadline:
            self.world.loop.end()
            return
        if self._is_at_rest():
            for action in USUAL:
                self._act(action)
        self.world.loop.outside(LOOK_SECONDS, self._look, deadline, done)

    def _is_at_rest(self) -> bool:
        """Tell whether every fact has been published and heard."""
        for name, side in sides(self.services).items():
            tables = self.world.servers[name].store.table
            if tables("outbox_pending") or tables("parked_key"):
                return False
            if not self.world.has_read(name, {TOPICS.name(stream) for stream in side.hears}):
                return False
        return True

    def wrongs(self) -> list[str]:
        """Judge by the data alone: I1 to I4 of every stream, no state ever below zero, all views equal at rest (I8)."""
        found = [wrong for side in sides(self.services).values() for wrong in self._stream_wrongs(side)]
        for at, who, writes in self.world.trace:
            name = who.rsplit(" ", maxsplit=1)[-1]
            for write in writes if isinstance(writes, list) else ():
                if isinstance(write, tuple) and write[0] == "kept" and write[2] is not None:
                    broken = sides(self.services)[name].rules.broken(_state(write[2]).domain)
                    found += [f"{name}: at {at:.3f} {broken}"] if broken else []
        rows = {name: self.world.servers[name].store.table("kept")[name] for name in sides(self.services)}
        ends = {name: _state(row).domain for name, row in rows.items()}
        differs = disagreement(ends["orders"], ends["inventory"], ends["production"])
        return [*found, *([f"order:{ends['orders'].order_id}: {differs} (I8)"] if differs else [])]

    def _stream_wrongs(self, side: Side) -> Iterable[str]:
        tables = self.world.servers[side.name].store.table
        facts = [tables("event_log")[seq] for seq in sorted(tables("event_log"))]
        told = _state(tables("kept")[side.name]).told
        topic = TOPICS.name(side.tells)
        log = [each for place, records in self.world.log.partitions.items() if place.topic == topic for each in records]
        spoken = [(each.key.decode(), int(dict(each.headers)["ce_sequence"])) for each in log]
        yield from (f"{each} (I1)" for each in wrongs([(row["key"], row["key_seq"]) for row in facts], told))
        yield from (f"{each} (I2, I3)" for each in wrongs(first_deliveries(spoken), told))
        yield from (f"{row['key']}: parked: {row['error']}" for row in tables("parked_key").values())
        for hearer in sides(self.services).values():
            listed = {kind.TYPE for kind in hearer.hears.get(side.tells, ())}
            due: dict[str, list[int]] = defaultdict(list)
            for row in facts:
                if row["type"] in listed:
                    due[row["key"]].append(row["key_seq"])
            places = self.world.servers[hearer.name].store.table("heard")
            for key, numbers in due.items():
                heard = [places[place]["key_seq"] for place in sorted(places) if places[place]["key"] == key]
                if heard != numbers:
                    yield f"{key}: {hearer.name} heard {heard}, not {numbers} (I4)"


def _state(row: Row) -> State:
    state: State = pickle.loads(row["state"])  # noqa: S301  # ours
    return state


def demand(seed: int, metrics: BackboneMetrics | None = None, services: Services | None = None) -> Demand:
    """Make a world with one order, of the seed's kind where it is not said."""
    played = services or replace(REAL, ordering=ORDERINGS[seed % len(ORDERINGS)])
    topics = [TOPICS.name(stream) for stream in (Stream.ORDERS, Stream.PRODUCTION, Stream.STOCK)]
    world = World(seed, services=list(sides(played)), topics=topics, partitions=PARTITIONS)
    return Demand(world, metrics or BackboneMetrics(CollectorRegistry()), played)
