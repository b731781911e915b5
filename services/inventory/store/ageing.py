"""What ages: whose step the clock is to take, and what decides how a part's lots age at a site."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.book import Book
from services.inventory.domain.condition_rule import (
    SHORT_LIVED_MONTHS,
    STATED_BY_NOBODY,
    Lifespan,
    read_lifespans,
    thresholds_of,
)
from services.inventory.domain.course import Life
from services.inventory.domain.ledger import Holding, LotKey, Reason, StockKey
from services.inventory.store.lives import LAST_DAY, lasting
from services.inventory.store.rows import STOCKS, Columns
from shared.events.catalogue import LifeType
from shared.sql import Statement
from shared.types import Condition, Nation

_NO_NATION = ""
"""Stands for every nation that has stated no rule."""
_CUTS = Columns(nation="text", months_max="integer", qualified_until="date", short_until="date")
_IN_FORCE = Statement("""
    SELECT DISTINCT ON (nation) nation, lifespans FROM condition_rule
     WHERE valid_from <= :today ORDER BY nation, valid_from DESC
""")
_LIVES = Statement(f"""
    SELECT k.site, k.part, s.country, p.record ->> 'shelf_life_type' AS type,
           CAST(p.record ->> 'shelf_life_months' AS integer) AS months
      FROM {STOCKS.unnest("k")} LEFT JOIN site s ON s.site_id = k.site LEFT JOIN part p ON p.part_id = k.part
""")  # noqa: S608  # names of columns, none of it from outside
_MONTHS = "CAST(p.record ->> 'shelf_life_months' AS integer)"
_DUE = f"""
      FROM (SELECT part, lot FROM lot WHERE expires_on <= :horizon
            UNION SELECT part, lot FROM lot_mark WHERE expires_on <= :horizon) AS e
      JOIN balance b USING (part, lot) {lasting("b")}
      LEFT JOIN site s ON s.site_id = b.site LEFT JOIN part p ON p.part_id = b.part
      LEFT JOIN LATERAL (
        SELECT c.qualified_until, c.short_until FROM {_CUTS.unnest("c")}
         WHERE c.nation = CASE WHEN s.country = ANY(CAST(:ruled AS text[])) THEN s.country ELSE '{_NO_NATION}' END
           AND (c.months_max >= {_MONTHS}
                OR c.months_max IS NULL AND COALESCE({_MONTHS}, {SHORT_LIVED_MONTHS}) >= {SHORT_LIVED_MONTHS})
         ORDER BY c.months_max NULLS LAST LIMIT 1) AS c ON true
     WHERE b.on_hand + b.reserved > 0
       AND {LAST_DAY} <= CASE b.condition WHEN 'A' THEN GREATEST(:yesterday, c.short_until, c.qualified_until)
                                          WHEN 'B' THEN GREATEST(:yesterday, c.short_until)
                                          WHEN 'C' THEN :yesterday END
"""  # noqa: S608
_STOCKS_DUE = Statement(f"""
    SELECT DISTINCT b.site, b.part {_DUE} AND (b.site, b.part) > (:after_site, :after_part)
     ORDER BY b.site, b.part LIMIT :limit
""")
_LOTS_DUE = Statement(f"""
    SELECT b.lot, min({LAST_DAY}) AS last_day, CAST(max(l.told_at) AT TIME ZONE 'UTC' AS date) AS told_on
      {_DUE} AND b.site = :site AND b.part = :part
     GROUP BY b.lot ORDER BY last_day, b.lot LIMIT :limit
""")
_LOTS = Columns(site="text", part="text", lot="text")
_MOVED = Statement(f"""
    SELECT k.site, k.part, k.lot, condition, sum(change)::bigint AS quantity FROM {_LOTS.unnest("k")}
     CROSS JOIN LATERAL (
       SELECT target_condition AS condition, quantity AS change FROM transfer t
        WHERE t.part = k.part AND t.lot = k.lot AND t.target_site = k.site AND t.reason = '{Reason.AGED}'
       UNION ALL
       SELECT source_condition, -quantity FROM transfer t
        WHERE t.part = k.part AND t.lot = k.lot AND t.source_site = k.site AND t.reason = '{Reason.AGED}') AS half
     GROUP BY k.site, k.part, k.lot, condition HAVING sum(change) > 0
""")  # noqa: S608  # our own words
_SAVE = Statement("""
    INSERT INTO condition_rule (nation, valid_from, lifespans, reason, set_by)
    VALUES (:nation, :valid_from, CAST(:lifespans AS jsonb), :reason, :set_by)
    ON CONFLICT (nation, valid_from) DO UPDATE
    SET lifespans = excluded.lifespans, reason = excluded.reason, set_by = excluded.set_by, set_at = clock_timestamp()
""")


async def stocks_due(session: AsyncSession, today: date, after: StockKey | None, limit: int) -> list[StockKey]:
    """List the next stock of which something is to take a step by today."""
    site, part = after or ("", "")
    place = {"after_site": site, "after_part": part, "limit": limit}
    rows = await _STOCKS_DUE.rows(session, {**await _asked(session, today), **place})
    return [StockKey(row.site, row.part) for row in rows]


async def lots_due(session: AsyncSession, stock: StockKey, today: date, limit: int) -> dict[LotKey, date]:
    """List the lots of a stock of which something is to take a step by today, and since when their life is told."""
    place = {"site": stock.site, "part": stock.part, "limit": limit}
    rows = await _LOTS_DUE.rows(session, {**await _asked(session, today), **place})
    return {LotKey(*stock, row.lot): row.told_on or date.min for row in rows}


async def load_lives(session: AsyncSession, book: Book, stocks: Collection[StockKey]) -> None:
    """Load how lots age in these stocks, by the rules that hold on the book's day."""
    if not stocks:
        return
    rules = await _in_force(session, book.today)
    for row in await _LIVES.rows(session, STOCKS.bind(sorted(stocks))):
        thresholds = thresholds_of(rules.get(row.country, STATED_BY_NOBODY), row.months)
        book.load_life(StockKey(row.site, row.part), Life(LifeType(row.type) if row.type else None, thresholds))


async def moved(session: AsyncSession, lots: Collection[LotKey]) -> dict[Holding, int]:
    """Say how much the clock has moved of lots to each condition, on balance."""
    rows = await _MOVED.rows(session, _LOTS.bind(sorted(lots)))
    return {Holding(row.site, row.part, row.lot, Condition(row.condition)): row.quantity for row in rows}


async def save_rule(
    session: AsyncSession, nation: Nation, valid_from: date, lifespans: Sequence[Mapping[str, object]], **why: str
) -> None:
    """Write how a nation's goods age from a day on; `why` are the reason and who has set it."""
    record = {
        "nation": nation,
        "valid_from": valid_from,
        "lifespans": json.dumps([dict(lifespan) for lifespan in lifespans]),
    }
    await _SAVE.run(session, {**record, **why})


async def _in_force(session: AsyncSession, today: date) -> dict[Nation, tuple[Lifespan, ...]]:
    rows = await _IN_FORCE.rows(session, {"today": today})
    return {row.nation: read_lifespans(row.lifespans) for row in rows}


async def _asked(session: AsyncSession, today: date) -> dict[str, object]:
    """Turn the rules that hold today into the last days up to which goods are qualified or short-lived."""
    rules = await _in_force(session, today)
    cuts = [_cut(nation, lifespan, today) for nation, lifespans in _with_standard(rules) for lifespan in lifespans]
    horizon = max([today, *(each[2] for each in cuts), *(each[3] for each in cuts)])
    one_day = timedelta(days=1)
    return {**_CUTS.bind(cuts), "ruled": sorted(rules), "horizon": horizon, "yesterday": today - one_day}


def _with_standard(rules: Mapping[Nation, tuple[Lifespan, ...]]) -> Iterable[tuple[Nation, tuple[Lifespan, ...]]]:
    return [(_NO_NATION, STATED_BY_NOBODY), *sorted(rules.items())]


def _cut(nation: Nation, lifespan: Lifespan, today: date) -> tuple[Nation, int | None, date, date]:
    """Say up to which last day goods are qualified today, and up to which short-lived."""
    qualified, short = lifespan.thresholds.qualified.after(today), lifespan.thresholds.short.after(today)
    return nation, lifespan.total_months_max, qualified, short - timedelta(days=1)
