"""SQL that reads what lots are made of, what they cost, and what a nation asks for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.dependence import Exchange, MadeLot, Spent
from services.orders.domain.sourcing import Price
from services.orders.domain.takeover import Supplied
from services.orders.schemas.dependence import FactRead, FactsFilter, LotsFilter, ThresholdRead
from services.orders.tables import site_copies, sourcing_weights
from services.orders.tables.making import indigenous_thresholds, lot_facts
from shared.http.periods import Period
from shared.sql import Row, Statement
from shared.types import EventId, LotId, Nation, Platform, WorkOrderId

EVENTS_MAX = 1000
"""Facts that are named of one lot."""
# A lot counts for the nation in which it was made, and for each to whose depots some of it was sent.
_MADE = """
    SELECT f.lot, max(f.part) AS part, max(f.factory) AS factory, max(maker.country) AS country,
           max(f.work_order) AS work_order, max(f.recorded_on) FILTER (WHERE f.kind = 'finished') AS finished_on,
           coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'finished'), 0)
           - coalesce(sum(f.quantity) FILTER (WHERE f.kind = 'scrapped'), 0) AS good
    FROM lot_fact f JOIN site_copy maker ON maker.site_id = f.factory
    LEFT JOIN site_copy depot ON depot.site_id = f.depot
"""
# The price agreed when it was bought goes before the one at which its source was asked, and that before the one that
# was stated on the day on which it was finished; for what was finished before that, what was stated first stands in.
_ABOUT = """
    SELECT made.*, p.quantity_scale, p.platforms, s.stated_from, s.import_content, w.making ->> 'unit_price' AS agreed,
           w.making ->> 'currency' AS agreed_currency, w.unit_price AS asked, w.currency AS asked_currency,
           s.unit_cost AS stated, s.currency AS stated_currency
    FROM made LEFT JOIN part_copy p ON p.part_id = made.part
    LEFT JOIN work_order w ON w.order_id = substring(made.work_order FROM '^(.*)-W[0-9]+$')
                          AND w.n = CAST(substring(made.work_order FROM '-W([0-9]+)$') AS integer)
    LEFT JOIN LATERAL (
      SELECT * FROM stated_terms t WHERE t.part = made.part AND t.site = made.factory AND t.nation = :nation
      ORDER BY t.stated_from > made.finished_on, abs(t.stated_from - made.finished_on) LIMIT 1
    ) AS s ON true
"""
_LOTS = Statement(
    f"""
    WITH made AS (
      {_MADE}
      WHERE f.lot IN (SELECT lot FROM lot_fact WHERE kind = 'finished' AND recorded_on BETWEEN :since AND :until)
        AND f.lot > :after
      GROUP BY f.lot
      HAVING max(f.recorded_on) FILTER (WHERE f.kind = 'finished') BETWEEN :since AND :until
         AND (max(maker.country) = :nation OR coalesce(bool_or(depot.country = :nation), false))
    )
    {_ABOUT}
    WHERE (CAST(:part AS text) IS NULL OR made.part = :part)
      AND (CAST(:factory AS text) IS NULL OR made.factory = :factory)
      AND (CAST(:platform AS text) IS NULL OR :platform = ANY(p.platforms))
    ORDER BY made.lot LIMIT :limit
    """  # noqa: S608  # our own text
)
_COMPONENTS = Statement(
    f"""
    WITH made AS (
      {_MADE} WHERE f.lot = ANY(CAST(:lots AS text[])) GROUP BY f.lot HAVING bool_or(f.kind = 'finished')
    )
    {_ABOUT}
    """
)
_SPENT = Statement(
    """
    SELECT f.lot, f.origin, f.currency, component.lot AS component, sum(f.amount * f.unit_cost) AS cost,
           count(*) FILTER (WHERE f.unit_cost IS NULL) AS unpriced
    FROM lot_fact f LEFT JOIN LATERAL (
      SELECT c.lot FROM lot_fact c WHERE c.lot = f.input_lot AND c.kind = 'finished' LIMIT 1
    ) AS component ON f.origin = :nation
    WHERE f.kind = 'consumed' AND f.lot = ANY(CAST(:lots AS text[]))
    GROUP BY f.lot, f.origin, f.currency, component.lot
    """
)
_EVENTS = Statement(
    """
    SELECT lot, event_id FROM (
      SELECT lot, event_id, row_number() OVER (PARTITION BY lot ORDER BY recorded_on, event_id) AS n
      FROM lot_fact WHERE kind <> 'dispatched' AND lot = ANY(CAST(:lots AS text[]))
    ) AS numbered WHERE n <= :limit ORDER BY lot, n
    """
)
_SUPPLIED = Statement(
    """
    SELECT f.part, f.factory, maker.country <> :nation AS abroad,
           coalesce(sum(f.quantity) FILTER (WHERE f.recorded_on >= :since), 0)::bigint AS now,
           coalesce(sum(f.quantity) FILTER (WHERE f.recorded_on < :since), 0)::bigint AS before
    FROM lot_fact f JOIN site_copy maker ON maker.site_id = f.factory JOIN site_copy depot ON depot.site_id = f.depot
    WHERE f.kind = 'dispatched' AND f.recorded_on BETWEEN :begin AND :until AND depot.country = :nation
      AND (maker.country <> :nation OR maker.kind = 'factory')
    GROUP BY f.part, f.factory, maker.country
    """
)


@dataclass(frozen=True, slots=True)
class Within:
    """Whose lots are looked at, and of which days."""

    nation: Nation
    period: Period


@dataclass(frozen=True, slots=True)
class PricedLot:
    """A lot with where its price comes from, and the platforms that its part fits."""

    made: MadeLot
    work_order: WorkOrderId | None
    price_from: str | None
    stated_from: date | None
    """From which day on what was stated of its source is."""
    platforms: Sequence[Platform]


async def lots(
    session: AsyncSession, asked: LotsFilter, within: Within, *, after: LotId = "", limit: int
) -> list[PricedLot]:
    """Read the lots that were finished in a period, by their ids."""
    rows = await _LOTS.rows(
        session,
        {
            "nation": within.nation,
            "since": within.period.first,
            "until": within.period.last,
            "after": after,
            "limit": limit,
            "part": asked.part,
            "factory": asked.factory,
            "platform": asked.platform,
        },
    )
    return await _with_material(session, rows, within.nation)


async def components(session: AsyncSession, lots: Collection[LotId], nation: Nation) -> list[PricedLot]:
    """Read lots that went into others, as far as it is told that they were finished."""
    rows = await _COMPONENTS.rows(session, {"lots": sorted(lots), "nation": nation})
    return await _with_material(session, rows, nation)


async def _with_material(session: AsyncSession, rows: Sequence[Row], nation: Nation) -> list[PricedLot]:
    spent: dict[LotId, list[Spent]] = {}
    for row in await _SPENT.rows(session, {"lots": [row.lot for row in rows], "nation": nation}):
        cost = None if row.unpriced else Price(row.cost, row.currency)
        spent.setdefault(row.lot, []).append(Spent(row.origin, cost, row.component))
    return [_lot(row, spent.get(row.lot, [])) for row in rows]


async def events(session: AsyncSession, lots: Sequence[LotId]) -> dict[LotId, list[EventId]]:
    """Name the facts of which lots' contents are made."""
    found: dict[LotId, list[EventId]] = {}
    for row in await _EVENTS.rows(session, {"lots": list(lots), "limit": EVENTS_MAX}):
        found.setdefault(row.lot, []).append(row.event_id)
    return found


async def supplied(session: AsyncSession, within: Within) -> list[Supplied]:
    """Add up what each maker sent to a nation's depots of each part, in a period and in the one before."""
    period = within.period
    days = {"since": period.first, "until": period.last, "begin": period.before.first}
    rows = await _SUPPLIED.rows(session, {"nation": within.nation, **days})
    return [Supplied(row.part, row.factory, row.abroad, row.now, row.before) for row in rows]


async def facts(
    session: AsyncSession, wanted: FactsFilter, within: Within, *, after: tuple[date, EventId] | None, limit: int
) -> list[FactRead]:
    """List the facts about lots that were made in a nation, or sent to its depots, by day."""
    f, home = lot_facts.c, select(site_copies.c.site_id).where(site_copies.c.country == within.nation)
    sent = lot_facts.alias("sent").c
    bought = select(sent.lot).where(sent.kind == "dispatched", sent.depot.in_(home))
    named = {name: value for name, value in wanted.model_dump(exclude_none=True).items() if name in _NAMED}
    query = (
        select(lot_facts)
        .where(f.recorded_on.between(within.period.first, within.period.last))
        .where(*(f[name] == value for name, value in named.items()))
        .where(f.factory.in_(home) | f.lot.in_(bought))
        .order_by(f.recorded_on, f.event_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(f.recorded_on, f.event_id) > tuple_(*map(literal, after)))
    return [FactRead(**row._mapping) for row in await session.execute(query)]


async def exchanges(session: AsyncSession, nation: Nation) -> list[tuple[date, Exchange]]:
    """Read how a nation compares money, by the days from which it does."""
    query = select(sourcing_weights).where(sourcing_weights.c.nation == nation)
    rows = await session.execute(query.order_by(sourcing_weights.c.valid_from))
    return [
        (row.valid_from, Exchange(row.currency, {name: Decimal(rate) for name, rate in row.rates.items()}))
        for row in rows
    ]


async def thresholds(session: AsyncSession, nation: Nation) -> list[ThresholdRead]:
    """Read what indigenous content a nation asks for, by the days from which it does."""
    query = select(indigenous_thresholds).where(indigenous_thresholds.c.nation == nation)
    rows = await session.execute(query.order_by(indigenous_thresholds.c.valid_from))
    return [ThresholdRead(**row._mapping) for row in rows]


_NAMED = frozenset({"kind", "part", "factory", "lot"})


def _lot(row: Row, spent: Sequence[Spent]) -> PricedLot:
    price, price_from = _price(row)
    return PricedLot(
        MadeLot(
            lot=row.lot,
            part=row.part,
            factory=row.factory,
            country=row.country,
            finished_on=row.finished_on,
            good=max(Decimal(0), Decimal(row.good).scaleb(-(row.quantity_scale or 0))),
            spent=spent,
            price=price,
            declared=row.import_content,
        ),
        row.work_order,
        price_from,
        row.stated_from,
        [Platform(each) for each in row.platforms or ()],
    )


def _price(row: Row) -> tuple[Price | None, str | None]:
    if row.agreed is not None:
        return Price(Decimal(row.agreed), row.agreed_currency), "agreed"
    if row.asked is not None:
        return Price(row.asked, row.asked_currency), "sourced"
    if row.stated is not None and row.stated_currency is not None:
        return Price(row.stated, row.stated_currency), "stated"
    return None, None
