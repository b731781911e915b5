"""Why an order stands as it does: what its explanation is made of, read at one moment."""

from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.alternatives import why_no_earlier_source, why_this_source
from services.orders.domain.coming_along import what_sources_say
from services.orders.domain.expedited import why_expedited
from services.orders.domain.explaining import Promised, Reason, Taken, why_not_promised_earlier, why_this_much
from services.orders.domain.loss import Loss
from services.orders.domain.promise import Promise
from services.orders.schemas.explanations import ExplanationRead, ReasonRead
from services.orders.store import laterals, lookups, market
from services.orders.store import orders as order_store
from services.orders.store.lookups import Sight
from services.orders.tables import losses, orders, promises, site_copies
from shared import clock
from shared.events.envelope import Stream
from shared.events.expediting import OrderLentAsked, OrderSourceHurried, OrderSplit
from shared.events.orders import OrderEvent, OrderSourced, OrderSourceOverridden, OrderSourcingReduced
from shared.events.stock import Gate, LossReason
from shared.http.tokens import Principal
from shared.sql import Statement
from shared.types import OrderId

E = TypeVar("E", bound=OrderEvent)
_TOLD = Statement(
    """
    SELECT payload FROM event_log WHERE topic = :topic AND key = :key AND type = :type
    ORDER BY key_seq DESC LIMIT :limit
    """
)


async def explanation(
    session: AsyncSession, order_id: OrderId, reader: Principal, *, limit: int
) -> ExplanationRead | None:
    """Explain an order from the newest of what is recorded of it; none where there is no such order to be seen."""
    if await lookups.places(session, order_id, Sight.of(reader)) is None:
        return None
    order = await order_store.find(session, order_id)
    assert order is not None, "it was seen at the same moment"
    today = clock.now().date()
    decisions = await _told(session, order_id, OrderSourced, limit)
    overrides = await _told(session, order_id, OrderSourceOverridden, limit)
    expedited = why_expedited(
        order,
        await _told(session, order_id, OrderSourceHurried, limit),
        await _told(session, order_id, OrderSplit, limit),
        await _told(session, order_id, OrderLentAsked, limit),
        standing=await laterals.standing(session, order_id),
    )
    reductions = await _told(session, order_id, OrderSourcingReduced, limit)
    found = (await market.markets(session, {order_id: order}, today))[order_id]
    earlier = [*why_not_promised_earlier(order, await _promised(session, order_id, limit)), *what_sources_say(order)]
    return ExplanationRead(
        order_id=order_id,
        version=order.version,
        state=order.state,
        ordered_by=order.ordered_by,
        site=order.site,
        part=order.part,
        today=today,
        why_this_much=_shown(why_this_much(order, await _taken(session, order_id, reader, limit))),
        why_this_source=_shown([*why_this_source(order, decisions, overrides, reductions), *expedited]),
        why_not_earlier=_shown([*earlier, *why_no_earlier_source(order, decisions, found, today)]),
    )


async def _told(session: AsyncSession, order_id: OrderId, kind: type[E], limit: int) -> list[E]:
    """Read the newest facts of a kind that were told of an order, oldest first."""
    asked = {"topic": int(Stream.ORDERS), "key": f"order:{order_id}", "type": kind.TYPE, "limit": limit}
    rows = await _TOLD.rows(session, asked)
    return [kind.model_validate_json(row.payload, extra="ignore") for row in reversed(rows)]


async def _promised(session: AsyncSession, order_id: OrderId, limit: int) -> list[Promised]:
    query = select(promises).where(promises.c.order_id == order_id).order_by(promises.c.n.desc()).limit(limit)
    rows = (await session.execute(query)).all()
    return [Promised(Promise(row.promised_for, row.reason), row.recorded_at.date()) for row in reversed(rows)]


async def _taken(session: AsyncSession, order_id: OrderId, reader: Principal, limit: int) -> list[Taken]:
    """Read what was taken from an order, oldest first; winners that may not be named are left out."""
    query = select(losses).where(losses.c.order_id == order_id).order_by(losses.c.heard.desc()).limit(limit)
    taken = [_loss(row) for row in reversed((await session.execute(query)).all())]
    named = await _nameable(session, {each.loss.winner for each in taken if each.loss.winner}, reader)
    return [
        each if each.loss.winner in named else replace(each, loss=replace(each.loss, winner=None)) for each in taken
    ]


def _loss(row: Any) -> Taken:
    loss = Loss(
        heard=row.heard,
        taken=row.taken,
        reason=LossReason(row.reason),
        winner=row.winner,
        gate=row.gate and Gate(row.gate),
        unaccepted=row.unaccepted,
    )
    return Taken(loss, row.recorded_at.date())


async def _nameable(session: AsyncSession, order_ids: set[OrderId], reader: Principal) -> set[OrderId]:
    """Tell which of these orders the reader may see, and are of his own nation's depots."""
    query = (
        select(orders.c.order_id)
        .join(site_copies, site_copies.c.site_id == orders.c.ordered_by)
        .where(orders.c.order_id.in_(order_ids), site_copies.c.country == reader.nation)
        .where(lookups.visible(Sight.of(reader)))
    )
    return set((await session.scalars(query)).all()) if order_ids else set()


def _shown(reasons: list[Reason]) -> list[ReasonRead]:
    return [ReasonRead.of(each) for each in reasons]
