"""Stock as it stands: by lot and condition, or by part and site; of other depots only where there is some."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, null, or_, select, true, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.demand import USUAL_CONDITIONS
from services.inventory.queries.seen import Seen
from services.inventory.schemas.stock import Availability, Grouping, StockFilter, StockRow
from services.inventory.tables import balance, lot, lot_mark, part, stock
from shared.sql import Statement
from shared.types import Condition

_USUAL = tuple(sorted(USUAL_CONDITIONS))
_QUALIFIED = (Condition.B,)
_AMOUNTS = ("on_hand", "reserved", "available", "available_qualified", "in_transit", "produced")
_APPLIED = Statement("SELECT topic, last_event_id FROM consumer_offset WHERE last_event_id IS NOT NULL")

_MARK = (
    select(lot_mark.c.expires_on)
    .where(lot_mark.c.site == balance.c.site, lot_mark.c.part == balance.c.part, lot_mark.c.lot == balance.c.lot)
    .order_by(lot_mark.c.n.desc())
    .limit(1)
    .lateral("mark")
)
_LAST_DAY = func.coalesce(lot.c.expires_on, _MARK.c.expires_on)

Key = tuple[str, ...]
"""Site, part, lot and condition of a row; lot and condition are empty where rows are grouped."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of the stock: after this key, at most so many."""

    after: Key | None
    limit: int


async def rows(session: AsyncSession, wanted: StockFilter, seen: Seen, window: Window) -> list[StockRow]:
    """Show stock, by site and part; what a principal sees in full and what only as some or none, in one list."""
    today = (await session.execute(select(func.current_date()))).scalar_one()
    own = _by_account if wanted.group is Grouping.ACCOUNT else _by_part_and_site
    queries = [own(wanted, today).where(balance.c.site.in_(sorted(seen.full)))] if seen.full else []
    if seen.some_none and wanted.lot is None and wanted.condition is None:
        queries.append(_where_some(wanted, today).where(balance.c.site.in_(sorted(seen.some_none))))
    if not queries:
        return []
    found = union_all(*queries).subquery()
    key = tuple_(found.c.site, found.c.part, found.c.lot, found.c.condition)
    units = found.outerjoin(part, part.c.part_id == found.c.part)
    query = select(found, part.c.unit_of_issue, part.c.quantity_scale).select_from(units)
    query = query.order_by(found.c.site, found.c.part, found.c.lot, found.c.condition).limit(window.limit)
    if window.after is not None:
        query = query.where(key > tuple_(*map(literal, window.after)))
    return [_row(each) for each in await session.execute(query)]


def key_of(row: StockRow) -> Key:
    """Name the row that the next page begins after."""
    return row.site, row.part, row.lot or "", row.condition or ""


async def applied_to(session: AsyncSession) -> dict[str, datetime]:
    """Say when the newest applied fact of each topic was made, as its id tells."""
    newest: dict[str, datetime] = {}
    for row in await _APPLIED.rows(session):
        made = made_at(row.last_event_id)
        newest[row.topic] = max(made, newest.get(row.topic, made))
    return newest


def made_at(event_id: UUID) -> datetime:
    """Read the moment at which a UUIDv7 was made."""
    return datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC)


def _available(today: date, conditions: Sequence[str] = _USUAL) -> ColumnElement[int]:
    lives = or_(_LAST_DAY.is_(None), today <= _LAST_DAY)
    return case((and_(balance.c.condition.in_(conditions), lives), balance.c.on_hand), else_=0)


def _restricted(query: Select[Any], wanted: StockFilter) -> Select[Any]:
    for name in ("part", "site", "lot", "condition"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(balance.c[name] == value)
    if wanted.platform is not None:
        fits = select(part.c.part_id).where(part.c.platforms.contains([wanted.platform.value]))
        query = query.where(balance.c.part.in_(fits))
    if not wanted.empty:
        query = query.where(balance.c.on_hand + balance.c.reserved + balance.c.in_transit + balance.c.produced > 0)
    return query


def _joined() -> Any:  # a FROM clause: SQLAlchemy has no public name for its type
    here = and_(stock.c.site == balance.c.site, stock.c.part == balance.c.part)
    of_lot = and_(lot.c.part == balance.c.part, lot.c.lot == balance.c.lot)
    return balance.join(stock, here).outerjoin(lot, of_lot).outerjoin(_MARK, true())


def _by_account(wanted: StockFilter, today: date) -> Select[Any]:
    query = select(
        balance.c.site,
        balance.c.part,
        balance.c.lot,
        balance.c.condition,
        stock.c.version,
        _LAST_DAY.label("expires_on"),
        balance.c.on_hand,
        balance.c.reserved,
        _available(today).label("available"),
        _available(today, _QUALIFIED).label("available_qualified"),
        balance.c.in_transit,
        balance.c.produced,
        null().label("availability"),
    )
    return _restricted(query.select_from(_joined()), wanted)


def _by_part_and_site(wanted: StockFilter, today: date) -> Select[Any]:
    query = select(
        balance.c.site,
        balance.c.part,
        literal("").label("lot"),
        literal("").label("condition"),
        func.max(stock.c.version).label("version"),
        null().label("expires_on"),
        _sum(balance.c.on_hand, "on_hand"),
        _sum(balance.c.reserved, "reserved"),
        _sum(_available(today), "available"),
        _sum(_available(today, _QUALIFIED), "available_qualified"),
        _sum(balance.c.in_transit, "in_transit"),
        _sum(balance.c.produced, "produced"),
        null().label("availability"),
    )
    return _restricted(query.select_from(_joined()), wanted).group_by(balance.c.site, balance.c.part)


def _where_some(wanted: StockFilter, today: date) -> Select[Any]:
    """Name the sites where an order could get some; a row that said none would tell that there was something."""
    query = select(
        balance.c.site,
        balance.c.part,
        literal("").label("lot"),
        literal("").label("condition"),
        null().label("version"),
        null().label("expires_on"),
        *(null().label(name) for name in _AMOUNTS),
        literal(Availability.SOME.value).label("availability"),
    )
    query = _restricted(query.select_from(_joined()), wanted).group_by(balance.c.site, balance.c.part)
    return query.having(func.sum(_available(today)) > 0)


def _sum(column: ColumnElement[int], name: str) -> ColumnElement[int]:
    return func.sum(column).cast(balance.c.on_hand.type).label(name)


def _row(row: Row[Any]) -> StockRow:
    is_counted = row.availability is None
    return StockRow(
        site=row.site,
        part=row.part,
        version=row.version,
        lot=row.lot or None,
        condition=Condition(row.condition) if row.condition else None,
        expires_on=row.expires_on,
        on_hand=row.on_hand,
        reserved=row.reserved,
        available=row.available,
        available_qualified=row.available_qualified,
        in_transit=row.in_transit,
        produced=row.produced,
        unit_of_issue=row.unit_of_issue if is_counted else None,
        quantity_scale=row.quantity_scale if is_counted else None,
        availability=row.availability and Availability(row.availability),
    )
