"""What is done to the system, and in which order: the same for the same seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.local.settings import DECIDING
from tests.faults.chaos.scale import Kind, Scale

SERVERS = ("kafka", "postgres")
_OF_A_SERVICE = {
    Kind.KILL_ORDERS: ("orders",),
    Kind.KILL_PRODUCTION: ("production",),
    Kind.KILL_INVENTORY: ("inventory",),
    Kind.FREEZE: DECIDING,
    Kind.STORM: DECIDING,
}
_OF_A_WAY = {Kind.RESET, Kind.LATENCY, Kind.BLACKHOLE}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is done to the system."""

    number: int
    kind: Kind
    target: str
    """The service, or the server whose way is disturbed; empty where the kind says it all."""
    leads: bool
    """Of a service that is killed or frozen: whether it is the replica that leads its relay, or the other one."""
    rest: float
    """The pause before, in seconds."""

    def __str__(self) -> str:
        """Say it in a line of a schedule."""
        who = f" ({'leader' if self.leads else 'follower'})" if self.kind in _OF_A_SERVICE else ""
        return f"{self.number}. {self.kind} {self.target if self.target not in self.kind else ''}".rstrip() + who


def schedule(scale: Scale, seed: int) -> Sequence[Fault]:
    """Shuffle the faults of a run; every target of a kind gets its share, the leader as often as the follower."""
    dice = random.Random(seed)
    drawn = [
        (kind, _target(kind, each), each % 2 == 0) for kind, number in scale.faults.items() for each in range(number)
    ]
    dice.shuffle(drawn)
    return [
        Fault(number, kind, target, leads, round(dice.uniform(0, scale.rest_seconds), 2))
        for number, (kind, target, leads) in enumerate(drawn, start=1)
    ]


def _target(kind: Kind, each: int) -> str:
    if kind in _OF_A_WAY:
        return SERVERS[each % len(SERVERS)]
    chosen = _OF_A_SERVICE.get(kind, ("",))
    # The last one first: inventory's consumers decide most, so a run that freezes once freezes one of them.
    return chosen[-1 - each % len(chosen)]
