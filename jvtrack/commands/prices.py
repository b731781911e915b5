"""What an act would cost others: asked of orders and inventory, and shown before anything is done."""

import json
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import typer
from rich.markup import escape

from jvtrack.client import (
    AskPrice,
    ExpediteAct,
    JVTrack,
    NeedStronger,
    Price,
    ProblemError,
    ShipFromDepot,
    StockPrice,
    StockTaken,
)
from jvtrack.commands.shown import Table, screen
from shared.types import Condition

_V = TypeVar("_V")
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Priced:
    """What orders says of an act, and what inventory says of the stock that it takes, where that may be seen."""

    price: Price
    stock: StockPrice | None
    unseen: str | None = None
    """The depot whose stock is not seen."""


async def ask_price(jvtrack: JVTrack, *, order: str, act: ExpediteAct) -> Priced:
    """Ask inventory who would lose stock, where the act takes any, and orders what becomes of promises by it."""
    if isinstance(act, ShipFromDepot):
        price, asked = None, AskPrice(depot=act.depot, quantity=act.quantity)
    else:
        price = await jvtrack.orders.price(order, act)
        if not isinstance(act, NeedStronger):
            return Priced(price, StockPrice(gets=0))
        asked = AskPrice(
            priority=price.priority,
            required_by=price.required_by,
            references=price.references,
            emergency_use=Condition.N in price.conditions or None,
        )
    stock = await if_seen(jvtrack.inventory.price(order, asked))
    if stock is None:
        price = price or await jvtrack.orders.price(order, act)
        return Priced(price, None, (await jvtrack.orders.get(order)).site)
    act = act.model_copy(update={"stock": StockTaken.of(stock)})
    return Priced(await jvtrack.orders.price(order, act), stock)


async def if_seen(asked: Awaitable[_V]) -> _V | None:
    """Wait for what inventory says of an order; nothing where it is filled by a depot whose stock is not seen."""
    try:
        return await asked
    except ProblemError as problem:
        if problem.status != _NOT_FOUND:
            raise
        return None


def show_price(found: Priced, *, as_json: bool) -> None:
    """Show what an act would cost, and say of whose stock nothing is known."""
    if as_json:
        stock = None if found.stock is None else found.stock.model_dump(mode="json")
        typer.echo(json.dumps({**found.price.model_dump(mode="json"), "stock": stock}, indent=1))
        return
    console = screen()
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
