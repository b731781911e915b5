"""What commands look up before they decide: the catalogue's copy, activities, what was placed before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, any_, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders import tables
from services.orders.domain.priority import Activity, Designator
from services.orders.schemas.orders import ACCEPTABLE, PlaceOrder
from services.orders.schemas.references import REFERENCES_MAX
from services.orders.store.sources import Asked
from services.orders.tables import orders, part_copies, planning, site_copies
from shared.events.references import read_reference
from shared.http import rights
from shared.http.forms import NamedReference
from shared.http.rights import Subject
from shared.http.tokens import Principal
from shared.types import Nation, OrderId, PartId, Priority, SiteId, SiteKind


class Turn(NamedTuple):
    """When it is an open order's turn: by priority, then by the day of need, then by age."""

    priority: Priority
    required_by: date
    placed_at: datetime
    order_id: OrderId


_TURN = (orders.c.priority, orders.c.required_by, orders.c.placed_at, orders.c.order_id)


@dataclass(frozen=True, slots=True)
class Sight:
    """The orders that may be seen at all: of these sites, of this nation; None is no bound."""

    sites: frozenset[SiteId]
    nation: Nation | None

    @classmethod
    def of(cls, principal: Principal) -> "Sight":
        """Tell which orders a principal may see in full; a partner nation's are not shown at all."""
        reach = rights.reach(principal, Subject.ORDER)
        return cls(reach.sites, reach.nation)


@dataclass(frozen=True, slots=True)
class PartCopy:
    """What this service has heard of a part: the platforms that it fits, and how its unit of issue divides."""

    platforms: frozenset[str]
    quantity_scale: int


@dataclass(frozen=True, slots=True)
class SiteCopy:
    """What this service has heard of a site."""

    kind: SiteKind
    country: Nation


@dataclass(frozen=True, slots=True)
class Places:
    """The depot that has placed an order, and the one that fills it."""

    ordered_by: SiteId
    site: SiteId


async def parts(session: AsyncSession, part_ids: Iterable[PartId]) -> dict[PartId, PartCopy]:
    """Look up these parts in the catalogue; an unknown one is not in the answer."""
    query = select(part_copies.c.part_id, part_copies.c.platforms, part_copies.c.quantity_scale)
    rows = await session.execute(query.where(part_copies.c.part_id == any_(array(part_ids))))
    return {row.part_id: PartCopy(frozenset(row.platforms), row.quantity_scale) for row in rows}


async def sites(session: AsyncSession, site_ids: Iterable[SiteId]) -> dict[SiteId, SiteCopy]:
    """Look up these sites in the catalogue; an unknown one is not in the answer."""
    rows = await session.execute(select(site_copies).where(site_copies.c.site_id == any_(array(site_ids))))
    return {row.site_id: SiteCopy(SiteKind(row.kind), row.country) for row in rows}


async def activities(session: AsyncSession, codes: Iterable[str]) -> dict[str, Activity]:
    """Look up these activities; an unknown one is not in the answer."""
    rows = await session.execute(select(tables.activities).where(tables.activities.c.activity == any_(array(codes))))
    return {row.activity: Activity(row.site, Designator(row.force_activity_designator)) for row in rows}


async def placed(session: AsyncSession, order_ids: Iterable[OrderId]) -> dict[OrderId, bytes]:
    """Tell which of these orders were placed before, and the digest of what was sent then."""
    query = select(orders.c.order_id, orders.c.body_hash).where(orders.c.order_id == any_(array(order_ids)))
    return {row.order_id: bytes(row.body_hash) for row in await session.execute(query)}


async def first_promises(session: AsyncSession, order_ids: Iterable[OrderId]) -> dict[OrderId, date]:
    """Tell what was promised first of these orders, of those of which anything was."""
    query = select(orders.c.order_id, orders.c.first_promised_for).where(orders.c.order_id == any_(array(order_ids)))
    rows = await session.execute(query.where(orders.c.first_promised_for.is_not(None)))
    return {row.order_id: row.first_promised_for for row in rows}


async def as_ordered(session: AsyncSession, asked: Mapping[OrderId, int]) -> dict[OrderId, PlaceOrder]:
    """Write orders as their depots would order them now, which never order for the shelf at that door.

    An order is for as much as is asked where that is what was ordered, what is wanted of it, or what is to come of it
    still; otherwise for what was ordered. A split fill's suffix is the last part of its id. A tail number without its
    platform was taken once. What was allowed it in an emergency is no part of the order.
    """
    query = select(orders).where(orders.c.order_id == any_(array(list(asked))), ~orders.c.for_stock)
    rows = await session.execute(query)
    said = PlaceOrder.model_fields.keys() - {
        "suffix",
        "quantity",
        "references",
        "substitutes",
        "tail_number",
        "conditions",
    }
    return {
        row.order_id: PlaceOrder(
            suffix=row.order_id[len(row.document_number) + 6 :] or None,
            quantity=asked[row.order_id] if asked[row.order_id] in _amounts(row) else row.quantity,
            references=[NamedReference(**dict(read_reference(key))) for key in row.accepted[:REFERENCES_MAX]],
            conditions=[each for each in row.conditions if each in ACCEPTABLE],
            **{name: row._mapping[name] for name in said},
            tail_number=row.tail_number if row.platform else None,
        )
        for row in rows
    }


def _amounts(row: Row[Any]) -> tuple[int, int, int]:
    return row.quantity, row.wanted, row.wanted - row.issued


async def heard(session: AsyncSession, order_id: OrderId) -> bool:
    """Tell whether inventory has answered an order."""
    said = select(orders.c.heard).where(orders.c.order_id == order_id, orders.c.heard > 0, ~orders.c.unsettled)
    return await session.scalar(said) is not None


async def places(session: AsyncSession, order_id: OrderId, sight: Sight) -> Places | None:
    """Name the depots of an order; none where there is no such order to be seen."""
    query = select(orders.c.ordered_by, orders.c.site).where(orders.c.order_id == order_id, visible(sight))
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Places(row.ordered_by, row.site)


async def overdue(session: AsyncSession, today: date, limit: int) -> Sequence[OrderId]:
    """Name orders whose promised day has passed and that still wait for a source, as far as nobody was told of it."""
    query = (
        select(orders.c.order_id)
        .where(orders.c.sourced > 0, orders.c.overdue_promise < orders.c.promises, orders.c.promised_for < today)
        .where(~orders.c.unsettled)
        .order_by(orders.c.promised_for, orders.c.order_id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def next_planning(session: AsyncSession) -> Asked | None:
    """Name a part whose open orders are to be planned again by now."""
    query = select(planning.c.part, planning.c.asked).where(planning.c.not_before <= func.now())
    row = (await session.execute(query.order_by(planning.c.part).limit(1))).one_or_none()
    return None if row is None else Asked(row.part, row.asked)


async def open_orders(session: AsyncSession, part: PartId, *, after: Turn | None, chunk: int) -> Sequence[Turn]:
    """Name the next orders of a part for which something has neither stock nor source, by their turn."""
    query = select(*_TURN).where(orders.c.part == part, orders.c.heard > 0, orders.c.open > 0)
    if after is not None:
        query = query.where(tuple_(*_TURN) > tuple_(*map(literal, after, (column.type for column in _TURN))))
    return [Turn(*row) for row in await session.execute(query.order_by(*_TURN).limit(chunk))]


def array(values: Iterable[str]) -> ColumnElement[Any]:
    """Write values as one array parameter, sorted and each once."""
    return literal(sorted(set(values)), orders.c.conditions.type)


def visible(sight: Sight) -> ColumnElement[bool]:
    """Choose the orders placed by, or filled from, a site that may be seen."""
    seen = [orders.c.ordered_by == any_(array(sight.sites)), orders.c.site == any_(array(sight.sites))]
    if sight.nation is not None:
        own = select(site_copies.c.site_id).where(site_copies.c.country == sight.nation)
        seen.append(orders.c.ordered_by.in_(own))
    return or_(*seen)
