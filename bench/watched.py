"""What being watched costs: the same load with monitor and without it, by turns, and how far behind monitor falls.

`python -m bench.watched [REPETITIONS]` runs the whole system on this machine, posts single events from 64 clients as
fast as they are answered, and prints what the door accepted and what came into the stock, with monitor running and
without, and what monitor itself took and how long it needed to hear the rest.
"""

import asyncio
import sys
from collections.abc import Mapping
from statistics import median

from bench.smoke.__main__ import with_catalogue
from bench.smoke.phases import Bench
from bench.smoke.stack import HEARD, Stack, on_fresh_stack, until
from deploy.local.settings import DECIDING
from deploy.local.steps import migrate
from shared.clock import monotonic
from shared.events.envelope import Stream

REPETITIONS, SECONDS = 5, 8.0
MONITOR = "monitor"
_ENDS = "SELECT COALESCE(sum(acked_offset + 1), 0) FROM relay_progress WHERE topic = "
_TELLERS = {Stream.ORDERS: "orders", Stream.PRODUCTION: "production", Stream.STOCK: "inventory"}


def main() -> None:
    """Measure, and print a table."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else REPETITIONS
    on_fresh_stack("watched", lambda stack: _measured(stack, repetitions))


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
        for stream, teller in _TELLERS.items():
            end = await stack.number(teller, f"{_ENDS}{int(stream)}")
            await until(connection, f"SELECT ({HEARD}) >= $2", stream.topic, end)
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
