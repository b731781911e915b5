"""`jvtrack orders`: what depots have asked for, how each order stands, and why; how they ask is in `ordering.py`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.markup import escape

from jvtrack.client import AgeReport, Explanation, JVTrack, Order, OrderDetails, ProblemError, Reason, Standing
from jvtrack.commands.caller import call
from jvtrack.commands.expediting import alternatives, expedite
from jvtrack.commands.following import follow
from jvtrack.commands.order_export import export
from jvtrack.commands.order_filters import AtSite, ForPlatform, InState, Late, OfPart, OrderName
from jvtrack.commands.order_history import history_table
from jvtrack.commands.order_table import IN_QUANTA, accepted, order_table
from jvtrack.commands.ordering import ordering
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json

app = typer.Typer()
orders = typer.Typer(no_args_is_help=True)
app.add_typer(orders, name="orders", help="Orders: placed, amended, how each stands, what it waits for, and why.")
orders.add_typer(ordering)


@orders.command(name="list")
def list_orders(
    *,
    site: AtSite = None,
    part: OfPart = None,
    state: InState = None,
    platform: ForPlatform = None,
    late: Late = None,
    overdue: Annotated[
        bool | None, typer.Option("--overdue/--in-time", help="Only those whose promise was not kept, or the others.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List orders: what has become of each one's quantity, in quanta of its part, and what is promised."""
    found = call(
        lambda jvtrack: jvtrack.orders.list(
            site=site, part=part, state=state, platform=platform, late=late, overdue=overdue
        ).all()
    )
    if as_json:
        show_json(found)
        return
    screen().print(order_table(found))


@orders.command()
def show(order: OrderName, *, as_json: Json = False) -> None:
    """Show an order with its work orders, its promises and its history; quantities are in quanta of its part."""
    found = call(lambda jvtrack: jvtrack.orders.get(order))
    if as_json:
        show_json(found)
        return
    console = screen()
    console.print(order_table([found]))
    console.print(f"version {found.version}; {escape(_about(found))}")
    if only := accepted(found):
        console.print(f"takes only lots of {escape(only)}")
    for table in _details(found):
        if table.row_count:
            console.print(table)


@orders.command()
def explain(order: OrderName, *, as_json: Json = False) -> None:
    """Say why an order has so much, why from that source, why not earlier, and how it stands in its queue.

    Quantities are in quanta of its part.
    """
    found = call(lambda jvtrack: _explained(jvtrack, order))
    if as_json:
        standing = None if found.standing is None else found.standing.model_dump(mode="json")
        typer.echo(json.dumps({**found.explanation.model_dump(mode="json"), "standing": standing}, indent=1))
        return
    told, console = found.explanation, screen()
    console.print(f"{told.order_id}: {told.part} for {told.ordered_by} from {told.site}, {told.state}")
    for title, reasons in _answers(found):
        if reasons:
            console.print(_reasons(title, reasons))
    console.print(IN_QUANTA)


orders.command()(export)


@orders.command()
def waiting(
    *,
    site: Annotated[str | None, typer.Option(help="Only orders of this depot.")] = None,
    part: OfPart = None,
    as_json: Json = False,
) -> None:
    """Report who waits how long, by band and depot, and which orders wait too long."""
    found = call(lambda jvtrack: jvtrack.orders.waiting(site=site, part=part))
    if as_json:
        show_json(found)
        return
    console = screen()
    for table in _ages(found):
        console.print(table)


@orders.command()
def urgency(
    *,
    month: Annotated[str | None, typer.Option(help="Only orders placed in this month, such as 2026-11.")] = None,
    site: Annotated[str | None, typer.Option(help="Only orders of this depot.")] = None,
    as_json: Json = False,
) -> None:
    """Report who has approved urgent needs, for which depot, how often and for how much."""
    found = call(lambda jvtrack: jvtrack.orders.urgency(month=month, site=site).all())
    if as_json:
        show_json(found)
        return
    table = Table("month", "approved by", "depot", "urgency", "orders", "quantity")
    for use in found:
        counted = (str(use.orders), str(use.quantity))
        table.add_row(use.month, escape(use.approved_by), use.ordered_by, use.urgency, *counted)
    screen().print(table)


orders.command()(follow)
orders.command()(expedite)
orders.command()(alternatives)


@orders.command()
def slips(
    *,
    part: OfPart = None,
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    as_json: Json = False,
) -> None:
    """List the orders that wait for a source that has slipped, and who would bring it sooner."""
    found = call(lambda jvtrack: jvtrack.orders.slips(part=part, source=source).all())
    if as_json:
        show_json(found)
        return
    table = Table("order", "depot", "part", "priority", "promised", "days sooner", "why")
    for slip in found:
        about = (slip.order_id, slip.ordered_by, slip.part, f"{slip.priority:02}", _shown(slip.promised_for))
        if not slip.proposals:
            table.add_row(*about, "-", "nobody who may be asked would be sooner")
        for each in slip.proposals:
            table.add_row(*about, str(each.days), escape(each.reason))
    screen().print(table)


@orders.command()
def resource(
    order: OrderName, *, reason: Annotated[str, typer.Option(help="Why; kept for ever.")], as_json: Json = False
) -> None:
    """Source an order anew whose source has slipped: what another would bring sooner is asked back."""
    now = call(lambda jvtrack: jvtrack.orders.resource(order, reason))
    show_done(now, f"{now.order_id}: asked back; what the source gives back is sourced anew.", as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Explained:
    """What orders says of an order, and what inventory says of its queue where that may be seen."""

    explanation: Explanation
    standing: Standing | None


_NOT_FOUND = 404


def _details(order: OrderDetails) -> Sequence[Table]:
    works = Table("work order", "source", "quanta", "due", "state")
    for work in order.work_orders:
        works.add_row(work.work_order, work.source, str(work.quantity), str(work.due), work.state)
    promises = Table("promised on", "for", "because of")
    for promise in order.promises:
        promises.add_row(str(promise.recorded_at.date()), _shown(promise.promised_for), escape(promise.reason))
    return works, promises, history_table(order)


def _about(order: Order) -> str:
    """Say how urgent an order is and who approved that, what it is for, and what was promised first."""
    approved = f" approved by {order.approved_by}" if order.approved_by else ""
    tail = " ".join(word for word in (order.platform, order.tail_number) if word)
    first = order.first_promised_for
    said = (
        f"placed by {order.placed_by}" if order.placed_by else "",
        f"for {tail}" if tail else "",
        f"first promised for {first}" if first else "",
    )
    return "; ".join([f"urgency {order.urgency}{approved}", *(word for word in said if word)])


def _ages(report: AgeReport) -> Sequence[Table]:
    limits = {limit.band: limit for limit in report.limits}
    bands = Table("band", "depot", "lines", "quantity", "held", "oldest, days", "limit, days", "beyond it")
    for each in report.waiting:
        limit, counted = limits[each.band], (each.lines, each.quantity, each.reserved, each.oldest_days)
        bands.add_row(limit.priorities, each.ordered_by, *map(str, counted), str(limit.days), str(each.beyond_lines))
    late = Table("order", "depot", "part", "priority", "quantity", "days", "beyond", "promised", "state")
    for line in report.beyond:
        figures = map(str, (line.quantity, line.days, line.beyond_days))
        about = (line.order_id, line.ordered_by, line.part, f"{line.priority:02}")
        late.add_row(*about, *figures, _shown(line.promised_for), line.state)
    return bands, late


async def _explained(jvtrack: JVTrack, order: str) -> _Explained:
    """Ask both who promise and who hold; a depot that does not fill the order sees nothing of its queue."""
    explanation = await jvtrack.orders.explain(order)
    try:
        return _Explained(explanation, await jvtrack.inventory.explain(order))
    except ProblemError as problem:
        if problem.status != _NOT_FOUND:
            raise
        return _Explained(explanation, None)


def _answers(found: _Explained) -> Sequence[tuple[str, Sequence[Reason]]]:
    told = found.explanation
    return (
        ("why this much", told.why_this_much),
        ("why this source", told.why_this_source),
        ("why not earlier", told.why_not_earlier),
        (f"in the queue at {told.site}", found.standing.reasons if found.standing else ()),
    )


def _reasons(title: str, reasons: Sequence[Reason]) -> Table:
    table = Table(title, "", "quantity", "day")
    for reason in reasons:
        table.add_row(reason.kind, escape(reason.text), _shown(reason.quantity), _shown(reason.day))
    return table


def _shown(value: object) -> str:
    return "-" if value is None else str(value)
