"""Relays side by side: JVTrack's own as shipped, and Debezium; alone with `python -m bench.compare.relays`.

They take turns on a stack of their own, whose PostgreSQL keeps the log that Debezium reads. Each runs the same course:
facts that wait, published as fast as can be, then facts committed at a steady pace.
"""

import argparse
import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.markdown import Markdown

from bench.compare.found import Found, Line, Plan
from bench.compare.relay_course import Road, paced, saturated
from bench.compare.report import table
from bench.peers.debezium import SERVER_SETTINGS, Debezium
from bench.smoke import machine
from bench.smoke.figures import Figure
from bench.smoke.phases import measured
from bench.smoke.stack import POSTGRES, Stack, fresh_stack
from deploy.local.places import HOME
from shared.clock import now
from shared.events.envelope import Stream
from shared.messaging.relay_store import CHANNEL
from shared.messaging.topics import Topics

NAMES = ("JVTrack", "Debezium")
PACES = (500, 2_000, 5_000, 10_000)
ROWS = 100_000
WARM_ROWS = 20_000
"""Facts published before anything is measured, so that a Java machine has compiled what it runs."""
_SERVICE = "production"
_INSERT = """
WITH told AS (
  INSERT INTO event_log (event_id, topic, key, key_seq, type, payload)
  SELECT event_id, 3, key, key_seq, 'jvtrack.production.lot-inspected.v1', payload
  FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bytea[])
       WITH ORDINALITY AS fact (event_id, key, key_seq, payload, position)
  ORDER BY position
  RETURNING seq)
INSERT INTO outbox_pending (seq) SELECT seq FROM told
"""

Readings = Mapping[str, Mapping[str, Sequence[float]]]
"""By what was measured and by relay."""


class Relay(Protocol):
    """What brings facts from a table of PostgreSQL to a topic of Kafka."""

    name: str

    @property
    def road(self) -> Road:
        """Say where it takes facts from, and where it brings them."""

    def pid(self) -> int:
        """Give the id of its process, which may be another after each pause."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Run it until the block ends."""

    async def pause(self) -> None:
        """Let facts wait."""

    async def go_on(self) -> None:
        """Publish again."""


@dataclass(slots=True)
class OurRelay:
    """The relay of production's service, in the service's process as shipped."""

    stack: Stack
    name: str = NAMES[0]

    @property
    def road(self) -> Road:
        """Say where production's outbox is, and its topic."""
        owner = self.stack.environment.database(_SERVICE).owner.set(drivername="postgresql")
        topics = Topics(self.stack.servers.kafka, self.stack.settings.namespace)
        dsn = owner.render_as_string(hide_password=False)
        return Road(dsn, _INSERT, topics.servers, topics.name(Stream.PRODUCTION), wake=f"NOTIFY {CHANNEL}")

    def pid(self) -> int:
        """Give the service's process id."""
        return self.stack.pids()[_SERVICE]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the service."""
        await self.go_on()
        try:
            yield
        finally:
            await self.pause()

    async def pause(self) -> None:
        """Stop the service."""
        await asyncio.to_thread(self.stack.stop, _SERVICE)

    async def go_on(self) -> None:
        """Start the service."""
        process = self.stack.services[_SERVICE]
        process.start()
        await asyncio.to_thread(process.wait_until_serving)


async def measure(stack: Stack, repetitions: int, *, seconds: float, rows: int, console: Console) -> Readings:
    """Let each relay run its course in turn, so many times."""
    readings: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    relays: Sequence[Relay] = (OurRelay(stack), Debezium(stack, NAMES[1]))
    for run in range(repetitions):
        for relay in relays:
            async with relay.running():
                found = await _course(stack, relay, f"{relay.name[0]}{run}", seconds=seconds, rows=rows)
            for name, value in found.items():
                readings[name][relay.name].append(value)
            console.print(f"run {run}, {relay.name}: {found['saturated per_second']:,.0f} events/s")
    return readings


async def _course(stack: Stack, relay: Relay, run: str, *, seconds: float, rows: int) -> dict[str, float]:
    for name, count in ((f"{run}w", WARM_ROWS), (f"{run}s", rows)):
        await relay.pause()
        fast = await saturated(relay.road, name, count, relay.go_on)
    found = {f"saturated {name}": value for name, value in fast.items()}
    for pace in PACES:
        pids = {name: pid for name, pid in stack.pids().items() if name != _SERVICE} | {"relay": relay.pid()}
        course = paced(relay.road, f"{run}p{pace}", rate=pace, seconds=seconds)
        found |= {f"{pace} {name}": value for name, value in (await measured(course, pids, seconds)).items()}
        found[f"{pace} cpu"] = found[f"{pace} cpu relay"] + found[f"{pace} cpu {POSTGRES}"]
    wrongs = ("lost", "doubled", "reordered")
    return found | {wrong: sum(found[name] for name in found if name.endswith(f" {wrong}")) for wrong in wrongs}


def lines(readings: Readings) -> list[Line]:
    """Write what the page says of relays."""
    wanted = [("saturated per_second", f"relay of {ROWS:,} waiting facts", "events/s", True)]
    for pace in PACES:
        wanted += [
            (f"{pace} p50_ms", f"commit to consumer at {pace:,}/s, p50", "ms", False),
            (f"{pace} p99_ms", f"commit to consumer at {pace:,}/s, p99", "ms", False),
            (f"{pace} cpu relay", f"relay's CPU per event at {pace:,}/s", "us", False),
            (f"{pace} cpu", f"relay's and PostgreSQL's CPU per event at {pace:,}/s", "us", False),
            (f"{pace} memory relay", f"relay's memory at {pace:,}/s", "MiB", False),
        ]
    wanted += [(wrong, f"{wrong} by the relay", "facts", False) for wrong in ("lost", "doubled", "reordered")]
    return [
        Line(title, unit, {relay: Figure(relay, unit, values) for relay, values in readings[name].items()}, more)
        for name, title, unit, more in wanted
    ]


def beside_debezium(plan: Plan) -> Found:
    """Let both relays run the course, as a phase of the benchmark."""
    with fresh_stack(plan.home, "relays", SERVER_SETTINGS) as stack:
        course = measure(stack, plan.repetitions, seconds=plan.seconds, rows=ROWS, console=plan.console)
        return Found(lines(asyncio.run(course)))


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description="Measure JVTrack's relay beside Debezium.")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0, help="length of one paced run")
    parser.add_argument("--rows", type=int, default=ROWS, help="facts that wait for the relay")
    options = parser.parse_args()
    console, home = Console(), HOME / "bench"
    facts = machine.facts(home)
    with fresh_stack(home, "relays", SERVER_SETTINGS) as stack:
        course = measure(stack, options.repetitions, seconds=options.seconds, rows=options.rows, console=console)
        readings = asyncio.run(course)
    console.print(Markdown("\n".join(table(lines(readings), NAMES))))
    path = home / f"relays-{now():%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps({"machine": facts, "readings": readings}, indent=1))
    console.print(f"Kept in {path}")


if __name__ == "__main__":
    main()
