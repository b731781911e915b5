"""SQL that follows material: what went into a lot, and into which lots something has gone, step by step.

A lot's row keeps what went into it with how many facts say so; the facts themselves stand in the event log.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, and_, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.production.queries.sight import visible_lots
from services.production.schemas.genealogy import DownstreamLot, InputRead, SentRead
from services.production.store import lots as lot_store
from services.production.tables import accepted_event, event_log, lot
from shared.errors import Refusal
from shared.events.envelope import Stream
from shared.events.production import LotDispatched
from shared.events.progress import MaterialConsumed
from shared.http.rights import Reach
from shared.types import LotId

INPUTS_MAX = 1000
"""Facts of material shown of one lot."""
STEPS_MAX = 12
"""Hands through which something is followed."""
LOTS_MAX = 2000
"""Lots that one answer follows something into."""


class DownstreamTooWide(Refusal):
    """It has gone into more lots than one answer holds: ask for each of the lots into which it went straight."""


async def inputs_of(session: AsyncSession, lot_id: LotId) -> list[InputRead]:
    """List what went into a lot, as far as it is told and still stands."""
    rows = await _standing(session, [lot_id], MaterialConsumed.TYPE, INPUTS_MAX)
    shown = InputRead.model_fields.keys() - {"event_id"}
    return [
        InputRead(event_id=row.event_id, **{name: told.get(name) for name in shown})
        for row in rows
        for told in [json.loads(row.payload)]
    ]


async def downstream(session: AsyncSession, of: str, reach: Reach) -> list[DownstreamLot]:
    """Follow a lot, heat or kit into every lot that it went into, at first or second hand, the nearest first.

    It is followed through lots that may not be seen; these alone are left out.
    """
    found: dict[LotId, tuple[int, set[str]]] = {}
    edge = [of]
    for step in range(1, STEPS_MAX + 1):
        into = await _into(session, edge)
        for made, by in into:
            found.setdefault(made, (step, set()))[1].add(by)
        edge = sorted({made for made, _ in into if found[made][0] == step})
        if len(found) > LOTS_MAX:
            raise DownstreamTooWide(lots_max=LOTS_MAX)
        if not edge:
            break
    return await _shown(session, found, reach)


async def _into(session: AsyncSession, inputs: Sequence[str]) -> list[tuple[LotId, str]]:
    """Tell into which lots these went straight, each with which of them did."""
    named = func.jsonb_each_text(lot.c.inputs).table_valued("key", "value")
    query = (
        select(lot.c.lot_id, named.c.key)
        .select_from(lot.join(named, _stands(named.c.key, named.c.value, inputs)))
        .where(lot.c.inputs.has_any(cast(list(inputs), ARRAY(Text))))
        .order_by(lot.c.lot_id)
        .limit(LOTS_MAX + 1)
    )
    return [(row.lot_id, row.key) for row in await session.execute(query)]


def _stands(key: ColumnElement[Any], count: ColumnElement[Any], inputs: Sequence[str]) -> ColumnElement[bool]:
    return and_(key.in_(inputs), cast(count, BigInteger) > 0)


async def _shown(session: AsyncSession, found: dict[LotId, tuple[int, set[str]]], reach: Reach) -> list[DownstreamLot]:
    if not found:
        return []
    rows = (await session.execute(visible_lots(reach).where(lot.c.lot_id.in_(list(found))))).all()
    sent: dict[str, list[SentRead]] = {}
    for row in await _standing(session, [row.lot_id for row in rows], LotDispatched.TYPE, INPUTS_MAX * 10):
        told = json.loads(row.payload)
        shown = {name: told[name] for name in ("depot", "shipment", "quantity")}
        sent.setdefault(told["lot"], []).append(SentRead(event_id=row.event_id, **shown))
    lots = []
    for row in rows:
        read, (steps, ways) = lot_store.read(row), found[row.lot_id]
        lots.append(
            DownstreamLot(
                lot=read.lot_id,
                part=read.part,
                factory=read.factory,
                work_order=read.work_order,
                status=read.status,
                steps=steps,
                by_way_of=sorted(ways),
                in_work=read.totals.in_work,
                on_shelf=read.totals.on_shelf,
                sent=sent.get(read.lot_id, []),
            )
        )
    return sorted(lots, key=lambda each: (each.steps, each.lot))


async def _standing(session: AsyncSession, lots: Sequence[LotId], kind: str, limit: int) -> Sequence[Any]:
    """Read the facts of a kind about these lots that nobody has voided, in the order in which they were told."""
    joined = event_log.join(accepted_event, accepted_event.c.event_id == event_log.c.event_id)
    query = (
        select(event_log.c.event_id, event_log.c.payload)
        .select_from(joined)
        .where(event_log.c.topic == int(Stream.PRODUCTION), event_log.c.key.in_([f"lot:{each}" for each in lots]))
        .where(event_log.c.type == kind, accepted_event.c.voided_by.is_(None))
        .order_by(event_log.c.key, event_log.c.key_seq)
        .limit(limit)
    )
    return (await session.execute(query)).all()
