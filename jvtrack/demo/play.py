"""The play: act after act, each scene with its progress shown, then the proof.

The scenes of an act are played side by side: they have nothing in common, or one measures while the other goes on.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from rich.console import Console
from rich.markup import escape

from deploy.errors import SetupError
from jvtrack.client import JVTrack, JVTrackError, Patience
from jvtrack.commands.verify import prove
from jvtrack.commands.what_if import tables
from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding, NeverSeenError, seen
from jvtrack.demo.papers import Papers
from jvtrack.demo.scenes import (
    changing_minds,
    deliveries,
    drawing,
    gearboxes,
    offline,
    opening,
    ordering,
    pace,
    poison,
    power_cuts,
    pre_empting,
    racing,
    slips,
    watching,
)
from jvtrack.demo.stage import Stage
from jvtrack.verify.report import Report
from shared import clock

Scene = Callable[[Company], Awaitable[Sequence[Finding]]]

_OPENING: Mapping[str, Scene] = {"catalogue, stock, sources, activities, fleet": opening.play}
_ACTS: Sequence[Mapping[str, Scene]] = (
    {"orders, work orders, lots, receipts, issues": ordering.play},
    {"a factory back from days offline": offline.play},
    {
        "a short and an over receipt": deliveries.play,
        "a race for the last units": racing.play,
        "cancels racing issues": changing_minds.play,
        "a receipt reversed": slips.play,
    },
    {
        "a gearbox slips, and who helps": gearboxes.play,
        "a tank's order pre-empts": pre_empting.play,
    },
    {"power cuts": power_cuts.play},
    {"a poisoned fact": poison.play, "a steady pace": pace.play},
    {"promises and platforms drawn": drawing.play, "what operators see": watching.play},
)
_TITLES = [title for act in (_OPENING, *_ACTS) for title in act]
_NUMBERS = {title: f"{number:2}/{len(_TITLES)}" for number, title in enumerate(_TITLES, 1)}
# Long enough for a killed service to come back, under load, on a small machine.
_PATIENCE = Patience(seconds_max=60.0)
_QUIET_SECONDS_MAX = 30.0


async def play(stage: Stage, papers: Papers, console: Console) -> tuple[list[Finding], Report]:
    """Play every scene and prove the books at the end, whatever the scenes showed."""
    findings: list[Finding] = []
    async with _company(stage, papers) as company:
        findings += await _act(_OPENING, company, console)
        if all(finding.holds for finding in findings):  # Without the catalogue there is nothing to play with.
            for act in _ACTS:
                findings += await _act(act, company, console)
        for supposed in company.supposed:
            for table in tables(supposed.found):
                console.print(table)
    with console.status("proving the books from every database and Kafka"):
        return findings, await _prove(stage)


@asynccontextmanager
async def _company(stage: Stage, papers: Papers) -> AsyncIterator[Company]:
    addresses = stage.addresses
    connection = JVTrack(
        token=stage.token("operator"),
        orders=addresses["orders"],
        production=addresses["production"],
        inventory=addresses["inventory"],
        monitor=addresses["monitor"],
        patience=_PATIENCE,
        reads_own_writes=True,
    )
    async with connection:
        yield Company.gather(stage, papers, connection)


async def _act(act: Mapping[str, Scene], company: Company, console: Console) -> list[Finding]:
    """Play the scenes of an act side by side."""
    with console.status("; ".join(act)):
        shown = await asyncio.gather(
            *(show_scene(_NUMBERS[title], title, scene(company), console) for title, scene in act.items())
        )
    return [finding for findings in shown for finding in findings]


async def show_scene(
    number: str, title: str, scene: Awaitable[Sequence[Finding]], console: Console
) -> Sequence[Finding]:
    """Let a scene happen; one that fails is a finding too, and what is not as it must be is told at once."""
    began = clock.monotonic()
    try:
        findings = await scene
    except (JVTrackError, NeverSeenError, SetupError) as error:
        findings = [Finding(title, str(error), holds=False)]
    holds = all(finding.holds for finding in findings)
    mark = "[green]✓[/green]" if holds else "[bold red]✗[/bold red]"
    console.print(f"{mark} {number} {escape(title)} [dim]{clock.monotonic() - began:.1f} s[/dim]")
    for finding in findings:
        if not finding.holds:
            console.print(f"  [red]{escape(finding.what)}: {escape(finding.outcome)}[/red]", soft_wrap=True)
    return findings


async def _prove(stage: Stage) -> Report:
    """Verify until nothing is on its way any more, or for a bounded time."""
    latest = await prove(stage.environment)

    async def look() -> bool:
        nonlocal latest
        if any(result.in_flight for result in latest.results):
            latest = await prove(stage.environment)
        return not any(result.in_flight for result in latest.results)

    try:
        await seen("quiet", look, seconds_max=_QUIET_SECONDS_MAX)
    except NeverSeenError:
        return latest
    return latest
