"""`jvtrack orders expedite`: bring an order sooner, after a look at what it costs others; and who could ship."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.errors import SetupError
from jvtrack.client import (
    AskPrice,
    ExpediteAct,
    HurrySource,
    JVTrack,
    Price,
    RaiseUrgency,
    ShipFromDepot,
    SplitNeed,
    StockPrice,
    StockTaken,
)
from jvtrack.commands.caller import call
from jvtrack.commands.days import DAY_FORMATS, read_day
from jvtrack.commands.shown import Json, show_json
from shared.types import Urgency

OrderName = Annotated[str, typer.Argument(metavar="ORDER", help="The order, such as 7201YA6327A001-2026.")]
_V = TypeVar("_V")
Reason = Annotated[str, typer.Option(help="Why; it stands in the order's history.")]


def expedite(  # noqa: PLR0913  # one option for each thing that can be done
    order: OrderName,
    *,
    reason: Reason,
    work_order: Annotated[
        str | None, typer.Option("--hurry", metavar="WORK_ORDER", help="Ask its source for an earlier day.")
    ] = None,
    wanted_by: Annotated[
        datetime | None, typer.Option("--by", formats=DAY_FORMATS, help="The day by which it is wanted.")
    ] = None,
    depot: Annotated[str | None, typer.Option("--from-depot", metavar="DEPOT", help="Let another depot ship.")] = None,
    source: Annotated[
        str | None, typer.Option("--split", metavar="SOURCE", help="Give a second source a share.")
    ] = None,
    quantity: Annotated[int | None, typer.Option(help="How much the depot or the second source is to bring.")] = None,
    urgency: Annotated[Urgency | None, typer.Option(help="Raise the urgency of need.")] = None,
    version: Annotated[int | None, typer.Option(help="Do nothing if the order has changed since this version.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would cost others.")] = False,
    as_json: Json = False,
) -> None:
    """Bring an order sooner: hurry a source, let another depot ship, split the need, raise the urgency."""
    named = {"hurry": work_order, "from-depot": depot, "split": source, "urgency": urgency}
    (kind, value) = _only(named)
    why: dict[str, Any] = {"reason": reason, "version": version}
    act: ExpediteAct
    if kind == "hurry":
        act = HurrySource(work_order=value, wanted_by=_needed(read_day(wanted_by), "--by", "2026-12-20"), **why)
    elif kind == "urgency":
        act = RaiseUrgency(urgency=Urgency(value), **why)
    elif kind == "split":
        act = SplitNeed(source=value, quantity=_needed(quantity, "--quantity", "1"), **why)
    else:
        act = ShipFromDepot(depot=value, quantity=_needed(quantity, "--quantity", "1"), **why)
    if dry_run:
        _show_price(call(partial(_priced, order=order, act=act)), as_json=as_json)
        return
    done = call(lambda jvtrack: jvtrack.orders.expedite(order, act))
    if as_json:
        show_json(done)
        return
    lateral = f" {act.depot} is asked by {done.lateral}." if isinstance(act, ShipFromDepot) else ""
    typer.echo(f"{order} is {done.order.state}, promised for {done.order.promised_for or 'no day'}.{lateral}")


def alternatives(order: OrderName, *, as_json: Json = False) -> None:
    """List the other depots that could ship what an order waits for, beyond what they protect."""
    found = call(lambda jvtrack: jvtrack.inventory.alternatives(order))
    if as_json:
        show_json(found)
        return
    table = Table("depot", "part", "could ship")
    for each in found:
        table.add_row(each.site, each.part, "some" if each.quantity is None else str(each.quantity))
    Console().print(table)


def _only(named: dict[str, str | None]) -> tuple[str, str]:
    chosen = [(name, value) for name, value in named.items() if value is not None]
    if len(chosen) != 1:
        raise SetupError("Say what is to be done: one of --hurry, --from-depot, --split, --urgency.")
    return chosen[0]


def _needed(value: _V | None, option: str, example: str) -> _V:
    if value is None:
        raise SetupError(f"Say {option} too, such as {option} {example}.")
    return value


async def _priced(jvtrack: JVTrack, *, order: str, act: ExpediteAct) -> tuple[Price, StockPrice]:
    """Ask inventory who would lose stock, where the act takes any, and orders what becomes of promises by it."""
    if isinstance(act, RaiseUrgency):
        priority = (await jvtrack.orders.price(order, act)).priority
        stock = await jvtrack.inventory.price(order, AskPrice(priority=priority))
        act = act.model_copy(update={"stock": StockTaken.of(stock)})
    elif isinstance(act, ShipFromDepot):
        stock = await jvtrack.inventory.price(order, AskPrice(depot=act.depot, quantity=act.quantity))
        act = act.model_copy(update={"stock": StockTaken.of(stock)})
    else:
        stock = StockPrice(gets=0)
    return await jvtrack.orders.price(order, act), stock


def _show_price(found: tuple[Price, StockPrice], *, as_json: bool) -> None:
    price, stock = found
    if as_json:
        typer.echo(json.dumps({**price.model_dump(mode="json"), "stock": stock.model_dump(mode="json")}, indent=1))
        return
    console = Console()
    for table in _tables(price, stock):
        console.print(table)


def _tables(price: Price, stock: StockPrice) -> Sequence[Table]:
    totals = Table("what it would do", "later", "earlier", "days later", "days earlier")
    for name, each in (("promises", price.promises), ("platforms, days down", price.platforms)):
        totals.add_row(name, *map(str, (each.later, each.earlier, each.days_later, each.days_earlier)))
    taken = Table("loses what is held", "quantity")
    for loser in stock.losers:
        taken.add_row(loser.order_id, str(loser.quantity))
    if stock.unnamed:
        taken.add_row(f"{stock.unnamed} others", str(stock.unnamed_quantity))
    moved = Table("order", "depot", "part", "priority", "as it is", "as it would be", "days", "why")
    for move in price.moved:
        days = (
            str(move.before or "no day"),
            str(move.after or "no day"),
            "-" if move.days is None else f"{move.days:+}",
        )
        moved.add_row(move.order_id, move.ordered_by, move.part, f"{move.priority:02}", *days, escape(move.why))
    tails = Table("platform", "tail number", "as it is", "as it would be")
    for tail in price.releases:
        tails.add_row(tail.platform, tail.tail_number, str(tail.before or "no day"), str(tail.after or "no day"))
    return [totals, *(table for table in (taken, moved, tails) if table.row_count)]
