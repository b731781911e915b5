"""Who inspects first articles, and says what they prove."""

from dataclasses import dataclass

from jvtrack.client import FirstArticle, InspectionOpening, InspectionPass, InspectionReopening, JVTrack
from shared.events.production import Reference
from shared.events.quality import ReopeningCause
from shared.types import PartId, SiteId


@dataclass(frozen=True, slots=True)
class Inspector:
    """Quality and its token."""

    jvtrack: JVTrack

    async def begin(self, maker: SiteId, part: PartId, reference: Reference) -> FirstArticle:
        """Begin an inspection; one that an earlier play has passed is reopened."""
        production = self.jvtrack.production
        async for known in production.first_articles(factory=maker, part=part):
            if known.reference == reference and known.open:
                causes = [ReopeningCause.TOOLING]
                reopening = InspectionReopening(causes=causes, reason="New tools.")
                return await production.reopen_first_article(known.first_article, reopening)
        return await production.open_first_article(InspectionOpening(factory=maker, part=part, reference=reference))

    async def accept(self, inspection: FirstArticle) -> FirstArticle:
        """Say that everything is as drawn."""
        passed = InspectionPass(report=f"FAIR {inspection.first_article}")
        return await self.jvtrack.production.pass_first_article(inspection.first_article, passed)
