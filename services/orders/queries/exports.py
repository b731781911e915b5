"""Joint ventures, approvals of exports, and exports without them, as they are read by who has to do with them."""

from collections.abc import Sequence

from sqlalchemy import any_, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.schemas.exports import ExportApprovalRead, ExportFilter, UnapprovedExportRead, VentureRead
from services.orders.store.exports import Path
from services.orders.tables import site_copies
from services.orders.tables.exports import export_approvals, joint_ventures, unapproved_exports
from shared.types import Nation, SiteId

_PLACE = (export_approvals.c.site, export_approvals.c.part, export_approvals.c.country, export_approvals.c.nation)


async def venture_page(session: AsyncSession, *, after: SiteId | None, limit: int) -> list[VentureRead]:
    """Show whose the next joint ventures are, by factory."""
    query = select(joint_ventures).where(joint_ventures.c.site > (after or "")).order_by(joint_ventures.c.site)
    return [VentureRead(**row._mapping) for row in await session.execute(query.limit(limit))]


async def venture(session: AsyncSession, site: SiteId) -> VentureRead:
    """Show whose a joint venture is that was stated."""
    row = (await session.execute(select(joint_ventures).where(joint_ventures.c.site == site))).one()
    return VentureRead(**row._mapping)


async def approval_page(
    session: AsyncSession, wanted: ExportFilter, nation: Nation, *, after: Sequence[str] | None, limit: int
) -> list[ExportApprovalRead]:
    """Show the next approvals of exports from one's joint ventures, or to one's nation."""
    query = select(export_approvals).join(joint_ventures, joint_ventures.c.site == export_approvals.c.site)
    query = query.where(or_(literal(nation) == any_(joint_ventures.c.partners), export_approvals.c.country == nation))
    asked = wanted.model_dump(exclude_none=True)
    query = query.where(*(export_approvals.c[name] == value for name, value in asked.items()))
    if after is not None:
        query = query.where(tuple_(*_PLACE) > tuple_(*map(literal, after)))
    rows = await session.execute(query.order_by(*_PLACE).limit(limit))
    return [ExportApprovalRead(**row._mapping) for row in rows]


async def approval(session: AsyncSession, path: Path, nation: Nation) -> ExportApprovalRead:
    """Show a partner's approval that was given."""
    place = tuple_(*map(literal, (path.site, path.part, path.country, nation)))
    row = (await session.execute(select(export_approvals).where(tuple_(*_PLACE) == place))).one()
    return ExportApprovalRead(**row._mapping)


async def unapproved_page(
    session: AsyncSession, nation: Nation, *, after: str | None, limit: int
) -> list[UnapprovedExportRead]:
    """Show what left one's joint ventures without the approval of both partners, by the facts that told of it."""
    found = unapproved_exports
    query = select(found).join(site_copies, site_copies.c.site_id == found.c.factory)
    query = query.where(or_(literal(nation) == any_(found.c.partners), site_copies.c.country == nation))
    if after is not None:
        query = query.where(found.c.event_id > literal(after, found.c.event_id.type))
    rows = await session.execute(query.order_by(found.c.event_id).limit(limit))
    return [
        UnapprovedExportRead(
            **{**row._mapping, "event_id": str(row.event_id), "order": row.order_id},
        )
        for row in rows
    ]
