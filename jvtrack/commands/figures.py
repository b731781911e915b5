"""`jvtrack figures`: the figures of the trade of all services in one table, and what is counted in each of them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel

from deploy.errors import SetupError
from jvtrack.client import (
    CountedLot,
    CountedOrder,
    CoverFigures,
    DemandFigures,
    JVTrack,
    ProblemError,
    Scope,
    StockCover,
    YieldFigures,
)
from jvtrack.client.answers.figures import Group
from jvtrack.client.figures import Figures
from jvtrack.commands.caller import call
from jvtrack.commands.days import FirstDay, LastDay, read_day
from jvtrack.commands.shown import Json, Table, screen, show_json
from shared.types import Platform

app = typer.Typer()
F = TypeVar("F", bound=Group)
_FORBIDDEN = 403


class By(StrEnum):
    """What figures are shown apart by."""

    MONTH = "month"
    PART = "part"
    SITE = "site"
    PLATFORM = "platform"
    PRIORITY = "priority"


class Listed(StrEnum):
    """What is counted in a figure: orders, but for the last two."""

    ASKED = "asked"
    FILLED = "filled"
    SHORT = "short"
    PENDING = "pending"
    WITHDRAWN = "withdrawn"
    BACKORDERED = "backordered"
    RECEIVED = "received"
    DUE = "due"
    ON_TIME = "on-time"
    LATE = "late"
    LOTS = "lots"
    STOCK = "stock"


class Shown(BaseModel):
    """The figures of all services; none of one whose figures the bearer may not see, or that has none shown so."""

    demand: list[DemandFigures] | None
    making: list[YieldFigures] | None
    stock: list[CoverFigures] | None


_OF_MAKING = frozenset({By.MONTH, By.PART, By.SITE, By.PLATFORM})
_OF_STOCK = frozenset({By.PART, By.SITE, By.PLATFORM})


@app.command()
def figures(
    *,
    by: Annotated[list[By] | None, typer.Option(help="Show them apart by this; may be given again.")] = None,
    listed: Annotated[
        Listed | None, typer.Option("--list", help="List what is counted instead: orders, lots or stock.")
    ] = None,
    part: Annotated[str | None, typer.Option(help="Only of this part.")] = None,
    site: Annotated[str | None, typer.Option(help="Only of this depot or factory.")] = None,
    platform: Annotated[Platform | None, typer.Option(help="Only for this platform.")] = None,
    priority: Annotated[
        int | None, typer.Option(min=1, max=15, help="Only orders of this priority, as they now have it.")
    ] = None,
    first: FirstDay = None,
    last: LastDay = None,
    as_json: Json = False,
) -> None:
    """Show fill rate, backorder-days, order-to-receipt, first promises kept, yield and cover."""
    scope = Scope(read_day(first), read_day(last), part, site, platform)
    if listed:
        found, table = _behind(listed, scope, priority)
    else:
        found, table = _all(scope, [each for each in By if each in (by or ())], priority)
    if as_json:
        show_json(found)
    else:
        screen().print(table)


def _all(scope: Scope, groupings: Sequence[By], priority: int | None) -> tuple[BaseModel | Sequence[BaseModel], Table]:
    found = call(lambda jvtrack: _asked(jvtrack, scope, groupings, priority))
    return found, _together(found, groupings)


async def _asked(jvtrack: JVTrack, scope: Scope, groupings: Sequence[By], priority: int | None) -> Shown:
    """Ask each service for what it has; cover has no months, and only orders have priorities."""
    demand = await _rows(jvtrack.orders.figures, scope, groupings, priority)
    if priority is not None:
        return Shown(demand=demand, making=None, stock=None)
    return Shown(
        demand=demand,
        making=await _rows(jvtrack.production.figures, scope, groupings) if _OF_MAKING.issuperset(groupings) else None,
        stock=await _rows(jvtrack.inventory.figures, scope, groupings) if _OF_STOCK.issuperset(groupings) else None,
    )


async def _rows(
    figures: Figures[F], scope: Scope, groupings: Sequence[By], priority: int | None = None
) -> list[F] | None:
    try:
        return await figures.rows(scope, by=",".join(groupings) or None, priority=priority)
    except ProblemError as problem:
        if problem.status != _FORBIDDEN:
            raise
        return None


def _together(found: Shown, groupings: Sequence[By]) -> Table:
    """Put the services' rows of the same group side by side."""
    kinds: list[tuple[Sequence[str], dict[tuple[str, ...], Sequence[str]]]] = [
        (_DEMAND, _cells(found.demand, groupings, _demand)),
        (_MAKING, _cells(found.making, groupings, _making)),
        (_STOCK, _cells(found.stock, groupings, _stock)),
    ]
    table = Table(*groupings, *(name for names, _ in kinds for name in names))
    for key in sorted({key for _, rows in kinds for key in rows}):
        cells = [cell for names, rows in kinds for cell in rows.get(key, ["-"] * len(names))]
        table.add_row(*key, *cells)
    return table


def _cells(
    rows: Sequence[F] | None, groupings: Sequence[By], write: Callable[[F], Sequence[str]]
) -> dict[tuple[str, ...], Sequence[str]]:
    return {tuple(_named(getattr(row, each)) for each in groupings): write(row) for row in rows or ()}


_DEMAND = ("asked", "fill rate", "backorder-days", "receipt, days", "on time", "slip, days")
_MAKING = ("good", "scrapped", "yield")
_STOCK = ("cover, days", "stocks", "empty")


def _demand(row: DemandFigures) -> Sequence[str]:
    receipt, promises = row.receipt, row.promises
    return (
        str(row.fill.asked),
        f"{_share(row.fill.rate)} of {row.fill.filled + row.fill.short}",
        f"{row.backorders.days:,.1f}, {row.backorders.standing} stand",
        f"{_shown(receipt.days_median)}, p95 {_shown(receipt.days_p95)}",
        f"{_share(promises.rate)} of {promises.due}",
        f"{_shown(promises.slip_days_median)}, p95 {_shown(promises.slip_days_p95)}",
    )


def _making(row: YieldFigures) -> Sequence[str]:
    return f"{row.good:,g}", f"{row.scrapped_in_process + row.scrapped_finished:,g}", _share(row.rate)


def _stock(row: CoverFigures) -> Sequence[str]:
    return f"{_shown(row.days_median)}, least {_shown(row.days_min)}", str(row.stocks), str(row.empty)


def _behind(listed: Listed, scope: Scope, priority: int | None) -> tuple[BaseModel | Sequence[BaseModel], Table]:
    if priority is not None and listed in {Listed.LOTS, Listed.STOCK}:
        raise SetupError(f"--priority goes with orders, not with --list {listed.value}.")
    match listed:
        case Listed.LOTS:
            lots = call(lambda jvtrack: jvtrack.production.counted(scope).all())
            return lots, _lots(lots)
        case Listed.STOCK:
            stocks = call(lambda jvtrack: jvtrack.inventory.cover(scope).all())
            return stocks, _stocks(stocks)
    orders = call(lambda jvtrack: jvtrack.orders.counted(listed, scope, priority=priority).all())
    return orders, _orders(orders)


def _orders(found: Sequence[CountedOrder]) -> Table:
    columns = ("placed", "met", "received", "days", "backorder-days", "promised", "slip")
    table = Table("order", "depot", "part", "priority", "state", *columns)
    for each in found:
        about = (each.order_id, each.site, each.part, f"{each.priority:02}", each.state)
        days = map(_day, (each.placed_at, each.met_at, each.received_at))
        counted = (each.receipt_days, each.backorder_days, each.first_promised_for, each.slip_days)
        table.add_row(*about, *days, *map(_shown, counted))
    return table


def _lots(found: Sequence[CountedLot]) -> Table:
    table = Table("lot", "part", "begun", "status", "good", "scrapped in process", "scrapped since", "yield")
    for each in found:
        made = (each.good, each.scrapped_in_process, each.scrapped_finished)
        about = (each.lot, each.part, _day(each.begun_at), each.status)
        table.add_row(*about, *(f"{amount:,g}" for amount in made), _share(each.rate))
    return table


def _stocks(found: Sequence[StockCover]) -> Table:
    """List stocks, those that last least first."""
    table = Table("depot", "part", "stock", "expires before", "issued", "in days", "cover, days")
    for each in sorted(found, key=lambda each: (each.cover_days is None, each.cover_days, each.site, each.part)):
        counted = (each.stock, each.expiring, each.issued, each.days, each.cover_days)
        table.add_row(each.site, each.part, *map(_shown, counted))
    return table


def _named(value: object) -> str:
    return f"{value:02}" if isinstance(value, int) else str(value)


def _day(moment: datetime | None) -> str:
    return "-" if moment is None else str(moment.date())


def _share(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.1%}"


def _shown(value: object) -> str:
    return "-" if value is None else str(value)
