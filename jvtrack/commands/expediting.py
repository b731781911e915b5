"""`jvtrack orders expedite`: bring an order sooner, after a look at what it costs others; and who could ship."""

import json
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
    ProblemError,
    RaiseUrgency,
    ShipFromDepot,
    Spare,
    SplitNeed,
    StockPrice,
    StockTaken,
)
from jvtrack.commands.caller import call
from jvtrack.commands.days import DAY_FORMATS, read_day
from jvtrack.commands.order_filters import OrderName
from jvtrack.commands.shown import Json, show_json
from shared.types import Urgency

_V = TypeVar("_V")
Yes = Annotated[bool, typer.Option("--yes", help="Neither show the price nor ask whether it is meant: for scripts.")]
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
    quantity: Annotated[int | None, typer.Option(help="How many quanta the depot or the second source brings.")] = None,
    urgency: Annotated[Urgency | None, typer.Option(help="Raise the urgency of need.")] = None,
    version: Annotated[int | None, typer.Option(help="Do nothing if the order has changed since this version.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would cost others.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Bring an order sooner: hurry a source, let another depot ship, split the need, raise the urgency.

    What it would cost others is shown first, and it is done if that is meant; `--yes` does it at once.
    """
    named = {"--hurry": work_order, "--from-depot": depot, "--split": source, "--urgency": urgency}
    act = _act(named, wanted_by=read_day(wanted_by), quantity=quantity, why={"reason": reason, "version": version})
    if as_json and not (yes or dry_run):
        raise SetupError("Nobody is asked where JSON is written: add --yes, or --dry-run to see what it would cost.")
    if dry_run or not yes:
        _show_price(call(partial(_priced, order=order, act=act)), as_json=as_json)
        if dry_run:
            return
        typer.confirm(f"Do that for {order}?", abort=True)
    done = call(lambda jvtrack: jvtrack.orders.expedite(order, act))
    if as_json:
        show_json(done)
        return
    lateral = f" {act.depot} is asked by {done.lateral}." if isinstance(act, ShipFromDepot) else ""
    typer.echo(f"{order} is {done.order.state}, promised for {done.order.promised_for or 'no day'}.{lateral}")


def alternatives(order: OrderName, *, as_json: Json = False) -> None:
    """List the other depots that could ship what an order waits for, beyond what they protect."""
    found = call(partial(_could_ship, order=order))
    if as_json:
        show_json(found)
        return
    table = Table("depot", "part", "could ship, quanta")
    for each in found:
        table.add_row(each.site, each.part, "some" if each.quantity is None else str(each.quantity))
    Console().print(table)


def _act(
    named: Mapping[str, str | None], *, wanted_by: date | None, quantity: int | None, why: Mapping[str, Any]
) -> ExpediteAct:
    """Read what is to be done; what belongs to something else is refused."""
    chosen = [(option, value) for option, value in named.items() if value is not None]
    if len(chosen) != 1:
        raise SetupError("Say what is to be done: one of --hurry, --from-depot, --split, --urgency.")
    option, value = chosen[0]
    for other, said, takers in (("--by", wanted_by, _DATED), ("--quantity", quantity, _COUNTED)):
        if said is not None and option not in takers:
            raise SetupError(f"{other} goes with {' or '.join(takers)}, not with {option}.")
    match option:
        case "--hurry":
            return HurrySource(work_order=value, wanted_by=_needed(wanted_by, "--by", "2026-12-20"), **why)
        case "--split":
            return SplitNeed(source=value, quantity=_needed(quantity, "--quantity", "1"), **why)
        case "--from-depot":
            return ShipFromDepot(depot=value, quantity=_needed(quantity, "--quantity", "1"), **why)
        case _:
            return RaiseUrgency(urgency=Urgency(value), **why)


_DATED = ("--hurry",)
_COUNTED = ("--from-depot", "--split")
_NOT_FOUND = 404


def _needed(value: _V | None, option: str, example: str) -> _V:
    if value is None:
        raise SetupError(f"Say {option} too, such as {option} {example}.")
    return value


@dataclass(frozen=True, slots=True)
class _Priced:
    """What orders says of an act, and what inventory says of the stock that it takes, where that may be seen."""

    price: Price
    stock: StockPrice | None
    unseen: str | None = None
    """The depot whose stock is not seen."""


async def _priced(jvtrack: JVTrack, *, order: str, act: ExpediteAct) -> _Priced:
    """Ask inventory who would lose stock, where the act takes any, and orders what becomes of promises by it."""
    if isinstance(act, RaiseUrgency):
        asked = AskPrice(priority=(await jvtrack.orders.price(order, act)).priority)
    elif isinstance(act, ShipFromDepot):
        asked = AskPrice(depot=act.depot, quantity=act.quantity)
    else:
        return _Priced(await jvtrack.orders.price(order, act), StockPrice(gets=0))
    stock = await _if_seen(jvtrack.inventory.price(order, asked))
    if stock is None:
        return _Priced(await jvtrack.orders.price(order, act), None, (await jvtrack.orders.get(order)).site)
    act = act.model_copy(update={"stock": StockTaken.of(stock)})
    return _Priced(await jvtrack.orders.price(order, act), stock)


async def _could_ship(jvtrack: JVTrack, *, order: str) -> Sequence[Spare]:
    """Ask what depots could ship for an order; for one that another depot fills already, none does."""
    found = await _if_seen(jvtrack.inventory.alternatives(order))
    if found is None:
        site = (await jvtrack.orders.get(order)).site
        raise SetupError(f"{order} is filled by {site}, whose stock is not yours to see: no other depot ships for it.")
    return found


async def _if_seen(asked: Awaitable[_V]) -> _V | None:
    """Wait for what inventory says of an order; nothing where it is filled by a depot whose stock is not seen."""
    try:
        return await asked
    except ProblemError as problem:
        if problem.status != _NOT_FOUND:
            raise
        return None


def _show_price(found: _Priced, *, as_json: bool) -> None:
    if as_json:
        stock = None if found.stock is None else found.stock.model_dump(mode="json")
        typer.echo(json.dumps({**found.price.model_dump(mode="json"), "stock": stock}, indent=1))
        return
    console = Console()
    for table in _tables(found.price, found.stock or StockPrice(gets=0)):
        console.print(table)
    if found.unseen is not None:
        console.print(f"What it would cost others in the stock of {found.unseen} is not yours to see, and not counted.")


def _tables(price: Price, stock: StockPrice) -> Sequence[Table]:
    totals = Table("what it would do", "later", "earlier", "days later", "days earlier")
    for name, each in (("promises", price.promises), ("platforms, days down", price.platforms)):
        totals.add_row(name, *map(str, (each.later, each.earlier, each.days_later, each.days_earlier)))
    taken = Table("loses what is held", "quanta")
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
