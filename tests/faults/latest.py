"""Counters on a compacted topic: whoever reads it, at any time and from its beginning, ends with their newest state."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from shared.events.envelope import Stream
from shared.observe.metrics import BackboneMetrics
from tests.faults.counters import CHAOS_SECONDS, PARTITIONS, Counters
from tests.faults.simulation.world import TOPICS, World
from tests.fixtures.toy import CounterFact, Restated, Temper

COMPACTIONS = 4
UNDISTURBED_SECONDS = 5.0
"""How long nothing may come any more before it is judged: a leader that failed tells once more what is newest."""


@dataclass(slots=True)
class Latest(Counters):
    """One world of counters of which only the newest fact is kept for ever."""

    tells: type[CounterFact] = Restated
    temper: Temper = field(default_factory=lambda: Temper(refuses=set(), breaks_at=set()))

    def _disturb(self) -> None:
        """Say when the topic is compacted."""
        for _ in range(COMPACTIONS):
            self.world.loop.outside(self.world.chances.moment(CHAOS_SECONDS), self.world.log.compact)

    def _calm(self) -> None:
        self.settled_from = self.world.loop.time() + UNDISTURBED_SECONDS
        Counters._calm(self)

    def _is_settled(self) -> bool:
        tables = self.world.servers["toy"].store.table
        is_empty = not any(map(tables, ("outbox_pending", "outbox_held", "parked_key")))
        return is_empty and self.world.has_read("toy", {TOPICS.name(Stream.CATALOGUE)})

    def _misheard(self, told: Mapping[str, int]) -> Iterator[str]:
        """Look at what stands last in the log, and at the order in which it was heard."""
        last: dict[str, int] = {}
        for place in sorted(self.world.log.partitions):
            for record in self.world.log.read(place, 0):
                last[record.key.decode()] = int(dict(record.headers)["ce_sequence"])
        heard: defaultdict[str, list[int]] = defaultdict(list)
        rows = self.world.servers["toy"].store.table("heard")
        for row in map(rows.__getitem__, sorted(rows)):
            heard[str(row["key"])].append(int(str(row["key_seq"])))
        for key, number in told.items():
            if last.get(key) != number:
                yield f"{key}: the log ends with {last.get(key)}, and {number} is the newest (I2)"
            if heard[key] != sorted(set(heard[key])) or heard[key][-1:] != [number]:
                yield f"{key}: heard {heard[key]}, and {number} is the newest (I3, I4)"


def latest(seed: int, metrics: BackboneMetrics | None = None) -> Latest:
    """Make a world of counters on a compacted topic."""
    world = World(seed, services=["toy"], topics=[TOPICS.name(Stream.CATALOGUE)], partitions=PARTITIONS)
    return Latest(world, metrics or BackboneMetrics(CollectorRegistry()))
