"""The play: every scene in its turn, with its progress shown, then the proof."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from rich.console import Console
from rich.markup import escape

from deploy.errors import SetupError
from jvtrack.client import JVTrack, JVTrackError, Patience
from jvtrack.commands.verify import prove
from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding, NeverSeenError, seen
from jvtrack.demo.papers import Papers
from jvtrack.demo.scenes import (
    changing_minds,
    deliveries,
    offline,
    opening,
    ordering,
    pace,
    poison,
    power_cuts,
    racing,
    slips,
)
from jvtrack.demo.stage import Stage
from jvtrack.verify.report import Report
from shared import clock

Scene = Callable[[Company], Awaitable[Sequence[Finding]]]

_SCENES: Sequence[tuple[str, Scene]] = (
    ("catalogue, stock, sources, activities", opening.play),
    ("orders, work orders, lots, receipts, issues", ordering.play),
    ("a factory back from days offline", offline.play),
    ("a short and an over receipt", deliveries.play),
    ("a race for the last units", racing.play),
    ("cancels racing issues", changing_minds.play),
    ("a receipt reversed", slips.play),
    ("power cuts", power_cuts.play),
    ("a poisoned fact", poison.play),
    ("a steady pace", pace.play),
)
# Long enough for a killed service to come back, under load, on a small machine.
_PATIENCE = Patience(seconds_max=60.0)
_QUIET_SECONDS_MAX = 30.0


async def play(stage: Stage, papers: Papers, console: Console) -> tuple[list[Finding], Report]:
    """Play every scene and prove the books at the end, whatever the scenes showed."""
    findings: list[Finding] = []
    async with _company(stage, papers) as company:
        for number, (title, scene) in enumerate(_SCENES, 1):
            shown = await show_scene(f"{number:2}/{len(_SCENES)}", title, scene(company), console)
            findings += shown
            if scene is opening.play and not all(finding.holds for finding in shown):
                break  # Without the catalogue there is nothing to play with.
    with console.status("proving the books from three databases and Kafka"):
        return findings, await _prove(stage)


@asynccontextmanager
async def _company(stage: Stage, papers: Papers) -> AsyncIterator[Company]:
    addresses = stage.addresses
    connection = JVTrack(
        token=stage.token("operator"),
        orders=addresses["orders"],
        production=addresses["production"],
        inventory=addresses["inventory"],
        patience=_PATIENCE,
        reads_own_writes=True,
    )
    async with connection:
        yield Company.gather(stage, papers, connection)


async def show_scene(
    number: str, title: str, scene: Awaitable[Sequence[Finding]], console: Console
) -> Sequence[Finding]:
    """Let a scene happen; one that fails is a finding too, and what is not as it must be is told at once."""
    began = clock.monotonic()
    with console.status(f"{number} {title}"):
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
