"""`jvtrack verify`: prove that the books balance, from the databases and from Kafka."""

import asyncio
import dataclasses
import json
from typing import Annotated

import asyncpg
import typer
from rich.console import Console
from rich.markup import escape

from deploy.errors import SetupError, way_out
from deploy.local import state
from deploy.local.environment import Environment
from deploy.local.settings import SERVICES, StackSettings
from jvtrack.commands.shown import Table, screen
from jvtrack.verify.proof import verify as prove_sources
from jvtrack.verify.report import Report
from jvtrack.verify.sources import Sources
from shared.messaging.kafka import KafkaAway
from shared.messaging.topics import Topics

VIOLATED = 1
_DATABASE_AWAY = (asyncpg.PostgresConnectionError, asyncpg.QueryCanceledError, OSError)

app = typer.Typer()


async def prove(environment: Environment) -> Report:
    """Prove a stack's books, or say which server keeps them from being read."""
    settings = environment.settings
    databases = {service: environment.database(service).owner for service in SERVICES}
    sources = Sources(Topics(settings.kafka_address, settings.namespace), databases)
    try:
        return await prove_sources(sources)
    except KafkaAway as error:
        raise SetupError(f"{error}: {way_out('Kafka', variable='JVTRACK_KAFKA')}.") from None
    except _DATABASE_AWAY as error:
        raise SetupError(f"PostgreSQL went away or is too busy to be read ({error!r}): try again.") from None


@app.command()
def verify(*, as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False) -> None:
    """Prove invariants I1 to I9 of the running system at a cut; exit code 1 when one does not hold."""
    report = asyncio.run(prove(Environment(state.as_running(StackSettings()))))
    if as_json:
        typer.echo(json.dumps({**dataclasses.asdict(report), "holds": report.holds}, default=str, indent=1))
    else:
        show(report, screen())
    if not report.holds:
        raise typer.Exit(VIOLATED)


def show(report: Report, console: Console) -> None:
    """Print a proof: a row for each invariant, then whatever contradicts one."""
    taken = report.taken_at.isoformat(timespec="seconds")
    title = f"{report.namespace} at {taken}: {report.facts:,} facts, {report.records:,} records in Kafka"
    table = Table("", "what must always hold", "", "checked", "in flight", "waiting", "seconds", title=title)
    for column in table.columns[3:]:
        column.justify = "right"
    for result in report.results:
        verdict = "[green]holds[/green]" if result.holds else "[bold red]VIOLATED[/bold red]"
        numbers = (f"{result.checked:,} {result.unit}", f"{result.in_flight:,}", f"{result.waiting:,}")
        table.add_row(result.name, result.says, verdict, *numbers, f"{result.seconds:.2f}")
    console.print(table)
    for result in report.results:
        for note in result.notes:
            console.print(f"{result.name}: {escape(note)}", soft_wrap=True)
        for offence in result.offences:
            console.print(f"[red]{result.name} VIOLATED[/red]: {escape(offence)}", soft_wrap=True)
        hidden = result.offences_total - len(result.offences)
        if hidden:
            console.print(f"[red]{result.name} VIOLATED[/red]: and {hidden:,} more")
    summary = "All hold" if report.holds else f"[red]NOT all hold: {', '.join(report.violated())}[/red]"
    console.print(f"{summary}; read and compared in {report.seconds:.1f} s.")
