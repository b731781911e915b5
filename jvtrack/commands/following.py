"""`jvtrack orders follow`: what happens to orders, a line each, as it happens."""

from contextlib import aclosing
from typing import Annotated

import typer

from jvtrack.client import JVTrack, OrderTold
from jvtrack.commands.caller import call
from jvtrack.commands.shown import Json

_KIND = "jvtrack.orders.order-"


def follow(
    *,
    order: Annotated[str | None, typer.Option(help="Only of this order, such as 7201YA6327A001-2026.")] = None,
    site: Annotated[str | None, typer.Option(help="Only of orders placed by this depot or filled from it.")] = None,
    part: Annotated[str | None, typer.Option(help="Only of orders for this part.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind: placed, promised, sourced, lent ...")] = None,
    as_json: Json = False,
) -> None:
    """Print what happens to orders from now on, a line each, until Ctrl-C; a lost connection is made again."""

    async def print_all(jvtrack: JVTrack) -> None:
        async with aclosing(jvtrack.orders.follow(order=order, site=site, part=part, kind=kind)) as stream:
            async for told in stream:
                typer.echo(told.model_dump_json() if as_json else _line(told))

    try:
        call(print_all)
    except KeyboardInterrupt:
        return


def _line(told: OrderTold) -> str:
    """Say what happened; of an order that the reader may not see, only where."""
    happened = told.type.removeprefix(_KIND).removesuffix(".v1")
    who = (told.order or "an order", told.ordered_by or told.site, told.part or "")
    day = "" if told.promised_for is None else f"for {told.promised_for}"
    said = (f"{told.recorded_at.astimezone():%Y-%m-%d %H:%M:%S}", happened, *who, day, told.reason or "")
    return "  ".join(word for word in said if word)
