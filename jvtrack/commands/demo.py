"""`jvtrack demo`: the main job from nothing, with its proof."""

import asyncio
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

import typer
from rich.console import Console

from jvtrack.demo.ending import tell, tell_how_to_go_on, tell_what_starts, tell_what_stays
from jvtrack.demo.papers import Papers, edition_of
from jvtrack.demo.play import play
from jvtrack.demo.stage import Stage, demo_settings, fresh_stage, require_nobody_there, running_stage
from shared import clock

NOT_AS_IT_MUST_BE = 1
_FIRST_EDITION = "00"
_WIDTH = 130

app = typer.Typer()


@app.command()
def demo(
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running, and say how to go on.")] = False,
    against: Annotated[
        bool, typer.Option("--against", help="Play against the system that runs already, as JVTRACK_* says.")
    ] = False,
    killer: Annotated[
        str | None,
        typer.Option(
            envvar="JVTRACK_DEMO_KILLER", help="A command that kills and restarts the service named after it."
        ),
    ] = None,
) -> None:
    """Start everything fresh, play the main job through the public doors, and prove the books; exit code 1 if not."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    now, begun = clock.now(), clock.monotonic()
    papers = Papers(now.date(), edition_of(now) if against else _FIRST_EDITION)
    with _stage(console, against=against, keep=keep, killer=killer) as stage:
        findings, report = asyncio.run(play(stage, papers, console))
        is_well = tell(findings, report, console)
        if keep:
            tell_how_to_go_on(stage, console)
    if not against:
        tell_what_stays(stage, console)
    console.print(f"The demo took {clock.monotonic() - begun:.0f} s.")
    if not is_well:
        raise typer.Exit(NOT_AS_IT_MUST_BE)


def _stage(console: Console, *, against: bool, keep: bool, killer: str | None) -> AbstractContextManager[Stage]:
    if against:
        return nullcontext(running_stage(killer))
    settings = demo_settings()
    require_nobody_there(settings)
    tell_what_starts(settings, console)
    return fresh_stage(settings, keep=keep)
