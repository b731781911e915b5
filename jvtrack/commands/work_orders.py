"""`jvtrack work-orders`: what factories are to make, and what they say of it: offers, kits, what is in work."""

from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.errors import SetupError
from jvtrack.client import JVTrack, Report, WorkOrder
from jvtrack.client.answers.production import EventAccepted
from jvtrack.commands.caller import call
from jvtrack.commands.days import Day, read_day
from jvtrack.commands.shown import Json, show_json
from shared.events.factory import FactoryFact
from shared.events.making import InProgress, Making
from shared.events.references import reference_key
from shared.events.workshop import (
    FactoryKitArrived,
    FactoryKitMissing,
    FactoryWorkInProgressDecided,
    FactoryWorkOrderCountered,
)

app = typer.Typer()
work_orders = typer.Typer(no_args_is_help=True)
app.add_typer(work_orders, name="work-orders", help="Work orders: how each comes along, and what its factory says.")

Named = Annotated[str, typer.Argument(metavar="WORK_ORDER", help="Such as 7201YA6327A001-2026-W1.")]
EventId = Annotated[str | None, typer.Option("--id", help="Makes it one event: told again under it, it is the same.")]
Kit = Annotated[str, typer.Argument(help="The kit, as the factory names it.")]


@work_orders.command(name="list")
def list_work_orders(
    *,
    factory: Annotated[str | None, typer.Option(help="Only of this factory or supplier.")] = None,
    part: Annotated[str | None, typer.Option(help="Only of this part.")] = None,
    status: Annotated[str | None, typer.Option(help="Only those as far as: countered, in-work ...")] = None,
    as_json: Json = False,
) -> None:
    """List work orders: how far each has come, and what it waits for."""
    found = call(lambda jvtrack: jvtrack.production.work_orders(factory=factory, part=part, status=status).all())
    if as_json:
        show_json(found)
        return
    table = Table(
        "work order", "factory", "part", "status", "quantity", "finished", "due", "only as", "its factory says"
    )
    for each in found:
        taken = "\n".join(map(reference_key, each.references))
        figures = (each.status, str(each.quantity), str(each.finished), str(each.due), taken)
        table.add_row(each.work_order, each.factory, each.part, *figures, escape("; ".join(_said(each))))
    Console().print(table)


@work_orders.command()
def counter(
    work_order: Named,
    quantity: Annotated[int, typer.Argument(help="The most that the factory makes, in quanta of the part.")],
    *,
    due: Day = None,
    reason: Annotated[str, typer.Option(help="Why; kept for ever.")],
    event: EventId = None,
) -> None:
    """Offer less of a work order than was asked for, or the same on another day."""
    _post(
        work_order,
        lambda: FactoryWorkOrderCountered(work_order=work_order, quantity=quantity, due=read_day(due), reason=reason),
        event,
    )


@work_orders.command()
def decline(work_order: Named, *, reason: Annotated[str, typer.Option(help="Why; kept for ever.")]) -> None:
    """Say no to what a factory or supplier has offered: it is asked back whole, and sourced elsewhere."""
    now = call(lambda jvtrack: jvtrack.orders.decline_offer(work_order, reason))
    typer.echo(f"{now.order_id}: offer declined; {now.sourced} sourced, {now.open} open.")


@work_orders.command()
def kit_missing(
    work_order: Named,
    kit: Kit,
    *,
    supplier: Annotated[str | None, typer.Option(help="Who is to send it.")] = None,
    expected_on: Day = None,
    due: Day = None,
    event: EventId = None,
) -> None:
    """Say that a work order waits for a kit, and on which day it will be delivered now."""
    _post(
        work_order,
        lambda: FactoryKitMissing(
            work_order=work_order, kit=kit, supplier=supplier, expected_on=read_day(expected_on), due=read_day(due)
        ),
        event,
    )


@work_orders.command()
def kit_arrived(work_order: Named, kit: Kit, *, event: EventId = None) -> None:
    """Say that a kit that a work order waited for has come."""
    _post(work_order, lambda: FactoryKitArrived(work_order=work_order, kit=kit), event)


@work_orders.command()
def in_progress(
    work_order: Named,
    outcome: Annotated[InProgress, typer.Argument(help="What becomes of the pieces.")],
    quantity: Annotated[int, typer.Argument(help="How many pieces in work that were asked back.")],
    *,
    reused_for: Annotated[str | None, typer.Option(help="The work order that reused pieces go on as.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    event: EventId = None,
) -> None:
    """Say what becomes of pieces that were in work when they were asked back."""
    _post(
        work_order,
        lambda: FactoryWorkInProgressDecided(
            work_order=work_order, outcome=outcome, quantity=quantity, reused_for=reused_for, reason=reason
        ),
        event,
    )


def _post(work_order: str, fact: Callable[[], FactoryFact], event: str | None) -> None:
    try:
        said = fact()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SetupError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")) from error

    async def act(jvtrack: JVTrack) -> tuple[EventAccepted, WorkOrder]:
        factory = (await jvtrack.production.work_order(work_order)).factory
        # Under an id of the caller's own it must be the same event whenever it is told, so it names no moment.
        report = Report(factory, said) if event is None else Report(factory, said, id=event, time=None)
        return await jvtrack.production.post(report), await jvtrack.production.work_order(work_order)

    accepted, now = call(act)
    again = " (told before)" if accepted.status == "duplicate" else ""
    typer.echo(f"{accepted.event_id}{again}: {now.work_order} is {now.status}, {now.quantity} due {now.due}.")


def _said(work_order: WorkOrder) -> Sequence[str]:
    making = work_order.making or Making()
    offered = [] if making.offered is None else [f"offers {making.offered}"]
    kits = [f"waits for {each.kit}" for each in making.kits_missing]
    fates = {"for stock": making.for_stock, "scrapped": making.scrapped, "reused": making.reused}
    return [*offered, *kits, *(f"{quantity} in work {fate}" for fate, quantity in fates.items() if quantity)]
