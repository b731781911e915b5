"""`jvtrack topics`: what the services speak on."""

import asyncio
from typing import Annotated

import typer

from deploy.errors import SetupError
from deploy.kafka.in_sync import wait_until_in_sync
from deploy.local import state
from deploy.local.environment import Environment
from deploy.local.settings import StackSettings
from deploy.local.steps import make_topics

IN_SYNC_SECONDS_MAX = 120

app = typer.Typer()


@app.command()
def topics(
    *,
    in_sync: Annotated[
        bool, typer.Option("--in-sync", help="Also wait until every broker has all that it keeps a copy of.")
    ] = False,
) -> None:
    """Create the topics that are missing and check that the others keep every fact for ever."""
    settings = state.as_running(StackSettings())
    created = make_topics(Environment(settings))
    if in_sync and not asyncio.run(wait_until_in_sync(settings.kafka_address, seconds_max=IN_SYNC_SECONDS_MAX)):
        raise SetupError(f"Not every broker has every fact after {IN_SYNC_SECONDS_MAX} s: replace none of them now.")
    typer.echo(f"Made {', '.join(created)}." if created else "All topics are as they should be.")
