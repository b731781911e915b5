"""Replenishment as it is read: levels and proposals, the policies of a nation, the rules of its depots."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, any_, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.replenishment import ProposalState
from services.orders.schemas.replenishment import PolicyRead, ReplenishmentFilter, ReplenishmentRead, RuleRead
from services.orders.store.lookups import Sight, array
from services.orders.tables import site_copies
from services.orders.tables.replenishment import replenishment_policies, replenishment_rules, replenishments
from shared.types import Nation, PartId, SiteId


async def replenishment_page(
    session: AsyncSession, wanted: ReplenishmentFilter, sight: Sight, *, after: tuple[str, ...] | None, limit: int
) -> list[ReplenishmentRead]:
    """Show the next parts at depots that a filter asks for, by depot and part."""
    place = (replenishments.c.site, replenishments.c.part)
    query = select(replenishments).where(_visible(sight)).order_by(*place).limit(limit)
    query = query.where(
        *(replenishments.c[name] == value for name, value in wanted.model_dump(exclude_none=True).items())
    )
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*map(literal, after)))
    return [_shown(row) for row in await session.execute(query)]


async def replenishment(session: AsyncSession, site: SiteId, part: PartId, sight: Sight) -> ReplenishmentRead | None:
    """Show one part at a depot; none where there is none to be seen."""
    query = select(replenishments).where(replenishments.c.site == site, replenishments.c.part == part, _visible(sight))
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _shown(row)


async def policy_page(session: AsyncSession, nation: Nation, *, after: date | None, limit: int) -> list[PolicyRead]:
    """Show what a nation wants of its stock, by the days from which it does."""
    policies = replenishment_policies
    query = select(policies).where(policies.c.nation == nation).order_by(policies.c.valid_from).limit(limit)
    if after is not None:
        query = query.where(policies.c.valid_from > after)
    return [_policy(row) for row in await session.execute(query)]


async def policy(session: AsyncSession, nation: Nation, valid_from: date) -> PolicyRead:
    """Show what a nation wants of its stock from a day on, as it has stated."""
    policies = replenishment_policies
    query = select(policies).where(policies.c.nation == nation, policies.c.valid_from == valid_from)
    return _policy((await session.execute(query)).one())


async def rule_page(session: AsyncSession, sight: Sight, *, after: str | None, limit: int) -> list[RuleRead]:
    """Show the rules of depots that may be seen, by depot."""
    rules = replenishment_rules
    query = select(rules).where(_seen(rules.c.site, sight)).order_by(rules.c.site).limit(limit)
    if after is not None:
        query = query.where(rules.c.site > after)
    return [_rule(row) for row in await session.execute(query)]


async def rule(session: AsyncSession, site: SiteId) -> RuleRead:
    """Show a depot's rule."""
    query = select(replenishment_rules).where(replenishment_rules.c.site == site)
    return _rule((await session.execute(query)).one())


def _visible(sight: Sight) -> ColumnElement[bool]:
    return _seen(replenishments.c.site, sight)


def _seen(site: ColumnElement[Any], sight: Sight) -> ColumnElement[bool]:
    """Choose the depots that may be seen."""
    seen = [site == any_(array(sight.sites))]
    if sight.nation is not None:
        seen.append(site.in_(select(site_copies.c.site_id).where(site_copies.c.country == sight.nation)))
    return or_(*seen)


def _shown(row: Any) -> ReplenishmentRead:
    fields: Mapping[str, Any] = row._mapping
    same = {name: fields[name] for name in ReplenishmentRead.model_fields.keys() - {"proposal"}}
    is_proposed = row.state != ProposalState.NONE
    return ReplenishmentRead(proposal=f"{row.site}:{row.part}:{row.number}" if is_proposed else None, **same)


def _policy(row: Any) -> PolicyRead:
    fields: Mapping[str, Any] = row._mapping
    level = f"{row.service_level.normalize():f}"
    return PolicyRead(**{**{name: fields[name] for name in PolicyRead.model_fields}, "service_level": level})


def _rule(row: Any) -> RuleRead:
    fields: Mapping[str, Any] = row._mapping
    return RuleRead(**{name: fields[name] for name in RuleRead.model_fields})
