"""`jvtrack up`: the stack without Docker, in the foreground or detached."""

from typing import Annotated

import typer

from deploy.local import control
from deploy.local.console import Merged
from deploy.local.settings import StackSettings
from deploy.local.stack import run
from jvtrack.commands.stack import print_status

app = typer.Typer()
PortOption = Annotated[int | None, typer.Option(help="Listen on this port instead.", min=1, max=65_535)]


@app.command()
def up(  # noqa: PLR0913 - each is an option of the command.
    *,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return once everything is up.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget all data first.")] = False,
    kafka_port: PortOption = None,
    kafka_controller_port: PortOption = None,
    postgres_port: PortOption = None,
    orders_port: PortOption = None,
    production_port: PortOption = None,
    inventory_port: PortOption = None,
    brokers: Annotated[
        int | None, typer.Option(help="Nodes of Kafka: 1, or 3 of which any one may fail or be replaced.")
    ] = None,
    replicas: Annotated[
        list[str] | None, typer.Option(help="How many processes run a service: inventory=2. May be given again.")
    ] = None,
) -> None:
    """Run Kafka, PostgreSQL and every service on this machine; Ctrl-C stops them all."""
    numbers = {
        "brokers": brokers,
        "kafka_port": kafka_port,
        "kafka_controller_port": kafka_controller_port,
        "postgres_port": postgres_port,
        "orders_port": orders_port,
        "production_port": production_port,
        "inventory_port": inventory_port,
    }
    chosen: dict[str, object] = {name: number for name, number in numbers.items() if number is not None}
    if replicas:
        chosen["replicas"] = ",".join(replicas)
    settings = StackSettings.model_validate({**StackSettings().model_dump(), **chosen})
    if detach:
        control.start_detached(settings, fresh=fresh)
        print_status(settings)
    else:
        run(settings, Merged(), fresh=fresh)
