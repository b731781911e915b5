"""What the catalogue says otherwise than before may make a source suitable: what is open of it is planned again."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.store import catalogue
from services.orders.store import sources as source_store
from shared.events.catalogue import PartDefined, SiteDefined


async def copy(session: AsyncSession, parts: Sequence[PartDefined], sites: Sequence[SiteDefined]) -> None:
    """Write parts and sites as they were told, one statement a table."""
    await catalogue.save_parts(session, parts)
    await catalogue.save_sites(session, sites)


async def copy_and_plan(session: AsyncSession, parts: Sequence[PartDefined], sites: Sequence[SiteDefined]) -> None:
    """Write them, once no decision is under way where a source may follow, and ask for the planning of its part."""
    changed = await catalogue.told_otherwise(session, parts, sites)
    if changed:
        await source_store.claim(session)
        await source_store.ask_for_planning(session, changed)
    await copy(session, parts, sites)
