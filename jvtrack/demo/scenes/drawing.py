"""What became of promises and who stood still is drawn, from what the doors remember of the play."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

from jvtrack.client import OrderDetails, PlatformDetails
from jvtrack.demo.charts import Chart, Steps
from jvtrack.demo.company import Company, Supposed
from jvtrack.demo.findings import Finding
from jvtrack.demo.scenes.supposing import days_as_it_is, days_down
from shared.types import Platform

_TIME = "seconds"
# So that the first and the last change do not fall on the chart's edges.
_MARGIN = timedelta(seconds=1)


async def play(company: Company) -> Sequence[Finding]:
    """Draw the promises of the orders that scenes follow, and the platforms that stood still."""
    orders = company.operator.orders
    read = await asyncio.gather(*(orders.get(order.order_id) for order in company.followed.values()))
    promises = _promises(dict(zip(company.followed, read, strict=True)), company)
    down = _down(await _tails(company), company)
    folder = await asyncio.to_thread(company.stage.output)
    return [
        await _draw(folder / "promises.svg", promises, "promises over time"),
        await _draw(folder / "platforms-down.svg", down, "platforms down over time"),
        *[
            await _draw(folder / "what-if.svg", supposed_down(each), "platforms down in what-ifs")
            for each in company.supposed[-1:]
        ],
    ]


async def _draw(path: Path, chart: Chart, what: str) -> Finding:
    await asyncio.to_thread(path.write_text, chart.svg(), encoding="utf-8")
    return Finding(f"{what}, {len(chart.lines)} lines", str(path), holds=bool(chart.lines))


async def _tails(company: Company) -> list[PlatformDetails]:
    """Read every platform with its history."""
    platforms = company.operator.orders.platforms
    listed = [(tail.platform, tail.tail_number) async for tail in platforms.list()]
    return await asyncio.gather(*(platforms.get(*name) for name in listed))


def supposed_down(supposed: Supposed) -> Chart:
    """Draw how many platforms would still stand still in each scenario, day by day."""
    found, expected = supposed.found, supposed.expected
    days = {name: days_down(found, name, expected) for name in found.scenarios}
    drawn = {"as it is": days_as_it_is(found, expected), **days}
    lines = [Steps(name, _until_released([*down.values()])) for name, down in drawn.items()]
    until = max((day for down in drawn.values() for day in down.values()), default=0)
    return Chart("Platforms down, supposed", "days from now", "platforms down", lines, until=until + 1)


def _until_released(days: Sequence[int]) -> list[tuple[float, float]]:
    """Count down from all platforms to none, a step on each day on which some are released."""
    steps = sorted({0, *days})
    return [(day, sum(down > day for down in days)) for day in steps]


def _promises(orders: Mapping[str, OrderDetails], company: Company) -> Chart:
    """Draw in how many days each order was promised, from each of its promises to the next."""
    made = {
        f"{name}, priority {order.priority:02}": [
            (promise.recorded_at, (promise.promised_for - company.papers.today).days)
            for promise in order.promises
            if promise.promised_for is not None
        ]
        for name, order in orders.items()
    }
    return _chart("Promises over time", "days until promised", made)


def _down(tails: Sequence[PlatformDetails], company: Company) -> Chart:
    """Draw how many platforms of each type stood still, from each change of that number to the next."""
    counted = {str(platform): _counted(company, platform, tails) for platform in Platform}
    return _chart("Platforms down", "platforms down", counted)


def _counted(company: Company, platform: Platform, tails: Sequence[PlatformDetails]) -> list[tuple[datetime, int]]:
    """Count how many stand still, from each moment at which one more or one less does."""
    periods = [
        period
        for tail in tails
        for period in tail.history
        if tail.platform == platform and period.state == "down" and period.began_at >= company.began_at
    ]
    changes = [(period.began_at, 1) for period in periods]
    changes += [(period.ended_at, -1) for period in periods if period.ended_at]
    changes.sort()
    return list(zip((moment for moment, _ in changes), accumulate(change for _, change in changes), strict=True))


def _chart(title: str, y_label: str, drawn: Mapping[str, Sequence[tuple[datetime, int]]]) -> Chart:
    """Put what has changed on one time that begins just before the first change."""
    moments = [moment for points in drawn.values() for moment, _ in points]
    if not moments:
        return Chart(title, _TIME, y_label, [], until=0)
    begin, end = min(moments) - _MARGIN, max(moments) + _MARGIN
    lines = [
        Steps(name, [((moment - begin).total_seconds(), float(value)) for moment, value in points])
        for name, points in drawn.items()
        if points
    ]
    return Chart(title, _TIME, y_label, lines, until=(end - begin).total_seconds())
