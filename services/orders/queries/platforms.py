"""Platforms: the fleet, and what each tail waits for."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, any_, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.foresight import Last
from services.orders.domain.platforms import TailName, TailState
from services.orders.domain.release import expected_release
from services.orders.queries import foresight
from services.orders.schemas.platforms import (
    BlockingLine,
    GroundedFilter,
    GroundedRead,
    PeriodRead,
    TailFilter,
    TailInFull,
    TailRead,
)
from services.orders.store import platforms as store
from services.orders.store.lookups import Sight, array
from services.orders.store.platforms import LAST
from services.orders.tables import site_copies
from services.orders.tables.fleet import tail_periods, tails
from shared.http.paging import Page
from shared.sql import Row, Statement
from shared.types import OrderId, Platform, SiteId, TailNumber

_NEWEST = 2**31 - 1
_READ = BlockingLine.model_fields.keys() - {"foreseen", "source", "on_road"}
# An order that its depot's nation has placed for one of its own platforms, of a part that it cannot do without.
_BLOCKING = Statement(
    """
    SELECT w.platform, w.tail_number, o.order_id, o.ordered_by, o.part, o.priority, o.state, o.reserved,
           o.quantity - o.issued - o.cancelled AS missing, o.promised_for, o.promise_reason,
           o.sourced > 0 AND coalesce(o.promised_for < CAST(:today AS date), false) AS overdue,
           o.sourced > 0 AND EXISTS (
             SELECT FROM work_order work
             WHERE work.order_id = o.order_id AND work.quantity > 0 AND work.due < CAST(:today AS date)) AS has_silent,
           ARRAY(SELECT work.n FROM work_order work WHERE work.order_id = o.order_id AND work.quantity > 0
                   AND work.quantity <= (SELECT sum(sent.quantity) FROM lot_fact sent WHERE sent.kind = 'dispatched'
                                           AND sent.work_order = work.order_id || '-W' || work.n)) AS sent,
           last.n, last.source
    FROM unnest(CAST(:platforms AS text[]), CAST(:tail_numbers AS text[]), CAST(:sites AS text[]))
         AS w (platform, tail_number, site)
    JOIN orders o ON o.platform = w.platform AND o.tail_number = w.tail_number
    JOIN part_copy p ON p.part_id = o.part AND w.platform = ANY(p.grounds)
    JOIN site_copy home ON home.site_id = w.site
    JOIN site_copy depot ON depot.site_id = o.ordered_by AND depot.country = home.country
    LEFT JOIN LATERAL (
      SELECT work.n, CASE WHEN work.lateral_order IS NULL THEN work.source END AS source FROM work_order work
      WHERE work.order_id = o.order_id AND work.quantity > 0 AND o.sourced > 0
      ORDER BY work.due DESC, work.n DESC LIMIT 1) AS last ON true
    WHERE o.state NOT IN ('issued', 'cancelled', 'stocked')
    ORDER BY w.platform, w.tail_number, o.priority, o.order_id
    """
)
# What it waited for was issued, or taken from another, after it came down: before, it stood still for something else.
_READY = Statement(
    """
    SELECT DISTINCT w.platform, w.tail_number
    FROM unnest(CAST(:platforms AS text[]), CAST(:tail_numbers AS text[]), CAST(:sites AS text[]),
                CAST(:since AS timestamptz[])) AS w (platform, tail_number, site, since)
    JOIN orders o ON o.platform = w.platform AND o.tail_number = w.tail_number
    JOIN part_copy p ON p.part_id = o.part AND w.platform = ANY(p.grounds)
    JOIN site_copy home ON home.site_id = w.site
    JOIN site_copy depot ON depot.site_id = o.ordered_by AND depot.country = home.country
    WHERE o.state = 'issued' AND o.received_at >= w.since
    UNION
    SELECT w.platform, w.tail_number
    FROM unnest(CAST(:platforms AS text[]), CAST(:tail_numbers AS text[]), CAST(:since AS timestamptz[]))
         AS w (platform, tail_number, since)
    JOIN tail USING (platform, tail_number) WHERE tail.part_given_at >= w.since
    """
)


class Standing(Protocol):
    """A tail whose blocking lines are looked for."""

    @property
    def platform(self) -> Platform:
        """What it is."""

    @property
    def tail_number(self) -> TailNumber:
        """Which one it is."""

    @property
    def site(self) -> SiteId:
        """Where it is at home."""


async def tail_page(
    session: AsyncSession, wanted: TailFilter, sight: Sight, *, after: tuple[str, ...] | None, limit: int
) -> list[TailRead]:
    """Show the next tails that a filter asks for, by platform and tail number."""
    query = chosen(store.shown(), wanted, sight, after=after).limit(limit)
    if wanted.state is not None:
        query = query.where(LAST.c.is_down == (wanted.state is TailState.DOWN))
    return [store.read(row) for row in await session.execute(query)]


async def tail(session: AsyncSession, name: TailName, sight: Sight, page: Page, *, today: date) -> TailInFull | None:
    """Show a tail with what it waits for and a page of its history; none where there is no such tail to be seen."""
    query = store.shown().where(store.is_named(name), visible(sight))
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    start = page.after_of(int)
    history = (
        select(tail_periods)
        .where(tail_periods.c.platform == name.platform, tail_periods.c.tail_number == name.tail_number)
        .where(tail_periods.c.n < (_NEWEST if start is None else start[0]))
        .order_by(tail_periods.c.n.desc())
        .limit(page.one_more)
    )
    periods = (await session.execute(history)).all()
    found = store.read(row)
    lines = (await blocking(session, [found], today)).get(name, [])
    is_ready = not lines and found.awaiting_parts and name in await ready(session, [found])
    return TailInFull(
        **store.fields(row),
        expected_release=expected_release([line.foreseen for line in lines]),
        ready=is_ready,
        blocking=lines,
        history=[
            PeriodRead(**each._mapping, state=store.state(each.is_down))
            for each in page.cut(periods, lambda each: [each.n])
        ],
    )


async def grounded_page(
    session: AsyncSession,
    wanted: GroundedFilter,
    sight: Sight,
    *,
    today: date,
    after: tuple[str, ...] | None,
    limit: int,
) -> list[GroundedRead]:
    """Show the next grounded tails and what they wait for, in a handful of queries however many they are."""
    query = chosen(store.shown(), wanted, sight, after=after).where(LAST.c.awaiting_parts).limit(limit)
    found = [store.read(row) for row in await session.execute(query)]
    lines = await blocking(session, found, today)
    names = [TailName(each.platform, each.tail_number) for each in found]
    can_go = await ready(session, [each for each, name in zip(found, names, strict=True) if name not in lines])
    return [
        _grounded(each, lines.get(name, []), is_ready=name in can_go) for each, name in zip(found, names, strict=True)
    ]


async def blocking(
    session: AsyncSession, waiting: Sequence[Standing], today: date
) -> dict[TailName, list[BlockingLine]]:
    """List what tails wait for, the most urgent first; one that waits for nothing is not in the answer."""
    columns: dict[str, Any] = {
        "today": today,
        "platforms": [each.platform for each in waiting],
        "tail_numbers": [each.tail_number for each in waiting],
        "sites": [each.site for each in waiting],
    }
    lines: dict[TailName, list[BlockingLine]] = {}
    rows = await _BLOCKING.rows(session, columns)
    silences = await foresight.of_silent(session, {row.order_id for row in rows if row.has_silent}, today)
    for row in rows:
        line = BlockingLine(**{name: row[name] for name in _READ}, **_foreseen(row, silences, today))
        lines.setdefault(TailName(Platform(row.platform), row.tail_number), []).append(line)
    return lines


async def ready(session: AsyncSession, waiting: Sequence[TailRead]) -> set[TailName]:
    """Name the tails for which something has been issued, or taken from another one, since they are down."""
    if not waiting:
        return set()
    columns: dict[str, Any] = {
        "platforms": [each.platform for each in waiting],
        "tail_numbers": [each.tail_number for each in waiting],
        "sites": [each.site for each in waiting],
        "since": [each.since for each in waiting],
    }
    rows = await _READY.rows(session, columns)
    return {TailName(Platform(row.platform), row.tail_number) for row in rows}


def _foreseen(row: Row, silences: Mapping[OrderId, Last], today: date) -> dict[str, Any]:
    """Tell when a line is foreseen, who brings the last of it, and whether that has left its source."""
    last = silences.get(row.order_id)
    if last is not None:
        source = None if last.work.lateral else last.work.source
        return {"foreseen": last.on, "source": source, "on_road": last.work.n in row.sent}
    foreseen = row.promised_for and max(row.promised_for, today)
    return {"foreseen": foreseen, "source": row.source, "on_road": row.n in row.sent}


def chosen(
    query: Select[Any], wanted: TailFilter | GroundedFilter, sight: Sight, *, after: tuple[str, ...] | None
) -> Select[Any]:
    """Keep to the tails that are asked for and may be seen, by platform and tail number."""
    place = (tails.c.platform, tails.c.tail_number)
    query = query.where(visible(sight)).order_by(*place)
    if wanted.platform is not None:
        query = query.where(tails.c.platform == wanted.platform)
    if wanted.site is not None:
        query = query.where(tails.c.site == wanted.site)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*map(literal, after)))
    return query


def visible(sight: Sight) -> ColumnElement[bool]:
    """Choose the tails at home at a depot that may be seen."""
    own = tails.c.site == any_(array(sight.sites))
    if sight.nation is None:
        return own
    return or_(own, tails.c.site.in_(select(site_copies.c.site_id).where(site_copies.c.country == sight.nation)))


def _grounded(tail: TailRead, lines: list[BlockingLine], *, is_ready: bool) -> GroundedRead:
    assert tail.cause is not None, "what is down is so for a cause"
    return GroundedRead(
        platform=tail.platform,
        tail_number=tail.tail_number,
        site=tail.site,
        since=tail.since,
        cause=tail.cause,
        expected_release=expected_release([line.foreseen for line in lines]),
        ready=is_ready,
        blocking=lines,
    )
