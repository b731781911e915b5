"""The production service: what factories report, and what they are to make."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from dataclasses import dataclass
from urllib.parse import quote

from jvtrack.client import lines, streams
from jvtrack.client.answers.figures import CountedLot, YieldFigures
from jvtrack.client.answers.production import (
    DownstreamLot,
    EventAccepted,
    Gaps,
    LineAnswer,
    Lot,
    LotDetails,
    WorkOrder,
    WorkOrderChange,
    WorkOrderDetails,
)
from jvtrack.client.answers.quality import (
    FirstArticle,
    FirstArticleDetails,
    InspectionFailure,
    InspectionOpening,
    InspectionPass,
    InspectionReopening,
)
from jvtrack.client.door import Call, Door
from jvtrack.client.figures import ALL, Figures, Scope
from jvtrack.client.listing import Listing
from jvtrack.client.operations import Operations
from jvtrack.client.reports import Report
from shared.types import FirstArticleId, LotId, PartId, SiteId, WorkOrderId

_EVENTS = "/v1/events"
_FIRST_ARTICLES = "/v1/first-articles"
_EVENT = "application/cloudevents+json"


@dataclass(frozen=True, slots=True)
class Production:
    """Calls of the production service."""

    door: Door

    @property
    def operations(self) -> Operations:
        """Give the operators' doors of this service."""
        return Operations(self.door.waiting_for_nothing())

    @property
    def figures(self) -> Figures[YieldFigures]:
        """Give the figures of making: yield and scrap."""
        return Figures(self.door, YieldFigures)

    def counted(self, scope: Scope = ALL) -> Listing[CountedLot]:
        """Walk through the lots that yield is counted from."""
        return self.figures.behind("lots", CountedLot, scope)

    async def post(self, report: Report) -> EventAccepted:
        """Report a fact; once this returns it is durable, and reporting it again changes nothing."""
        call = Call("POST", _EVENTS, headers={"Content-Type": _EVENT}, body=report.json())
        return self.door.read(await self.door.send(call), EventAccepted)

    def post_many(
        self, reports: Iterable[lines.Line] | AsyncIterable[lines.Line], *, lines_max: int = lines.LINES_MAX
    ) -> AsyncGenerator[LineAnswer, None]:
        """Report many facts as NDJSON, and hear of each as it is decided.

        Lines that fail in passing, or whose answer was lost on the way, are sent again; a line that had been accepted
        by then is answered as a duplicate.
        """
        return lines.post(self.door, _EVENTS, reports, lines_max=lines_max)

    def lots(
        self,
        *,
        factory: SiteId | None = None,
        part: PartId | None = None,
        work_order: WorkOrderId | None = None,
        status: str | None = None,
        limit: int | None = None,
    ) -> Listing[Lot]:
        """Walk through lots by their ids."""
        return Listing(
            self.door,
            "/v1/lots",
            Lot,
            factory=factory,
            part=part,
            work_order=work_order,
            status=status,
            limit=limit,
        )

    async def lot(self, lot: LotId) -> LotDetails:
        """Read a lot with its history."""
        return await self.door.get(f"/v1/lots/{lot}", LotDetails)

    async def downstream(self, of: str) -> list[DownstreamLot]:
        """Follow a lot, heat or kit into every lot that it went into, the nearest first: whom a recall concerns."""
        return await self.door.get("/v1/lots/downstream", list[DownstreamLot], of=of)

    def work_orders(
        self,
        *,
        factory: SiteId | None = None,
        part: PartId | None = None,
        status: str | None = None,
        undecided: bool | None = None,
        limit: int | None = None,
    ) -> Listing[WorkOrder]:
        """Walk through work orders by their ids; the first page's position is where their stream goes on."""
        asked = {"factory": factory, "part": part, "status": status, "undecided": undecided}
        return Listing(self.door, "/v1/work-orders", WorkOrder, **asked, limit=limit)

    async def work_order(self, work_order: WorkOrderId) -> WorkOrderDetails:
        """Read a work order with its history."""
        return await self.door.get(f"/v1/work-orders/{work_order}", WorkOrderDetails)

    def follow_work_orders(
        self, *, after: str | None = None, factory: SiteId | None = None
    ) -> AsyncGenerator[WorkOrderChange, None]:
        """Hear of every work order opened, changed, reduced or cancelled, across broken connections."""
        path = "/v1/work-orders/stream"
        return streams.hear(WorkOrderChange, self.door, path, after=after, factory=factory)

    async def gaps(self, source: str) -> Gaps:
        """Learn which numbers of a sender that numbers its reports have not come."""
        return await self.door.get(f"/v1/senders/{quote(source)}/gaps", Gaps)

    def first_articles(
        self,
        *,
        factory: SiteId | None = None,
        part: PartId | None = None,
        state: str | None = None,
        open: bool | None = None,  # noqa: A002  # the word of the door
        limit: int | None = None,
    ) -> Listing[FirstArticle]:
        """Walk through first-article inspections by their ids."""
        return Listing(
            self.door, _FIRST_ARTICLES, FirstArticle, factory=factory, part=part, state=state, open=open, limit=limit
        )

    async def first_article(self, first_article: FirstArticleId) -> FirstArticleDetails:
        """Read an inspection with its history."""
        return await self.door.get(_place_of(first_article), FirstArticleDetails)

    async def open_first_article(self, opening: InspectionOpening) -> FirstArticle:
        """Begin the inspection of a reference of a part at a factory; the same again changes nothing."""
        return await self.door.post(_FIRST_ARTICLES, opening, FirstArticle)

    async def pass_first_article(self, first_article: FirstArticleId, passed: InspectionPass) -> FirstArticle:
        """Say that an inspection found everything as drawn: lots of the reference may be issued."""
        return await self.door.post(f"{_place_of(first_article)}/pass", passed, FirstArticle)

    async def fail_first_article(self, first_article: FirstArticleId, failed: InspectionFailure) -> FirstArticle:
        """Say that an inspection found something otherwise than drawn."""
        return await self.door.post(f"{_place_of(first_article)}/fail", failed, FirstArticle)

    async def reopen_first_article(self, first_article: FirstArticleId, reopened: InspectionReopening) -> FirstArticle:
        """Say that what a passed inspection proved has changed: its lots are not issued until it passes again."""
        return await self.door.post(f"{_place_of(first_article)}/reopen", reopened, FirstArticle)


def _place_of(first_article: FirstArticleId) -> str:
    return f"{_FIRST_ARTICLES}/{quote(first_article)}"
