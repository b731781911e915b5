"""`jvtrack orders follow` and `jvtrack platforms follow`: what happens to them, a line each, as it happens."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Annotated

import typer

from jvtrack.client import JVTrack, OrderTold, PlatformTold
from jvtrack.commands.caller import call
from jvtrack.commands.shown import Json
from shared.types import Platform

_ORDERS = "jvtrack.orders."


def follow(
    *,
    order: Annotated[str | None, typer.Option(help="Only of this order, such as 7201YA6327A001-2026.")] = None,
    site: Annotated[str | None, typer.Option(help="Only of orders placed by this depot or filled from it.")] = None,
    part: Annotated[str | None, typer.Option(help="Only of orders for this part.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind: placed, promised, sourced, lent ...")] = None,
    as_json: Json = False,
) -> None:
    """Print what happens to orders from now on, a line each, until Ctrl-C; a lost connection is made again."""
    _print_all(lambda jvtrack: jvtrack.orders.follow(order=order, site=site, part=part, kind=kind), as_json=as_json)


def follow_fleet(
    *,
    platform: Annotated[Platform | None, typer.Option(help="Only of this type.", case_sensitive=False)] = None,
    tail_number: Annotated[str | None, typer.Option("--tail", help="Only this one, such as ZP-5104.")] = None,
    site: Annotated[str | None, typer.Option(help="Only at home at this depot, or waiting for its orders.")] = None,
    as_json: Json = False,
) -> None:
    """Print who goes down and up and what is promised to who waits, a line each, until Ctrl-C."""

    def follow(jvtrack: JVTrack) -> AsyncGenerator[PlatformTold, None]:
        return jvtrack.orders.platforms.follow(platform=platform, tail_number=tail_number, site=site)

    _print_all(follow, as_json=as_json)


def _print_all(follow: Callable[[JVTrack], AsyncGenerator[OrderTold | PlatformTold, None]], *, as_json: bool) -> None:
    async def print_all(jvtrack: JVTrack) -> None:
        async with aclosing(follow(jvtrack)) as stream:
            async for told in stream:
                typer.echo(told.model_dump_json() if as_json else _line(told))

    try:
        call(print_all)
    except KeyboardInterrupt:
        return


def _line(told: OrderTold | PlatformTold) -> str:
    """Say what happened; of what the reader may not see, only where."""
    happened = told.type.removeprefix(_ORDERS).removeprefix("order-").removesuffix(".v1")
    day = "" if told.promised_for is None else f"for {told.promised_for}"
    who = _tail(told) if isinstance(told, PlatformTold) else (told.order or "an order", told.ordered_by or told.site)
    said = (f"{told.recorded_at.astimezone():%Y-%m-%d %H:%M:%S}", happened, *who, told.part or "", day, _why(told))
    return "  ".join(word for word in said if word)


def _tail(told: PlatformTold) -> Sequence[str]:
    return (f"{told.platform or 'a platform'} {told.tail_number or ''}".rstrip(), told.site, told.order or "")


def _why(told: OrderTold | PlatformTold) -> str:
    return told.reason or (told.cause if isinstance(told, PlatformTold) else "") or ""
