"""The toy's counters in a simulated world: replicas with relay, consumer and door, clients, and an operator."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Refusal
from shared.events.envelope import Stream
from shared.messaging.consumer import Consumer
from shared.messaging.group import Group
from shared.messaging.operation_log import Operation
from shared.messaging.outbox_keeper import OutboxKeeper
from shared.messaging.parked_keys import Name, ParkedKeys
from shared.messaging.relay import Outbox, Relay
from shared.messaging.signals import Signal
from shared.observe.metrics import BackboneMetrics
from tests.faults.settings import SETTINGS
from tests.faults.simulation.loop import Process
from tests.faults.simulation.world import TOPICS, World
from tests.fixtures.toy import CounterFact, Raised, Temper, ToyWork, raise_counter, toy_subscription
from tests.fixtures.toy_judge import first_deliveries, wrongs

NAMES = ("left", "right", "third")
REPLICAS = ("first", "second")
BURSTS = 5
BURST_MAX = 5
RELEASES = 3
PARTITIONS = 2
CHAOS_SECONDS = 8.0
CALM_SECONDS_MAX = 40.0
STEPS_MAX = 200_000
LOOK_SECONDS = 0.5
POISON = 17
"""A raise by so much Kafka refuses for good, until all is calm."""
REPAIRS = 3
NOTICED_SECONDS = 12.0
"""By when a loss has been noticed and what was lost is queued again, also by who was frozen meanwhile."""
LOSS_SHARE = 0.2
"""In so many worlds Kafka loses once what it had acknowledged."""
GROUP = f"{TOPICS.namespace}.toy.deciders"
OPERATOR = Operation("olga", "searched")


class Unreadable(Refusal):
    """This door raises nothing by nothing."""


@dataclass(slots=True)
class Counters:
    """One world of counters, and what its clients were told."""

    world: World
    metrics: BackboneMetrics
    temper: Temper = field(default_factory=lambda: Temper(breaks_at=set()))
    answered: list[tuple[str, int]] = field(default_factory=list)
    """Counter and version of every raise that a client was told of."""
    tells: type[CounterFact] = Raised
    """What a counter tells when it is raised."""
    doors: dict[str, "Replica"] = field(default_factory=dict)
    settled_from: float = 0.0
    """Before then something may be wrong that nobody has noticed."""

    async def live(self, world: World, process: Process) -> None:
        """Live as a replica of the toy."""
        replica = Replica(self, world)
        self.doors[process.name.split(".", maxsplit=1)[0]] = replica
        never = asyncio.Event()
        await asyncio.gather(*(loop(never) for loop in (replica.relay.run, replica.consumer.run, replica.door.run)))

    def play(self) -> list[str]:
        """Let everything happen, then wait until all is heard; tells what is wrong then."""
        world = self.world
        for name in REPLICAS:
            world.live(name, self.live)
        for _ in range(BURSTS):
            at = world.chances.moment(CHAOS_SECONDS)
            for _ in range(world.chances.random.randint(1, BURST_MAX)):
                world.loop.outside(at, self._ask)
        self._disturb()
        world.loop.outside(CHAOS_SECONDS, self._calm)
        world.run(steps_max=STEPS_MAX)
        return self.wrongs()

    def _disturb(self) -> None:
        """Say what operators do meanwhile, what Kafka refuses, and whether it loses something."""
        world = self.world
        for _ in range(RELEASES):
            world.loop.outside(world.chances.moment(CHAOS_SECONDS), self._release, world.chances.one_of(NAMES))
        for _ in range(REPAIRS):
            world.loop.outside(world.chances.moment(CHAOS_SECONDS), self._repair)
        world.log.refuses = lambda value: f'"by":{POISON}' in value.decode().replace(" ", "")
        if world.chances.random.random() < LOSS_SHARE:
            world.loop.outside(world.chances.moment(CHAOS_SECONDS), self._lose)

    def _lose(self) -> None:
        """Let Kafka lose the ends of its partitions, or the topic with all that was in it."""
        self.settled_from = self.world.loop.time() + NOTICED_SECONDS
        draw, topic = self.world.chances.random, TOPICS.name(Stream.PRODUCTION)
        if draw.random() < 0.5:
            self.world.log.shorten(lambda length: draw.randint(0, length))
            self.world.schedule.append(f"{self.world.loop.time():9.3f} Kafka loses the ends of its partitions")
        else:
            self.world.log.replace(topic)
            self.world.schedule.append(f"{self.world.loop.time():9.3f} Kafka loses {topic}")

    def _ask(self) -> None:
        """Ask a door to raise a counter, now and then by what its hearer refuses, or by nothing."""
        name = self.world.chances.one_of(NAMES)
        by = self.world.chances.random.choice((1, 1, 1, 1, 1, 1, 13, 0, POISON))
        if (replica := self._somebody()) is not None:
            self.world.loop.spawn(replica.process, replica.raise_by(name, by))

    def _repair(self) -> None:
        """Have an operator unblock what Kafka refuses, or give up what it refuses first; which, the dice say."""
        is_given_up = self.world.chances.random.random() < 0.5
        if (replica := self._somebody()) is not None:
            self.world.loop.spawn(replica.process, replica.repair(is_given_up=is_given_up))

    def _release(self, name: str) -> None:
        if (replica := self._somebody()) is not None:
            self.world.loop.spawn(replica.process, replica.release(name))

    def _somebody(self) -> "Replica | None":
        """Choose whom to ask; nobody answers before the first has started, and the dead don't."""
        if not self.doors:
            return None
        replica = self.doors[self.world.chances.one_of(tuple(sorted(self.doors)))]
        return None if replica.process.is_dead else replica

    def _calm(self) -> None:
        self.world.calm()
        self.temper.refuses.clear()
        self.world.log.refuses = lambda _: False
        self._look(self.world.loop.time() + CALM_SECONDS_MAX)

    def _look(self, deadline: float) -> None:
        """End when all is heard, or time is over; let an operator release what is parked until then."""
        now = self.world.loop.time()
        if (now >= self.settled_from and self._is_settled()) or now > deadline:
            self.world.loop.end()
            return
        for row in self._rows("parked_key"):
            self._release(str(row["key"]))
        if self._rows("outbox_blocked") and (replica := self._somebody()) is not None:
            self.world.loop.spawn(replica.process, replica.repair(is_given_up=False))
        self.world.loop.outside(LOOK_SECONDS, self._look, deadline)

    def _rows(self, table: str) -> Sequence[dict[str, object]]:
        rows = self.world.servers["toy"].store.table(table)
        return [dict(rows[place]) for place in sorted(rows, key=str)]

    def _is_settled(self) -> bool:
        tables = self.world.servers["toy"].store.table
        is_empty = not any(map(tables, ("outbox_pending", "outbox_blocked", "outbox_held", "parked_key")))
        return is_empty and len(tables("heard")) >= len(tables("event_log")) - len(self._given_up())

    def _spoken(self) -> Iterator[tuple[str, int]]:
        """Give what Kafka has: counters and numbers, in order.

        A fact beyond a hole is passed over where a leader has noted that something was written between a loss and its
        discovery: it must have been told again, behind what was lost.
        """
        losses = [(row["part"], row["from_off"], row["to_off"]) for row in self._rows("relay_loss")]
        last: dict[str, int] = {}
        for place, records in sorted(self.world.log.partitions.items()):
            for record in records:
                key, number = record.key.decode(), int(dict(record.headers)["ce_sequence"])
                is_noted = any(
                    part == place.partition and int(str(first)) <= record.offset < int(str(end))
                    for part, first, end in losses
                )
                if number > last.get(key, 0) + 1 and is_noted:
                    continue
                last[key] = max(number, last.get(key, 0))
                yield key, number

    def _given_up(self) -> list[tuple[str, int]]:
        """Name what was given up, but for what a frozen leader had on its way and Kafka then took: that was heard."""
        tables = self.world.servers["toy"].store.table
        told = [tables("event_log")[seq] for seq in sorted(tables("outbox_discarded"))]
        real = {(row["key"], row["key_seq"]) for row in tables("heard").values()}
        return [(row["key"], row["key_seq"]) for row in told if (row["key"], row["key_seq"]) not in real]

    def _heard(self) -> Iterator[tuple[str, int]]:
        """Give what was heard, in order; what was given up counts as heard before the first that comes after it."""
        tables, given_up = self.world.servers["toy"].store.table, self._given_up()
        for place in sorted(tables("heard")):
            key, number = tables("heard")[place]["key"], tables("heard")[place]["key_seq"]
            for each in [each for each in given_up if each[0] == key and each[1] < number]:
                given_up.remove(each)
                yield each
            yield key, number
        yield from given_up

    def wrongs(self) -> list[str]:
        """Judge by the data alone: I1 to I4, key by key."""
        told = self._told()
        return [
            *self._unkept(told),
            *self._misheard(told),
            *(f"{row['key']}: still parked: {row['error']}" for row in self._rows("parked_key")),
        ]

    def _misheard(self, told: Mapping[str, int]) -> Iterator[str]:
        yield from (f"{each} (I2, I3)" for each in wrongs(first_deliveries(self._spoken()), told))
        yield from (f"{each} (I4)" for each in wrongs(self._heard(), told))

    def _told(self) -> dict[str, int]:
        """Give how much was told of each counter."""
        return {str(row["key"]): int(str(row["version"])) for row in self._rows("counter")}

    def _unkept(self, told: Mapping[str, int]) -> Iterator[str]:
        facts = self.world.servers["toy"].store.table("event_log")
        for name, version in sorted({each for each in self.answered if each[1] > told.get(each[0], 0)}):
            yield f"{name}: I1 answered, and not kept: {version}"
        for name, version in sorted({each for each in self.answered if self.answered.count(each) > 1}):
            yield f"{name}: I1 answered twice: {version}"
        for each in wrongs([(facts[seq]["key"], facts[seq]["key_seq"]) for seq in sorted(facts)], told):
            yield f"{each} (I1)"


class Replica:
    """The loops of one process of the toy."""

    def __init__(self, counters: Counters, world: World) -> None:
        self.process = world.current()
        self._counters = counters
        database = world.database("toy")
        outbox = Outbox("toy", "/jvtrack/toy", frozenset({counters.tells.STREAM}))
        self.relay = Relay(outbox, TOPICS, settings=SETTINGS, metrics=counters.metrics)
        database.on_told = self.relay.wake
        self.consumer: Consumer[ToyWork] = Consumer(
            database,
            TOPICS,
            toy_subscription(counters.temper, hears=counters.tells),
            service="toy",
            settings=SETTINGS,
            metrics=counters.metrics,
            changed=Signal(),
        )
        self.door: Group[tuple[str, int], int] = Group(
            "counters", database, self._decide, settings=SETTINGS, metrics=counters.metrics
        )
        self._outbox = OutboxKeeper(database)
        self._parked = ParkedKeys(database, TOPICS, {self.consumer.group: self.consumer.parking})

    async def raise_by(self, name: str, by: int) -> None:
        """Raise a counter as a client does; what fails is not asked again."""
        try:
            version = await self.door.submit((name, by))
        except Exception:  # noqa: BLE001  # whatever it is, the client has no answer
            return
        self._counters.answered.append((name, version))

    async def _decide(self, session: AsyncSession, requests: Sequence[tuple[str, int]]) -> list[int | Refusal]:
        """Raise counters, each request on its own."""
        tells = self._counters.tells
        return [Unreadable() if by == 0 else await raise_counter(session, name, by, tells) for name, by in requests]

    async def release(self, name: str) -> None:
        """Release a counter as an operator does."""
        try:
            await self._parked.release(Name(GROUP, Stream.PRODUCTION.topic, name), OPERATOR)
        except Exception:  # noqa: BLE001  # whatever it is, the operator looks again
            return

    async def repair(self, *, is_given_up: bool) -> None:
        """Unblock every key, or give up what Kafka refuses first of each, as an operator does."""
        try:
            for row in await self._outbox.blocked(("", ""), len(NAMES)):
                if is_given_up:
                    await self._outbox.discard(row.topic, row.key, row.event_id, OPERATOR)
                    self._counters.world.counts["given up"] += 1
                else:
                    await self._outbox.unblock(row.topic, row.key, OPERATOR)
        except Exception:  # noqa: BLE001  # whatever it is, the operator looks again
            return


def counters(seed: int, metrics: BackboneMetrics | None = None) -> Counters:
    """Make a world of counters."""
    world = World(seed, services=["toy"], topics=[TOPICS.name(Stream.PRODUCTION)], partitions=PARTITIONS)
    return Counters(world, metrics or BackboneMetrics(CollectorRegistry()))
