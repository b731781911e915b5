"""How many processes run each service, and where each of them listens by itself.

All replicas of a service share its port: the kernel hands each new connection to one of them (SO_REUSEPORT). Each
listens at a port of its own, too, where it alone is asked how it is.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

REPLICAS_MAX = 9
_ONE = re.compile(rf"([a-z]+)=([1-{REPLICAS_MAX}])")
_STEP = 100


class Replica(NamedTuple):
    """One process of a service."""

    name: str
    service: str
    port: int
    """Where it alone is reached; the service's own port where it is the only one."""
    is_alone: bool


def service_of(name: str) -> str:
    """Say of which service a process of this name is; a server is of its own."""
    return name.partition(".")[0]


def counts(text: str) -> Mapping[str, int] | None:
    """Read `inventory=2,orders=3`; nothing if it cannot be read, or names a service twice."""
    found = [_ONE.fullmatch(word.strip()) for word in text.split(",") if word.strip()]
    read = {one[1]: int(one[2]) for one in found if one}
    return read if len(read) == len(found) else None


def replicas(service: str, port: int, number: int) -> Iterator[Replica]:
    """Name the replicas of a service, and their ports: 8203, 8303 ... beside the 8103 that they share."""
    if number == 1:
        yield Replica(service, service, port, is_alone=True)
        return
    for n in range(1, number + 1):
        yield Replica(f"{service}.{n}", service, port + n * _STEP, is_alone=False)
