"""How much chaos a run is: how many events, which faults and how often, how long each lasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from deploy.local.kafka import LASTING, SHORT_LIVED


class Kind(StrEnum):
    """What is done to the system."""

    KILL_ORDERS = "kill orders"
    KILL_PRODUCTION = "kill production"
    KILL_INVENTORY = "kill inventory"
    FREEZE = "freeze a service"
    KILL_BROKER = "kill a broker"
    PAUSE_BROKER = "pause a broker"
    RESET = "reset connections"
    LATENCY = "latency of 500 ms"
    BLACKHOLE = "blackhole"
    RESTART_POSTGRES = "restart PostgreSQL"
    KILL_POSTGRES = "kill PostgreSQL"
    FILL_DISK = "full disk"
    STORM = "rebalance storm"
    CLOCK_JUMP = "clock jump of the clients"


@dataclass(frozen=True, slots=True)
class Scale:
    """One size of run."""

    name: str
    events: int
    """Events that the doors must have accepted before the run may end."""
    events_per_second: float
    """The pace that the load keeps, as far as the doors let it."""
    faults: Mapping[Kind, int]
    freeze_seconds: float
    """How long a service is frozen; longer than Kafka's session timeout, so that its partitions move."""
    pause_seconds: float
    latency_seconds: float
    blackhole_seconds: float
    full_seconds: float
    storm_seconds: float
    jump_seconds: float
    rest_seconds: float
    """Pause before each fault, at most."""
    quiet_seconds_max: float
    """How long the system may take to finish what was begun, once the load has ended."""
    jvm: Sequence[str]
    kinds_required: bool
    """Whether everything that is counted as retried must have happened at least once."""


QUICK = Scale(
    name="quick",
    events=20_000,
    events_per_second=225,
    faults=dict.fromkeys(Kind, 1) | {Kind.RESET: 2},
    freeze_seconds=7,
    pause_seconds=3,
    latency_seconds=3,
    blackhole_seconds=4,
    full_seconds=3,
    storm_seconds=5,
    jump_seconds=3,
    rest_seconds=0.5,
    quiet_seconds_max=120,
    jvm=SHORT_LIVED,
    kinds_required=False,
)
_FAULTS = {
    Kind.KILL_ORDERS: 50,
    Kind.KILL_PRODUCTION: 50,
    Kind.KILL_INVENTORY: 50,
    Kind.FREEZE: 10,
    Kind.KILL_BROKER: 20,
    Kind.PAUSE_BROKER: 10,
    Kind.RESET: 100,
    Kind.LATENCY: 20,
    Kind.BLACKHOLE: 10,
    Kind.RESTART_POSTGRES: 10,
    Kind.KILL_POSTGRES: 5,
    Kind.FILL_DISK: 2,
    Kind.STORM: 5,
    Kind.CLOCK_JUMP: 10,
}
"""Faults of a whole run, half of them on each Kafka."""


def whole(brokers: int) -> Scale:
    """Give one part of a whole run: on one broker, or on several for about as long, at a pace that two cores keep."""
    return Scale(
        name="whole",
        events=700_000 if brokers == 1 else 300_000,
        events_per_second=280 if brokers == 1 else 130,
        faults={kind: (times + (brokers == 1)) // 2 for kind, times in _FAULTS.items()},
        freeze_seconds=10,
        pause_seconds=10,
        latency_seconds=10,
        blackhole_seconds=10,
        full_seconds=10,
        storm_seconds=60,
        jump_seconds=10,
        rest_seconds=3,
        quiet_seconds_max=900,
        jvm=LASTING,
        kinds_required=True,
    )
