"""`jvtrack platforms`: who stands still for which part, since when and until when, and what would release it."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from deploy.errors import SetupError
from jvtrack.client import GroundedPlatform, JVTrack, PlatformDown, PlatformState, PlatformUp, ReleaseOptions, Spare
from jvtrack.client.answers.platforms import BlockingLine, PlatformHours, ReleaseOption
from jvtrack.client.files import export_rows, write_csv
from jvtrack.commands.caller import call
from jvtrack.commands.data_files import DryRun, Files, import_files, new_file
from jvtrack.commands.fleet import list_fleet, show_tail
from jvtrack.commands.following import follow_fleet
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json
from shared import clock
from shared.types import PartId, Platform

app = typer.Typer()
platforms = typer.Typer()
app.add_typer(platforms, name="platforms", help="Platforms that stand still for want of parts, and the whole fleet.")

Kind = Annotated[Platform, typer.Argument(help="The platform.")]
TailNumber = Annotated[str, typer.Argument(help="Its tail number, such as ZP-5104.")]
Since = Annotated[str | None, typer.Option(help="Since when: 2026-11-23T06:10:00+05:30; now if not given.")]
Corrects = Annotated[bool, typer.Option("--corrects", help="Put this in the place of the last change.")]
OfPlatform = Annotated[Platform | None, typer.Option(help="Only of this platform.")]
AtSite = Annotated[str | None, typer.Option(help="Only those at home at this depot.")]
_COLUMNS = ("platform", "tail_number", "site", "in_service_since", "illustrative")


@platforms.callback(invoke_without_command=True)
def grounded(
    context: typer.Context, *, platform: OfPlatform = None, site: AtSite = None, as_json: Json = False
) -> None:
    """List the platforms that are down and await parts: those first that have stood longest."""
    if context.invoked_subcommand is not None:
        return
    found = call(lambda jvtrack: jvtrack.orders.platforms.grounded(platform=platform, site=site).all())
    found.sort(key=lambda each: each.since)
    if as_json:
        show_json(found)
        return
    table = Table("platform", "tail number", "depot", "since", "days", "waits for", "promised", "expected release")
    for each in found:
        table.add_row(*_grounded(each))
    screen().print(table)


platforms.command("follow")(follow_fleet)


@platforms.command()
def down(
    platform: Kind,
    tail_number: TailNumber,
    *,
    cause: Annotated[str, typer.Option(help="Why.")],
    awaiting_parts: Annotated[bool, typer.Option(help="Whether it stands still for want of parts.")] = True,
    since: Since = None,
    corrects: Corrects = False,
    as_json: Json = False,
) -> None:
    """Say that a platform is down."""
    said = PlatformDown(since=_moment(since), cause=cause, awaiting_parts=awaiting_parts, corrects=corrects)
    now = call(lambda jvtrack: jvtrack.orders.platforms.down(platform, tail_number, said))
    show_done(now, _stands(now), as_json=as_json)


@platforms.command()
def up(
    platform: Kind,
    tail_number: TailNumber,
    *,
    since: Since = None,
    corrects: Corrects = False,
    as_json: Json = False,
) -> None:
    """Say that a platform can do its work again."""
    said = PlatformUp(since=_moment(since), corrects=corrects)
    now = call(lambda jvtrack: jvtrack.orders.platforms.up(platform, tail_number, said))
    show_done(now, _stands(now), as_json=as_json)


@platforms.command()
def actions(*, as_json: Json = False) -> None:
    """Rank what would release platforms soonest, with what other depots could ship, as far as that is yours to see."""
    found, uncounted = call(_actions)
    if as_json:
        show_json(found)
        return
    title = f"{found.grounded} grounded; days saved within {found.horizon_days} days"
    table = Table("", "what is done", "releases", "days saved", "why, and at whose cost", title=title)
    for number, option in enumerate(found.options, 1):
        table.add_row(str(number), *_option(option))
    screen().print(table)
    if found.options_total > len(found.options):
        typer.echo(f"{found.options_total - len(found.options)} more are not shown.")
    if uncounted:
        typer.echo(
            f"Other depots have some of {', '.join(uncounted)}; how much is not yours to see, so it is not ranked:"
        )
        typer.echo("`jvtrack orders alternatives ORDER` names them.")


@platforms.command()
def availability(
    *,
    platform: OfPlatform = None,
    site: AtSite = None,
    begin: Annotated[str | None, typer.Option("--from", help="From when on; 30 days back if not given.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Until when; now if not given.")] = None,
    by_tail: Annotated[bool, typer.Option("--tails", help="Each platform by itself.")] = False,
    as_json: Json = False,
) -> None:
    """Show how long platforms could do their work: hours up / hours in service."""
    first, last = (None if text is None else _moment(text) for text in (begin, end))
    found = call(
        lambda jvtrack: jvtrack.orders.platforms.availability(platform=platform, site=site, begin=first, end=last)
    )
    if as_json:
        show_json(found)
        return
    title = f"{_shown(found.counted_from)} to {_shown(found.counted_to)}"
    table = Table("platform", "depot", "tail number" if by_tail else "tails", *_HOURS, title=title)
    for each in found.tails if by_tail else found.fleets:
        table.add_row(each.platform, each.site, each.tail_number or str(each.tails), *_hours(each))
    screen().print(table)


@platforms.command(name="import")
def import_fleet(
    files: Files,
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Import the fleet: each file is taken whole, or not at all with every error by line."""
    import_files(
        files, lambda jvtrack, path: jvtrack.orders.platforms.import_fleet(path, dry_run=dry_run), as_json=as_json
    )


@platforms.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(dir_okay=False, callback=new_file, help="The file to write, .csv or .json.")
    ] = None,
    *,
    platform: OfPlatform = None,
    site: AtSite = None,
) -> None:
    """Write the fleet to a file that `import` takes; without a file, print it as CSV."""
    found = call(lambda jvtrack: jvtrack.orders.platforms.list(platform=platform, site=site).all())
    rows = [each.model_dump(mode="json", include=set(_COLUMNS)) for each in found]
    if file is None:
        write_csv(sys.stdout, _COLUMNS, rows)
        return
    export_rows(file, _COLUMNS, rows)
    typer.echo(f"{file}: {len(rows)} lines written.")


platforms.command(name="list")(list_fleet)
platforms.command(name="show")(show_tail)


async def _actions(jvtrack: JVTrack) -> tuple[ReleaseOptions, list[PartId]]:
    """Ask inventory what depots could ship of the parts that are waited for, and orders to rank with it.

    Beside the ranking stand the parts of which only inventory knows how much others have.
    """
    waiting = await jvtrack.orders.platforms.grounded().all()
    parts = sorted({line.part for each in waiting for line in each.blocking})
    spare: list[Spare] = []
    for start in range(0, len(parts), _PARTS_MAX):
        spare += await jvtrack.inventory.spare(parts[start : start + _PARTS_MAX])
    uncounted = sorted({each.part for each in spare if each.quantity is None})
    return await jvtrack.orders.platforms.actions(spare), uncounted


_PARTS_MAX = 40
_HOURS = ("hours", "up", "awaiting parts", "availability")


def _stands(now: PlatformState) -> str:
    return f"{now.platform} {now.tail_number} is {now.state} since {_shown(now.since)}."


def _grounded(each: GroundedPlatform) -> Sequence[str]:
    lines = each.blocking
    return (
        each.platform,
        each.tail_number,
        each.site,
        _shown(each.since),
        str((clock.now() - each.since).days),
        "\n".join(map(_line, lines)) or ("word that it is up" if each.ready else escape(each.cause)),
        "\n".join(f"{line.promised_for or '-'}{' overdue' if line.overdue else ''}" for line in lines),
        str(each.expected_release or "-"),
    )


def _line(line: BlockingLine) -> str:
    return f"{line.order_id} {line.part} ({'on the road' if line.on_road else line.state})"


def _option(option: ReleaseOption) -> Sequence[str]:
    return (
        "\n".join(f"{each.kind} {each.part} for {each.tail_number}" for each in option.actions),
        ", ".join(option.releases) or "-",
        str(option.days_saved),
        "\n".join(escape(each.explanation) for each in option.actions),
    )


def _hours(each: PlatformHours) -> Sequence[str]:
    share = "-" if each.availability is None else f"{each.availability:.1%}"
    return f"{each.hours:,.1f}", f"{each.up_hours:,.1f}", f"{each.awaiting_parts_hours:,.1f}", share


def _moment(text: str | None) -> datetime:
    if text is None:
        return clock.now()
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise SetupError(f"{text} is no moment: write it as 2026-11-23T06:10:00+05:30.") from None


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
