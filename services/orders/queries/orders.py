"""Orders and promises as they are read."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, any_, func, literal, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.order import SETTLED
from services.orders.queries.withheld import shown
from services.orders.schemas.filters import OrderFilter
from services.orders.schemas.offers import MakingRead
from services.orders.schemas.orders import ChangeRead, OrderRead, OrderSummary, WorkOrderRead
from services.orders.schemas.promises import NEVER, PromiseFilter, PromiseRead, StandingPromise
from services.orders.store.lookups import Sight, array, visible
from services.orders.tables import (
    orders,
    part_copies,
    promises,
    site_copies,
    work_orders,
)
from shared.events.envelope import Stream
from shared.events.making import Making
from shared.events.references import read_reference
from shared.http.paging import CursorMalformed, Page
from shared.types import Nation, OrderId

_HISTORY = text(
    """
    SELECT key_seq, type, recorded_at, payload FROM event_log
    WHERE topic = :topic AND key = :key AND key_seq < :before ORDER BY key_seq DESC LIMIT :limit
    """
)
_NEWEST = 2**63 - 1
OVERDUE = and_(orders.c.overdue_promise > 0, orders.c.overdue_promise == orders.c.promises, orders.c.sourced > 0)
"""Chooses the orders of whose standing promise was told that its day has passed, and that still wait."""


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
                version=each.key_seq,
                type=each.type,
                recorded_at=each.recorded_at,
                data=dict(shown(json.loads(each.payload))),
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


async def promise_page(
    session: AsyncSession, wanted: PromiseFilter, *, nation: Nation | None, after: tuple[str, ...] | None, limit: int
) -> list[StandingPromise]:
    """Show the next promises to open orders, of one nation or of all; each day of a part and nation once."""
    days = [func.coalesce(day, NEVER).label(day.name) for day in (orders.c.promised_for, orders.c.first_promised_for)]
    place = (orders.c.part, site_copies.c.country.label("nation"), *days)
    query = (
        select(*place)
        .join(site_copies, site_copies.c.site_id == orders.c.ordered_by)
        .where(orders.c.promises > 0, orders.c.state.not_in(SETTLED))
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


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CursorMalformed from None


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
    if wanted.overdue is not None:
        query = query.where(OVERDUE if wanted.overdue else ~OVERDUE)
    return query


def _is_late(today: date) -> Any:
    """Unfinished, and the day of need has passed or is before the day promised."""
    late = or_(orders.c.required_by < today, func.coalesce(orders.c.promised_for > orders.c.required_by, False))
    return and_(orders.c.state.not_in(SETTLED), late)


def _summary(row: Any) -> OrderSummary:
    fields: Mapping[str, Any] = row._mapping
    plain = {name: fields[name] for name in OrderSummary.model_fields if name not in ("references", "overdue")}
    is_overdue = 0 < row.overdue_promise == row.promises and row.sourced > 0
    return OrderSummary(**plain, references=list(map(read_reference, row.accepted)), overdue=is_overdue)


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
        declined=row.declined,
        making=MakingRead.of(row.making and Making.model_validate(row.making)),
        wanted_by=row.wanted_by,
        lateral=row.lateral_order,
    )
