"""Who waits too long, and who uses urgent needs: both read over the orders that may be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, cast, func, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.order import OrderState
from services.orders.domain.waiting import Limit
from services.orders.schemas.reports import UrgencyFilter, UrgencyUse, WaitingFilter, WaitingLine, WaitingRead
from services.orders.store.lookups import Sight, visible
from services.orders.tables import orders
from shared.types import OrderId, Urgency

# Written out, as the indexes of these orders say it; what fills a shelf keeps nobody waiting.
_IS_OPEN = text(f"orders.state NOT IN ('{OrderState.ISSUED}', '{OrderState.CANCELLED}') AND NOT orders.for_stock")
_IS_URGENT = text(f"orders.urgency <> '{Urgency.C}'")
_MISSING = orders.c.quantity - orders.c.issued - orders.c.cancelled
_MONTH_DIGITS = "YYYY-MM"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the oldest orders begins: after this one."""

    placed_at: datetime
    order_id: OrderId


async def waiting(
    session: AsyncSession, wanted: WaitingFilter, sight: Sight, limits: Sequence[Limit], *, now: datetime
) -> list[WaitingRead]:
    """Count open demand by band and depot."""
    band, is_beyond = _band(limits), orders.c.placed_at < _since(limits)
    query = (
        select(
            band.label("band"),
            orders.c.ordered_by,
            func.count().label("lines"),
            _sum(_MISSING).label("quantity"),
            _sum(orders.c.reserved).label("reserved"),
            func.min(orders.c.placed_at).label("oldest"),
            func.count().filter(is_beyond).label("beyond_lines"),
            _sum(case((is_beyond, _MISSING), else_=0)).label("beyond_quantity"),
        )
        .group_by("band", orders.c.ordered_by)
        .order_by("band", orders.c.ordered_by)
    )
    return [
        WaitingRead(
            band=row.band,
            ordered_by=row.ordered_by,
            lines=row.lines,
            quantity=row.quantity,
            reserved=row.reserved,
            oldest_placed_at=row.oldest,
            oldest_days=(now - row.oldest).days,
            beyond_lines=row.beyond_lines,
            beyond_quantity=row.beyond_quantity,
        )
        for row in await session.execute(_open(query, wanted, sight))
    ]


async def beyond(
    session: AsyncSession,
    wanted: WaitingFilter,
    sight: Sight,
    limits: Sequence[Limit],
    *,
    now: datetime,
    after: Place | None,
    limit: int,
) -> list[WaitingLine]:
    """List the next orders that wait longer than the limit of their band, the oldest first."""
    band, place = _band(limits), (orders.c.placed_at, orders.c.order_id)
    query = select(orders, band.label("band")).where(orders.c.placed_at < _since(limits))
    query = _open(query, wanted, sight).order_by(*place).limit(limit)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(literal(after.placed_at), literal(after.order_id)))
    days = {each.band: each.days for each in limits}
    return [_line(row, (now - row.placed_at).days, days[row.band]) for row in await session.execute(query)]


async def urgency(
    session: AsyncSession, wanted: UrgencyFilter, sight: Sight, *, after: tuple[str, ...] | None, limit: int
) -> list[UrgencyUse]:
    """Count urgent orders by month, approver, depot and urgency."""
    month = func.to_char(func.timezone("UTC", orders.c.placed_at), _MONTH_DIGITS)
    place = (month, func.coalesce(orders.c.approved_by, ""), orders.c.ordered_by, orders.c.urgency)
    names = ("month", "approved_by", "ordered_by", "urgency")
    columns = [column.label(name) for column, name in zip(place, names, strict=True)]
    each = _used(select(*columns, orders.c.quantity).where(_IS_URGENT, visible(sight)), wanted).subquery()
    groups = [each.c[name] for name in names]
    query = select(*groups, func.count().label("orders"), _sum(each.c.quantity).label("quantity"))
    query = query.group_by(*groups).order_by(*groups).limit(limit)
    if after is not None:
        query = query.where(tuple_(*groups) > tuple_(*map(literal, after)))
    return [UrgencyUse(**row._mapping) for row in await session.execute(query)]


def _sum(quantity: ColumnElement[int]) -> ColumnElement[int]:
    """Add up quanta; what all orders together ask for stays far below what the type holds."""
    return cast(func.sum(quantity), BigInteger)


def _used(query: Select[Any], wanted: UrgencyFilter) -> Select[Any]:
    if wanted.site is not None:
        query = query.where(orders.c.ordered_by == wanted.site)
    if wanted.month is not None:
        begin = datetime.strptime(wanted.month, "%Y-%m").replace(tzinfo=UTC)
        end = (begin + timedelta(days=31)).replace(day=1)
        query = query.where(orders.c.placed_at >= begin, orders.c.placed_at < end)
    return query


def _open(query: Select[Any], wanted: WaitingFilter, sight: Sight) -> Select[Any]:
    query = query.where(_IS_OPEN, visible(sight))
    if wanted.site is not None:
        query = query.where(orders.c.ordered_by == wanted.site)
    return query if wanted.part is None else query.where(orders.c.part == wanted.part)


def _band(limits: Sequence[Limit]) -> ColumnElement[int]:
    return case(*((orders.c.priority <= each.last, each.band) for each in limits))


def _since(limits: Sequence[Limit]) -> ColumnElement[datetime]:
    return case(*((orders.c.priority <= each.last, literal(each.since)) for each in limits))


def _line(row: Any, days: int, limit_days: int) -> WaitingLine:
    return WaitingLine(
        order_id=row.order_id,
        ordered_by=row.ordered_by,
        site=row.site,
        part=row.part,
        priority=row.priority,
        band=row.band,
        quantity=row.quantity - row.issued - row.cancelled,
        placed_at=row.placed_at,
        days=days,
        beyond_days=days - limit_days,
        required_by=row.required_by,
        promised_for=row.promised_for,
        state=row.state,
    )
