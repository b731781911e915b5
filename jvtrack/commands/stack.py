"""`jvtrack up`, `down`, `status`, `restart`, `env`: the stack without Docker."""

import signal
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.local import control, state
from deploy.local.console import Merged
from deploy.local.environment import Environment
from deploy.local.probes import serves
from deploy.local.settings import StackSettings
from deploy.local.stack import run, wipe
from shared.clock import now

NOT_ALL_UP = 1
NOT_RUNNING = 3

app = typer.Typer()
PortOption = Annotated[int | None, typer.Option(help="Listen on this port instead.", min=1, max=65_535)]


@app.command()
def up(
    *,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return once everything is up.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget all data first.")] = False,
    kafka_port: PortOption = None,
    kafka_controller_port: PortOption = None,
    postgres_port: PortOption = None,
    orders_port: PortOption = None,
    production_port: PortOption = None,
    inventory_port: PortOption = None,
) -> None:
    """Run Kafka, PostgreSQL and every service on this machine; Ctrl-C stops them all."""
    ports = {
        "kafka_port": kafka_port,
        "kafka_controller_port": kafka_controller_port,
        "postgres_port": postgres_port,
        "orders_port": orders_port,
        "production_port": production_port,
        "inventory_port": inventory_port,
    }
    chosen = {name: port for name, port in ports.items() if port is not None}
    settings = StackSettings.model_validate({**StackSettings().model_dump(), **chosen})
    if fresh:
        wipe(settings)
    if detach:
        control.start_detached(settings)
        _print_status(settings)
    else:
        run(settings, Merged())


@app.command()
def down() -> None:
    """Stop the running stack in good order; its data stay."""
    stopped = control.stop(StackSettings())
    typer.echo("The stack has stopped." if stopped else "No stack was running.")


@app.command()
def status() -> None:
    """Show every process of the stack; exit code 0 when all serve, 1 when not all do, 3 when none runs."""
    settings = StackSettings()
    if state.running(settings) is None:
        typer.echo(f"No stack of namespace {settings.namespace} is running.")
        raise typer.Exit(NOT_RUNNING)
    if not _print_status(settings):
        raise typer.Exit(NOT_ALL_UP)


@app.command()
def restart(
    name: Annotated[str, typer.Argument(help="kafka, postgres, orders, production or inventory")],
    *,
    kill: Annotated[bool, typer.Option("--kill", help="End it as a power cut would (SIGKILL).")] = False,
) -> None:
    """End one process of the running stack; its supervisor starts it again."""
    # Ended softly, PostgreSQL would wait for its clients: SIGINT is its fast and orderly stop.
    softly = signal.SIGINT if name == "postgres" else signal.SIGTERM
    pid = control.restart(StackSettings(), name, by=signal.SIGKILL if kill else softly)
    typer.echo(f"{name} serves again (pid {pid}).")


@app.command()
def env() -> None:
    """Print the stack's addresses and databases, one NAME=value a line."""
    variables = Environment(state.as_running(StackSettings())).all_variables()
    for name, value in variables.items():
        typer.echo(f"{name}={value}")


def _print_status(settings: StackSettings) -> bool:
    stack = control.required(settings)
    table = Table("process", "state", "pid", "port", "restarts", "up for")
    answers = {process.name: serves(process.name, process.port) for process in stack.processes}
    for process in stack.processes:
        word = "serving" if answers[process.name] else str(process.condition)
        age = f"{(now() - process.since).total_seconds():.0f} s"
        table.add_row(process.name, word, str(process.pid), str(process.port), str(process.restarts), age)
    Console().print(table)
    return stack.is_ready and all(answers.values())
