"""`jvtrack migrate`: roles, databases and tables."""

from typing import Annotated

import typer

from deploy.local import state
from deploy.local.environment import Environment
from deploy.local.settings import SERVICES, StackSettings
from deploy.local.steps import migrate as migrate_service

app = typer.Typer()


@app.command()
def migrate(
    services: Annotated[list[str] | None, typer.Argument(help="Only these services; all when none is named.")] = None,
) -> None:
    """Create roles and databases where they are missing and bring every service's tables up to date."""
    environment = Environment(state.as_running(StackSettings()))
    for service in services or SERVICES:
        if service not in SERVICES:
            raise typer.BadParameter(f"there is no service {service}; choose from {', '.join(SERVICES)}")
        migrate_service(environment, service)
        typer.echo(f"{environment.database(service).name} is up to date.")
