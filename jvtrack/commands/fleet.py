"""`jvtrack platforms list` and `show`: the whole fleet as it stands, and one of it with what it waits for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from jvtrack.client import PlatformDetails, PlatformState
from jvtrack.commands.caller import call
from jvtrack.commands.shown import Json, Table, screen, show_json
from shared.types import Platform


def list_fleet(
    *,
    platform: Annotated[Platform | None, typer.Option(help="Only of this platform.")] = None,
    site: Annotated[str | None, typer.Option(help="Only those at home at this depot.")] = None,
    state: Annotated[str | None, typer.Option(help="Only those that stand so: up or down.")] = None,
    as_json: Json = False,
) -> None:
    """List the fleet: where each is at home, and since when it is up or down."""
    found = call(lambda jvtrack: jvtrack.orders.platforms.list(platform=platform, site=site, state=state).all())
    if as_json:
        show_json(found)
        return
    screen().print(_fleet(found))


def show_tail(
    platform: Annotated[Platform, typer.Argument(help="The platform.")],
    tail_number: Annotated[str, typer.Argument(metavar="TAIL", help="Its tail number, such as ZP-5104.")],
    *,
    as_json: Json = False,
) -> None:
    """Show an aircraft or vehicle: how it stands, what it waits for, and how it stood before."""
    found = call(lambda jvtrack: jvtrack.orders.platforms.get(platform, tail_number))
    if as_json:
        show_json(found)
        return
    console = screen()
    console.print(_fleet([found]))
    if found.expected_release is not None:
        console.print(f"expected to be released on {found.expected_release}")
    for table in (_blocking(found), _periods(found)):
        if table.row_count:
            console.print(table)


def _fleet(found: Sequence[PlatformState]) -> Table:
    table = Table("platform", "tail number", "depot", "in service since", "state", "since", "awaits parts", "cause")
    for each in found:
        about = (each.platform, each.tail_number, each.site, str(each.in_service_since.date()), each.state)
        table.add_row(*about, _moment(each.since), "yes" if each.awaiting_parts else "", escape(each.cause or ""))
    return table


def _blocking(tail: PlatformDetails) -> Table:
    table = Table("waits for", "depot", "part", "priority", "missing, quanta", "promised", "state", "brought by")
    for line in tail.blocking:
        about = (line.order_id, line.ordered_by, line.part, f"{line.priority:02}", str(line.missing))
        table.add_row(*about, str(line.promised_for or "-"), line.state, line.source or "")
    return table


def _periods(tail: PlatformDetails) -> Table:
    table = Table("stood", "from", "to", "awaited parts", "cause", "said by", title="history, newest first")
    for each in tail.history:
        until = "" if each.ended_at is None else _moment(each.ended_at)
        why = ("yes" if each.awaiting_parts else "", escape(each.cause or ""), escape(each.posted_by))
        table.add_row(each.state, _moment(each.began_at), until, *why)
    return table


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
