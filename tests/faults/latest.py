"""Counters on a compacted topic: whoever reads it, at any time and from its beginning, ends with their newest state."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from shared.events.envelope import Stream
from shared.observe.metrics import BackboneMetrics
from tests.faults.counters import BURST_MAX, BURSTS, CHAOS_SECONDS, PARTITIONS, REPLICAS, STEPS_MAX, Counters
from tests.faults.simulation.world import TOPICS, World
from tests.fixtures.toy import CounterFact, Restated, Temper
from tests.fixtures.toy_judge import wrongs

COMPACTIONS = 4
UNDISTURBED_SECONDS = 5.0
"""How long nothing may come any more before it is judged: a leader that failed tells once more what is newest."""


@dataclass(slots=True)
class Latest(Counters):
    """One world of counters of which only the newest fact is kept for ever."""

    tells: type[CounterFact] = Restated
    temper: Temper = field(default_factory=lambda: Temper(refuses=set(), breaks_at=set()))

    def play(self) -> list[str]:
        """Let everything happen, and wait until all is heard; tells what is wrong then."""
        world = self.world
        for name in REPLICAS:
            world.live(name, self.live)
        for _ in range(BURSTS):
            at = world.chances.moment(CHAOS_SECONDS)
            for _ in range(world.chances.random.randint(1, BURST_MAX)):
                world.loop.outside(at, self._ask)
        for _ in range(COMPACTIONS):
            world.loop.outside(world.chances.moment(CHAOS_SECONDS), world.log.compact)
        world.loop.outside(CHAOS_SECONDS, self._calm)
        world.run(steps_max=STEPS_MAX)
        return self.wrongs()

    def _calm(self) -> None:
        self.settled_from = self.world.loop.time() + UNDISTURBED_SECONDS
        Counters._calm(self)

    def _is_settled(self) -> bool:
        if self.world.loop.time() < self.settled_from:
            return False
        tables = self.world.servers["toy"].store.table
        ends = {place: len(records) for place, records in self.world.log.partitions.items()}
        reached = {(row["topic"], row["part"]): row["next_off"] for row in tables("consumer_offset").values()}
        is_heard = all(reached.get((place.topic, place.partition), 0) == end for place, end in ends.items() if end)
        return is_heard and not any(map(tables, ("outbox_pending", "outbox_held", "parked_key")))

    def wrongs(self) -> list[str]:
        """Judge by the data alone: what was told, what stands last in the log, and what was heard in which order."""
        tables = self.world.servers["toy"].store.table
        told = {str(name): int(row["version"]) for name, row in tables("counter").items()}
        facts = [tables("event_log")[seq] for seq in sorted(tables("event_log"))]
        return [
            *(f"{each} (I1)" for each in wrongs([(row["key"], row["key_seq"]) for row in facts], told)),
            *self._outdated(told),
            *self._misheard(told),
            *(f"{row['key']}: parked: {row['error']}" for row in self._rows("parked_key")),
        ]

    def _outdated(self, told: dict[str, int]) -> Iterator[str]:
        last: dict[str, int] = {}
        for place in sorted(self.world.log.partitions):
            for record in self.world.log.read(place, 0):
                last[record.key.decode()] = int(dict(record.headers)["ce_sequence"])
        for key, number in told.items():
            if last.get(key) != number:
                yield f"{key}: the log ends with {last.get(key)}, and {number} is the newest (I2)"

    def _misheard(self, told: dict[str, int]) -> Iterator[str]:
        heard: defaultdict[str, list[int]] = defaultdict(list)
        rows = self.world.servers["toy"].store.table("heard")
        for row in map(rows.__getitem__, sorted(rows)):
            heard[str(row["key"])].append(int(str(row["key_seq"])))
        for key, number in told.items():
            if heard[key] != sorted(set(heard[key])) or heard[key][-1:] != [number]:
                yield f"{key}: heard {heard[key]}, and {number} is the newest (I3, I4)"


def latest(seed: int, metrics: BackboneMetrics | None = None) -> Latest:
    """Make a world of counters on a compacted topic."""
    world = World(seed, services=["toy"], topics=[TOPICS.name(Stream.CATALOGUE)], partitions=PARTITIONS)
    return Latest(world, metrics or BackboneMetrics(CollectorRegistry()))
