"""`jvtrack purchase`: what becomes of purchases at suppliers without a system, told in their name."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from deploy.errors import SetupError
from jvtrack.client import JVTrack, Purchase, WorkOrder
from jvtrack.client.answers.production import EventAccepted
from jvtrack.commands.caller import call
from jvtrack.commands.days import DAY_FORMATS, Day, read_day
from jvtrack.commands.named import REFERENCE_FORM, read_reference
from jvtrack.commands.shown import Json, show_json
from shared.events.purchases import PurchaseDispatched
from shared.types import SiteKind

app = typer.Typer()
purchase = typer.Typer(no_args_is_help=True)
app.add_typer(purchase, name="purchase", help="Purchases at suppliers without a system, told in their name.")

Bought = Annotated[str, typer.Argument(metavar="WORK_ORDER", help="Such as 7201YA6327A001-2026-W1.")]
Due = Annotated[datetime, typer.Argument(formats=DAY_FORMATS, help="The day, such as 2027-02-15.")]
EventId = Annotated[str | None, typer.Option("--id", help="Makes it one event: told again under it, it is the same.")]
Reason = Annotated[str, typer.Option(help="Why; kept for ever.")]
Telling = Callable[[Purchase], Awaitable[EventAccepted]]


@purchase.command(name="list")
def list_purchases(
    *, supplier: Annotated[str | None, typer.Option(help="Only of this supplier.")] = None, as_json: Json = False
) -> None:
    """List what suppliers have been asked for, and how far it has come."""
    found = call(lambda jvtrack: _purchases(jvtrack, supplier))
    if as_json:
        show_json(found)
        return
    table = Table("work order", "supplier", "part", "depot", "status", "quantity", "dispatched", "due", "required by")
    for each in found:
        totals = (str(each.quantity), str(each.dispatched), str(each.due), str(each.required_by or ""))
        table.add_row(each.work_order, each.factory, each.part, each.depot, each.status, *totals)
    Console().print(table)


@purchase.command()
def placed(
    work_order: Bought,
    *,
    due: Day = None,
    number: Annotated[str | None, typer.Option(help="Your number of the purchase order.")] = None,
    price: Annotated[str | None, typer.Option(help="Price of one unit of issue, such as 14200.00.")] = None,
    currency: Annotated[str | None, typer.Option(help="Its currency, such as EUR.")] = None,
    event: EventId = None,
) -> None:
    """Say that a supplier has the purchase order and takes it on."""
    _tell(
        work_order,
        lambda one: one.placed(due=read_day(due), purchase=number, unit_price=price, currency=currency, id=event),
    )


@purchase.command()
def promised(work_order: Bought, due: Due, *, event: EventId = None) -> None:
    """Say which day a supplier promises."""
    _tell(work_order, lambda one: one.promised(due.date(), id=event))


@purchase.command()
def offered(
    work_order: Bought,
    quantity: Annotated[int, typer.Argument(help="The most that the supplier sells, in quanta of the part.")],
    *,
    due: Day = None,
    reason: Reason,
    event: EventId = None,
) -> None:
    """Say that a supplier sells less than was asked for, or on another day."""
    _tell(work_order, lambda one: one.offered(quantity, reason, due=read_day(due), id=event))


@purchase.command()
def slipped(
    work_order: Bought, due: Due, *, cause: Annotated[str, typer.Option(help="Why.")], event: EventId = None
) -> None:
    """Say to which day delivery has slipped."""
    _tell(work_order, lambda one: one.slipped(due.date(), cause, id=event))


@purchase.command()
def dispatched(  # noqa: PLR0913  # an option each
    work_order: Bought,
    *,
    lot: Annotated[str, typer.Option(help="The supplier's number of the lot.")],
    shipment: Annotated[str, typer.Option(help="The number of the consignment.")],
    quantity: Annotated[int, typer.Option(help="How much, in quanta of the part.")],
    depot: Annotated[str | None, typer.Option(help="Where it goes, if not where it was ordered for.")] = None,
    reference: Annotated[str | None, typer.Option(help=f"What was made: {REFERENCE_FORM}.")] = None,
    expires_on: Day = None,
    certificate: Annotated[str | None, typer.Option(help="Certificate of conformance.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="Nothing more will come.")] = False,
    event: EventId = None,
) -> None:
    """Say what has left a supplier: the lot is made and on its way at once."""
    goods: dict[str, Any] = {"lot": lot, "shipment": shipment, "quantity": quantity, "certificate": certificate}

    def tell(one: Purchase) -> Awaitable[EventAccepted]:
        place: dict[str, Any] = {
            "work_order": work_order,
            "part": one.work_order.part,
            "depot": depot or one.work_order.depot,
        }
        made: dict[str, Any] = {
            "reference": reference and read_reference(reference),
            "expires_on": read_day(expires_on),
            "completes_work_order": complete,
        }
        return one.dispatched(PurchaseDispatched(**place, **goods, **made), id=event)

    _tell(work_order, tell)


@purchase.command()
def cancelled(work_order: Bought, *, reason: Reason, event: EventId = None) -> None:
    """Say that what is not dispatched of a purchase will not come."""
    _tell(work_order, lambda one: one.cancelled(reason, id=event))


@purchase.command()
def void(
    work_order: Bought,
    earlier: Annotated[str, typer.Argument(metavar="EVENT", help="The id under which it was told.")],
    *,
    reason: Reason,
) -> None:
    """Say that something that was told of a purchase did not happen."""
    _tell(work_order, lambda one: one.void(earlier, reason))


def _tell(work_order: str, tell: Telling) -> None:
    async def act(jvtrack: JVTrack) -> tuple[EventAccepted, WorkOrder]:
        one = await Purchase.of(jvtrack.production, work_order)
        try:
            accepted = await tell(one)
        except ValidationError as error:
            said = error.errors(include_url=False)[0]
            raise SetupError(f"{'.'.join(map(str, said['loc']))}: {said['msg']}") from error
        return accepted, await jvtrack.production.work_order(work_order)

    accepted, now = call(act)
    again = " (told before)" if accepted.status == "duplicate" else ""
    typer.echo(f"{accepted.event_id}{again}: {now.work_order} at {now.factory} is {now.status}, due {now.due}.")


async def _purchases(jvtrack: JVTrack, supplier: str | None) -> list[WorkOrder]:
    sites = jvtrack.inventory.sites(kind=SiteKind.SUPPLIER)
    suppliers = {supplier} if supplier else {site.site_id async for site in sites}
    return [each async for each in jvtrack.production.work_orders(factory=supplier) if each.factory in suppliers]
