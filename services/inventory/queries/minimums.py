"""Protected minimums as they stand."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.ledger import StockKey
from services.inventory.schemas.minimums import MinimumFilter, MinimumRead
from shared.sql import Statement
from shared.types import SiteId

_PAGE = Statement("""
    SELECT site, part, quantity, reason, set_by, set_at, version FROM protected_minimum
     WHERE site = ANY(CAST(:sites AS text[])) AND (site, part) > (:after_site, :after_part)
       AND (CAST(:site AS text) IS NULL OR site = :site) AND (CAST(:part AS text) IS NULL OR part = :part)
     ORDER BY site, part LIMIT :limit
""")
_START = ("", "")


async def page(
    session: AsyncSession,
    wanted: MinimumFilter,
    sites: Collection[SiteId],
    *,
    after: tuple[str, ...] | None = None,
    limit: int,
) -> list[MinimumRead]:
    """Show the next minimums of these sites that a filter asks for, by site and part."""
    site, part = after or _START
    asked = {"sites": sorted(sites), "site": wanted.site, "part": wanted.part}
    rows = await _PAGE.rows(session, {**asked, "after_site": site, "after_part": part, "limit": limit})
    return [MinimumRead(**dict(row.items())) for row in rows]


async def find(session: AsyncSession, stock: StockKey) -> MinimumRead | None:
    """Show what is protected of one stock; none if nothing was ever set."""
    rows = await page(session, MinimumFilter(site=stock.site, part=stock.part), [stock.site], limit=1)
    return rows[0] if rows else None
