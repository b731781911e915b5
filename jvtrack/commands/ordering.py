"""`jvtrack orders place`, `amend`, `cancel` and `decline`: what a depot asks for, changes of that, and takes back."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from jvtrack.client import JVTrack, NewOrder, Order, OrderChange
from jvtrack.commands.caller import call
from jvtrack.commands.days import DAY_FORMATS, read_day
from jvtrack.commands.named import REFERENCE_FORM, read_reference
from jvtrack.commands.order_filters import OrderName
from jvtrack.commands.order_table import accepted, order_table
from jvtrack.commands.shown import Json, screen, show_json
from shared.events.production import Reference
from shared.types import Condition, Platform, Urgency

ordering = typer.Typer()

References = Annotated[
    list[str] | None,
    typer.Option("--accept-reference", help=f"Take only lots of this: {REFERENCE_FORM}. May be repeated."),
]
Substitutes = Annotated[
    bool, typer.Option("--with-substitutes", help="Take also what may replace these references, by the catalogue.")
]


@ordering.command()
def place(  # noqa: PLR0913  # an option each
    document_number: Annotated[str, typer.Argument(help="Such as 7201YA6327A001.")],
    *,
    ordered_by: Annotated[str, typer.Option("--depot", help="The depot that asks.")],
    part: Annotated[str, typer.Option(help="The part.")],
    quantity: Annotated[int, typer.Option(help="How much, in quanta of the part.")],
    required_by: Annotated[datetime, typer.Option(formats=DAY_FORMATS, help="Day on which it is needed.")],
    urgency: Annotated[Urgency, typer.Option(help="Urgency of need; A and B take an approver's token.")] = Urgency.C,
    suffix: Annotated[str | None, typer.Option(help="One letter or digit, for a split fill.")] = None,
    site: Annotated[str | None, typer.Option("--from", help="The depot that fills it, if another one.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="All or nothing.")] = False,
    condition: Annotated[list[Condition] | None, typer.Option(help="Accept it so; may be repeated.")] = None,
    platform: Annotated[Platform | None, typer.Option(help="What it is for.")] = None,
    tail_number: Annotated[str | None, typer.Option("--tail", help="The aircraft or vehicle it is for.")] = None,
    references: References = None,
    substitutes: Substitutes = False,
    as_json: Json = False,
) -> None:
    """Order a part; the same again is the same order."""
    order = NewOrder(
        document_number=document_number,
        suffix=suffix,
        ordered_by=ordered_by,
        site=site,
        part=part,
        quantity=quantity,
        urgency=urgency,
        required_by=required_by.date(),
        partial=False if whole else None,
        conditions=condition,
        platform=platform,
        tail_number=tail_number,
        references=_named(references),
        substitutes=substitutes or None,
    )
    _ask(lambda jvtrack: jvtrack.orders.place(order, wait_seconds=_ANSWER_SECONDS), as_json=as_json)


@ordering.command()
def amend(  # noqa: PLR0913  # an option each
    order: OrderName,
    *,
    reason: Annotated[str, typer.Option(help="Why; it stands in the order's history.")],
    quantity: Annotated[int | None, typer.Option(help="How many quanta are still wanted in all; only less.")] = None,
    required_by: Annotated[datetime | None, typer.Option(formats=DAY_FORMATS, help="The new day of need.")] = None,
    urgency: Annotated[Urgency | None, typer.Option(help="A and B take an approver's token.")] = None,
    references: References = None,
    any_reference: Annotated[bool, typer.Option("--any-reference", help="Take lots of any reference.")] = False,
    substitutes: Substitutes = False,
    if_version: Annotated[
        int | None, typer.Option(min=0, help="Only if the order is still as you saw it, in this version.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Change an order; references that are named take the place of those that it accepted before."""
    if any_reference and references:
        raise typer.BadParameter("name references, or take any", param_hint="--any-reference")
    change = OrderChange(
        quantity=quantity,
        required_by=read_day(required_by),
        urgency=urgency,
        references=[] if any_reference else _named(references),
        substitutes=substitutes or None,
        reason=reason,
        version=if_version,
    )
    _ask(lambda jvtrack: jvtrack.orders.change(order, change), as_json=as_json)


@ordering.command()
def cancel(
    order: OrderName,
    *,
    reason: Annotated[str | None, typer.Option(help="Why; it stands in the order's history.")] = None,
    as_json: Json = False,
) -> None:
    """Take an order back: what is not issued yet is released, by whoever holds or makes it."""
    _ask(lambda jvtrack: jvtrack.orders.cancel(order, reason), as_json=as_json)


@ordering.command()
def decline(
    order: OrderName,
    *,
    reason: Annotated[str, typer.Option(help="Why; it stands in the order's history.")],
    as_json: Json = False,
) -> None:
    """Say no to another depot's order that yours was to fill."""
    _ask(lambda jvtrack: jvtrack.orders.decline(order, reason), as_json=as_json)


_ANSWER_SECONDS = 2.0
"""How long to wait for what inventory can give."""
_CANCELLED = "cancelled"


def _named(references: Sequence[str] | None) -> list[Reference] | None:
    return list(map(read_reference, references)) if references else None


def _ask(ask: Callable[[JVTrack], Awaitable[Order]], *, as_json: bool) -> None:
    found = call(ask)
    if as_json:
        show_json(found)
        return
    console = screen()
    console.print(order_table([found]))
    console.print(f"version {found.version}")
    if found.cancel_requested and found.state != _CANCELLED:
        console.print("to be cancelled: what is not issued yet is being released")
    if only := accepted(found):
        console.print(f"takes only lots of {escape(only)}")
