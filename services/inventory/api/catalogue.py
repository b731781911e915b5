"""Parts and sites: list, show, put."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.inventory.api.doors import Anyone, Cataloguer
from services.inventory.commands.catalogue import check_nation, define_parts, define_sites
from services.inventory.domain.catalogue import PartUnknown, SiteUnknown
from services.inventory.queries import catalogue as queries
from services.inventory.schemas.catalogue import PartFilter, PartRead, PartRecord, SiteFilter, SiteRead, SiteRecord
from shared.events.envelope import Stream
from shared.http.app import Session
from shared.http.paging import Paging, link_next
from shared.http.versions import Token, tell_version, tells_version
from shared.types import PartId, SiteId

Part = Annotated[PartId, Path(description="The part.")]
Site = Annotated[SiteId, Path(description="The site.")]


def router() -> APIRouter:
    """Give the routes of the catalogue."""
    routes = APIRouter(tags=["catalogue"])
    _reading_parts(routes)
    _reading_sites(routes)
    _writing(routes)
    return routes


def _reading_parts(routes: APIRouter) -> None:
    @routes.get("/v1/parts", response_model_exclude_none=True)
    async def list_parts(
        *,
        request: Request,
        response: Response,
        _: Anyone,
        session: Session,
        page: Paging,
        wanted: Annotated[PartFilter, Query()],
    ) -> list[PartRead]:
        """List parts by their ids."""
        start = page.after_of(str)
        found = await queries.parts(session, wanted, after=str(start[0]) if start else None, limit=page.limit)
        if len(found) == page.limit:
            link_next(request, response, [found[-1].part_id])
        return found

    @routes.get("/v1/parts/{part}", response_model_exclude_none=True)
    async def show_part(part: Part, _: Anyone, session: Session) -> PartRead:
        """Show a part."""
        found = await queries.find_part(session, part)
        if found is None:
            raise PartUnknown(part=part)
        return found


def _reading_sites(routes: APIRouter) -> None:
    @routes.get("/v1/sites", response_model_exclude_none=True)
    async def list_sites(
        *,
        request: Request,
        response: Response,
        _: Anyone,
        session: Session,
        page: Paging,
        wanted: Annotated[SiteFilter, Query()],
    ) -> list[SiteRead]:
        """List sites by their ids."""
        start = page.after_of(str)
        found = await queries.sites(session, wanted, after=str(start[0]) if start else None, limit=page.limit)
        if len(found) == page.limit:
            link_next(request, response, [found[-1].site_id])
        return found

    @routes.get("/v1/sites/{site}", response_model_exclude_none=True)
    async def show_site(site: Site, _: Anyone, session: Session) -> SiteRead:
        """Show a site."""
        found = await queries.find_site(session, site)
        if found is None:
            raise SiteUnknown(site=site)
        return found


def _writing(routes: APIRouter) -> None:
    @routes.put("/v1/parts/{part}", response_model_exclude_none=True)
    @tells_version
    async def put_part(
        *, part: Part, body: PartRecord, _: Cataloguer, session: Session, response: Response
    ) -> PartRead:
        """Define a part, in full; every service hears of it. The same again changes nothing."""
        defined = (await define_parts(session, [body.define(part)]))[part]
        tell_version(response, Token(Stream.CATALOGUE.topic, f"part:{part}", defined.version))
        return PartRead(part_id=part, version=defined.version, **dict(body))

    @routes.put("/v1/sites/{site}", response_model_exclude_none=True)
    @tells_version
    async def put_site(
        *, site: Site, body: SiteRecord, principal: Cataloguer, session: Session, response: Response
    ) -> SiteRead:
        """Define a site, in full; every service hears of it. The same again changes nothing."""
        check_nation(principal, body.define(site))
        defined = (await define_sites(session, [body.define(site)]))[site]
        tell_version(response, Token(Stream.CATALOGUE.topic, f"site:{site}", defined.version))
        return SiteRead(site_id=site, version=defined.version, **dict(body))
