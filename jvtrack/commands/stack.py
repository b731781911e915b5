"""`jvtrack down`, `status`, `restart`: the stack that runs."""

import signal
from collections.abc import Sequence
from typing import Annotated

import typer

from deploy.local import control, state
from deploy.local.probes import serves
from deploy.local.settings import StackSettings
from jvtrack.commands.shown import Table, screen
from shared.clock import now

NOT_ALL_UP = 1
NOT_RUNNING = 3

app = typer.Typer()


@app.command()
def down(
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Stop every stack kept in JVTRACK_HOME, the demo's too.")
    ] = False,
) -> None:
    """Stop the running stack in good order; its data stay."""
    settings = StackSettings()
    namespaces = state.held(settings.home) if every else [settings.namespace]
    stacks = [settings.model_copy(update={"namespace": namespace}) for namespace in namespaces]
    stopped = [stack.namespace for stack in stacks if control.stop(stack)]
    if stopped:
        typer.echo(f"The stack of namespace {' and that of '.join(stopped)} has stopped.")
    else:
        typer.echo("No stack was running." if every else f"No stack of namespace {settings.namespace} was running.")
        _tell_of_others(settings, stacks)


@app.command()
def status() -> None:
    """Show every process of the stack; exit code 0 when all serve, 1 when not all do, 3 when none runs."""
    settings = StackSettings()
    if state.running(settings) is None:
        typer.echo(f"No stack of namespace {settings.namespace} is running.")
        _tell_of_others(settings, [settings])
        raise typer.Exit(NOT_RUNNING)
    if not print_status(settings):
        raise typer.Exit(NOT_ALL_UP)


@app.command()
def restart(
    name: Annotated[
        str,
        typer.Argument(help="kafka, postgres, orders, production, inventory, or one of several: inventory.2"),
    ],
    *,
    kill: Annotated[bool, typer.Option("--kill", help="End it as a power cut would (SIGKILL).")] = False,
) -> None:
    """End a process of the running stack, which its supervisor starts again; several of a kind one after the other."""
    # Ended softly, PostgreSQL would wait for its clients: SIGINT is its fast and orderly stop.
    softly = signal.SIGINT if name == "postgres" else signal.SIGTERM
    for each, pid in control.restart(StackSettings(), name, by=signal.SIGKILL if kill else softly).items():
        typer.echo(f"{each} serves again (pid {pid}).")


def print_status(settings: StackSettings) -> bool:
    """Print every process of the running stack; tells whether all serve."""
    stack = control.required(settings)
    table = Table("process", "state", "pid", "port", "restarts", "up for")
    answers = {process.name: serves(process.name, process.port) for process in stack.processes}
    for process in stack.processes:
        word = "serving" if answers[process.name] else str(process.condition)
        age = f"{(now() - process.since).total_seconds():.0f} s"
        table.add_row(process.name, word, str(process.pid), str(process.port), str(process.restarts), age)
    screen().print(table)
    if not stack.is_ready:
        typer.echo("It is still starting.")
    return stack.is_ready and all(answers.values())


def _tell_of_others(settings: StackSettings, known: Sequence[StackSettings]) -> None:
    others = sorted({*state.held(settings.home)} - {each.namespace for each in known})
    if others:
        typer.echo(
            f"Running: {', '.join(others)}; JVTRACK_NAMESPACE chooses one, and `jvtrack down --all` stops them all."
        )
