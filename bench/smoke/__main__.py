"""Runs every measurement on a fresh stack, prints the figures, and keeps them as JSON under `.local/bench`."""

import argparse
import asyncio
import csv
import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.smoke import machine
from bench.smoke.figures import Figure, collect
from bench.smoke.phases import CLIENTS, NDJSON_BODIES, NDJSON_LINES, RELAY_FACTS, Bench
from bench.smoke.stack import Stack, cpu, fresh_stack, memory, until
from deploy.local.places import HOME
from deploy.local.settings import DECIDING
from jvtrack.client.door import KEY_HEADER, Call
from jvtrack.client.files import media_type
from jvtrack.commands.verify import show
from jvtrack.verify.proof import verify
from jvtrack.verify.report import Report
from shared.clock import now

DATA = Path(__file__).parents[2] / "data"
PACES = (500, 1000)
_REST_SECONDS = 5.0

Runs = Sequence[Mapping[str, float]]


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description="Measure speed and cost on this machine, and print the figures.")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0, help="length of one run of the load")
    parser.add_argument("--namespace", default="bench")
    options = parser.parse_args()
    console = Console()
    home = HOME / "bench"
    facts = machine.facts(home)
    console.print("\n".join(f"{name}: {value}" for name, value in facts.items()))
    with fresh_stack(home, options.namespace) as stack:
        figures, report = asyncio.run(_measure(stack, options.repetitions, options.seconds, console=console))
    _print(figures, console)
    show(report, console)
    path = home / f"{now():%Y%m%dT%H%M%S}.json"
    path.write_text(
        json.dumps({"machine": facts, "figures": [dataclasses.asdict(figure) for figure in figures]}, indent=1)
    )
    console.print(f"Kept in {path}")


async def _measure(stack: Stack, repetitions: int, seconds: float, *, console: Console) -> tuple[list[Figure], Report]:
    stack.start(*DECIDING)
    bench = await with_catalogue(stack, seconds)
    console.print(f"catalogue: {len(bench.parts)} parts; {CLIENTS} clients, {repetitions} runs of {seconds:.0f} s each")
    figures = await _at_rest(stack)
    figures += await _one_by_one(bench, range(repetitions), console)
    stack.start(*DECIDING)
    await stack.caught_up()
    figures += await _together(bench, range(repetitions), console)
    await stack.caught_up()
    report = await verify(stack.sources())
    figures += await _relay(bench, range(repetitions), console)
    return figures, report


async def with_catalogue(stack: Stack, seconds: float) -> Bench:
    """Import the illustrative catalogue, and wait until production knows it."""
    async with stack.client("operator") as client:
        for kind, file in (("sites", DATA / "sites.csv"), ("parts", DATA / "parts.json")):
            headers = {"Content-Type": media_type(file), KEY_HEADER: f"{stack.settings.namespace}-{kind}"}
            call = Call("POST", "/v1/catalogue/import", {"kind": kind}, headers, file.read_bytes(), seconds_max=60.0)
            await client.inventory.door.send(call)
    sites = [row["site_id"] for row in csv.DictReader((DATA / "sites.csv").read_text().splitlines())]
    parts = [part["part_id"] for part in json.loads((DATA / "parts.json").read_text())["parts"]]
    connection = await stack.database("production")
    await until(connection, "SELECT count(*) = $1 FROM part_copy", len(parts))
    await until(connection, "SELECT count(*) = $1 FROM site_copy", len(sites))
    await connection.close()
    factories = [site for site in sites if site.startswith("F-")]
    return Bench(stack, factories, [site for site in sites if site.startswith("D-")], parts, seconds)


async def _at_rest(stack: Stack) -> list[Figure]:
    before = cpu(stack.pids())
    await asyncio.sleep(_REST_SECONDS)
    used = cpu(stack.pids())
    share = [
        Figure(f"CPU of {name} at rest", "%", [(used[name] - before[name]) / _REST_SECONDS * 100]) for name in used
    ]
    return [*share, *[Figure(f"memory of {name} at rest", "MiB", [mib]) for name, mib in memory(stack.pids()).items()]]


async def _one_by_one(bench: Bench, repetitions: range, console: Console) -> list[Figure]:
    """Measure each step alone: the other services are down, their work waits in Kafka."""
    stack = bench.stack
    singles, lines, applied = [], [], []
    for run in repetitions:
        reached = await stack.published()
        stack.stop("orders", "inventory")
        singles.append(await bench.single(f"S{run}"))
        lines.append(await bench.lines(f"N{run}"))
        applied.append(await bench.apply("inventory", since=reached))
        console.print(
            f"run {run}: {_short(singles[-1])} single/s, {_short(lines[-1])} NDJSON/s, applied {_short(applied[-1])}/s"
        )
    return [
        collect("single POST, production alone", "events/s", singles, "per_second", target="3,000"),
        collect("  p50", "ms", singles, "p50_ms"),
        collect("  p99", "ms", singles, "p99_ms", target="60"),
        *_cpu(singles, "  CPU per event:"),
        collect(
            f"NDJSON, {NDJSON_BODIES} bodies of {NDJSON_LINES:,}", "events/s", lines, "per_second", target="20,000"
        ),
        collect("apply, inventory's deciders", "events/s", applied, "per_second", target="12,000"),
        collect("  CPU per event", "us", applied, "cpu"),
    ]


async def _relay(bench: Bench, repetitions: range, console: Console) -> list[Figure]:
    """Measure the relay alone, and last: its facts are written past the doors, and would not stand the proof."""
    bench.stack.stop("orders", "inventory")
    runs = []
    for run in repetitions:
        runs.append(await bench.relay(f"R{run}."))
        console.print(f"run {run}: relayed {_short(runs[-1])}/s")
    return [collect(f"relay of {RELAY_FACTS:,} waiting facts", "events/s", runs, "per_second", target="45,000")]


async def _together(bench: Bench, repetitions: range, console: Console) -> list[Figure]:
    """Measure the whole system with every service on."""
    figures: list[Figure] = []
    runs = []
    for run in repetitions:
        runs.append(await bench.single(f"A{run}"))
        await bench.stack.caught_up()
    figures += [
        collect("single POST, all services on", "events/s", runs, "per_second"),
        collect("  p99", "ms", runs, "p99_ms"),
    ]
    for pace in PACES:
        runs = []
        for run in repetitions:
            runs.append(await bench.load(f"P{pace}.{run}", rate=pace, probes=True))
            await bench.stack.caught_up()
            console.print(f"run {run} at {pace}/s: seen p50 {runs[-1]['seen_p50_ms']:.1f} ms")
        figures += _paced(pace, runs)
    return figures


def _paced(pace: int, runs: Runs) -> list[Figure]:
    held = [name for name in runs[0] if name.startswith("memory ")]
    return [
        collect(f"POST at {pace:,}/s, accepted", "events/s", runs, "per_second"),
        collect("  POST p50", "ms", runs, "p50_ms"),
        collect("  POST p99", "ms", runs, "p99_ms"),
        collect("  POST to seen in stock p50", "ms", runs, "seen_p50_ms", target="25" if pace == PACES[-1] else ""),
        collect("  POST to seen in stock p99", "ms", runs, "seen_p99_ms", target="100" if pace == PACES[-1] else ""),
        collect("  probes not seen", "", runs, "unseen", target="0"),
        *_cpu(runs, "  CPU per event:"),
        *[collect(f"  {name}", "MiB", runs, name) for name in held if pace == PACES[-1]],
    ]


def _cpu(runs: Runs, title: str) -> list[Figure]:
    return [collect(f"{title} {name[4:]}", "us", runs, name) for name in runs[0] if name.startswith("cpu ")]


def _short(run: Mapping[str, float]) -> str:
    return f"{run['per_second']:,.0f}"


def _print(figures: Sequence[Figure], console: Console) -> None:
    table = Table("what", "least", "median", "greatest", "unit", "aim")
    for column in table.columns[1:4]:
        column.justify = "right"
    for figure in figures:
        numbers = [f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" for value in figure.spread()]
        table.add_row(figure.name, *numbers, figure.unit, figure.target)
    console.print(table)


if __name__ == "__main__":
    main()
