"""Stock as it stands: by lot and condition, or by part and site; of other depots only where there is some.

The statement is put together from the same few pieces for every question of the same shape, and kept: to build a query
out of objects for each one takes more CPU than to answer it.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.demand import USUAL_CONDITIONS
from services.inventory.queries.seen import Seen
from services.inventory.schemas.stock import Availability, Grouping, StockFilter, StockRow
from services.inventory.store.gates import OPEN, asking, gate
from services.inventory.store.lives import LAST_DAY
from shared.events.stock import Gate
from shared.sql import AnyRow, Statement
from shared.types import Condition

_APPLIED = Statement("SELECT topic, last_event_id FROM consumer_offset WHERE last_event_id IS NOT NULL")
_SHAPES_MAX = 512
_FILTERS = {
    "part": "b.part = :part",
    "site": "b.site = :site",
    "lot": "b.lot = :lot",
    "condition": "b.condition = :condition",
    "held_back": f"{gate('b')} = :held_back",
    "platform": "b.part IN (SELECT part_id FROM part WHERE platforms @> ARRAY[CAST(:platform AS text)])",
}
_SOMETHING_THERE = "b.on_hand + b.reserved + b.in_transit + b.produced > 0"
FROM_BALANCES = f"""
  FROM balance b
  JOIN stock s ON s.site = b.site AND s.part = b.part
  LEFT JOIN lot l ON l.part = b.part AND l.lot = b.lot
  LEFT JOIN LATERAL (
    SELECT expires_on, extends FROM lot_mark m WHERE m.site = b.site AND m.part = b.part AND m.lot = b.lot
    ORDER BY m.n DESC LIMIT 1) m ON true
  {asking("b")}
"""  # noqa: S608  # our own words
LET_THROUGH = f"COALESCE({gate('b')}, '{OPEN}') = '{OPEN}'"


def _free(*conditions: str) -> str:
    """Say how much of a balance an order could get that accepts these conditions."""
    accepted = ", ".join(f"'{condition}'" for condition in sorted(conditions))
    lives = f"({LAST_DAY} IS NULL OR current_date <= {LAST_DAY})"
    return f"CASE WHEN b.condition IN ({accepted}) AND {lives} AND {LET_THROUGH} THEN b.on_hand ELSE 0 END"


_AVAILABLE, _QUALIFIED = _free(*USUAL_CONDITIONS), _free(Condition.B)
_BY_ACCOUNT = f"""
  SELECT b.site, b.part, b.lot, b.condition, s.version, {LAST_DAY} AS expires_on, b.on_hand, b.reserved,
         {_AVAILABLE} AS available, {_QUALIFIED} AS available_qualified, b.in_transit, b.produced,
         nullif({gate("b")}, '{OPEN}') AS held_back, CAST(NULL AS text) AS availability
"""
_BY_PART_AND_SITE = f"""
  SELECT b.site, b.part, '' AS lot, '' AS condition, max(s.version) AS version, CAST(NULL AS date) AS expires_on,
         CAST(sum(b.on_hand) AS bigint) AS on_hand, CAST(sum(b.reserved) AS bigint) AS reserved,
         CAST(sum({_AVAILABLE}) AS bigint) AS available,
         CAST(sum({_QUALIFIED}) AS bigint) AS available_qualified,
         CAST(sum(b.in_transit) AS bigint) AS in_transit, CAST(sum(b.produced) AS bigint) AS produced,
         CAST(NULL AS text) AS held_back, CAST(NULL AS text) AS availability
"""
# The sites where an order could get some; a row that said none would tell that there was something.
_WHERE_SOME = f"""
  SELECT b.site, b.part, '' AS lot, '' AS condition, NULL AS version, NULL AS expires_on, NULL AS on_hand,
         NULL AS reserved, NULL AS available, NULL AS available_qualified, NULL AS in_transit, NULL AS produced,
         NULL AS held_back, '{Availability.SOME}' AS availability
"""

Key = tuple[str, ...]
"""Site, part, lot and condition of a row; lot and condition are empty where rows are grouped."""


class Window(NamedTuple):
    """Which rows of the stock: after this key, at most so many."""

    after: Key | None
    limit: int


class _Shape(NamedTuple):
    """What decides the text of the statement."""

    filters: tuple[str, ...]
    is_grouped: bool
    shows_empty: bool
    sees_some: bool
    goes_on: bool


async def rows(session: AsyncSession, wanted: StockFilter, seen: Seen, window: Window) -> list[StockRow]:
    """Show stock, by site and part; what a principal sees in full and what only as some or none, in one list."""
    values = {name: value for name in _FILTERS if (value := getattr(wanted, name)) is not None}
    shape = _Shape(
        filters=tuple(values),
        is_grouped=wanted.group is Grouping.PART_SITE,
        shows_empty=wanted.empty,
        sees_some=bool(seen.some_none) and _says_nothing_of_lots(wanted),
        goes_on=window.after is not None,
    )
    after = dict(
        zip(("site_before", "part_before", "lot_before", "condition_before"), window.after or (), strict=False)
    )
    places = {"full": sorted(seen.full), "some": sorted(seen.some_none)}
    found = await _statement(shape).rows(session, {**values, **places, **after, "limit": window.limit})
    return [_row(each) for each in found]


def _says_nothing_of_lots(wanted: StockFilter) -> bool:
    """Tell whether a question may be answered of depots that are shown as some or none."""
    return wanted.lot is None and wanted.condition is None and wanted.held_back is None


@lru_cache(maxsize=_SHAPES_MAX)
def _statement(shape: _Shape) -> Statement:
    """Write the statement for questions of one shape."""
    where = [_FILTERS[name] for name in shape.filters] + ([] if shape.shows_empty else [_SOMETHING_THERE])
    grouped = " GROUP BY b.site, b.part"
    full = _query(
        _BY_PART_AND_SITE if shape.is_grouped else _BY_ACCOUNT, [*where, "b.site = ANY(CAST(:full AS text[]))"]
    )
    queries = [full + (grouped if shape.is_grouped else "")]
    if shape.sees_some:
        some = _query(_WHERE_SOME, [*where, "b.site = ANY(CAST(:some AS text[]))"])
        queries.append(f"{some}{grouped} HAVING sum({_AVAILABLE}) > 0")
    after = "WHERE (f.site, f.part, f.lot, f.condition) > (:site_before, :part_before, :lot_before, :condition_before)"
    return Statement(
        f"""
        SELECT f.*, p.unit_of_issue, p.quantity_scale FROM ({" UNION ALL ".join(queries)}) f
        LEFT JOIN part p ON p.part_id = f.part
        {after if shape.goes_on else ""}
        ORDER BY f.site, f.part, f.lot, f.condition LIMIT :limit
        """  # noqa: S608  # our own pieces; every value is a parameter
    )


def _query(columns: str, conditions: list[str]) -> str:
    return f"{columns} {FROM_BALANCES} WHERE {' AND '.join(conditions)}"


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


def _row(row: AnyRow) -> StockRow:
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
        held_back=row.held_back and Gate(row.held_back),
        unit_of_issue=row.unit_of_issue if is_counted else None,
        quantity_scale=row.quantity_scale if is_counted else None,
        availability=row.availability and Availability(row.availability),
    )
