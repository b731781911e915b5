"""SQL that reads."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, any_, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.order import OrderState
from services.orders.schemas.orders import ChangeRead, OrderFilter, OrderRead, OrderSummary, PromiseRead, WorkOrderRead
from services.orders.schemas.sources import ActivityRead, SourceFilter, SourceRead
from services.orders.store.lookups import Sight, array, visible
from services.orders.tables import activities, orders, part_copies, promises, sources, work_orders
from shared.events.envelope import Stream
from shared.types import OrderId, PartId, SiteId

_SETTLED = (OrderState.ISSUED, OrderState.CANCELLED)
_HISTORY = text(
    """
    SELECT key_seq, type, recorded_at, payload FROM event_log
    WHERE topic = :topic AND key = :key ORDER BY key_seq LIMIT :limit
    """
)
_HISTORY_MAX = 1000


async def summaries(session: AsyncSession, order_ids: Iterable[OrderId]) -> dict[OrderId, OrderSummary]:
    """Show orders."""
    rows = await session.execute(select(orders).where(orders.c.order_id == any_(array(order_ids))))
    return {row.order_id: _summary(row) for row in rows}


async def order(session: AsyncSession, order_id: OrderId, sight: Sight) -> OrderRead | None:
    """Show an order with everything known about it; none where there is no such order to be seen."""
    row = (await session.execute(select(orders).where(orders.c.order_id == order_id, visible(sight)))).one_or_none()
    if row is None:
        return None
    works = await session.execute(
        select(work_orders).where(work_orders.c.order_id == order_id).order_by(work_orders.c.n)
    )
    made = await session.execute(select(promises).where(promises.c.order_id == order_id).order_by(promises.c.n))
    told = await session.execute(
        _HISTORY, {"topic": int(Stream.ORDERS), "key": f"order:{order_id}", "limit": _HISTORY_MAX}
    )
    return OrderRead(
        **dict(_summary(row)),
        work_orders=[_work_order(work) for work in works],
        promises=[
            PromiseRead(promised_for=each.promised_for, reason=each.reason, recorded_at=each.recorded_at)
            for each in made
        ],
        history=[
            ChangeRead(
                version=each.key_seq, type=each.type, recorded_at=each.recorded_at, data=json.loads(each.payload)
            )
            for each in told
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


async def source(session: AsyncSession, part: PartId, site: SiteId) -> SourceRead | None:
    """Show one source of a part."""
    query = select(sources).where(sources.c.part == part, sources.c.site == site)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else SourceRead(**row._mapping)


async def source_page(
    session: AsyncSession, wanted: SourceFilter, *, after: tuple[PartId, SiteId] | None, limit: int
) -> list[SourceRead]:
    """Show the next sources that a filter asks for, by part and site."""
    query = select(sources).order_by(sources.c.part, sources.c.site).limit(limit)
    if wanted.part is not None:
        query = query.where(sources.c.part == wanted.part)
    if wanted.site is not None:
        query = query.where(sources.c.site == wanted.site)
    if wanted.approved is not None:
        query = query.where(sources.c.approved == wanted.approved)
    if after is not None:
        query = query.where(func.row(sources.c.part, sources.c.site) > func.row(literal(after[0]), literal(after[1])))
    return [SourceRead(**row._mapping) for row in await session.execute(query)]


async def activity(session: AsyncSession, code: str) -> ActivityRead | None:
    """Show one activity."""
    row = (await session.execute(select(activities).where(activities.c.activity == code))).one_or_none()
    return None if row is None else ActivityRead(**row._mapping)


async def activity_page(session: AsyncSession, *, after: str | None, limit: int) -> list[ActivityRead]:
    """Show the next activities, by code."""
    query = select(activities).order_by(activities.c.activity).limit(limit)
    if after is not None:
        query = query.where(activities.c.activity > after)
    return [ActivityRead(**row._mapping) for row in await session.execute(query)]


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
