"""The measurements that every contender stands: one at a time at a door, the whole road, and a steady pace."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.compare.contenders import Contender, cpu, memory
from bench.smoke.phases import run_load
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
        before, held = cpu(contender), asyncio.create_task(self._memory(contender))
        found = await run_load(order)
        used = cpu(contender)
        for name in before:
            found[f"cpu {name}"] = (used[name] - before[name]) / found["events"] * 1e6
        found["cpu load generator"] = found["load_cpu_seconds"] / found["events"] * 1e6
        return {**found, **{f"memory {name}": mib for name, mib in (await held).items()}}

    async def end_to_end(self, contender: Contender, run: str) -> dict[str, float]:
        """Post as fast as the door answers; the clock stops when the stock has everything."""
        begun = monotonic()
        found = await self.post(contender, run, clients=PACED_CLIENTS)
        await contender.caught_up()
        return {**found, "end_to_end": found["accepted"] / (monotonic() - begun)}

    async def _memory(self, contender: Contender) -> Mapping[str, float]:
        await asyncio.sleep(self.seconds * 0.8)
        return memory(contender)
