"""Protecting a site's own needs: how much of a part stays there, whatever other depots ask."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.commands.work import open_work
from services.inventory.domain.ledger import StockKey
from services.inventory.schemas.minimums import MinimumTerms
from services.inventory.settings import InventorySettings
from services.inventory.store import catalogue, minimums
from services.inventory.store.minimums import Minimum
from services.inventory.store.touches import Touched
from shared.errors import Kind, Refusal, VersionStale
from shared.events.stock import ProtectedMinimumSet
from shared.http import rights
from shared.http.tokens import Principal
from shared.messaging.outbox import Told, tell
from shared.types import SiteKind


class SiteNotDepot(Refusal):
    """Only a depot keeps a minimum for its own orders."""

    kind = Kind.INVALID


async def protect(
    session: AsyncSession, stock: StockKey, terms: MinimumTerms, *, principal: Principal, settings: InventorySettings
) -> None:
    """Set how much stays for the site's own orders; who waited for what is no longer protected is served at once."""
    known = await catalogue.known(session, [stock.part], [stock.site])
    place = known.site(stock.site)
    rights.require_plan(principal, stock.site, place.country)
    known.part(stock.part)
    if place.kind is not SiteKind.DEPOT:
        raise SiteNotDepot(site=stock.site)
    work = await open_work(session, Touched.of((stock,)), settings)
    before = await minimums.find(session, stock)
    if before.version and before.quantity == terms.quantity:
        return
    if terms.version is not None and terms.version != before.version:
        raise VersionStale(seen=terms.version, version=before.version, quantity=before.quantity)
    after = Minimum(before.version + 1, terms.quantity)
    await minimums.save(session, stock, after, reason=terms.reason, set_by=principal.subject)
    fact = ProtectedMinimumSet(
        site=stock.site,
        part=stock.part,
        quantity=terms.quantity,
        before=before.quantity,
        reason=terms.reason,
        set_by=principal.subject,
    )
    await tell(session, [Told(fact, after.version)])
    work.book.freed.add(stock)
    await work.settle()
