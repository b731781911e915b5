"""`jvtrack env`: what a program needs to know of the stack."""

import typer

from deploy.local import state
from deploy.local.environment import Environment
from deploy.local.settings import StackSettings

app = typer.Typer()


@app.command()
def env() -> None:
    """Print the stack's addresses and databases, one NAME=value a line."""
    variables = Environment(state.as_running(StackSettings())).all_variables()
    for name, value in variables.items():
        typer.echo(f"{name}={value}")
