"""The doors on dependence: what is imported, of whom alone a nation buys, what was taken over at home."""

from dataclasses import dataclass
from datetime import date

from jvtrack.client.answers.dependence import (
    Concentration,
    IndigenousContent,
    LotContent,
    LotFact,
    Takeover,
    Threshold,
    ThresholdTerms,
)
from jvtrack.client.door import Door, texts
from jvtrack.client.listing import Listing, answers
from shared.types import LotId, PartId, Platform, SiteId

_PLACE = "/v1/dependence"


@dataclass(frozen=True, slots=True)
class Dependence:
    """Calls of the orders service about dependence; a period is the last year unless days are named."""

    door: Door

    async def content(
        self,
        by: str = "part",
        *,
        begin: date | None = None,
        end: date | None = None,
        part: PartId | None = None,
        factory: SiteId | None = None,
        platform: Platform | None = None,
    ) -> IndigenousContent:
        """Read the indigenous content of what was made, by part, platform, factory or month."""
        query = {"from": begin, "to": end, "part": part, "factory": factory, "platform": platform}
        return await self.door.get(_PLACE, IndigenousContent, by=by, **query)

    def lots(
        self,
        *,
        begin: date | None = None,
        end: date | None = None,
        part: PartId | None = None,
        factory: SiteId | None = None,
        platform: Platform | None = None,
    ) -> Listing[LotContent]:
        """Walk through the lots behind the figures, each with the facts that its content was worked out from."""
        query = {"from": begin, "to": end, "part": part, "factory": factory, "platform": platform}
        return Listing(self.door, f"{_PLACE}/lots", LotContent, **query)

    def facts(
        self,
        *,
        begin: date | None = None,
        end: date | None = None,
        kind: str | None = None,
        part: PartId | None = None,
        factory: SiteId | None = None,
        lot: LotId | None = None,
    ) -> Listing[LotFact]:
        """Walk through the facts behind the figures, by day."""
        query = {"from": begin, "to": end, "kind": kind, "part": part, "factory": factory, "lot": lot}
        return Listing(self.door, f"{_PLACE}/facts", LotFact, **query)

    async def sources(self, platform: Platform | None = None) -> Concentration:
        """Read on how few sources the parts depend whose lack grounds a platform."""
        asked = answers(self.door, f"{_PLACE}/sources", texts({"platform": platform}))
        pages = [self.door.read(answer, Concentration) async for answer in asked]
        return pages[0].model_copy(update={"parts": [part for page in pages for part in page.parts]})

    async def takeovers(self, *, begin: date | None = None, end: date | None = None) -> list[Takeover]:
        """Read what each factory at home took over from imports, against the period before."""
        return await self.door.get(f"{_PLACE}/takeovers", list[Takeover], **{"from": begin, "to": end})

    async def thresholds(self) -> list[Threshold]:
        """Read what indigenous content one's nation asks for, by the days from which it does."""
        return await self.door.get(f"{_PLACE}/thresholds", list[Threshold])

    async def put_threshold(self, valid_from: date, minimum: str) -> Threshold:
        """Say what indigenous content one's nation asks for from a day on."""
        return await self.door.put(f"{_PLACE}/thresholds/{valid_from}", ThresholdTerms(minimum=minimum), Threshold)
