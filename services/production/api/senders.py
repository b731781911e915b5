"""What is missing of a sender that numbers its events."""

from typing import Annotated

from fastapi import APIRouter, Path

from services.production.api.doors import Reader, SenderUnknown
from services.production.queries import making
from services.production.schemas.events import SOURCE
from services.production.schemas.gaps import GapsRead
from shared.http.app import Session
from shared.http.paging import Paging
from shared.http.rights import Subject, reach


def router() -> APIRouter:
    """Give the route that shows gaps."""
    routes = APIRouter(prefix="/v1/senders", tags=["senders"])

    @routes.get("/{source:path}/gaps", responses={404: {"description": "`sender-unknown`."}})
    async def show_gaps(
        source: Annotated[
            str, Path(max_length=200, pattern=SOURCE, description="The CloudEvents source, such as `F-01/line-3`.")
        ],
        principal: Reader,
        session: Session,
        page: Paging,
    ) -> GapsRead:
        """Show which numbers of a sender (CloudEvents `sequence`) have not come, and which came more than once.

        `Link: rel="next"` leads to the gaps beyond this page.
        """
        found = await making.find_gaps(session, source, reach(principal, Subject.LOT), page)
        if found is None:
            raise SenderUnknown(source=source)
        return found

    return routes
