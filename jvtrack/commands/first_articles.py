"""`jvtrack first-articles`: which inspections are open, passed, failed or lapsed, and their steps."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated

import typer

from jvtrack.client import (
    FirstArticle,
    FirstArticleDetails,
    InspectionFailure,
    InspectionOpening,
    InspectionPass,
    InspectionReopening,
    JVTrack,
)
from jvtrack.commands.caller import call
from jvtrack.commands.days import DAY_FORMATS, read_day
from jvtrack.commands.facts import made
from jvtrack.commands.shown import Json, Table, screen, show_json
from shared.events.production import Reference
from shared.events.quality import FirstArticleState, ReopeningCause

app = typer.Typer()
first_articles = typer.Typer(no_args_is_help=True)
app.add_typer(first_articles, name="first-articles", help="First-article inspections: what may be issued, and why not.")

Name = Annotated[str, typer.Argument(help="The inspection, as the list names it: F-01/ROTOR-HUB/3VK1Y/VKR-1/B.")]
Day = Annotated[datetime | None, typer.Option(formats=DAY_FORMATS, help="Day of the step; today if not given.")]
ReportNumber = Annotated[str | None, typer.Option("--report", help="The inspection report.")]


@first_articles.command(name="list")
def list_first_articles(
    *,
    factory: Annotated[str | None, typer.Option(help="Only of this factory.")] = None,
    part: Annotated[str | None, typer.Option(help="Only of this part.")] = None,
    state: Annotated[FirstArticleState | None, typer.Option(help="Only those that stand so.")] = None,
    as_json: Json = False,
) -> None:
    """List inspections, and whether lots may be issued."""

    async def read(jvtrack: JVTrack) -> list[FirstArticle]:
        return await jvtrack.production.first_articles(factory=factory, part=part, state=state).all()

    found = call(read)
    if as_json:
        show_json(found)
    else:
        _table(found)


@first_articles.command()
def show(name: Name, *, as_json: Json = False) -> None:
    """Show an inspection with its history."""

    async def read(jvtrack: JVTrack) -> FirstArticleDetails:
        return await jvtrack.production.first_article(name)

    found = call(read)
    if as_json:
        show_json(found)
        return
    _table([found])
    steps = Table("version", "state", "day", "by", "causes", "reason", title="History")
    for entry in found.history:
        told = entry.data
        causes = told.get("causes")
        shown = ", ".join(map(str, causes)) if isinstance(causes, list) else ""
        words = [str(told.get(word) or "") for word in ("state", "day", "decided_by")]
        steps.add_row(str(entry.version), *words, shown, str(told.get("reason") or ""))
    screen().print(steps)


@first_articles.command(name="open")
def open_first_article(
    *,
    factory: Annotated[str, typer.Option(help="Where the part is made.")],
    part: Annotated[str, typer.Option(help="The part.")],
    maker: Annotated[str, typer.Option(help="The maker's CAGE or NCAGE code.")],
    number: Annotated[str, typer.Option(help="Part or drawing number.")],
    revision: Annotated[str | None, typer.Option(help="Revision of the drawing, if it has one.")] = None,
    day: Day = None,
    report: ReportNumber = None,
    as_json: Json = False,
) -> None:
    """Begin the inspection of a reference of a part at a factory."""
    reference = made(lambda: Reference(maker=maker, number=number, revision=revision))
    opening = InspectionOpening(factory=factory, part=part, reference=reference, day=read_day(day), report=report)
    _done(lambda jvtrack: jvtrack.production.open_first_article(opening), as_json=as_json)


@first_articles.command(name="pass")
def pass_first_article(name: Name, *, day: Day = None, report: ReportNumber = None, as_json: Json = False) -> None:
    """Say that an inspection found everything as drawn: lots may be issued."""
    passed = InspectionPass(day=read_day(day), report=report)
    _done(lambda jvtrack: jvtrack.production.pass_first_article(name, passed), as_json=as_json)


@first_articles.command(name="fail")
def fail_first_article(
    name: Name,
    *,
    reason: Annotated[str, typer.Option(help="What was found.")],
    day: Day = None,
    report: ReportNumber = None,
    as_json: Json = False,
) -> None:
    """Say that an inspection found something otherwise than drawn."""
    failed = InspectionFailure(day=read_day(day), report=report, reason=reason)
    _done(lambda jvtrack: jvtrack.production.fail_first_article(name, failed), as_json=as_json)


@first_articles.command(name="reopen")
def reopen_first_article(
    name: Name,
    *,
    cause: Annotated[list[ReopeningCause], typer.Option(help="What has changed; may be repeated.")],
    reason: Annotated[str, typer.Option(help="Why, in words.")],
    characteristics: Annotated[str | None, typer.Option(help="What to inspect again; all if not given.")] = None,
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Say that what a passed inspection proved has changed: its lots are held until it passes again."""
    reopened = InspectionReopening(day=read_day(day), causes=cause, reason=reason, characteristics=characteristics)
    _done(lambda jvtrack: jvtrack.production.reopen_first_article(name, reopened), as_json=as_json)


def _done(step: Callable[[JVTrack], Awaitable[FirstArticle]], *, as_json: bool) -> None:
    async def take(jvtrack: JVTrack) -> FirstArticle:
        return await step(jvtrack)

    done = call(take)
    if as_json:
        show_json(done)
        return
    _table([done])


def _table(found: Sequence[FirstArticle]) -> None:
    table = Table("inspection", "holds for", "state", "lots may be issued", "day", "lapses on", "report", "by")
    for each in found:
        lapses_on = "" if each.lapses_on is None else f"{each.lapses_on}"
        may = "yes" if each.open else "no"
        row = (each.state, may, f"{each.day}", lapses_on, each.report or "", each.decided_by or "")
        table.add_row(each.first_article, each.nation or "all", *row)
    screen().print(table)
