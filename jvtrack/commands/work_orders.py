"""`jvtrack work-orders`: what factories are to make; what they say of it is in `workshop.py`."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape

from jvtrack.client import WorkOrder, WorkOrderDetails
from jvtrack.commands.caller import call
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json
from jvtrack.commands.workshop import Named, Reason, workshop
from shared.events.making import Making
from shared.events.references import reference_key

app = typer.Typer()
work_orders = typer.Typer(no_args_is_help=True)
app.add_typer(work_orders, name="work-orders", help="Work orders: how each comes along, and what its factory says.")
work_orders.add_typer(workshop)


@work_orders.command(name="list")
def list_work_orders(
    *,
    factory: Annotated[str | None, typer.Option(help="Only of this factory or supplier.")] = None,
    part: Annotated[str | None, typer.Option(help="Only of this part.")] = None,
    status: Annotated[str | None, typer.Option(help="Only those as far as: countered, in-work ...")] = None,
    undecided: Annotated[
        bool | None, typer.Option("--undecided/--decided", help="Only those whose factory owes the fate of work.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List work orders: how far each has come, and what it waits for."""
    found = call(
        lambda jvtrack: jvtrack.production.work_orders(
            factory=factory, part=part, status=status, undecided=undecided
        ).all()
    )
    if as_json:
        show_json(found)
        return
    screen().print(_table(found))


@work_orders.command()
def show(work_order: Named, *, as_json: Json = False) -> None:
    """Show a work order with its history: what was asked, and what its factory has said of it."""
    found = call(lambda jvtrack: jvtrack.production.work_order(work_order))
    if as_json:
        show_json(found)
        return
    console = screen()
    console.print(_table([found]))
    wanted = f", needed there by {found.required_by}" if found.required_by else ""
    console.print(f"for {found.order} at {found.depot}{wanted}")
    if found.wanted_by:
        console.print(f"wanted by {found.wanted_by}: name a day to answer")
    console.print(_history(found))


@work_orders.command()
def decline(work_order: Named, *, reason: Reason, as_json: Json = False) -> None:
    """Say no to what a factory or supplier has offered: it is asked back whole, and sourced elsewhere."""
    now = call(lambda jvtrack: jvtrack.orders.decline_offer(work_order, reason))
    show_done(now, f"{now.order_id}: offer declined; {now.sourced} sourced, {now.open} open.", as_json=as_json)


def _table(found: Sequence[WorkOrder]) -> Table:
    table = Table(
        "work order", "factory", "part", "status", "quantity", "finished", "due", "only as", "its factory says"
    )
    for each in found:
        taken = "\n".join(map(reference_key, each.references))
        figures = (each.status, str(each.quantity), str(each.finished), str(each.due), taken)
        table.add_row(each.work_order, each.factory, each.part, *figures, escape("; ".join(_said(each))))
    return table


def _history(found: WorkOrderDetails) -> Table:
    table = Table("version", "at", "what", "quantity", "due", "why", title="History")
    for entry in found.history:
        why = entry.data.get("reason") or entry.data.get("cause") or ""
        what = entry.type.removeprefix("jvtrack.production.")
        brings = (str(entry.data.get("quantity", "")), str(entry.data.get("due", "")))
        table.add_row(str(entry.version), f"{entry.recorded_at:%Y-%m-%d %H:%M}", what, *brings, escape(str(why)))
    return table


def _said(work_order: WorkOrder) -> Sequence[str]:
    making = work_order.making or Making()
    offered = [] if making.offered is None else [f"offers {making.offered}"]
    kits = [f"waits for {each.kit}" for each in making.kits_missing]
    fates = {"for stock": making.for_stock, "scrapped": making.scrapped, "reused": making.reused}
    told = [f"{quantity} in work {fate}" for fate, quantity in fates.items() if quantity]
    owed = f"{work_order.undecided} in work were asked back: their fate is not told yet"
    return [*offered, *kits, *told, *([owed] if work_order.undecided else [])]
