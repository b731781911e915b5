"""`jvtrack topics`: what the services speak on."""

import typer

from deploy.local import state
from deploy.local.environment import Environment
from deploy.local.settings import StackSettings
from deploy.local.steps import make_topics

app = typer.Typer()


@app.command()
def topics() -> None:
    """Create the topics that are missing and check that the others keep every fact for ever."""
    created = make_topics(Environment(state.as_running(StackSettings())))
    typer.echo(f"Made {', '.join(created)}." if created else "All topics are as they should be.")
