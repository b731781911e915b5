"""`jvtrack monitor`: whether all is well, what is late or stuck, and what to do about it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.markup import escape

from jvtrack.client import JVTrack
from jvtrack.client.answers.monitor import Hearing, Overview, ProcessSeen, StreamSeen
from jvtrack.commands.caller import call
from jvtrack.commands.shown import Json, Table, screen, show_json

NOT_WELL = 1
_LOOK_SECONDS = 1.0
_HOUR = 3600
_BARS = " ▁▂▃▄▅▆▇█"

app = typer.Typer()
monitor = typer.Typer(no_args_is_help=True)
app.add_typer(monitor, name="monitor", help="Whether all is well, what is late or stuck, and what to do about it.")

Watch = Annotated[bool, typer.Option("--watch", help="Look again every second, until Ctrl-C.")]


@monitor.command()
def overview(*, watch: Watch = False, as_json: Json = False) -> None:
    """Say in one line whether all is well, then what is not and what to do about it; exit code 1 if it is not."""
    if watch:
        _watch(as_json=as_json)
        return
    seen = call(lambda jvtrack: jvtrack.monitor.overview())
    if as_json:
        show_json(seen)
    else:
        screen().print(shown(seen))
    if not seen.is_well:
        raise typer.Exit(NOT_WELL)


@monitor.command()
def senders(*, as_json: Json = False) -> None:
    """List the factories that have sent in the last two weeks: when last, how often, whether each is missed."""
    found = call(lambda jvtrack: jvtrack.monitor.senders().all())
    if as_json:
        show_json(found)
        return
    table = Table("factory", "nation", "last heard of", "facts of a day", "silent at most, h", "now", "clock ahead, s")
    for column in (*table.columns[3:5], table.columns[6]):
        column.justify = "right"
    for each in found:
        last = f"{each.last_recorded_at.astimezone():%Y-%m-%d %H:%M:%S}"
        habit = "" if each.habit_seconds is None else f"{each.habit_seconds / _HOUR:.1f}"
        ahead = "" if each.clock_ahead_seconds is None else f"{each.clock_ahead_seconds:,.0f}"
        facts = "" if each.facts_of_a_day is None else f"{each.facts_of_a_day:,}"
        now = {True: "[red]silent[/red]", False: "as usual", None: ""}[each.is_silent]
        table.add_row(each.site, each.nation or "", last, facts, habit, now, ahead)
    screen().print(table)


def _watch(*, as_json: bool) -> None:
    def on_a_line(seen: Overview) -> None:
        typer.echo(seen.model_dump_json())

    try:
        if as_json:
            call(lambda jvtrack: _show_each(jvtrack, on_a_line))
            return
        with Live(console=screen(), auto_refresh=False) as live:
            call(lambda jvtrack: _show_each(jvtrack, lambda seen: live.update(shown(seen), refresh=True)))
    except KeyboardInterrupt:
        return


async def _show_each(jvtrack: JVTrack, show: Callable[[Overview], None]) -> None:
    async with aclosing(_looks(jvtrack)) as looks:
        async for seen in looks:
            show(seen)


async def _looks(jvtrack: JVTrack) -> AsyncGenerator[Overview, None]:
    while True:
        yield await jvtrack.monitor.overview()
        await asyncio.sleep(_LOOK_SECONDS)


def shown(seen: Overview) -> RenderableType:
    """Put an overview together for a terminal."""
    colour = "green" if seen.is_well else "bold red"
    at = f"{seen.as_of.astimezone():%Y-%m-%d %H:%M:%S}"
    parts: list[RenderableType] = [f"[{colour}]{escape(seen.says)}[/{colour}]  ({at})"]
    for number, finding in enumerate(seen.findings, 1):
        parts.append(f"{number}. {escape(finding.says)}.\n   {escape(finding.remedy)} RUNBOOK: {finding.section}.")
    parts += [_processes(seen), _streams(seen.streams), _hearings(seen.hearings)]
    return Group(*parts)


def _processes(seen: Overview) -> Table:
    outboxes = {outbox.service: outbox for outbox in seen.outboxes}
    table = Table("process", "state", "publishes", "waits for Kafka", "oldest", "published")
    for column in table.columns[3:]:
        column.justify = "right"
    for process in seen.processes:
        outbox = outboxes.get(process.service)
        if outbox is None or not process.leads:
            table.add_row(process.name, _state(process), "", "", "", "")
            continue
        oldest, rate = f"{outbox.age_seconds:.1f} s", f"{outbox.published_per_second:,.1f}/s"
        table.add_row(process.name, _state(process), "leads", f"{outbox.pending:,}", oldest, rate)
    return table


def _state(process: ProcessSeen) -> str:
    if not process.answers:
        return f"[red]gone for {process.silent_seconds:.0f} s[/red]"
    if process.troubles:
        return f"[yellow]not ready: {escape('; '.join(process.troubles.values()))}[/yellow]"
    return "ready"


def _streams(streams: Sequence[StreamSeen]) -> Table:
    table = Table("stream", "published", "facts in the last hour", "bytes", "by the minute")
    for column in table.columns[1:4]:
        column.justify = "right"
    for stream in streams:
        total = f"{sum(stream.facts):,}"
        table.add_row(
            stream.topic, f"{stream.published_per_second:,.1f}/s", total, f"{stream.bytes:,}", bars(stream.facts)
        )
    return table


def bars(counts: Sequence[int]) -> str:
    """Draw counts as a line of bars, the highest of them full; anything above nought is seen."""
    highest = max(counts, default=0)
    steps = len(_BARS) - 1
    return "".join(_BARS[0 if not count else max(1, round(count / highest * steps))] for count in counts)


def _hearings(hearings: Sequence[Hearing]) -> Table:
    table = Table("group", "stream", "waiting", "late", "applied", "age p50", "age p99", "parked", "partitions")
    for column in table.columns[2:8]:
        column.justify = "right"
    for each in hearings:
        owners = ", ".join(f"{name} {len(parts)}" for name, parts in each.owners.items())
        numbers = (f"{each.waiting:,}", f"{each.late_seconds:.1f} s", f"{each.applied_per_second:,.1f}/s")
        ages = (_age(each.age_p50_seconds), _age(each.age_p99_seconds))
        table.add_row(each.group, each.topic, *numbers, *ages, f"{each.parked_keys:,}", owners)
    return table


def _age(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1000:,.0f} ms"
