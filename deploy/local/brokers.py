"""How many nodes the stack's own Kafka has, what they are called, and where each of them listens.

One node is enough to try the system. Three keep every fact three times, so that any one of them may die or be replaced;
two would stop as soon as one of them did.
"""

from collections.abc import Sequence
from typing import NamedTuple

KAFKA = "kafka"
NUMBERS = (1, 3)
_STEP = 100


class Broker(NamedTuple):
    """One node of the stack's Kafka, broker and controller in one."""

    name: str
    node: int
    port: int
    controller_port: int


def brokers(number: int, port: int, controller_port: int) -> Sequence[Broker]:
    """Name the nodes, and their ports: the first listens where a single one would, the others 100 n above it."""
    if number == 1:
        return [Broker(KAFKA, 1, port, controller_port)]
    above = [(n, n * _STEP) for n in range(number)]
    return [Broker(f"{KAFKA}.{n + 1}", n + 1, port + step, controller_port + step) for n, step in above]


def node_of(name: str) -> int:
    """Tell the number of the node that a process of this name is."""
    return int(name.partition(".")[2] or 1)
