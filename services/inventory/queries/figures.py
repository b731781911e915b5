"""Cover: how many days stock lasts at the pace of its issues, less what expires before; the one place that defines it.

The pace is what was issued over the days of a period, or over those of them that came after the first issue ever. At
this pace, first expired first, no more of the goods that expire up to a day can be issued than the pace takes until
then. So what will be issued of all goods is the least of all of them and, for each last day, the pace times the days
until then and all goods that last longer.
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.demand import USUAL_CONDITIONS
from services.inventory.domain.ledger import Reason
from services.inventory.queries.stock import FROM_BALANCES, LET_THROUGH
from services.inventory.schemas.figures import CoverFilter, CoverRow, GoodsFilter, Grouping, StockCover
from services.inventory.store.lives import LAST_DAY
from shared.http.periods import Period
from shared.sql import Row, Statement
from shared.types import SiteId

NO_PLATFORM = "none"
_ACCEPTED = ", ".join(f"'{condition}'" for condition in sorted(USUAL_CONDITIONS))
_LIVES = f"({LAST_DAY} IS NULL OR {LAST_DAY} >= CAST(:today AS date))"
_FITS = "AND {rows}.part IN (SELECT part_id FROM part WHERE platforms @> ARRAY[CAST(:platform AS text)])"
_NARROWED = {"part": "AND {rows}.part = :part", "site": "AND {rows}.{site} = :site", "platform": _FITS}
_COVERS = f"""
  WITH goods AS (
    SELECT b.site, b.part, {LAST_DAY} AS last_day, sum(b.on_hand + b.reserved) AS quantity
    {FROM_BALANCES}
    WHERE b.on_hand + b.reserved > 0 AND b.condition IN ({_ACCEPTED}) AND {_LIVES} AND {LET_THROUGH}
      AND b.site = ANY(CAST(:sites AS text[])) {{goods}}
    GROUP BY 1, 2, 3),
  used AS (
    SELECT t.source_site AS site, t.part, CAST(sum(t.quantity) AS bigint) AS issued
    FROM transfer t
    WHERE t.reason = '{Reason.ISSUED}' AND t.occurred_at >= :begin AND t.occurred_at < :end
      AND t.source_site = ANY(CAST(:sites AS text[])) {{used}}
      AND NOT EXISTS (SELECT FROM transfer r WHERE r.reverses = t.cause_id)
    GROUP BY 1, 2),
  paced AS (
    SELECT u.site, u.part, u.issued,
      CAST(:last AS date) - greatest(CAST(:first AS date), CAST(f.at AT TIME ZONE 'UTC' AS date)) + 1 AS days
    FROM used u CROSS JOIN LATERAL (
      SELECT min(t.occurred_at) AS at FROM transfer t
      WHERE t.reason = '{Reason.ISSUED}' AND t.source_site = u.site AND t.part = u.part) f),
  piled AS (
    SELECT site, part, last_day, quantity, issued, days,
      sum(quantity) OVER (PARTITION BY site, part ORDER BY last_day) AS so_far,
      sum(quantity) OVER (PARTITION BY site, part) AS stock
    FROM goods FULL JOIN paced USING (site, part)),
  issuable AS (
    SELECT site, part, max(issued) AS issued, max(days) AS days, coalesce(max(stock), 0) AS stock,
      least(max(stock), min(coalesce(CAST(issued AS numeric) / days, 0)
        * (last_day - CAST(:today AS date) + 1) + stock - so_far) FILTER (WHERE last_day IS NOT NULL)) AS lasting
    FROM piled GROUP BY site, part),
  cover AS (
    SELECT site, part, CAST(coalesce(issued, 0) AS bigint) AS issued, coalesce(days, 0) AS days,
      CAST(stock AS bigint) AS stock, CAST(stock - floor(coalesce(lasting, 0)) AS bigint) AS expiring,
      round(coalesce(lasting, 0) / issued * days, 1) AS cover_days
    FROM issuable)
"""  # noqa: S608  # our own words
_STOCKS = "SELECT site, part, stock, expiring, issued, days, cover_days FROM cover"
_SUMMED = """
  count(cover_days) AS stocks, min(cover_days) AS days_min,
  percentile_disc(0.5) WITHIN GROUP (ORDER BY cover_days) AS days_median,
  count(*) FILTER (WHERE issued > 0 AND stock = 0) AS empty, count(*) FILTER (WHERE issued = 0) AS unused
"""
_BY = {Grouping.PART: "c.part", Grouping.SITE: "c.site", Grouping.PLATFORM: "fits.platform"}
_PLATFORMS = f"""
  LEFT JOIN part p ON p.part_id = c.part
  CROSS JOIN LATERAL unnest(coalesce(nullif(p.platforms, '{{}}'), ARRAY['{NO_PLATFORM}'])) AS fits (platform)
"""
_SHAPES_MAX = 256
Key = tuple[str, ...]
"""What names a group, or a stock: a text for each grouping, or the site and the part."""


class Asked(NamedTuple):
    """Over which days the pace is taken, as of which day, at which sites, after which row, and how many rows."""

    period: Period
    today: date
    sites: frozenset[SiteId]
    after: Key | None
    limit: int


class _Shape(NamedTuple):
    """What decides the text of a statement; with no groupings at all it lists the stocks."""

    filters: tuple[str, ...]
    groupings: tuple[Grouping, ...] | None
    goes_on: bool


async def covers(session: AsyncSession, wanted: CoverFilter, asked: Asked) -> list[CoverRow]:
    """Give the cover of the next groups; all together is one group, even of nothing."""
    return [CoverRow.model_validate(dict(row)) for row in await _read(session, wanted, asked, wanted.groupings)]


async def stocks(session: AsyncSession, wanted: GoodsFilter, asked: Asked) -> list[StockCover]:
    """List the next stocks, by depot and part, each with its cover."""
    return [StockCover.model_validate(dict(row)) for row in await _read(session, wanted, asked, None)]


def place(row: CoverRow, groupings: tuple[Grouping, ...]) -> Key:
    """Say where a row stands in the list."""
    return tuple(str(getattr(row, each)) for each in groupings)


async def _read(
    session: AsyncSession, wanted: GoodsFilter, asked: Asked, groupings: tuple[Grouping, ...] | None
) -> list[Row]:
    values = {name: value for name in _NARROWED if (value := getattr(wanted, name)) is not None}
    period = {"begin": asked.period.begin, "end": asked.period.end, "first": asked.period.first}
    goes_on = asked.after is not None and groupings != ()
    after = {f"after_{n}": text for n, text in enumerate(asked.after or ())} if goes_on else {}
    bounds = {"last": asked.period.last, "today": asked.today, "sites": sorted(asked.sites), "limit": asked.limit}
    shape = _Shape(tuple(values), groupings, goes_on)
    return await _statement(shape).rows(session, {**values, **period, **bounds, **after})


@lru_cache(maxsize=_SHAPES_MAX)
def _statement(shape: _Shape) -> Statement:
    """Write the statement for questions of one shape."""
    goods = " ".join(_NARROWED[each].format(rows="b", site="site") for each in shape.filters)
    used = " ".join(_NARROWED[each].format(rows="t", site="source_site") for each in shape.filters)
    names = ("site", "part") if shape.groupings is None else shape.groupings
    rows = _STOCKS if shape.groupings is None else _groups(shape.groupings)
    place = ", ".join(names)
    after = ", ".join(f":after_{n}" for n in range(len(names)))
    where = f"WHERE ({place}) > ({after})" if shape.goes_on else ""
    order = f"ORDER BY {place}" if names else ""
    return Statement(
        f"{_COVERS.format(goods=goods, used=used)} SELECT * FROM ({rows}) AS shown {where} {order} LIMIT :limit"  # noqa: S608
    )


def _groups(groupings: tuple[Grouping, ...]) -> str:
    """Write what gathers covers into groups."""
    named = [f"{_BY[each]} AS {each}" for each in groupings]
    by = f"GROUP BY {', '.join(map(str, range(1, len(groupings) + 1)))}" if groupings else ""
    fits = _PLATFORMS if Grouping.PLATFORM in groupings else ""
    return f"SELECT {', '.join([*named, _SUMMED])} FROM cover c {fits} {by}"  # noqa: S608  # our own words
