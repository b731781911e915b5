"""Replenishment at the orders service: what is proposed for depots' shelves, and what becomes of it."""

from dataclasses import dataclass
from datetime import date

from jvtrack.client.answers.replenishment import (
    ProposalDismissal,
    ProposalRelease,
    Replenishment,
    ReplenishmentPolicy,
    ReplenishmentPolicyInForce,
    ReplenishmentRule,
    ReplenishmentRuleInForce,
    StockReview,
)
from jvtrack.client.door import Door
from jvtrack.client.listing import Listing
from shared.types import DocumentNumber, PartId, SiteId

_REPLENISHMENT = "/v1/replenishment"


@dataclass(frozen=True, slots=True)
class Replenishing:
    """Calls of the replenishment doors."""

    door: Door

    def list(
        self, *, site: SiteId | None = None, part: PartId | None = None, state: str | None = None
    ) -> Listing[Replenishment]:
        """Walk through parts at depots, with their levels and newest proposals."""
        return Listing(self.door, _REPLENISHMENT, Replenishment, site=site, part=part, state=state)

    async def get(self, proposal: str) -> Replenishment:
        """Read a proposal, or the newer one that took its place."""
        return await self.door.get(f"{_REPLENISHMENT}/{proposal}", Replenishment)

    async def release(
        self,
        proposal: str,
        *,
        document_number: DocumentNumber | None = None,
        suffix: str | None = None,
        required_by: date | None = None,
    ) -> Replenishment:
        """Order what is proposed; without a number, the next one that the depot's rule sets aside."""
        body = ProposalRelease(document_number=document_number, suffix=suffix, required_by=required_by)
        return await self.door.post(f"{_REPLENISHMENT}/{proposal}/release", body, Replenishment)

    async def dismiss(self, proposal: str, reason: str, *, until: date | None = None) -> Replenishment:
        """Want nothing of what is proposed, nor anything else of the part before a day."""
        body = ProposalDismissal(reason=reason, until=until)
        return await self.door.post(f"{_REPLENISHMENT}/{proposal}/dismiss", body, Replenishment)

    async def review(self) -> StockReview:
        """Review the stock of one's nation now."""
        return await self.door.post(f"{_REPLENISHMENT}/review", None, StockReview)

    def policies(self) -> Listing[ReplenishmentPolicyInForce]:
        """Walk through what one's nation wants of its stock, by the days from which it does."""
        return Listing(self.door, f"{_REPLENISHMENT}/policies", ReplenishmentPolicyInForce)

    async def put_policy(self, valid_from: date, policy: ReplenishmentPolicy) -> ReplenishmentPolicyInForce:
        """Say what one's nation wants of its stock from a day on."""
        return await self.door.put(f"{_REPLENISHMENT}/policies/{valid_from}", policy, ReplenishmentPolicyInForce)

    def rules(self) -> Listing[ReplenishmentRuleInForce]:
        """Walk through the rules of depots."""
        return Listing(self.door, f"{_REPLENISHMENT}/rules", ReplenishmentRuleInForce)

    async def put_rule(self, site: SiteId, rule: ReplenishmentRule) -> ReplenishmentRuleInForce:
        """Say which numbers a depot sets aside, and what is released without anybody."""
        return await self.door.put(f"{_REPLENISHMENT}/rules/{site}", rule, ReplenishmentRuleInForce)
