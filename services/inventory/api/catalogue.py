"""Parts and sites: list, show, put."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from services.inventory.api.doors import Anyone, Cataloguer
from services.inventory.commands.catalogue import define_part, define_site, definer
from services.inventory.domain.catalogue import PartUnknown, SiteUnknown
from services.inventory.queries import catalogue as queries
from services.inventory.schemas.catalogue import PartFilter, PartRead, PartRecord, SiteFilter, SiteRead, SiteRecord
from shared.events.envelope import Stream
from shared.http.app import Session
from shared.http.paging import Paging
from shared.http.versions import Token, tell_version, tells_version
from shared.types import PartId, SiteId

PUT: dict[int | str, dict[str, Any]] = {
    403: {"description": "`foreign-part`, `foreign-site` or `country-fixed`: another nation keeps it."},
    409: {
        "description": "`version-stale`, `niin-taken`; `unit-fixed` or `site-in-use`: what it was used for forbids it."
    },
}
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
        _: Anyone,
        session: Session,
        page: Paging,
        wanted: Annotated[PartFilter, Query()],
    ) -> Sequence[PartRead]:
        """List parts by their ids."""
        found = await queries.parts(session, wanted, after=page.after_text(), limit=page.one_more)
        return page.cut(found, lambda last: [last.part_id])

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
        _: Anyone,
        session: Session,
        page: Paging,
        wanted: Annotated[SiteFilter, Query()],
    ) -> Sequence[SiteRead]:
        """List sites by their ids."""
        found = await queries.sites(session, wanted, after=page.after_text(), limit=page.one_more)
        return page.cut(found, lambda last: [last.site_id])

    @routes.get("/v1/sites/{site}", response_model_exclude_none=True)
    async def show_site(site: Site, _: Anyone, session: Session) -> SiteRead:
        """Show a site."""
        found = await queries.find_site(session, site)
        if found is None:
            raise SiteUnknown(site=site)
        return found


def _writing(routes: APIRouter) -> None:
    @routes.put("/v1/parts/{part}", response_model_exclude_none=True, responses=PUT)
    @tells_version
    async def put_part(
        *, part: Part, body: PartRecord, principal: Cataloguer, session: Session, response: Response
    ) -> PartRead:
        """Define a part, in full; every service hears of it. The same again changes nothing.

        The nation that defines it first keeps it: others read it and do not change it.
        """
        kept = await define_part(session, body.define(part), definer(principal), seen=body.version)
        tell_version(response, Token(Stream.CATALOGUE.topic, f"part:{part}", kept.version))
        return PartRead(version=kept.version, kept_by=kept.kept_by, **kept.record.model_dump())

    @routes.put("/v1/sites/{site}", response_model_exclude_none=True, responses=PUT)
    @tells_version
    async def put_site(
        *, site: Site, body: SiteRecord, principal: Cataloguer, session: Session, response: Response
    ) -> SiteRead:
        """Define a site, in full; every service hears of it. The same again changes nothing.

        A site is kept by its own nation, and a supplier of a third country by the nation that defined it first. Its
        country is changed by an operator alone, and its kind as long as it has had neither goods nor orders.
        """
        kept = await define_site(session, body.define(site), definer(principal), seen=body.version)
        tell_version(response, Token(Stream.CATALOGUE.topic, f"site:{site}", kept.version))
        return SiteRead(version=kept.version, kept_by=kept.kept_by, **kept.record.model_dump())
