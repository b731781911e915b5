"""Which versions an import has made, as far as a reader may wait for them."""

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.schemas.imports import StockRecord
from services.inventory.tables import part, site, stock
from shared.events.catalogue import PartDefined, SiteDefined
from shared.events.envelope import Stream
from shared.http.versions import TOKENS_MAX, Token


async def versions(session: AsyncSession, records: Sequence[BaseModel]) -> list[Token]:
    """Name the versions that the last records of a file stand at."""
    last = records[-TOKENS_MAX:]
    catalogue, stocks = Stream.CATALOGUE.topic, Stream.STOCK.topic
    parts = [each.part_id for each in last if isinstance(each, PartDefined)]
    sites = [each.site_id for each in last if isinstance(each, SiteDefined)]
    goods = [(each.site, each.part) for each in last if isinstance(each, StockRecord)]
    of_parts = await session.execute(select(part.c.part_id, part.c.version).where(part.c.part_id.in_(parts)))
    of_sites = await session.execute(select(site.c.site_id, site.c.version).where(site.c.site_id.in_(sites)))
    of_stock = await session.execute(select(stock).where(tuple_(stock.c.site, stock.c.part).in_(goods)))
    return [
        *(Token(catalogue, f"part:{row.part_id}", row.version) for row in of_parts),
        *(Token(catalogue, f"site:{row.site_id}", row.version) for row in of_sites),
        *(Token(stocks, f"{row.site}/{row.part}", row.version) for row in of_stock),
    ]
