"""SQL that reads."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, any_, func, literal, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.order import OrderState
from services.orders.schemas.orders import ChangeRead, OrderFilter, OrderRead, OrderSummary, PromiseRead, WorkOrderRead
from services.orders.schemas.promises import NEVER, PromiseFilter, StandingPromise
from services.orders.schemas.sources import ActivityRead, SourceFilter, SourceRead
from services.orders.store.lookups import Sight, array, visible
from services.orders.tables import activities, orders, part_copies, promises, site_copies, sources, work_orders
from shared.events.envelope import Stream
from shared.http import rights
from shared.http.named import name
from shared.http.paging import CursorMalformed, Page
from shared.http.rights import Subject
from shared.http.tokens import Principal
from shared.http.versions import Token
from shared.types import Nation, OrderId, PartId, SiteId, SiteKind

_SETTLED = (OrderState.ISSUED, OrderState.CANCELLED)
_HISTORY = text(
    """
    SELECT key_seq, type, recorded_at, payload FROM event_log
    WHERE topic = :topic AND key = :key AND key_seq < :before ORDER BY key_seq DESC LIMIT :limit
    """
)
_NEWEST = 2**63 - 1


async def summaries(session: AsyncSession, order_ids: Iterable[OrderId]) -> dict[OrderId, OrderSummary]:
    """Show orders."""
    rows = await session.execute(select(orders).where(orders.c.order_id == any_(array(order_ids))))
    return {row.order_id: _summary(row) for row in rows}


async def order(
    session: AsyncSession, order_id: OrderId, sight: Sight, page: Page, *, promises_max: int
) -> OrderRead | None:
    """Show an order, with a page of its history; none where there is no such order to be seen."""
    row = (await session.execute(select(orders).where(orders.c.order_id == order_id, visible(sight)))).one_or_none()
    if row is None:
        return None
    works = await session.execute(
        select(work_orders).where(work_orders.c.order_id == order_id).order_by(work_orders.c.n)
    )
    made = await session.execute(
        select(promises).where(promises.c.order_id == order_id).order_by(promises.c.n.desc()).limit(promises_max)
    )
    start = page.after_of(int)
    before = _NEWEST if start is None else start[0]
    key = {"topic": int(Stream.ORDERS), "key": f"order:{order_id}"}
    told = await session.execute(_HISTORY, {**key, "before": before, "limit": page.one_more})
    return OrderRead(
        **dict(_summary(row)),
        work_orders=[_work_order(work) for work in works],
        promises=[
            PromiseRead(promised_for=each.promised_for, reason=each.reason, recorded_at=each.recorded_at)
            for each in reversed(made.all())
        ],
        history=[
            ChangeRead(
                version=each.key_seq, type=each.type, recorded_at=each.recorded_at, data=json.loads(each.payload)
            )
            for each in reversed(page.cut(told.all(), lambda each: [each.key_seq]))
        ],
    )


async def order_page(
    session: AsyncSession, wanted: OrderFilter, sight: Sight, *, after: OrderId | None, limit: int, today: date
) -> list[OrderSummary]:
    """Show the next orders that a filter asks for, by order id."""
    query = select(orders).where(visible(sight)).order_by(orders.c.order_id).limit(limit)
    if after is not None:
        query = query.where(orders.c.order_id > after)
    rows = await session.execute(_filtered(query, wanted, today))
    return [_summary(row) for row in rows]


async def source(session: AsyncSession, part: PartId, site: SiteId, nation: Nation) -> SourceRead | None:
    """Show one source of a part, as a nation has approved it."""
    query = select(sources).where(sources.c.part == part, sources.c.site == site, sources.c.nation == nation)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else SourceRead(**row._mapping)


async def source_page(
    session: AsyncSession,
    wanted: SourceFilter,
    *,
    nation: Nation | None,
    after: tuple[str, ...] | None,
    limit: int,
) -> list[SourceRead]:
    """Show the next sources that a filter asks for, of one nation or of all, by part, site and nation."""
    place = (sources.c.part, sources.c.site, sources.c.nation)
    query = select(sources).order_by(*place).limit(limit)
    for asked in (nation, wanted.nation):
        if asked is not None:
            query = query.where(sources.c.nation == asked)
    if wanted.part is not None:
        query = query.where(sources.c.part == wanted.part)
    if wanted.site is not None:
        query = query.where(sources.c.site == wanted.site)
    if wanted.approved is not None:
        query = query.where(sources.c.approved == wanted.approved)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*map(literal, after)))
    return [SourceRead(**row._mapping) for row in await session.execute(query)]


async def activity(session: AsyncSession, code: str, nation: Nation) -> ActivityRead | None:
    """Show one activity of a nation."""
    row = (await session.execute(_activities(nation).where(activities.c.activity == code))).one_or_none()
    return None if row is None else ActivityRead(**row._mapping)


async def activity_page(session: AsyncSession, nation: Nation, *, after: str | None, limit: int) -> list[ActivityRead]:
    """Show a nation's next activities, by code."""
    query = _activities(nation).order_by(activities.c.activity).limit(limit)
    if after is not None:
        query = query.where(activities.c.activity > after)
    return [ActivityRead(**row._mapping) for row in await session.execute(query)]


async def promise_page(
    session: AsyncSession, wanted: PromiseFilter, *, nation: Nation | None, after: tuple[str, ...] | None, limit: int
) -> list[StandingPromise]:
    """Show the next promises to open orders, of one nation or of all; each day of a part and nation once."""
    days = [func.coalesce(day, NEVER).label(day.name) for day in (orders.c.promised_for, orders.c.first_promised_for)]
    place = (orders.c.part, site_copies.c.country.label("nation"), *days)
    query = (
        select(*place)
        .join(site_copies, site_copies.c.site_id == orders.c.ordered_by)
        .where(orders.c.promises > 0, orders.c.state.not_in(_SETTLED))
        .distinct()
        .order_by(*place)
        .limit(limit)
    )
    for asked in (nation, wanted.nation):
        if asked is not None:
            query = query.where(site_copies.c.country == asked)
    if wanted.part is not None:
        query = query.where(orders.c.part == wanted.part)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*map(literal, (*after[:2], *map(_read_day, after[2:])))))
    return [StandingPromise.at(*row) for row in await session.execute(query)]


async def nations(session: AsyncSession, sites: Collection[SiteId]) -> dict[SiteId, Nation]:
    """Tell which nation each of these sites belongs to, as far as the catalogue was heard."""
    query = select(site_copies.c.site_id, site_copies.c.country).where(site_copies.c.site_id.in_(sites))
    return {row.site_id: row.country for row in await session.execute(query)}


async def sees(session: AsyncSession, principal: Principal, tokens: Sequence[Token]) -> bool:
    """Tell whether a principal may see all that these versions are of.

    To which depots a shipment goes is not known here, where nothing of it is shown: whoever is of its sender's nation
    may wait for it, and for a supplier's everybody.
    """
    named = name(tokens)
    known = await nations(session, named.places)
    return (
        named.is_whole
        and rights.sees_fully(principal, Subject.STOCK, named.stocks, known)
        and await _count_senders(session, named.senders, principal.nation) == len(named.senders)
        and rights.sees_fully(principal, Subject.LOT, named.factories, known)
        and await _count_seen(session, named.all_orders, Sight.of(principal)) == len(named.all_orders)
    )


async def _count_senders(session: AsyncSession, senders: Collection[SiteId], nation: Nation) -> int:
    if not senders:
        return 0
    is_ours = or_(site_copies.c.country == nation, site_copies.c.kind == SiteKind.SUPPLIER)
    return int(await session.scalar(select(func.count()).where(site_copies.c.site_id.in_(senders), is_ours)) or 0)


async def _count_seen(session: AsyncSession, order_ids: Collection[OrderId], sight: Sight) -> int:
    if not order_ids:
        return 0
    query = select(func.count()).where(orders.c.order_id == any_(array(order_ids)), visible(sight))
    return int(await session.scalar(query) or 0)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CursorMalformed from None


def _activities(nation: Nation) -> Select[Any]:
    return (
        select(activities)
        .join(site_copies, site_copies.c.site_id == activities.c.site)
        .where(site_copies.c.country == nation)
    )


def _filtered(query: Select[Any], wanted: OrderFilter, today: date) -> Select[Any]:
    if wanted.site is not None:
        query = query.where(or_(orders.c.ordered_by == wanted.site, orders.c.site == wanted.site))
    if wanted.part is not None:
        query = query.where(orders.c.part == wanted.part)
    if wanted.state is not None:
        query = query.where(orders.c.state == wanted.state)
    if wanted.platform is not None:
        fits = select(part_copies.c.part_id).where(literal(wanted.platform.value) == any_(part_copies.c.platforms))
        query = query.where(
            or_(orders.c.platform == wanted.platform, and_(orders.c.platform.is_(None), orders.c.part.in_(fits)))
        )
    if wanted.late is not None:
        late = _is_late(today)
        query = query.where(late if wanted.late else ~late)
    return query


def _is_late(today: date) -> Any:
    """Unfinished, and the day of need has passed or is before the day promised."""
    overdue = or_(orders.c.required_by < today, func.coalesce(orders.c.promised_for > orders.c.required_by, False))
    return and_(orders.c.state.not_in(_SETTLED), overdue)


def _summary(row: Any) -> OrderSummary:
    fields: Mapping[str, Any] = row._mapping
    return OrderSummary(**{name: fields[name] for name in OrderSummary.model_fields})


def _work_order(row: Any) -> WorkOrderRead:
    return WorkOrderRead(
        work_order=f"{row.order_id}-W{row.n}",
        source=row.source,
        sourced=row.sourced,
        quantity=row.quantity,
        due=row.due,
        due_reason=row.due_reason,
        asked_back=row.asked,
        given_back=row.given,
        state=row.state,
    )
