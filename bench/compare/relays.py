"""The phase of relays: JVTrack's own as shipped beside Debezium.

They take turns on a stack of their own, whose PostgreSQL keeps the log that Debezium reads. Each runs the same course:
facts committed at a steady pace, then facts that wait, published as fast as can be.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bench.compare.found import Found, Line, Plan, of_contenders
from bench.compare.our_relay import SERVICE, OurRelay
from bench.compare.relay_course import Road, paced, saturated
from bench.peers.debezium import SERVER_SETTINGS, TUNED, Debezium
from bench.smoke.phases import measured
from bench.smoke.stack import POSTGRES, Stack, fresh_stack, memory

PACES = (500, 2_000, 5_000, 10_000)
ROWS = 100_000
WARM_ROWS = 100_000
"""Facts published before anything is measured: until then a Java machine compiles, at four times the CPU per fact."""
_WRONGS = ("lost", "doubled", "reordered")
_AIMS = {
    "saturated per_second": "45,000",
    "5000 p50_ms": "8",
    "5000 p99_ms": "40",
    "5000 memory relay": "a tenth of the peer's",
    **dict.fromkeys(_WRONGS, "0"),
}
_SETTINGS = ", ".join(f"`{name}={value}`" for name, value in TUNED.items())
_NOTES = (
    f"Debezium is set to {_SETTINGS}; the rest is as it comes (acks=all, one replication slot).",
    "Its outbox table has one index, `event_log` three. Both write the same keys and payloads.",
    "Its records have four headers, JVTrack's nine: the event router makes headers of columns, not of constants.",
    "PostgreSQL's CPU has the committing in it. A relay's memory is its process: production's service, Kafka Connect.",
)

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


def beside_debezium(plan: Plan) -> Found:
    """Let both relays run the course, in turns."""
    with fresh_stack(plan.home, "relays", SERVER_SETTINGS) as stack:
        return Found(_lines(asyncio.run(_measure(stack, plan))), _NOTES)


async def _measure(stack: Stack, plan: Plan) -> Readings:
    readings: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for run in range(plan.repetitions):
        for relay in (OurRelay(stack), Debezium(stack, "Debezium")):
            async with relay.running():
                found = await _course(stack, relay, f"{relay.name[0]}{run}", plan.seconds)
            for name, value in found.items():
                readings[name][relay.name].append(value)
            wrongs = ", ".join(f"{found[wrong]:.0f} {wrong}" for wrong in _WRONGS)
            plan.console.print(f"run {run}, {relay.name}: {found['saturated per_second']:,.0f}/s; {wrongs}")
    return readings


async def _course(stack: Stack, relay: Relay, run: str, seconds: float) -> dict[str, float]:
    found = {"idle memory": memory({"relay": relay.pid()})["relay"]}
    found |= _named("warm", await _saturated(relay, f"{run}w", WARM_ROWS))
    for pace in PACES:
        pids = {name: pid for name, pid in stack.pids().items() if name != SERVICE} | {"relay": relay.pid()}
        course = paced(relay.road, f"{run}p{pace}", rate=pace, seconds=seconds)
        found |= _named(str(pace), await measured(course, pids, seconds))
        found[f"{pace} cpu"] = found[f"{pace} cpu relay"] + found[f"{pace} cpu {POSTGRES}"]
    found |= _named("saturated", await _saturated(relay, f"{run}s", ROWS))
    return found | {wrong: sum(found[name] for name in found if name.endswith(f" {wrong}")) for wrong in _WRONGS}


def _named(step: str, found: Mapping[str, float]) -> dict[str, float]:
    return {f"{step} {name}": value for name, value in found.items()}


async def _saturated(relay: Relay, run: str, rows: int) -> dict[str, float]:
    await relay.pause()
    return await saturated(relay.road, run, rows, relay.go_on)


def _lines(readings: Readings) -> list[Line]:
    wanted = [
        ("saturated per_second", f"relay of {ROWS:,} waiting facts", "events/s", True),
        ("idle memory", "memory before the first fact, relay", "MiB", False),
    ]
    for pace in PACES:
        at = f"at {pace:,}/s"
        wanted += [
            (f"{pace} per_second", f"committed {at}", "events/s", True),
            (f"{pace} p50_ms", f"commit to seen by a consumer {at}, p50", "ms", False),
            (f"{pace} p99_ms", f"commit to seen by a consumer {at}, p99", "ms", False),
            (f"{pace} cpu relay", f"CPU per event {at}, relay", "us", False),
            (f"{pace} cpu", f"CPU per event {at}, relay and PostgreSQL", "us", False),
            (f"{pace} memory relay", f"memory {at}, relay", "MiB", False),
        ]
    wanted += [(wrong, f"{wrong}, of all that were committed", "facts", False) for wrong in _WRONGS]
    return [
        of_contenders(title, unit, readings[name], aim=_AIMS.get(name, ""), more=more)
        for name, title, unit, more in wanted
    ]
