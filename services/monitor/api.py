"""The doors of operators: how the whole system is."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from services.monitor.queries.watching import Watcher
from services.monitor.schemas import Overview, SenderRead
from shared.http.auth import allow
from shared.http.paging import Paging
from shared.http.tokens import Principal, Role

_TOO_SOON: dict[int | str, dict[str, Any]] = {503: {"description": "`not-looked-yet`: monitor has begun a moment ago."}}
Reader = Annotated[Principal, Depends(allow(Role.OPERATOR, Role.AUDITOR))]


def router(watcher: Watcher) -> APIRouter:
    """Give the routes of what is seen."""
    routes = APIRouter(prefix="/v1", tags=["overview"], responses=_TOO_SOON)

    @routes.get("/overview")
    async def show_overview(*, _: Reader) -> Overview:
        """Show whether all is well and what is not, the worst first, each with what to do about it.

        It is what was seen at the last look, about a second ago, whatever is away since: processes, what waits for
        Kafka, how each group keeps up with each stream, and what each stream has carried in the last hour.
        """
        return watcher.overview

    @routes.get("/senders")
    async def list_senders(*, reader: Reader, page: Paging) -> Sequence[SenderRead]:
        """List the factories that have sent in the last two weeks: when last, how often, and whether each is missed.

        Of a partner nation's factories it is told when they were heard of last, and nothing else.
        """
        after = page.after_text()
        found = [sender for sender in watcher.senders(reader.nation) if after is None or sender.site > after]
        return page.cut(found[: page.one_more], lambda sender: [sender.site])

    return routes
