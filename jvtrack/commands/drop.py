"""`jvtrack drop`: leave nothing behind on servers that run elsewhere."""

import shutil
from typing import Annotated

import typer

from deploy.errors import SetupError
from deploy.local import state
from deploy.local.environment import Environment
from deploy.local.settings import StackSettings
from deploy.local.steps import drop_databases, drop_topics
from jvtrack.invocation import again

app = typer.Typer()


@app.command()
def drop(*, yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False) -> None:
    """Forget a namespace on the servers that JVTRACK_KAFKA and JVTRACK_POSTGRES name: topics, databases and roles."""
    settings = StackSettings()
    if not settings.servers_elsewhere:
        raise SetupError(
            "A stack's own servers are emptied with `jvtrack up --fresh`: drop is for those that JVTRACK_KAFKA and "
            "JVTRACK_POSTGRES name."
        )
    where = " and ".join(settings.servers_elsewhere)
    if not yes:
        typer.confirm(f"Forget everything of namespace {settings.namespace} on {where}?", abort=True)
    try:
        with state.hold(settings):
            dropped = _drop(Environment(settings))
    except BlockingIOError:
        raise SetupError(
            f"The stack of namespace {settings.namespace} is running: end it first, with `{again(settings, 'down')}`."
        ) from None
    typer.echo(f"Dropped {', '.join(dropped)}." if dropped else f"{where} had nothing of {settings.namespace}.")


def _drop(environment: Environment) -> list[str]:
    settings = environment.settings
    topics = drop_topics(environment) if settings.kafka else []
    databases = drop_databases(environment) if settings.postgres else []
    shutil.rmtree(settings.directory)
    return [*topics, *databases]
