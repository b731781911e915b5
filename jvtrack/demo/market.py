"""Who may supply one part, and on what terms, as the planner sets it for a scene."""

from dataclasses import dataclass

from jvtrack.client import JVTrack, Source, SourceTerms
from shared.types import PartId, SiteId


@dataclass(frozen=True, slots=True)
class Market:
    """The sources of a part, and the planner who states their terms."""

    jvtrack: JVTrack
    part: PartId

    async def sources(self) -> dict[SiteId, Source]:
        """Read the terms of every source as they stand."""
        return {source.site: source async for source in self.jvtrack.orders.sources(part=self.part)}

    async def agree(self, source: Source, **changes: object) -> Source:
        """State a source's terms: as they were read, but for what is changed."""
        fields = source.model_dump(mode="json", include=set(SourceTerms.model_fields))
        return await self.jvtrack.orders.put_source(
            self.part, source.site, SourceTerms.model_validate({**fields, **changes})
        )

    async def withhold(self, source: Source) -> Source:
        """State that the nation does not buy there for now."""
        return await self.agree(source, approved=False, approved_on=None, approved_until=None, approved_by=None)
