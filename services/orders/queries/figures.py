"""The figures of demand by group, and the orders behind each of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, DateTime, Select, Text, column, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.queries.counting import FILLED, RECEIPT_DAYS, Counting, chosen, day_of
from services.orders.schemas.figures import (
    BackordersRead,
    DemandFiguresRow,
    DemandLine,
    FiguresFilter,
    FillRead,
    Grouping,
    LinesFilter,
    PromisesRead,
    ReceiptRead,
)
from services.orders.store.lookups import Sight
from services.orders.tables import backorders, orders
from shared.http.periods import MONTH_DIGITS
from shared.types import OrderId

NO_PLATFORM = "none"
_PRIORITY_DIGITS = "FM00"
_MEDIAN, _P95 = 0.5, 0.95
_MOMENT = DateTime(timezone=True)
_order = orders.c
_BY: Mapping[Grouping, ColumnElement[str]] = {
    Grouping.PART: _order.part,
    Grouping.SITE: _order.site,
    Grouping.PLATFORM: func.coalesce(_order.platform, NO_PLATFORM),
    Grouping.PRIORITY: func.to_char(_order.priority, _PRIORITY_DIGITS),
}

Key = tuple[str, ...]
"""What names a group: a text for each grouping."""


class Figures:
    """One question for figures, put to the database once for each kind of them."""

    def __init__(self, session: AsyncSession, wanted: FiguresFilter, sight: Sight, counting: Counting) -> None:
        self._session = session
        self._wanted = wanted
        self._sight = sight
        self._counting = counting
        self._groupings = wanted.groupings

    async def rows(self, *, after: Key | None, limit: int) -> list[DemandFiguresRow]:
        """Give the next groups, each with all its figures; all together is one group, even of nothing."""
        kinds = [await self._read(query, after=after, limit=limit) for query in self._queries()]
        keys = sorted({key for found in kinds for key in found}) if self._groupings else [()]
        fill, backordered, received, promised = kinds
        return [
            DemandFiguresRow.model_validate(
                {
                    **self._named(key),
                    "fill": _fill(fill.get(key, {})),
                    "backorders": _backorders(backordered.get(key, {})),
                    "receipt": _receipt(received.get(key, {})),
                    "promises": _promises(promised.get(key, {})),
                }
            )
            for key in keys[:limit]
        ]

    def _queries(self) -> Sequence[Select[Any]]:
        counting, slip = self._counting, self._counting.slip_days
        fill = self._by(day_of(_order.placed_at)).add_columns(
            func.count().label("asked"), *(func.count().filter(which).label(name) for name, which in FILLED.items())
        )
        receipt = self._by(day_of(_order.received_at)).add_columns(
            func.count().label("orders"), *_percentiles("days", RECEIPT_DAYS)
        )
        promises = self._by(_order.first_promised_for).add_columns(
            func.count().label("due"),
            func.count().filter(counting.is_late).label("late"),
            func.count().filter(counting.is_late, _order.met_at.is_(None)).label("waiting"),
            *_percentiles("slip_days", slip, counting.is_late),
        )
        return (
            fill.where(counting.asked),
            self._backorders(),
            receipt.where(counting.received),
            promises.where(counting.due),
        )

    def _backorders(self) -> Select[Any]:
        """Cut backorders where a month ends, if months are asked for, else where the period does."""
        by_month, period = Grouping.MONTH in self._groupings, self._counting.period
        pieces = period.months() if by_month else [period]
        piece = (
            func.unnest(
                literal([f"{each.first:%Y-%m}" for each in pieces], ARRAY(Text)),
                literal([each.begin for each in pieces], ARRAY(_MOMENT)),
                literal([each.end for each in pieces], ARRAY(_MOMENT)),
            )
            .table_valued(column("month", Text), column("begins", _MOMENT), column("ends", _MOMENT))
            .render_derived()
        )
        lasts = or_(backorders.c.ended_at.is_(None), backorders.c.ended_at >= piece.c.ends)
        ended = func.coalesce(backorders.c.ended_at, literal(self._counting.now))
        query = self._grouped(piece.c.month).add_columns(
            func.count(_order.order_id.distinct()).label("orders"),
            func.count(_order.order_id.distinct()).filter(lasts).label("standing"),
            self._counting.days_of(piece.c.begins, piece.c.ends).label("days"),
        )
        lies_within = (backorders.c.began_at < piece.c.ends) & (ended >= piece.c.begins)
        return (
            query.select_from(orders.join(backorders))
            .join(piece, lies_within)
            .where(piece.c.begins <= self._counting.now)
        )

    def _by(self, day: ColumnElement[Any]) -> Select[Any]:
        return self._grouped(func.to_char(day, MONTH_DIGITS))

    def _grouped(self, month: ColumnElement[str]) -> Select[Any]:
        by = {Grouping.MONTH: month, **_BY}
        named = [by[each].label(each.value) for each in self._groupings]
        query = select().add_columns(*named)
        return chosen(query, self._wanted, self._sight)

    async def _read(self, query: Select[Any], *, after: Key | None, limit: int) -> dict[Key, Mapping[str, Any]]:
        """Read the next groups of one kind of figures."""
        each = query.group_by(*(column(name) for name in self._groupings)) if self._groupings else query
        found = each.subquery()
        places = [found.c[name] for name in self._groupings]
        asked = select(found).order_by(*places).limit(limit)
        if after is not None and places:
            asked = asked.where(tuple_(*places) > tuple_(*map(literal, after)))
        rows = [dict(row._mapping) for row in await self._session.execute(asked)]
        return {tuple(row[name] for name in self._groupings): row for row in rows}

    def _named(self, key: Key) -> dict[str, object]:
        named: dict[str, object] = dict(zip(self._groupings, key, strict=True))
        if Grouping.PRIORITY in named:
            named[Grouping.PRIORITY] = int(key[self._groupings.index(Grouping.PRIORITY)])
        return named


async def lines(
    session: AsyncSession, wanted: LinesFilter, sight: Sight, counting: Counting, *, after: OrderId | None, limit: int
) -> list[DemandLine]:
    """List the next orders behind a figure, by order id."""
    period = counting.period
    days = (
        select(counting.days_of(literal(period.begin), literal(period.end)))
        .where(backorders.c.order_id == _order.order_id, counting.lasted)
        .scalar_subquery()
    )
    query = chosen(select(orders, days.label("backorder_days"), RECEIPT_DAYS.label("receipt_days")), wanted, sight)
    query = query.add_columns(counting.slip_days.label("slip_days")).where(counting.counted(wanted.counted))
    if after is not None:
        query = query.where(_order.order_id > after)
    return [_line(row) for row in await session.execute(query.order_by(_order.order_id).limit(limit))]


def place(row: DemandFiguresRow, groupings: Sequence[Grouping]) -> Key:
    """Say where a row stands in the list."""
    texts = (getattr(row, each) for each in groupings)
    return tuple(f"{text:02}" if isinstance(text, int) else str(text) for text in texts)


def _percentiles(name: str, days: ColumnElement[Any], which: ColumnElement[bool] | None = None) -> list[Any]:
    """Give the median and the 95th percentile of whole days, each a value that occurs."""
    shares = {f"{name}_median": _MEDIAN, f"{name}_p95": _P95}
    found = {label: func.percentile_disc(share).within_group(days) for label, share in shares.items()}
    return [(each if which is None else each.filter(which)).label(label) for label, each in found.items()]


def _fill(row: Mapping[str, Any]) -> FillRead:
    counted = {name: row.get(name, 0) for name in ("asked", *FILLED)}
    return FillRead.model_validate({**counted, "rate": _rate(row.get("filled", 0), row.get("short", 0))})


def _backorders(row: Mapping[str, Any]) -> BackordersRead:
    days = round(float(row.get("days", 0)), 2)
    return BackordersRead(orders=row.get("orders", 0), standing=row.get("standing", 0), days=days)


def _receipt(row: Mapping[str, Any]) -> ReceiptRead:
    return ReceiptRead(orders=row.get("orders", 0), days_median=row.get("days_median"), days_p95=row.get("days_p95"))


def _promises(row: Mapping[str, Any]) -> PromisesRead:
    due, late = row.get("due", 0), row.get("late", 0)
    return PromisesRead(
        due=due,
        on_time=due - late,
        late=late,
        waiting=row.get("waiting", 0),
        rate=_rate(due - late, late),
        slip_days_median=row.get("slip_days_median"),
        slip_days_p95=row.get("slip_days_p95"),
    )


def _rate(good: int, bad: int) -> float | None:
    return round(good / (good + bad), 4) if good + bad else None


def _line(row: Any) -> DemandLine:
    fields = {
        name: row._mapping[name] for name in DemandLine.model_fields if name not in ("backorder_days", "slip_days")
    }
    days = round(float(row.backorder_days), 2)
    has_slip = row.backorders and (row.met_at is not None or (row.slip_days or 0) > 0)
    return DemandLine(**fields, backorder_days=days, slip_days=row.slip_days if has_slip else None)
