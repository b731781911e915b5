"""`jvtrack rebuild`: a service's projections made anew beside the live ones, compared with them, and swapped."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.errors import SetupError
from deploy.local import state
from deploy.local.environment import Environment
from deploy.local.settings import StackSettings
from jvtrack.commands.caller import ServiceName
from jvtrack.commands.shown import screen

DIFFERENT = 1
REFUSED = 2

app = typer.Typer()


@app.command()
def rebuild(
    service: Annotated[ServiceName, typer.Argument(help="The service whose projections are rebuilt.")],
    *,
    compare_only: Annotated[
        bool,
        typer.Option("--compare-only", help="Print what differs and change nothing; exit code 1 if anything does."),
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Throw away what an interrupted rebuild has filled, and begin from offset 0.")
    ] = False,
) -> None:
    """Rebuild what a service has copied from Kafka's first offset, compare it with the live rows, and swap them.

    The service goes on meanwhile. A rebuild that is interrupted goes on where it was when it is run again.
    """
    environment = Environment(state.as_running(StackSettings()))
    options = [*(["--compare-only"] if compare_only else []), *(["--anew"] if anew else [])]
    command = (sys.executable, "-m", f"services.{service.value}.rebuild", *options)
    with subprocess.Popen(command, env=_variables(environment, service), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None, "it is a pipe"
        sentence = _show(_lines(process.stdout), screen())
    if sentence is not None:
        raise SetupError(sentence)
    if process.returncode not in {0, DIFFERENT}:
        raise SetupError(f"The rebuild of {service.value} has ended with {process.returncode}: run it again.")
    raise typer.Exit(process.returncode)


def _variables(environment: Environment, service: ServiceName) -> Mapping[str, str]:
    owner = environment.database(service.value).owner.render_as_string(hide_password=False)
    return {
        **environment.inherited(),
        **environment.variables(),
        f"JVTRACK_{service.value.upper()}_OWNER_DATABASE": owner,
    }


def _lines(stdout: Any) -> Iterator[Mapping[str, Any]]:
    for line in stdout:
        try:
            yield json.loads(line)
        except ValueError:
            sys.stderr.write(line)


def _show(lines: Iterator[Mapping[str, Any]], console: Console) -> str | None:
    """Draw what a rebuild tells; gives the sentence with which it was refused, if it was."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("reading Kafka's log", total=None)
        for line in lines:
            match line["event"]:
                case "rebuild_progress":
                    progress.update(bar, completed=line["applied"], total=line["total"])
                case "rebuild_difference":
                    console.print(_difference(line), soft_wrap=True)
                case "rebuild_done":
                    console.print(_done(line), soft_wrap=True)
                case "rebuild_retried":
                    console.print(f"tries again: {escape(line['error'])}", soft_wrap=True)
                case "rebuild_refused":
                    return str(line["sentence"])
    return None


def _difference(line: Mapping[str, Any]) -> str:
    row, live, rebuilt = f"{line['table']} {', '.join(line['key'])}", line["live"], line["rebuilt"]
    return f"[red]{escape(row)}[/red]: {escape(f'live {live}, rebuilt {rebuilt}')}"


def _done(line: Mapping[str, Any]) -> str:
    tables = ", ".join(line["tables"])
    pace = line["applied"] / line["seconds"] if line["seconds"] else 0.0
    filled = f"{line['applied']:,} records applied in {line['seconds']:.1f} s ({pace:,.0f}/s)"
    rows = "1 row" if line["differences"] == 1 else f"{line['differences']:,} rows"
    wrong = f"{rows} differed" + "".join(f"; most rows of {each} do" for each in line["totals"])
    if not line["differences"] and not line["totals"]:
        return f"{tables}: {filled}; the live rows equal the rebuilt ones."
    return (
        f"{tables}: {filled}; {wrong}; {'the rebuilt ones are live now' if line['swapped'] else 'nothing was changed'}."
    )
