"""JVTrack under a simulated year: a realistic mix of orders, making and failures, played as fast as it is answered."""

import asyncio
import math
from datetime import timedelta

from bench.compare.found import Found, Plan, of_runs
from bench.smoke.stack import Stack, fresh_stack
from deploy.local.settings import DECIDING
from jvtrack.simulate.ground import Size
from jvtrack.simulate.play import play
from jvtrack.simulate.tally import Summary, Tally
from jvtrack.simulate.year import draw_year
from shared.clock import now

PER_SECOND = 10_000.0
"""As fast as it is answered."""
_FACTS = "SELECT count(*) FROM event_log"


def year(plan: Plan) -> Found:
    """Play a year for each repetition, each of a seed of its own, beside those before it."""
    with fresh_stack(plan.home, "year") as stack:
        return asyncio.run(_years(stack, plan))


async def _years(stack: Stack, plan: Plan) -> Found:
    stack.start(*DECIDING)
    runs = list[dict[str, float]]()
    for run in range(plan.repetitions):
        before = await _told(stack)
        summary = await _played(stack, run + 1)
        seconds, posted = float(summary["seconds"] or 0), float(summary["posted"] or 0)
        facts = await _told(stack) - before
        per_day = float(summary["days_played"] or 0) / seconds
        runs.append({"posted": posted / seconds, "facts": facts / seconds, "days": per_day, "each": facts / posted})
        plan.console.print(f"seed {run + 1}: {posted:,.0f} posts and {facts:,} facts in {seconds:.0f} s")
    wrongs = await stack.wrongs()
    lines = [
        of_runs(title, unit, runs, key)
        for title, unit, key in (
            ("a simulated year, requests that write", "requests/s", "posted"),
            ("a simulated year, facts told by all services", "facts/s", "facts"),
            ("a simulated year, simulated days", "days/s", "days"),
            ("a simulated year, facts for each request", "facts", "each"),
        )
    ]
    size = _size(1)
    of = f"{size.parts} parts, {size.depots} depots, {size.factories} factories, {size.suppliers} suppliers"
    mix = f"{of}, {size.tails} tails; what a day's orders come to is awaited before the next day begins."
    return Found(lines, wrongs or [mix, "After all years the proof finds nothing wrong."])


def _size(seed: int) -> Size:
    return Size(seed=seed, end=(now() - timedelta(days=1)).date())


async def _played(stack: Stack, seed: int) -> Summary:
    addresses = {service: stack.url(service) for service in DECIDING}

    def passed(_day: int, _tally: Tally) -> None:
        """Tell nobody."""

    drawn = draw_year(_size(seed))
    return await play(drawn, addresses, stack.token, per_second=PER_SECOND, seconds_max=math.inf, passed=passed)


async def _told(stack: Stack) -> int:
    """Count the facts that all services have told."""
    return sum([await stack.number(service, _FACTS) for service in DECIDING])
