"""SQL that reads: lots, work orders, their history, and senders, within what a principal may see."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, desc, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.production.domain.lot import Lot
from services.production.domain.posted import is_clock_suspect
from services.production.domain.totals import Totals
from services.production.domain.work_order import WorkOrder
from services.production.queries.genealogy import inputs_of
from services.production.queries.sight import bought, visible, visible_lots
from services.production.schemas.filters import LotFilter, WorkOrderFilter
from services.production.schemas.gaps import Gap, GapsRead
from services.production.schemas.views import (
    HistoryEntry,
    LotRead,
    LotSummary,
    WorkOrderRead,
    WorkOrderSummary,
)
from services.production.store import lots as lot_store
from services.production.store import work_orders as work_order_store
from services.production.tables import accepted_event, event_log, lot, part_copy, sender, site_copy, work_order
from shared.events.envelope import Stream
from shared.events.production import MadeAs
from shared.http import rights
from shared.http.named import name
from shared.http.paging import Page
from shared.http.rights import Reach, Subject, reach
from shared.http.tokens import Principal
from shared.http.versions import Token
from shared.types import LotId, Nation, SiteId, SiteKind, WorkOrderId

_NEWEST = 2**63 - 1
_POSTED = ("source", "id", "type", "body", "posted_by", "on_behalf_of", "voided_by")

_DECIDED = """(SELECT coalesce(sum(CAST(each ->> 'quantity' AS bigint)), 0)
  FROM jsonb_array_elements(work_order.said -> 'decided') AS each)"""

_SPOKEN = "sum(CAST(each ->> 'quantity' AS bigint)) FILTER (WHERE each ->> 'outcome' = 'for-stock')"
_STOCKED = f"""(SELECT coalesce({_SPOKEN}, 0)
  FROM jsonb_array_elements(work_order.said -> 'decided') AS each)"""  # noqa: S608  # our own words
_DONE_BEFORE = f"""(SELECT max(good - spoken) FROM (
  SELECT coalesce(CAST(each ->> 'good' AS bigint), 0) AS good,
    coalesce({_SPOKEN} OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS spoken
  FROM jsonb_array_elements(work_order.said -> 'decided') WITH ORDINALITY AS told (each, n)) AS words)"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list: after this key, at most so many."""

    after: str | None
    limit: int


async def lots(session: AsyncSession, wanted: LotFilter, reach: Reach, window: Window) -> list[LotSummary]:
    """List lots by their ids."""
    query = visible_lots(reach).order_by(lot.c.lot_id).limit(window.limit)
    query = query.where(*(lot.c[name] == value for name, value in wanted.model_dump(exclude_none=True).items()))
    if window.after is not None:
        query = query.where(lot.c.lot_id > window.after)
    rows = (await session.execute(query)).all()
    named = await _work_orders_of(session, rows)
    return [_lot(row, named) for row in rows]


async def find_lot(session: AsyncSession, lot_id: LotId, reach: Reach, page: Page) -> LotRead | None:
    """Show a lot with what went into it and a page of its history; none if there is none that may be seen."""
    row = (await session.execute(visible_lots(reach).where(lot.c.lot_id == lot_id))).one_or_none()
    if row is None:
        return None
    named = await _work_orders_of(session, [row])
    history = await history_of(session, f"lot:{lot_id}", page)
    return LotRead(**dict(_lot(row, named)), inputs=await inputs_of(session, lot_id), history=history)


async def work_orders(
    session: AsyncSession, wanted: WorkOrderFilter, reach: Reach, window: Window
) -> list[WorkOrderSummary]:
    """List work orders by their ids."""
    query = _work_orders(reach).order_by(work_order.c.work_order_id).limit(window.limit)
    asked = wanted.model_dump(exclude_none=True, exclude={"undecided"})
    query = query.where(*(work_order.c[name] == value for name, value in asked.items()))
    if wanted.undecided is not None:
        query = query.where(_is_undecided() == wanted.undecided)
    if window.after is not None:
        query = query.where(work_order.c.work_order_id > window.after)
    return [_work_order(row) for row in await session.execute(query)]


async def find_work_order(
    session: AsyncSession, work_order_id: WorkOrderId, reach: Reach, page: Page
) -> WorkOrderRead | None:
    """Show a work order with a page of its history; none if there is none that may be seen."""
    query = _work_orders(reach).where(work_order.c.work_order_id == work_order_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    history = await history_of(session, f"work-order:{work_order_id}", page)
    return WorkOrderRead(**dict(_work_order(row)), history=history)


async def find_gaps(session: AsyncSession, source: str, reach: Reach, page: Page) -> GapsRead | None:
    """Show a page of a sender's missing numbers; none if it was never heard, or is not to be seen."""
    query = select(sender).where(sender.c.source == source, visible(sender.c.site, reach))
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    seen = sorted((stretch.lower, stretch.upper) for stretch in row.seen)
    gaps = [Gap(first=end, last=begin - 1) for (_, end), (begin, _) in pairwise(seen)]
    start = page.after_of(int)
    shown = gaps if start is None else [gap for gap in gaps if gap.first > int(start[0] or 0)]
    reused = sorted((stretch.lower, stretch.upper) for stretch in row.reused)
    return GapsRead(
        source=row.source,
        first_sequence=seen[0][0],
        highest_sequence=seen[-1][1] - 1,
        known_from=row.known_from,
        missing=sum(gap.last - gap.first + 1 for gap in gaps),
        gaps=list(page.cut(shown, lambda gap: [gap.first])),
        reused=[Gap(first=first, last=end - 1) for first, end in reused],
        events=row.events,
        duplicates=row.duplicates,
        last_seen_at=row.last_seen_at,
    )


async def nations(session: AsyncSession, sites: Collection[SiteId] | None = None) -> dict[SiteId, Nation]:
    """Tell which nation each of these sites belongs to, or each site there is."""
    query = select(site_copy.c.site_id, site_copy.c.country)
    if sites is not None:
        query = query.where(site_copy.c.site_id.in_(sites))
    return {row.site_id: row.country for row in await session.execute(query)}


async def suppliers(session: AsyncSession) -> frozenset[SiteId]:
    """Name every supplier that there is."""
    query = select(site_copy.c.site_id).where(site_copy.c.kind == SiteKind.SUPPLIER)
    return frozenset((await session.scalars(query)).all())


async def sees(session: AsyncSession, principal: Principal, tokens: Sequence[Token]) -> bool:
    """Tell whether a principal may see all that these versions are of.

    An order of which no factory was ever asked anything concerns no site here: who sees a whole nation may wait for it.
    """
    named = name(tokens)
    known = await nations(session, named.factories) if named.factories else {}
    within = reach(principal, Subject.LOT)
    sees_lots = rights.sees_fully(principal, Subject.LOT, named.factories, known)
    is_ours = named.is_whole and named.inspectors <= {principal.nation}
    if not is_ours or not (sees_lots or await _count_lots(session, named.lots, within) == len(named.lots)):
        return False
    is_named = or_(work_order.c.order_id.in_(named.orders), work_order.c.work_order_id.in_(named.work_orders))
    within = reach(principal, Subject.LOT)
    at = or_(visible(work_order.c.factory, within), bought(within))
    rows = (await session.execute(select(work_order.c.order_id, work_order.c.work_order_id, at).where(is_named))).all()
    seen = {name for row in rows if row[2] for name in row[:2]}
    found = {name for row in rows for name in row[:2]}
    sees_nation = within.nation is not None
    return named.work_orders <= seen and all(
        order in seen or (sees_nation and order not in found) for order in named.orders
    )


async def _count_lots(session: AsyncSession, lots: Collection[LotId], reach: Reach) -> int:
    if not lots:
        return 0
    seen = visible_lots(reach).where(lot.c.lot_id.in_(lots)).subquery()
    return int(await session.scalar(select(func.count()).select_from(seen)) or 0)


def _work_orders(reach: Reach) -> Select[Any]:
    joined = work_order.outerjoin(part_copy, part_copy.c.part_id == work_order.c.part)
    seen = or_(visible(work_order.c.factory, reach), bought(reach))
    return select(work_order, part_copy.c.quantity_scale).select_from(joined).where(seen)


def _is_undecided() -> ColumnElement[bool]:
    """Tell whether pieces in work were asked back whose fate is not told, as a work order itself counts them."""
    now, through = work_order.c, work_order.c.finished + work_order.c.scrapped_in_process
    good = func.greatest(now.finished - now.scrapped_finished, 0) - literal_column(_STOCKED)
    done = func.greatest(literal_column(_DONE_BEFORE), good)
    made = func.greatest(done - func.greatest(now.ordered - now.asked, 0), 0)
    unwanted = now.asked - now.given - made - literal_column(_DECIDED)
    return and_(now.completions == 0, func.least(unwanted, func.greatest(now.started, through) - through) > 0)


async def _work_orders_of(session: AsyncSession, rows: Iterable[Row[Any]]) -> dict[WorkOrderId, WorkOrder]:
    named = sorted({row.work_order for row in rows if row.work_order is not None})
    if not named:
        return {}
    found = await session.execute(select(work_order).where(work_order.c.work_order_id.in_(named)))
    return {row.work_order_id: work_order_store.read(row) for row in found}


async def history_of(session: AsyncSession, key: str, page: Page) -> list[HistoryEntry]:
    """Show a page of what was told of one thing, the newest page first."""
    start = page.after_of(int)
    before = _NEWEST if start is None else start[0]
    joined = event_log.outerjoin(accepted_event, accepted_event.c.event_id == event_log.c.event_id)
    query = (
        select(event_log, *(accepted_event.c[name].label(f"posted_{name}") for name in _POSTED))
        .select_from(joined)
        .where(event_log.c.topic == int(Stream.PRODUCTION), event_log.c.key == key, event_log.c.key_seq < before)
        .order_by(desc(event_log.c.key_seq))
        .limit(page.one_more)
    )
    rows = page.cut((await session.execute(query)).all(), lambda row: [row.key_seq])
    return [_entry(row) for row in reversed(rows)]


def _entry(row: Row[Any]) -> HistoryEntry:
    told = json.loads(row.payload)
    sent = (row.headers or {}).get("time")
    occurred_at = datetime.fromisoformat(sent) if sent else None
    return HistoryEntry(
        event_id=row.event_id,
        version=row.key_seq,
        type=row.type,
        data=told,
        recorded_at=row.recorded_at,
        occurred_at=occurred_at,
        clock_suspect=is_clock_suspect(occurred_at, row.recorded_at),
        out_of_order=told.get("out_of_order", False),
        source=row.posted_source,
        id=row.posted_id,
        posted_type=row.posted_type,
        posted=None if row.posted_body is None else json.loads(row.posted_body),
        posted_by=row.posted_posted_by,
        on_behalf_of=row.posted_on_behalf_of,
        voided_by=row.posted_voided_by,
    )


def _made(totals: Totals) -> dict[str, int]:
    return {name: getattr(totals, name) for name in Totals.__slots__ if name not in {"facts", "completions"}}


def _lot(row: Row[Any], named: dict[WorkOrderId, WorkOrder]) -> LotSummary:
    read: Lot = lot_store.read(row)
    made_as = read.made_as or MadeAs()
    return LotSummary(
        lot=read.lot_id,
        version=read.version,
        factory=read.factory,
        part=read.part,
        quantity_scale=row.quantity_scale,
        work_order=read.work_order,
        status=read.status,
        on_shelf=read.totals.on_shelf,
        in_work=read.totals.in_work,
        expires_on=read.expires_on,
        reference=made_as.reference,
        certificate=made_as.certificate,
        discrepancies=read.discrepancies(named.get(read.work_order) if read.work_order else None),
        updated_at=row.updated_at,
        **_made(read.totals),
    )


def _work_order(row: Row[Any]) -> WorkOrderSummary:
    read = work_order_store.read(row)
    return WorkOrderSummary(
        work_order=read.work_order_id,
        version=read.version,
        order=read.order,
        part=read.part,
        quantity_scale=row.quantity_scale,
        factory=read.factory,
        depot=read.depot,
        priority=read.priority,
        status=read.status,
        quantity=read.quantity,
        ordered=read.ordered,
        asked_back=read.asked,
        given_back=read.given,
        undecided=read.undecided,
        accepted=read.accepted > 0,
        refused=read.refused > 0,
        due=read.due,
        due_asked=read.due_asked,
        making=read.said.told,
        required_by=read.required_by,
        references=list(read.references),
        wanted_by=read.wanted_by,
        updated_at=row.updated_at,
        **_made(read.totals),
    )
