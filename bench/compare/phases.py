"""The measurements that every contender stands: one at a time at a door, the whole road, and a steady pace."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.compare.contenders import Contender
from bench.smoke.phases import measured_load
from shared.clock import monotonic

PACED_CLIENTS = 64


@dataclass(frozen=True, slots=True)
class Course:
    """What is posted, by whom, and for how long."""

    factories: Sequence[str]
    depots: Sequence[str]
    parts: Sequence[str]
    poster: str
    """A token of the factories."""
    reader: str
    """A token that may ask for any depot's stock."""
    seconds: float

    async def post(self, contender: Contender, run: str, *, clients: int, rate: float = 0) -> dict[str, float]:
        """Post from so many clients, as fast as they are answered or at a rate; gives latencies and CPU per event."""
        door, stock = contender.ports
        order = {
            "production_port": door,
            "inventory_port": stock,
            "token": self.poster,
            "reader": self.reader,
            "clients": clients,
            "rate": rate,
            "probes": bool(rate),
            "seconds": self.seconds,
            "workload": {"run": run, "factories": self.factories, "depots": self.depots, "parts": self.parts},
        }
        return await measured_load(order, contender.pids())

    async def end_to_end(self, contender: Contender, run: str) -> dict[str, float]:
        """Post as fast as the door answers; the clock stops when the stock has everything."""
        begun = monotonic()
        found = await self.post(contender, run, clients=PACED_CLIENTS)
        await contender.caught_up()
        return {**found, "end_to_end": found["accepted"] / (monotonic() - begun)}
