"""Measures every contender in turn, several times over, and writes docs/BENCHMARKS.md and a JSON of every reading."""

import argparse
import asyncio
import dataclasses
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markdown import Markdown

from bench.compare.contenders import Contender, OurOwn, Peer
from bench.compare.limits import kafka_records, postgres_rows
from bench.compare.phases import Course
from bench.compare.report import Line, table, write_page
from bench.smoke import machine
from bench.smoke.__main__ import with_catalogue
from bench.smoke.figures import Figure
from bench.smoke.stack import Stack, fresh_stack
from deploy.local.places import HOME
from deploy.local.settings import SERVICES
from shared.clock import now

CLIENTS = (1, 16, 64)
PACES = (50, 500)
"""Events a second at which the time to the stock is measured: one that every contender bears, one that they don't."""
_LIMIT_ROWS = (1, 100)

Readings = Mapping[str, Mapping[str, Sequence[float]]]
"""By what was measured and by contender."""


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description="Measure JVTrack beside its peers and the machine's limits.")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0, help="length of one run of the load")
    parser.add_argument("--dry", action="store_true", help="write no page")
    options = parser.parse_args()
    console, home = Console(), HOME / "bench"
    facts = machine.facts(home)
    console.print("\n".join(f"{name}: {value}" for name, value in facts.items()))
    with fresh_stack(home, "compare") as stack:
        contenders, readings, notes = asyncio.run(_measure(stack, options.repetitions, options.seconds, console))
    names = [each.name for each in contenders]
    lines = _lines(readings)
    console.print(Markdown("\n".join([*table(lines, names), "", *notes])))
    path = home / f"compare-{now():%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps({"machine": facts, "readings": readings, "notes": notes}, indent=1))
    console.print(f"Kept in {path}")
    if not options.dry:
        write_page(facts, lines, names, notes)


async def _measure(
    stack: Stack, repetitions: int, seconds: float, console: Console
) -> tuple[Sequence[Contender], Readings, list[str]]:
    stack.start(*SERVICES)
    bench = await with_catalogue(stack, seconds)
    stack.stop(*SERVICES)
    poster, reader = stack.token("factory", *bench.factories), stack.token("planner")
    course = Course(bench.factories, bench.depots, bench.parts, poster, reader, seconds)
    typical = Peer(stack, "typical", ("typical_door", "typical_stock"), pool=await _best_pool(stack, course, console))
    stream = Peer(stack, "FastStream", ("faststream_door", "faststream_stock"), pool=typical.pool)
    contenders: Sequence[Contender] = (OurOwn(stack), typical, stream)
    readings: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    notes = [f"- The peers' connection pools: {typical.pool}, the best of those tried."]
    for run in range(repetitions):
        for contender in contenders:
            async with contender.running():
                for name, value in (await _course(course, contender, f"{contender.name[0]}{run}")).items():
                    readings[name][contender.name].append(value)
                wrongs = await contender.wrongs()
            console.print(f"run {run}, {contender.name}: {'; '.join(wrongs) or 'nothing lost, doubled or reordered'}")
            notes += [f"- Run {run + 1}, {contender.name}: {wrong}." for wrong in wrongs]
    return contenders, readings, [*notes, *await _limits(stack, repetitions, seconds)]


async def _best_pool(stack: Stack, course: Course, console: Console) -> int:
    """Find the pool with which the typical door takes most."""
    reached = {}
    for pool in (5, 10, 20, 40):
        peer = Peer(stack, "typical", ("typical_door", "typical_stock"), pool=pool)
        short = dataclasses.replace(course, seconds=min(course.seconds, 4.0))
        async with peer.running():
            reached[pool] = (await short.post(peer, f"B{pool}", clients=CLIENTS[-1]))["per_second"]
    console.print("typical door by pool: " + ", ".join(f"{pool}: {rate:,.0f}/s" for pool, rate in reached.items()))
    return max(reached, key=reached.__getitem__)


async def _course(course: Course, contender: Contender, run: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for clients in CLIENTS:
        door = await course.post(contender, f"{run}c{clients}", clients=clients)
        await contender.caught_up()
        found |= {f"{clients} {name}": door[name] for name in ("per_second", "p50_ms", "p99_ms")}
    found["end_to_end"] = (await course.end_to_end(contender, f"{run}e"))["end_to_end"]
    for pace in PACES:
        paced = await course.post(contender, f"{run}p{pace}", clients=CLIENTS[-1], rate=pace)
        await contender.caught_up()
        kept = [name for name in paced if name.startswith(("cpu ", "memory ")) or name in _PACED]
        found |= {f"at {pace} {name}": paced[name] for name in kept}
        found[f"at {pace} cpu"] = sum(paced[name] for name in paced if name.startswith("cpu ") and "load" not in name)
        found[f"at {pace} memory"] = sum(paced[name] for name in paced if name.startswith("memory "))
    return found


_PACED = ("per_second", "p99_ms", "seen_p50_ms", "seen_p99_ms", "unseen")


async def _limits(stack: Stack, repetitions: int, seconds: float) -> list[str]:
    rows = {size: [await postgres_rows(stack, size, int(seconds)) for _ in range(repetitions)] for size in _LIMIT_ROWS}
    records = [await kafka_records(stack, run) for run in range(repetitions)]
    bare = [
        f"- Limit: PostgreSQL takes {max(found):,.0f} rows of an event's size a second with {size} in a transaction."
        for size, found in rows.items()
    ]
    return [
        *bare,
        f"- Limit: Kafka's own producer test writes {max(records):,.0f} records of an event's size a second.",
    ]


def _lines(readings: Readings) -> list[Line]:
    wanted = [("end_to_end", "door to stock, sustained", "events/s", True)]
    for clients in CLIENTS:
        wanted += [
            (f"{clients} per_second", f"single POST from {clients}", "events/s", True),
            (f"{clients} p50_ms", f"single POST from {clients}, p50", "ms", False),
            (f"{clients} p99_ms", f"single POST from {clients}, p99", "ms", False),
        ]
    for pace in PACES:
        wanted += [
            (f"at {pace} per_second", f"accepted at a paced {pace:,}/s", "events/s", True),
            (f"at {pace} seen_p50_ms", f"POST to seen in stock at {pace:,}/s, p50", "ms", False),
            (f"at {pace} seen_p99_ms", f"POST to seen in stock at {pace:,}/s, p99", "ms", False),
            (f"at {pace} unseen", f"probes not seen within 20 s at {pace:,}/s", "", False),
            (f"at {pace} cpu", f"CPU per event at {pace:,}/s, all processes", "us", False),
            (f"at {pace} memory", f"memory at {pace:,}/s, all processes", "MiB", False),
        ]
    return [_line(readings[name], title, unit, more_is_better=more) for name, title, unit, more in wanted]


def _line(found: Mapping[str, Sequence[float]], title: str, unit: str, *, more_is_better: bool) -> Line:
    return Line(title, unit, {name: Figure(name, unit, values) for name, values in found.items()}, more_is_better)


if __name__ == "__main__":
    main()
