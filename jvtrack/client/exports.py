"""Exports of joint-venture parts at the orders service: whose a factory is, what its partners approve."""

from dataclasses import dataclass
from datetime import date

from jvtrack.client.answers.exports import (
    ExportApproval,
    ExportEnd,
    ExportTerms,
    UnapprovedExport,
    Venture,
    VentureTerms,
)
from jvtrack.client.door import Door
from jvtrack.client.listing import Listing
from shared.types import Nation, PartId, SiteId

_APPROVALS = "/v1/export-approvals"


@dataclass(frozen=True, slots=True)
class Exports:
    """Calls of the doors of joint ventures and exports."""

    door: Door

    def ventures(self) -> Listing[Venture]:
        """Walk through whose joint ventures are."""
        return Listing(self.door, "/v1/joint-ventures", Venture)

    async def put_venture(self, site: SiteId, partners: tuple[Nation, Nation]) -> Venture:
        """Say which two nations' partners own a joint venture."""
        return await self.door.put(f"/v1/joint-ventures/{site}", VentureTerms(partners=partners), Venture)

    def approvals(
        self, *, site: SiteId | None = None, part: PartId | None = None, country: Nation | None = None
    ) -> Listing[ExportApproval]:
        """Walk through the approvals of exports from one's joint ventures, or to one's nation."""
        return Listing(self.door, _APPROVALS, ExportApproval, site=site, part=part, country=country)

    async def approve(self, site: SiteId, part: PartId, country: Nation, terms: ExportTerms) -> ExportApproval:
        """Approve an export for one's nation; the other partner must, too."""
        return await self.door.put(f"{_APPROVALS}/{site}/{part}/{country}", terms, ExportApproval)

    async def end(self, site: SiteId, part: PartId, country: Nation, until: date) -> ExportApproval:
        """End one's nation's approval of an export."""
        path = f"{_APPROVALS}/{site}/{part}/{country}/end"
        return await self.door.post(path, ExportEnd(until=until), ExportApproval)

    def unapproved(self) -> Listing[UnapprovedExport]:
        """Walk through what left one's joint ventures without the approval of both partners."""
        return Listing(self.door, "/v1/unapproved-exports", UnapprovedExport)
