"""What being watched costs: the same load with monitor and without it, by turns, and how far behind monitor falls.

`python -m bench.watched [REPETITIONS]` runs the whole system on this machine, posts single events from 64 clients as
fast as they are answered, and prints what the door accepted and what came into the stock, with monitor running and
without, and what monitor itself took and how long it needed to hear the rest.
"""

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from bench.smoke import machine
from bench.smoke.__main__ import with_catalogue
from bench.smoke.phases import Bench
from bench.smoke.stack import HEARD, Stack, fresh_stack, until
from deploy.local.settings import DECIDING
from deploy.local.steps import migrate
from shared.clock import monotonic

REPETITIONS, SECONDS = 5, 8.0
MONITOR = "monitor"
_TOPICS: Mapping[str, str] = {"orders": "2", "production": "3", "stock": "4"}
_ENDS = "SELECT COALESCE(sum(acked_offset + 1), 0) FROM relay_progress WHERE topic = "
_TELLERS: Mapping[str, str] = {"orders": "orders", "production": "production", "stock": "inventory"}


def main() -> None:
    """Measure, and print a table."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else REPETITIONS
    with tempfile.TemporaryDirectory(prefix="jvtrack-watched-") as home:
        for name, fact in machine.facts(Path(home)).items():
            print(f"{name}: {fact}")
        with fresh_stack(Path(home), "watched") as stack:
            asyncio.run(_measured(stack, repetitions))


async def _measured(stack: Stack, repetitions: int) -> None:
    await asyncio.to_thread(migrate, stack.environment, MONITOR)
    stack.start(*DECIDING)
    bench = await with_catalogue(stack, SECONDS)
    await bench.single("WARM")
    print(f"{repetitions} runs of {SECONDS:.0f} s each way, 64 clients, single events\n")
    print("| monitor | accepted/s | into the stock/s | monitor, us an event | monitor behind, s |")
    print("| --- | ---: | ---: | ---: | ---: |")
    found: dict[bool, list[Mapping[str, float]]] = {False: [], True: []}
    for run in range(repetitions):
        for is_watched in (False, True):
            found[is_watched].append(await _run(bench, f"W{run}{int(is_watched)}", is_watched=is_watched))
            _print("with" if is_watched else "without", found[is_watched][-1])
    for what in ("accepted", "into stock"):
        without, watched = (median(each[what] for each in found[is_watched]) for is_watched in (False, True))
        print(f"\n{what}: {watched:,.0f} with, {without:,.0f} without: {watched / without - 1:+.1%}", end="")
    print()


def _print(monitor: str, found: Mapping[str, float]) -> None:
    numbers = (f"{found[name]:,.1f}" for name in ("accepted", "into stock", "cpu", "behind"))
    print(f"| {monitor} | {' | '.join(numbers)} |", flush=True)


async def _run(bench: Bench, run: str, *, is_watched: bool) -> Mapping[str, float]:
    stack = bench.stack
    await stack.caught_up()
    if is_watched:
        stack.start(MONITOR)
        await _heard(stack)
    begun = monotonic()
    load = await bench.single(run)
    ended = monotonic()
    await stack.caught_up()
    into_stock = load["accepted"] / (monotonic() - begun)
    if is_watched:
        await _heard(stack)
    behind = monotonic() - ended if is_watched else 0.0
    stack.stop(*([MONITOR] if is_watched else []))
    cpu = load.get(f"cpu {MONITOR}", 0.0)
    return {"accepted": load["accepted"] / SECONDS, "into stock": into_stock, "cpu": cpu, "behind": behind}


async def _heard(stack: Stack) -> None:
    """Wait until monitor has heard all that everybody has told."""
    connection = await stack.database(MONITOR)
    try:
        for stream, number in _TOPICS.items():
            end = await stack.number(_TELLERS[stream], _ENDS + number)
            await until(connection, f"SELECT ({HEARD}) >= $2", f"{stream}.v1", end)
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
