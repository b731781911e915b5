"""The phases of all contenders: JVTrack and its peers side by side, in turns, and the limits of the machine."""

import asyncio
import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence

from bench.compare.contenders import LOST, MISCOUNTED, REORDERED, Contender, OurOwn, Peer
from bench.compare.found import Found, Line, Plan, of_contenders
from bench.compare.limits import kafka_records, postgres_rows, waking_us
from bench.compare.phases import Course
from bench.smoke.__main__ import with_catalogue
from bench.smoke.figures import Figure
from bench.smoke.stack import Stack, fresh_stack
from deploy.local.settings import DECIDING

CLIENTS = (1, 16, 64)
PACES = (50, 500)
"""Events a second at which the time to the stock is measured: one that every contender bears, one that they don't."""
POOLS = (10, 20, 40, 60, 80)
SUSTAINED = 5
"""How many times as long as another run the one from the door to the stock is."""
_AIMS = {**dict.fromkeys(("unkept", LOST, REORDERED, MISCOUNTED), "0"), "end_to_end": "5,000", "64 per_second": "3,000"}
_LIMIT_ROWS = (1, 100)
_LIMITS = "the machine"
_WAKING = "CPU of an event loop that wakes after 10 ms and has nothing to do"
_PACED = ("per_second", "p99_ms", "seen_p50_ms", "seen_p99_ms", "unseen")

Readings = Mapping[str, Mapping[str, Sequence[float]]]
"""By what was measured and by contender."""


def beside_peers(plan: Plan) -> Found:
    """Let every contender run the whole course, in turns."""
    with fresh_stack(plan.home, "compare") as stack:
        return asyncio.run(_measure(stack, plan))


def limits(plan: Plan) -> Found:
    """Measure what the servers bear with nothing around them."""
    with fresh_stack(plan.home, "limits") as stack:
        return asyncio.run(_limits(stack, plan))


async def _measure(stack: Stack, plan: Plan) -> Found:
    stack.start(*DECIDING)
    bench = await with_catalogue(stack, plan.seconds)
    stack.stop(*DECIDING)
    poster, reader = stack.token("factory", *bench.factories), stack.token("planner")
    course = Course(bench.factories, bench.depots, bench.parts, poster, reader, plan.seconds)
    typical = Peer(stack, "typical", ("typical_door", "typical_stock"), pool=await _best_pool(stack, course, plan))
    stream = Peer(stack, "FastStream", ("faststream_door", "faststream_stock"), pool=typical.pool)
    contenders: Sequence[Contender] = (OurOwn(stack), typical, stream)
    readings: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    notes = [f"The peers' connection pools: {typical.pool}, the best of {', '.join(map(str, POOLS))}."]
    for run in range(plan.repetitions):
        for contender in contenders:
            async with contender.running():
                found = await _course(course, contender, f"{contender.name[0]}{run}")
                checked = {
                    "unkept": max(0.0, found["answered"] - await contender.accepted()),
                    **await contender.wrongs(),
                }
            for name, value in {**found, **checked}.items():
                readings[name][contender.name].append(value)
            said = ", ".join(f"{count:,.0f} {name}" for name, count in checked.items())
            plan.console.print(f"run {run}, {contender.name}: {said}")
    return Found(_lines(readings), notes)


async def _best_pool(stack: Stack, course: Course, plan: Plan) -> int:
    """Find the pool with which the typical door takes most."""
    reached = {}
    for pool in POOLS:
        peer = Peer(stack, "typical", ("typical_door", "typical_stock"), pool=pool)
        short = dataclasses.replace(course, seconds=min(course.seconds, 4.0))
        async with peer.running():
            reached[pool] = (await short.post(peer, f"B{pool}", clients=CLIENTS[-1]))["per_second"]
    plan.console.print("typical door by pool: " + ", ".join(f"{pool}: {rate:,.0f}/s" for pool, rate in reached.items()))
    return max(reached, key=reached.__getitem__)


async def _course(course: Course, contender: Contender, run: str) -> dict[str, float]:
    found: dict[str, float] = {}
    answered = []
    for clients in CLIENTS:
        door = await course.post(contender, f"{run}C{clients}", clients=clients)
        answered.append(door)
        await contender.caught_up()
        found |= {f"{clients} {name}": door[name] for name in ("per_second", "p50_ms", "p99_ms")}
    longer = dataclasses.replace(course, seconds=course.seconds * SUSTAINED)
    end_to_end = await longer.end_to_end(contender, f"{run}E")
    found["end_to_end"] = end_to_end["end_to_end"]
    answered.append(end_to_end)
    for pace in PACES:
        paced = await course.post(contender, f"{run}P{pace}", clients=CLIENTS[-1], rate=pace)
        answered.append(paced)
        await contender.caught_up()
        kept = [name for name in paced if name.startswith(("cpu ", "memory ")) or name in _PACED]
        found |= {f"at {pace} {name}": paced[name] for name in kept}
        found[f"at {pace} cpu"] = sum(paced[name] for name in paced if name.startswith("cpu ") and "load" not in name)
        found[f"at {pace} memory"] = sum(paced[name] for name in paced if name.startswith("memory "))
    return found | {"answered": sum(each["accepted"] for each in answered)}


async def _limits(stack: Stack, plan: Plan) -> Found:
    rows: dict[int, list[float]] = {size: [] for size in _LIMIT_ROWS}
    records, wakings = [], []
    for run in range(plan.repetitions):
        for size, found in rows.items():
            found.append(await postgres_rows(stack, size, int(plan.seconds)))
        records.append(await kafka_records(stack, run))
        wakings.append(await waking_us())
    by_title = {f"rows of an event's size, {size} a transaction": found for size, found in rows.items()}
    by_title["records of an event's size, Kafka's own producer test"] = records
    lines = [Line(title, "/s", {_LIMITS: Figure(title, "/s", found)}) for title, found in by_title.items()]
    waking = Figure(_WAKING, "us", wakings)
    return Found([*lines, Line(_WAKING, "us", {_LIMITS: waking}, more_is_better=False)])


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
            (f"at {pace} unseen", f"probes not seen within 20 s at {pace:,}/s", "probes", False),
            (f"at {pace} cpu", f"CPU per event at {pace:,}/s, all processes", "us", False),
            (f"at {pace} memory", f"memory at {pace:,}/s, all processes", "MiB", False),
        ]
    wanted += [
        ("unkept", "answered 201 and not kept", "events", False),
        (LOST, "kept and never in the stock", "events", False),
        (REORDERED, "applied out of their lot's order", "events", False),
        (MISCOUNTED, "too many or too few in the stock", "pieces", False),
    ]
    return [
        of_contenders(title, unit, readings[name], aim=_AIMS.get(name, ""), more=more)
        for name, title, unit, more in wanted
    ]
