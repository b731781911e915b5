"""The fleet in the database: a tail's row is the mutex of its periods and of the numbers of its facts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.platforms import Period, Standing, Tail, TailName, TailState
from services.orders.schemas.platforms import TailRead
from services.orders.tables.fleet import tail_periods, tails
from shared.sql import AnyRow, Statement, Writes
from shared.types import Nation, PartId, Platform

_NAMED = "(SELECT * FROM unnest(CAST(:platforms AS text[]), CAST(:tail_numbers AS text[])))"
_OPEN = Statement(
    f"INSERT INTO tail (platform, tail_number) SELECT * FROM {_NAMED} AS named ORDER BY 1, 2 ON CONFLICT DO NOTHING"  # noqa: S608  # our own words
)
_LOAD = f"SELECT * FROM tail WHERE (platform, tail_number) IN {_NAMED} ORDER BY platform, tail_number"  # noqa: S608  # our own words
_LOOK = Statement(_LOAD)
_LOCK = Statement(f"{_LOAD} FOR UPDATE")
_PERIODS = Statement(
    f"SELECT * FROM tail_period WHERE (platform, tail_number) IN {_NAMED} ORDER BY platform, tail_number, n"  # noqa: S608  # our own words
)
_NATIONS = Statement(
    f"""
    SELECT platform, tail_number, country FROM tail JOIN site_copy ON site_id = site
    WHERE (platform, tail_number) IN {_NAMED}
    """  # noqa: S608  # our own words
)
_AWAITING = Statement(
    f"""
    SELECT t.platform, t.tail_number FROM tail_period t JOIN part_copy p ON p.part_id = :part
    WHERE (t.platform, t.tail_number) IN {_NAMED} AND t.ended_at IS NULL AND t.awaiting_parts
      AND t.platform = ANY(p.grounds)
    """  # noqa: S608  # our own words
)
_LACKS = Statement(
    """
    SELECT EXISTS (SELECT FROM orders WHERE platform = :platform AND tail_number = :tail_number AND part = :part
                     AND state NOT IN ('issued', 'cancelled', 'stocked'))
    """
)
_GIVE = Statement("UPDATE tail SET part_given_at = :at WHERE platform = :platform AND tail_number = :tail_number")
_SAVE = Statement(
    """
    UPDATE tail SET site = s.site, illustrative = s.illustrative, version = s.version, changed_by = s.changed_by,
           changed_at = clock_timestamp()
    FROM unnest(CAST(:platforms AS text[]), CAST(:tail_numbers AS text[]), CAST(:sites AS text[]),
                CAST(:illustrative AS boolean[]), CAST(:versions AS bigint[]), CAST(:changed_by AS text[]))
         AS s (platform, tail_number, site, illustrative, version, changed_by)
    WHERE (tail.platform, tail.tail_number) = (s.platform, s.tail_number)
    """
)
# In the order of their numbers: a period ends before the next one begins, or two would lie open at once.
_SAVE_PERIODS = Statement(
    """
    INSERT INTO tail_period AS t (platform, tail_number, n, began_at, ended_at, is_down, cause, awaiting_parts,
                                  posted_by)
    SELECT * FROM unnest(CAST(:platforms AS text[]), CAST(:tail_numbers AS text[]), CAST(:ns AS integer[]),
                         CAST(:began_at AS timestamptz[]), CAST(:ended_at AS timestamptz[]),
                         CAST(:is_down AS boolean[]), CAST(:causes AS text[]), CAST(:awaiting_parts AS boolean[]),
                         CAST(:posted_by AS text[]))
    ORDER BY 1, 2, 3
    ON CONFLICT (platform, tail_number, n) DO UPDATE
    SET began_at = excluded.began_at, ended_at = excluded.ended_at, is_down = excluded.is_down, cause = excluded.cause,
        awaiting_parts = excluded.awaiting_parts, posted_by = excluded.posted_by,
        recorded_at = CASE WHEN (t.began_at, t.cause, t.awaiting_parts)
                                IS NOT DISTINCT FROM (excluded.began_at, excluded.cause, excluded.awaiting_parts)
                           THEN t.recorded_at ELSE clock_timestamp() END
    """
)
_FIRST = tail_periods.alias("first")
LAST = tail_periods.alias("last")
"""The period of a tail that lasts."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A tail as it was found, and who said last how it stands in each period."""

    tail: Tail
    posted_by: Mapping[int, str]


async def open_rows(session: AsyncSession, names: Collection[TailName]) -> None:
    """Make rows for tails that are not there yet, so that they can be locked; unregistered, nobody sees them."""
    await _OPEN.run(session, _named(names))


async def look(session: AsyncSession, names: Collection[TailName]) -> dict[TailName, Kept]:
    """Load tails as they are now; one that is not there is not in the answer."""
    return await _load(session, await _LOOK.rows(session, _named(names)), names)


async def lock(session: AsyncSession, names: Collection[TailName]) -> dict[TailName, Kept]:
    """Lock tails, in order and in one statement, and load them; one that is not there is not in the answer."""
    return await _load(session, await _LOCK.rows(session, _named(names)), names)


async def nations(session: AsyncSession, names: Collection[TailName]) -> dict[TailName, Nation]:
    """Tell which nation each of these tails belongs to, as far as they are registered."""
    if not names:
        return {}
    rows = await _NATIONS.rows(session, _named(names))
    return {TailName(Platform(row.platform), row.tail_number): row.country for row in rows}


async def awaiting(session: AsyncSession, names: Collection[TailName], part: PartId) -> frozenset[TailName]:
    """Tell which of these tails stand still and await parts, where the lack of this part grounds them."""
    rows = await _AWAITING.rows(session, {**_named(names), "part": part})
    return frozenset(TailName(Platform(row.platform), row.tail_number) for row in rows)


async def lacks(session: AsyncSession, name: TailName, part: PartId) -> bool:
    """Tell whether a tail waits for an order of a part, whether it gave its own away or never had one."""
    return bool(await _LACKS.value(session, {**name._asdict(), "part": part}))


async def give(session: AsyncSession, receiver: TailName, *, at: datetime) -> None:
    """Keep when a locked tail was given a part of another one."""
    await _GIVE.run(session, {**receiver._asdict(), "at": at})


def save(writes: Writes, changed: Iterable[tuple[Kept, Kept]], changed_by: Mapping[TailName, str]) -> None:
    """Write locked tails as they now are, given how they were found."""
    pairs = sorted(changed, key=lambda pair: pair[1].tail.name)
    if not pairs:
        return
    now = [after.tail for _, after in pairs]
    writes.add(
        _SAVE,
        {
            **_named([tail.name for tail in now]),
            "sites": [tail.site for tail in now],
            "illustrative": [tail.illustrative for tail in now],
            "versions": [tail.version for tail in now],
            "changed_by": [changed_by[tail.name] for tail in now],
        },
    )
    rows = [
        (after, period) for before, after in pairs for period in after.tail.periods if period not in before.tail.periods
    ]
    _save_periods(writes, rows)


def _save_periods(writes: Writes, rows: Sequence[tuple[Kept, Period]]) -> None:
    if not rows:
        return
    periods = [period for _, period in rows]
    writes.add(
        _SAVE_PERIODS,
        {
            "platforms": [kept.tail.platform for kept, _ in rows],
            "tail_numbers": [kept.tail.tail_number for kept, _ in rows],
            "ns": [period.n for period in periods],
            "began_at": [period.began_at for period in periods],
            "ended_at": [period.ended_at for period in periods],
            "is_down": [period.standing.is_down for period in periods],
            "causes": [period.standing.cause for period in periods],
            "awaiting_parts": [period.standing.awaiting_parts for period in periods],
            "posted_by": [kept.posted_by[period.n] for kept, period in rows],
        },
    )


def shown() -> Select[Any]:
    """Choose registered tails with the period that lasts, as an answer shows them."""
    return (
        select(tails, _FIRST.c.began_at.label("in_service_since"), LAST.c.began_at.label("since"))
        .add_columns(LAST.c.is_down, LAST.c.cause, LAST.c.awaiting_parts)
        .join(_FIRST, and_(_is_of_tail(_FIRST), _FIRST.c.n == 1))
        .join(LAST, and_(_is_of_tail(LAST), LAST.c.ended_at.is_(None)))
        .where(tails.c.version > 0)
    )


def is_named(*names: TailName) -> ColumnElement[bool]:
    """Choose these tails."""
    return tuple_(tails.c.platform, tails.c.tail_number).in_([tuple(name) for name in names])


def read(row: AnyRow) -> TailRead:
    """Show a tail as the query above has found it."""
    return TailRead(**fields(row))


def fields(row: AnyRow) -> dict[str, Any]:
    """Name what an answer shows of a tail."""
    named = dict(row._mapping)
    return {**named, "state": state(row.is_down)}


def state(is_down: bool) -> TailState:  # noqa: FBT001  # a column, not a switch
    """Name how a tail stands."""
    return TailState.DOWN if is_down else TailState.UP


async def show(session: AsyncSession, names: Collection[TailName]) -> dict[TailName, TailRead]:
    """Show tails that have just been written, to whoever wrote them."""
    found = await session.execute(shown().where(is_named(*names)))
    return {TailName(Platform(row.platform), row.tail_number): read(row) for row in found}


async def _load(session: AsyncSession, rows: Sequence[Any], names: Collection[TailName]) -> dict[TailName, Kept]:
    if not rows:
        return {}
    periods: dict[TailName, list[Period]] = {}
    posted: dict[TailName, dict[int, str]] = {}
    for row in await _PERIODS.rows(session, _named(names)):
        name = TailName(Platform(row.platform), row.tail_number)
        periods.setdefault(name, []).append(_period(row))
        posted.setdefault(name, {})[row.n] = row.posted_by
    found = {}
    for row in rows:
        name = TailName(Platform(row.platform), row.tail_number)
        tail = Tail(
            platform=name.platform,
            tail_number=name.tail_number,
            site=row.site or "",
            illustrative=row.illustrative,
            version=row.version,
            periods=tuple(periods.get(name, ())),
        )
        found[name] = Kept(tail, posted.get(name, {}))
    return found


def _is_of_tail(periods: FromClause) -> ColumnElement[bool]:
    return and_(periods.c.platform == tails.c.platform, periods.c.tail_number == tails.c.tail_number)


def _period(row: Any) -> Period:
    began_at: datetime = row.began_at
    return Period(row.n, began_at, Standing(row.cause, row.awaiting_parts), row.ended_at)


def _named(names: Iterable[TailName]) -> dict[str, object]:
    distinct = sorted(set(names))
    return {
        "platforms": [name.platform for name in distinct],
        "tail_numbers": [name.tail_number for name in distinct],
    }
