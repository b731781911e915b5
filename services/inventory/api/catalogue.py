"""Parts and sites: list, show, put."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from services.inventory.api.doors import Anyone, Cataloguer, Doors
from services.inventory.commands.catalogue import define_part, define_site, definer
from services.inventory.domain.catalogue import PartUnknown, SiteUnknown
from services.inventory.queries import catalogue as queries
from services.inventory.schemas.catalogue import PartFilter, PartRead, PartRecord, SiteFilter, SiteRead, SiteRecord
from shared.events.envelope import Stream
from shared.http.app import Session
from shared.http.paging import Paging, turn
from shared.http.versions import After, Token, tell_version
from shared.types import PartId, SiteId

PUT: dict[int | str, dict[str, Any]] = {
    403: {"description": "`foreign-part`, `foreign-site` or `country-fixed`: another nation keeps it."},
    409: {
        "description": "`version-stale`, `niin-taken`; `unit-fixed` or `site-in-use`: what it was used for forbids it."
    },
}
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
        request: Request,
        response: Response,
        _: Anyone,
        session: Session,
        after: After,
        page: Paging,
        wanted: Annotated[PartFilter, Query()],
    ) -> list[PartRead]:
        """List parts by their ids."""
        await doors.catch_up(after)
        start = page.after_of(str)
        found = await queries.parts(session, wanted, after=str(start[0]) if start else None, limit=page.fetched)
        return turn(request, response, page, found=found, key=lambda each: [each.part_id])

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
        request: Request,
        response: Response,
        _: Anyone,
        session: Session,
        after: After,
        page: Paging,
        wanted: Annotated[SiteFilter, Query()],
    ) -> list[SiteRead]:
        """List sites by their ids."""
        await doors.catch_up(after)
        start = page.after_of(str)
        found = await queries.sites(session, wanted, after=str(start[0]) if start else None, limit=page.fetched)
        return turn(request, response, page, found=found, key=lambda each: [each.site_id])

    @routes.get("/v1/sites/{site}", response_model_exclude_none=True)
    async def show_site(site: Site, _: Anyone, session: Session, after: After) -> SiteRead:
        """Show a site."""
        await doors.catch_up(after)
        found = await queries.find_site(session, site)
        if found is None:
            raise SiteUnknown(site=site)
        return found


def _writing(routes: APIRouter, doors: Doors) -> None:
    @routes.put("/v1/parts/{part}", response_model_exclude_none=True, responses=PUT)
    async def put_part(
        *, part: Part, body: PartRecord, principal: Cataloguer, after: After, session: Session, response: Response
    ) -> PartRead:
        """Define a part, in full; every service hears of it. The same again changes nothing.

        The nation that defines it first keeps it: others read it and do not change it.
        """
        await doors.catch_up(after)
        kept = await define_part(session, body.define(part), definer(principal), seen=body.version)
        tell_version(response, Token(Stream.CATALOGUE.topic, f"part:{part}", kept.version))
        return PartRead(version=kept.version, kept_by=kept.kept_by, **kept.record.model_dump())

    @routes.put("/v1/sites/{site}", response_model_exclude_none=True, responses=PUT)
    async def put_site(
        *, site: Site, body: SiteRecord, principal: Cataloguer, after: After, session: Session, response: Response
    ) -> SiteRead:
        """Define a site, in full; every service hears of it. The same again changes nothing.

        A site is kept by its own nation, and a supplier of a third country by the nation that defined it first. Its
        country is changed by an operator alone, and its kind as long as it has had neither goods nor orders.
        """
        await doors.catch_up(after)
        kept = await define_site(session, body.define(site), definer(principal), seen=body.version)
        tell_version(response, Token(Stream.CATALOGUE.topic, f"site:{site}", kept.version))
        return SiteRead(version=kept.version, kept_by=kept.kept_by, **kept.record.model_dump())
