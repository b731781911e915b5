"""What partners of joint ventures say of exports: whose a factory is, and what may leave it for which nation."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands.sourcing import ApprovalInFuture
from services.orders.domain.catalogue import CatalogueBehind
from services.orders.domain.export import ExportApprovalUnknown, require_end, require_export, require_partners
from services.orders.schemas.exports import ExportEnd, ExportTerms, VentureTerms
from services.orders.store import exports as store
from services.orders.store import lookups
from services.orders.store import sources as source_store
from services.orders.store.exports import Path
from shared import clock
from shared.http.rights import SiteForbidden
from shared.http.tokens import Principal
from shared.types import SiteId


async def put_venture(session: AsyncSession, site: SiteId, terms: VentureTerms, planner: Principal) -> None:
    """Say whose a joint venture is, for the nation where its factory stands; what it may make is planned again."""
    found = (await lookups.sites(session, [site])).get(site)
    if found is None:
        raise CatalogueBehind(site=site)
    if found.country != planner.nation:
        raise SiteForbidden(site=site)
    require_partners(site, found.kind, found.country, terms.partners)
    await source_store.claim(session)
    await store.save_venture(session, site, terms.partners, planner)
    await source_store.ask_for_site(session, site)


async def approve_export(session: AsyncSession, path: Path, terms: ExportTerms, planner: Principal) -> None:
    """Approve an export for one's nation, a partner; what is open of the part is planned again."""
    if path.part not in await lookups.parts(session, [path.part]):
        raise CatalogueBehind(part=path.part)
    if path.site not in await lookups.sites(session, [path.site]):
        raise CatalogueBehind(site=path.site)
    require_export(path.site, await store.partners(session, path.site), planner.nation, path.country)
    if terms.approved_on > clock.now().date():
        raise ApprovalInFuture(approved_on=terms.approved_on).at("approved_on")
    await source_store.claim(session)
    await store.save(session, path, terms, planner)
    await source_store.ask_for_planning(session, [path.part])


async def end_export(session: AsyncSession, path: Path, body: ExportEnd, planner: Principal) -> None:
    """End one's nation's approval of an export; what was asked of the factory before stands."""
    await source_store.claim(session)
    approved_on = await store.lock(session, path, planner.nation)
    if approved_on is None:
        raise ExportApprovalUnknown(site=path.site, part=path.part, country=path.country)
    require_end(approved_on, body.until)
    await store.end(session, path, body.until, planner)
