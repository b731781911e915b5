"""`jvtrack purchase`: what becomes of purchases at suppliers without a system, told in their name."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from jvtrack.client import JVTrack, Purchase, WorkOrder
from jvtrack.client.answers.production import EventAccepted
from jvtrack.commands.caller import call
from jvtrack.commands.correcting import as_it_was
from jvtrack.commands.days import DAY_FORMATS, Day, read_day
from jvtrack.commands.facts import EventId, told, unfit
from jvtrack.commands.named import REFERENCE_FORM, read_reference
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json
from shared.events.purchases import PurchaseDispatched
from shared.types import SiteKind

app = typer.Typer()
purchase = typer.Typer(no_args_is_help=True)
app.add_typer(purchase, name="purchase", help="Purchases at suppliers without a system, told in their name.")

Bought = Annotated[str, typer.Argument(metavar="WORK_ORDER", help="Such as 7201YA6327A001-2026-W1.")]
Due = Annotated[datetime, typer.Argument(formats=DAY_FORMATS, help="The day, such as 2027-02-15.")]
Earlier = Annotated[str, typer.Argument(metavar="EVENT", help="The id under which it was told.")]
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
    screen().print(table)


@purchase.command()
def placed(
    work_order: Bought,
    *,
    due: Day = None,
    number: Annotated[str | None, typer.Option(help="Your number of the purchase order.")] = None,
    price: Annotated[str | None, typer.Option(help="Price of one unit of issue, such as 14200.00.")] = None,
    currency: Annotated[str | None, typer.Option(help="Its currency, such as EUR.")] = None,
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say that a supplier has the purchase order and takes it on."""
    _tell(
        work_order,
        lambda one: one.placed(due=read_day(due), purchase=number, unit_price=price, currency=currency, id=event),
        as_json=as_json,
    )


@purchase.command()
def promised(work_order: Bought, due: Due, *, event: EventId = None, as_json: Json = False) -> None:
    """Say which day a supplier promises."""
    _tell(work_order, lambda one: one.promised(due.date(), id=event), as_json=as_json)


@purchase.command()
def offered(
    work_order: Bought,
    quantity: Annotated[int, typer.Argument(help="The most that the supplier sells, in quanta of the part.")],
    *,
    due: Day = None,
    reason: Reason,
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say that a supplier sells less than was asked for, or on another day."""
    _tell(work_order, lambda one: one.offered(quantity, reason, due=read_day(due), id=event), as_json=as_json)


@purchase.command()
def slipped(
    work_order: Bought,
    due: Due,
    *,
    cause: Annotated[str, typer.Option(help="Why.")],
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say to which day delivery has slipped."""
    _tell(work_order, lambda one: one.slipped(due.date(), cause, id=event), as_json=as_json)


@purchase.command()
def dispatched(  # noqa: PLR0913  # an option each
    work_order: Bought,
    *,
    lot: Annotated[str, typer.Option(help="The supplier's number of the lot.")],
    shipment: Annotated[str, typer.Option(help="The number of the consignment.")],
    quantity: Annotated[int, typer.Option(help="How much, in quanta of the part.")],
    depot: Annotated[str | None, typer.Option(help="Where it goes, if not where it was ordered for.")] = None,
    reference: Annotated[str | None, typer.Option(help=f"What was made: {REFERENCE_FORM}.")] = None,
    heat: Annotated[str | None, typer.Option(help="Heat (melt) number of the material.")] = None,
    made_on: Day = None,
    expires_on: Day = None,
    inspect_by: Day = None,
    certificate: Annotated[str | None, typer.Option(help="Certificate of conformance.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="Nothing more will come.")] = False,
    event: EventId = None,
    as_json: Json = False,
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
            "heat": heat,
            "made_on": read_day(made_on),
            "expires_on": read_day(expires_on),
            "inspect_by": read_day(inspect_by),
            "completes_work_order": complete,
        }
        return one.dispatched(PurchaseDispatched(**place, **goods, **made), id=event)

    _tell(work_order, tell, as_json=as_json)


@purchase.command()
def cancelled(work_order: Bought, *, reason: Reason, event: EventId = None, as_json: Json = False) -> None:
    """Say that what is not dispatched of a purchase will not come."""
    _tell(work_order, lambda one: one.cancelled(reason, id=event), as_json=as_json)


@purchase.command()
def void(
    work_order: Bought,
    earlier: Earlier,
    *,
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Say that something that was told of a purchase did not happen."""
    _tell(work_order, lambda one: one.void(earlier, reason), as_json=as_json)


@purchase.command()
def correct(
    work_order: Bought,
    earlier: Earlier,
    *,
    change: Annotated[
        list[str], typer.Option("--set", help="FIELD=VALUE as it should have been; FIELD= takes it out; repeatable.")
    ],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Say how something that was told of a purchase happened: the rest of it stays as it was told."""

    async def tell(one: Purchase) -> EventAccepted:
        return await one.correct(earlier, await as_it_was(one, earlier, change), reason)

    _tell(work_order, tell, as_json=as_json)


def _tell(work_order: str, tell: Telling, *, as_json: bool) -> None:
    async def act(jvtrack: JVTrack) -> tuple[EventAccepted, WorkOrder]:
        one = await Purchase.of(jvtrack.production, work_order)
        try:
            accepted = await tell(one)
        except ValidationError as error:
            raise unfit(error) from error
        return accepted, await jvtrack.production.work_order(work_order)

    accepted, now = call(act)
    show_done(
        accepted,
        f"{told(accepted)}: {now.work_order} at {now.factory} is {now.status}, due {now.due}.",
        as_json=as_json,
    )


async def _purchases(jvtrack: JVTrack, supplier: str | None) -> list[WorkOrder]:
    sites = jvtrack.inventory.sites(kind=SiteKind.SUPPLIER)
    suppliers = {supplier} if supplier else {site.site_id async for site in sites}
    return [each async for each in jvtrack.production.work_orders(factory=supplier) if each.factory in suppliers]
