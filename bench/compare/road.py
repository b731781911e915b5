"""JVTrack alone, the road of an event: doors by the line and by the file, who applies it, a steady pace, bytes kept."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.compare.catching_up import catch_up
from bench.compare.found import Found, Line, Plan, of_runs
from bench.smoke.__main__ import with_catalogue
from bench.smoke.phases import NDJSON_BODIES, NDJSON_LINES, Bench
from bench.smoke.stack import Stack, fresh_stack
from deploy.local.settings import DECIDING
from shared.clock import monotonic
from shared.events.envelope import Stream

PACES = (500, 1_000, 2_000)
_SEEN_AIMS = {500: ("", ""), 1_000: ("25", "100"), 2_000: ("", "")}
_FILE = f"NDJSON, {NDJSON_BODIES} bodies of {NDJSON_LINES:,}"
Runs = Sequence[Mapping[str, float]]


def steps(plan: Plan) -> Found:
    """Measure each step of the road alone, then all of it together."""
    with fresh_stack(plan.home, "steps") as stack:
        return asyncio.run(_steps(stack, plan))


def paced(plan: Plan) -> Found:
    """Post at a steady pace with every service on, and see how soon goods are in the stock and what it costs."""
    with fresh_stack(plan.home, "paced") as stack:
        return asyncio.run(_paced(stack, plan))


async def _steps(stack: Stack, plan: Plan) -> Found:
    stack.start(*DECIDING)
    bench = await with_catalogue(stack, plan.seconds)
    runs: list[dict[str, float]] = []
    for number in range(plan.repetitions):
        runs.append({**await _alone(bench, f"N{number}"), **await _together(bench, f"T{number}")})
        plan.console.print(f"run {number}: " + ", ".join(f"{name} {value:,.0f}" for name, value in runs[-1].items()))
    return Found(_step_lines(runs), await stack.wrongs())


async def _alone(bench: Bench, run: str) -> dict[str, float]:
    """Let production take events while nobody hears them; then let each hearer catch up alone."""
    stack = bench.stack
    reached, stored = await stack.published(), await _stored(stack)
    stack.stop("orders", "inventory")
    single = await bench.single(f"{run}S")
    lines = await bench.lines(run)
    inventory = await catch_up(stack, "inventory", Stream.PRODUCTION)
    orders = await catch_up(stack, "orders", Stream.PRODUCTION)
    count = await stack.published() - reached
    more = {name: (size - stored[name]) / count for name, size in (await _stored(stack)).items()}
    return {
        "single": single["per_second"],
        "lines": lines["per_second"],
        "inventory": inventory["per_second"],
        "orders": orders["per_second"],
        "inventory cpu": inventory["cpu"],
        "orders cpu": orders["cpu"],
        **{f"bytes {name}": size for name, size in more.items()},
    }


async def _together(bench: Bench, run: str) -> dict[str, float]:
    """Post NDJSON with every service on; the clock stops when the stock has everything."""
    begun = monotonic()
    found = await bench.lines(run)
    await bench.stack.caught_up()
    return {"lines to stock": found["events"] / (monotonic() - begun)}


async def _stored(stack: Stack) -> dict[str, float]:
    """Tell how many bytes each service's database has, and Kafka's log."""
    sizes = {}
    for service in DECIDING:
        connection = await stack.database(service)
        sizes[service] = float(await connection.fetchval("SELECT pg_database_size(current_database())"))
        await connection.close()
    # Index files are made at their full size: what they hold is a thousandth of the log.
    logs = await asyncio.to_thread(lambda: list(Path(stack.settings.directory).glob("kafka/data/*/*.log")))
    return {**sizes, "kafka": float(sum(log.stat().st_size for log in logs))}


def _step_lines(runs: Runs) -> list[Line]:
    stored = [name for name in runs[0] if name.startswith("bytes ")]
    return [
        of_runs("single POST from 64, production alone", "events/s", runs, "single", aim="3,000"),
        of_runs(f"{_FILE}, production alone", "events/s", runs, "lines", aim="20,000"),
        of_runs(f"{_FILE}, to the stock with all services on", "events/s", runs, "lines to stock", aim="5,000"),
        of_runs("apply, inventory's deciders", "events/s", runs, "inventory", aim="12,000"),
        of_runs(
            "apply, inventory's deciders, CPU per event with PostgreSQL's", "us", runs, "inventory cpu", more=False
        ),
        of_runs("apply, orders: its deciders, and what went into lots beside", "events/s", runs, "orders"),
        of_runs("apply, orders, CPU per event with PostgreSQL's", "us", runs, "orders cpu", more=False),
        *[of_runs(f"bytes kept per event, {name[6:]}", "bytes", runs, name, more=False) for name in stored],
    ]


async def _paced(stack: Stack, plan: Plan) -> Found:
    stack.start(*DECIDING)
    bench = await with_catalogue(stack, plan.seconds)
    await bench.single("WARM")
    await stack.caught_up()
    by_pace: dict[int, list[dict[str, float]]] = {pace: [] for pace in PACES}
    for run in range(plan.repetitions):
        for pace, runs in by_pace.items():
            runs.append(await bench.load(f"P{pace}.{run}", rate=pace, probes=True))
            await stack.caught_up()
            plan.console.print(f"run {run} at {pace:,}/s: seen p50 {runs[-1]['seen_p50_ms']:.1f} ms")
    lines = [line for pace, runs in by_pace.items() for line in _paced_lines(pace, runs)]
    return Found(lines, await stack.wrongs())


def _paced_lines(pace: int, runs: Runs) -> list[Line]:
    half, most = _SEEN_AIMS[pace]
    at = f"at {pace:,}/s"
    used = [name for name in runs[0] if name.startswith("cpu ")]
    held = [name for name in runs[0] if name.startswith("memory ")]
    return [
        of_runs(f"accepted {at}", "events/s", runs, "per_second"),
        of_runs(f"POST {at}, p50", "ms", runs, "p50_ms", more=False),
        of_runs(f"POST {at}, p99", "ms", runs, "p99_ms", more=False),
        of_runs(f"POST to seen in stock {at}, p50", "ms", runs, "seen_p50_ms", aim=half, more=False),
        of_runs(f"POST to seen in stock {at}, p99", "ms", runs, "seen_p99_ms", aim=most, more=False),
        of_runs(f"probes not seen {at}", "probes", runs, "unseen", aim="0", more=False),
        *[of_runs(f"CPU per event {at}, {name[4:]}", "us", runs, name, more=False) for name in used],
        *[of_runs(f"{name} {at}", "MiB", runs, name, more=False) for name in held if pace == PACES[-1]],
    ]
