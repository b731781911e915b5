"""Parts and sites: list, show, put."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.inventory.api.doors import Anyone, Cataloguer, Doors
from services.inventory.commands.catalogue import check_nation, define_parts, define_sites
from services.inventory.domain.catalogue import PartUnknown, SiteUnknown
from services.inventory.queries import catalogue as queries
from services.inventory.schemas.catalogue import PartFilter, PartRead, PartRecord, SiteFilter, SiteRead, SiteRecord
from shared.events.envelope import Stream
from shared.http.app import Session
from shared.http.paging import Paging
from shared.http.versions import After, Token, tell_version
from shared.types import PartId, SiteId

Part = Annotated[PartId, Path(description="The part.")]
Site = Annotated[SiteId, Path(description="The site.")]


def router(doors: Doors) -> APIRouter:
    """Give the routes of the catalogue."""
    routes = APIRouter(tags=["catalogue"])
    _reading_parts(routes, doors)
    _reading_sites(routes, doors)
    _writing(routes, doors)
    return routes


def _reading_parts(routes: APIRouter, doors: Doors) -> None:
    @routes.get("/v1/parts", response_model_exclude_none=True)
    async def list_parts(
        *,
        _: Anyone,
        session: Session,
        after: After,
        page: Paging,
        wanted: Annotated[PartFilter, Query()],
    ) -> list[PartRead]:
        """List parts by their ids."""
        await doors.catch_up(after)
        found = await queries.parts(session, wanted, after=page.after_text(), limit=page.limit)
        return page.show(found, lambda last: [last.part_id])

    @routes.get("/v1/parts/{part}", response_model_exclude_none=True)
    async def show_part(part: Part, _: Anyone, session: Session, after: After) -> PartRead:
        """Show a part."""
        await doors.catch_up(after)
        found = await queries.find_part(session, part)
        if found is None:
            raise PartUnknown(part=part)
        return found


def _reading_sites(routes: APIRouter, doors: Doors) -> None:
    @routes.get("/v1/sites", response_model_exclude_none=True)
    async def list_sites(
        *,
        _: Anyone,
        session: Session,
        after: After,
        page: Paging,
        wanted: Annotated[SiteFilter, Query()],
    ) -> list[SiteRead]:
        """List sites by their ids."""
        await doors.catch_up(after)
        found = await queries.sites(session, wanted, after=page.after_text(), limit=page.limit)
        return page.show(found, lambda last: [last.site_id])

    @routes.get("/v1/sites/{site}", response_model_exclude_none=True)
    async def show_site(site: Site, _: Anyone, session: Session, after: After) -> SiteRead:
        """Show a site."""
        await doors.catch_up(after)
        found = await queries.find_site(session, site)
        if found is None:
            raise SiteUnknown(site=site)
        return found


def _writing(routes: APIRouter, doors: Doors) -> None:
    @routes.put("/v1/parts/{part}", response_model_exclude_none=True)
    async def put_part(
        *, part: Part, body: PartRecord, _: Cataloguer, after: After, session: Session, response: Response
    ) -> PartRead:
        """Define a part, in full; every service hears of it. The same again changes nothing."""
        await doors.catch_up(after)
        version = (await define_parts(session, [body.define(part)]))[part]
        tell_version(response, Token(Stream.CATALOGUE.topic, f"part:{part}", version))
        return PartRead(part_id=part, version=version, **dict(body))

    @routes.put("/v1/sites/{site}", response_model_exclude_none=True)
    async def put_site(
        *, site: Site, body: SiteRecord, principal: Cataloguer, after: After, session: Session, response: Response
    ) -> SiteRead:
        """Define a site, in full; every service hears of it. The same again changes nothing."""
        await doors.catch_up(after)
        check_nation(principal, body.define(site))
        version = (await define_sites(session, [body.define(site)]))[site]
        tell_version(response, Token(Stream.CATALOGUE.topic, f"site:{site}", version))
        return SiteRead(site_id=site, version=version, **dict(body))
