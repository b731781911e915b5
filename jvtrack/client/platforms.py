"""Platforms at the orders service: the fleet, who is down, what each waits for, and what would release it."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jvtrack.client import streams
from jvtrack.client.answers.expediting import Spare, SpareLine, SpareStock
from jvtrack.client.answers.imports import ImportDone
from jvtrack.client.answers.platforms import (
    Availability,
    GroundedPlatform,
    PlatformDetails,
    PlatformDown,
    PlatformState,
    PlatformTerms,
    PlatformTold,
    PlatformUp,
    ReleaseOptions,
)
from jvtrack.client.door import Door, texts
from jvtrack.client.files import post_file
from jvtrack.client.listing import Listing, answers
from shared.types import Platform, SiteId, TailNumber

_PLATFORMS = "/v1/platforms"


@dataclass(frozen=True, slots=True)
class Platforms:
    """Calls of the platform doors."""

    door: Door

    async def put(self, platform: Platform, tail_number: TailNumber, terms: PlatformTerms) -> PlatformState:
        """Take a platform into the fleet, or say otherwise where it is at home."""
        return await self.door.put(f"{_PLATFORMS}/{platform}/{tail_number}", terms, PlatformState)

    async def down(
        self, platform: Platform, tail_number: TailNumber, said: PlatformDown, *, key: str | None = None
    ) -> PlatformState:
        """Say since when a platform is down, and why."""
        return await self.door.post(f"{_PLATFORMS}/{platform}/{tail_number}/down", said, PlatformState, key=key)

    async def up(
        self, platform: Platform, tail_number: TailNumber, said: PlatformUp, *, key: str | None = None
    ) -> PlatformState:
        """Say since when a platform can do its work again."""
        return await self.door.post(f"{_PLATFORMS}/{platform}/{tail_number}/up", said, PlatformState, key=key)

    async def get(self, platform: Platform, tail_number: TailNumber) -> PlatformDetails:
        """Read how a platform stands, what it waits for, and its history."""
        return await self.door.get(f"{_PLATFORMS}/{platform}/{tail_number}", PlatformDetails)

    def list(
        self, *, platform: Platform | None = None, site: SiteId | None = None, state: str | None = None
    ) -> Listing[PlatformState]:
        """Walk through the fleet by platform and tail number."""
        return Listing(self.door, _PLATFORMS, PlatformState, platform=platform, site=site, state=state)

    def grounded(self, *, platform: Platform | None = None, site: SiteId | None = None) -> Listing[GroundedPlatform]:
        """Walk through the platforms that are down and await parts."""
        return Listing(self.door, f"{_PLATFORMS}/grounded", GroundedPlatform, platform=platform, site=site)

    async def availability(
        self,
        *,
        platform: Platform | None = None,
        site: SiteId | None = None,
        begin: datetime | None = None,
        end: datetime | None = None,
    ) -> Availability:
        """Read how long platforms could do their work, every one of them."""
        moments = {name: each and each.isoformat() for name, each in (("from", begin), ("to", end))}
        query = texts({"platform": platform, "site": site, **moments})
        pages = [
            self.door.read(answer, Availability)
            async for answer in answers(self.door, f"{_PLATFORMS}/availability", query)
        ]
        return pages[0].model_copy(update={"tails": [each for page in pages for each in page.tails]})

    async def actions(self, spare: Sequence[Spare] = ()) -> ReleaseOptions:
        """Read what would release platforms soonest; with what inventory says that depots could ship, that too."""
        said = [SpareLine.of(each) for each in spare if each.quantity]
        if not said:
            return await self.door.get(f"{_PLATFORMS}/actions", ReleaseOptions)
        return await self.door.post(f"{_PLATFORMS}/actions", SpareStock(spare=said), ReleaseOptions)

    def follow(
        self,
        *,
        after: str | None = None,
        platform: Platform | None = None,
        tail_number: TailNumber | None = None,
        site: SiteId | None = None,
    ) -> AsyncGenerator[PlatformTold, None]:
        """Hear of every platform down or up, and of promises to those that wait, across broken connections."""
        asked = {"platform": platform, "tail_number": tail_number, "site": site}
        return streams.hear(PlatformTold, self.door, f"{_PLATFORMS}/stream", after=after, **asked)

    async def import_fleet(self, path: Path, *, dry_run: bool = False) -> ImportDone:
        """Import a fleet from a CSV or JSON file, all or nothing."""
        return await post_file(self.door, f"{_PLATFORMS}/import", path, ImportDone, dry_run=dry_run)
