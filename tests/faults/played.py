"""A protocol of several services in a simulated world, whatever people do to it: played, brought to its end, judged."""

import pickle
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from shared.events.envelope import Event, Stream
from shared.events.orders import OrderPlaced
from shared.observe.metrics import BackboneMetrics
from tests.faults.sides import Service, Side, State
from tests.faults.simulation.loop import Process
from tests.faults.simulation.store import Row
from tests.faults.simulation.world import TOPICS, World
from tests.fixtures.toy_judge import first_deliveries, wrongs

PARTITIONS = 1
CHAOS_SECONDS = 6.0
CALM_SECONDS_MAX = 90.0
STEPS_MAX = 400_000
LOOK_SECONDS = 0.5


@dataclass(slots=True)
class Played(ABC):
    """One world with one order."""

    world: World
    metrics: BackboneMetrics
    sides: Mapping[str, Side]
    """Who tells and hears what."""
    doors: dict[str, Service] = field(default_factory=dict)
    quiet: int = 0
    """How many looks in a row have found nothing to do."""

    REPLICAS: ClassVar[Sequence[str]]
    """The processes; `too` is a second one of a service."""
    TRIED: ClassVar[Sequence[str]]
    """What people may try while all is disturbed."""
    USUAL: ClassVar[Sequence[str]]
    """What brings an order to its end."""
    PLACES: ClassVar[Mapping[str, str]]
    """Where what is done elsewhere than in inventory is done."""

    @abstractmethod
    def begin(self) -> tuple[Mapping[str, Any], OrderPlaced]:
        """Say what each service has at first, and with which fact it begins."""

    @abstractmethod
    def differs(self, ends: Mapping[str, Any]) -> str | None:
        """Say what services differ on once every fact has been heard."""

    async def live(self, world: World, process: Process) -> None:
        """Live as a replica of one of the services."""
        name = process.name.split(".", maxsplit=1)[0]
        service = Service(self.sides[name.removesuffix(" too")], world, self.metrics)
        self.doors[name] = service
        await service.live()

    def play(self) -> list[str]:
        """Place the order, let everything happen, then serve it to its end; tells what is wrong then."""
        world, draw = self.world, self.world.chances
        self._place()
        for name in self.REPLICAS:
            world.live(name, self.live)
        for action in self.TRIED:
            draw.happens(0.4, lambda action=action: self._later(action))  # type: ignore[misc]  # a default binds it
        world.loop.outside(CHAOS_SECONDS, self._calm)
        world.run(steps_max=STEPS_MAX)
        return self.wrongs()

    def _place(self) -> None:
        begun, placed = self.begin()
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
        door = self.doors.get(self.PLACES.get(action.split(maxsplit=1)[0], "inventory"))
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
            for action in self.USUAL:
                self._act(action)
        self.world.loop.outside(LOOK_SECONDS, self._look, deadline, done)

    def _is_at_rest(self) -> bool:
        """Tell whether every fact has been published and heard."""
        for name, side in self.sides.items():
            tables = self.world.servers[name].store.table
            if tables("outbox_pending") or tables("parked_key"):
                return False
            if not self.world.has_read(name, {TOPICS.name(stream) for stream in side.hears}):
                return False
        return True

    def wrongs(self) -> list[str]:
        """Judge by the data alone: I1 to I4 of every stream, no state ever below zero, all views equal at rest (I8)."""
        found = [wrong for side in self.sides.values() for wrong in self._stream_wrongs(side)]
        for at, who, writes in self.world.trace:
            name = who.rsplit(" ", maxsplit=1)[-1]
            for write in writes if isinstance(writes, list) else ():
                if isinstance(write, tuple) and write[0] == "kept" and write[2] is not None:
                    broken = self.sides[name].rules.broken(_state(write[2]).domain)
                    found += [f"{name}: at {at:.3f} {broken}"] if broken else []
        rows = {name: self.world.servers[name].store.table("kept")[name] for name in self.sides}
        differs = self.differs({name: _state(row).domain for name, row in rows.items()})
        return [*found, *([f"{self.begin()[1].key}: {differs} (I8)"] if differs else [])]

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
        for hearer in self.sides.values():
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


def world_of(seed: int, sides: Mapping[str, Side]) -> World:
    """Make a world with these services and their streams."""
    topics = [TOPICS.name(stream) for stream in sorted({side.tells for side in sides.values()})]
    return World(seed, services=list(sides), topics=topics, partitions=PARTITIONS)


def kinds(base: type[Event]) -> tuple[type[Event], ...]:
    """Name every fact of a family."""
    return tuple(sorted(base.__subclasses__(), key=lambda kind: kind.TYPE))


def _state(row: Row) -> State:
    state: State = pickle.loads(row["state"])  # noqa: S301  # ours
    return state
