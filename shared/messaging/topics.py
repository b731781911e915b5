"""Which topics there are, under which names, and what Kafka must promise about them."""

from dataclasses import dataclass
from functools import lru_cache

from aiokafka.partitioner import murmur2

from shared.events.envelope import Stream

PARTITIONS = 12
PARTITIONS_REMEMBERED = 20_000
KEEP_FOR_EVER = {"retention.ms": "-1", "retention.bytes": "-1"}
NEVER_LEAD_WITHOUT_ALL_FACTS = {"unclean.leader.election.enable": "false"}
TOPIC_CONFIGS: dict[Stream, dict[str, str]] = {
    Stream.CATALOGUE: {"cleanup.policy": "compact", **KEEP_FOR_EVER, **NEVER_LEAD_WITHOUT_ALL_FACTS},
    Stream.ORDERS: {"cleanup.policy": "delete", **KEEP_FOR_EVER, **NEVER_LEAD_WITHOUT_ALL_FACTS},
    Stream.PRODUCTION: {"cleanup.policy": "delete", **KEEP_FOR_EVER, **NEVER_LEAD_WITHOUT_ALL_FACTS},
    Stream.STOCK: {"cleanup.policy": "delete", **KEEP_FOR_EVER, **NEVER_LEAD_WITHOUT_ALL_FACTS},
}
COMPACTED = frozenset(stream for stream, configs in TOPIC_CONFIGS.items() if configs["cleanup.policy"] == "compact")


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one namespace on one Kafka."""

    servers: str
    namespace: str

    def name(self, stream: Stream) -> str:
        """Name a stream's topic on Kafka: `jvtrack.orders.v1`."""
        return f"{self.namespace}.{stream.topic}"

    def stream(self, topic: str) -> Stream:
        """Tell which stream a topic of this namespace carries."""
        return next(stream for stream in Stream if self.name(stream) == topic)


@lru_cache(maxsize=PARTITIONS_REMEMBERED)
def partition_of(key: str, partitions: int) -> int:
    """Find a key's partition as Kafka's own clients do: murmur2, which is worth remembering in Python."""
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % partitions
