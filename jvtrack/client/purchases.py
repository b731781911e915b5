"""Purchases of suppliers without a system: told by who has bought, in the supplier's name."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from jvtrack.client.answers.production import EventAccepted, WorkOrder
from jvtrack.client.production import Production
from jvtrack.client.reports import Report
from shared.events.factory import FactoryFact
from shared.events.purchases import (
    PurchaseCancelled,
    PurchaseDispatched,
    PurchaseEventCorrected,
    PurchaseEventVoided,
    PurchaseOffered,
    PurchasePlaced,
    PurchasePromised,
    PurchaseSlipped,
)
from shared.types import SiteId, WorkOrderId


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase: a work order that a supplier has.

    Each call takes the `id` that makes it one event: told again under the same id, it is still the same.
    """

    production: Production
    work_order: WorkOrder

    @classmethod
    async def of(cls, production: Production, work_order: WorkOrderId) -> Self:
        """Find the purchase that a work order is."""
        return cls(production, await production.work_order(work_order))

    async def placed(
        self,
        *,
        due: date | None = None,
        purchase: str | None = None,
        unit_price: str | None = None,
        currency: str | None = None,
        id: str | None = None,  # noqa: A002  # CloudEvents' own name
    ) -> EventAccepted:
        """Say that the supplier has the purchase order and takes it on."""
        fact = PurchasePlaced(
            work_order=self.work_order.work_order,
            due=due,
            purchase=purchase,
            unit_price=unit_price,
            currency=currency,
        )
        return await self.tell(fact, id)

    async def promised(self, due: date, *, id: str | None = None) -> EventAccepted:  # noqa: A002
        """Say which day the supplier promises."""
        return await self.tell(PurchasePromised(work_order=self.work_order.work_order, due=due), id)

    async def offered(
        self,
        quantity: int,
        reason: str,
        *,
        due: date | None = None,
        id: str | None = None,  # noqa: A002  # CloudEvents' own name
    ) -> EventAccepted:
        """Say that the supplier sells no more than this, or on another day."""
        fact = PurchaseOffered(work_order=self.work_order.work_order, quantity=quantity, due=due, reason=reason)
        return await self.tell(fact, id)

    async def slipped(self, due: date, cause: str, *, id: str | None = None) -> EventAccepted:  # noqa: A002
        """Say to which day delivery has slipped, and why."""
        return await self.tell(PurchaseSlipped(work_order=self.work_order.work_order, due=due, cause=cause), id)

    async def dispatched(self, sent: PurchaseDispatched, *, id: str | None = None) -> EventAccepted:  # noqa: A002
        """Say what has left the supplier: the lot is made and on its way at once."""
        return await self.tell(sent, id)

    async def cancelled(self, reason: str, *, id: str | None = None) -> EventAccepted:  # noqa: A002
        """Say that what is not dispatched will not come."""
        return await self.tell(PurchaseCancelled(work_order=self.work_order.work_order, reason=reason), id)

    async def void(self, event: str, reason: str) -> EventAccepted:
        """Say that an earlier event of a purchase did not happen."""
        return await self.tell(PurchaseEventVoided(event=event, reason=reason))

    async def correct(self, event: str, corrected: FactoryFact, reason: str) -> EventAccepted:
        """Say how an earlier event of a purchase happened."""
        data = corrected.model_dump(mode="json", exclude_defaults=True)
        return await self.tell(PurchaseEventCorrected(event=event, reason=reason, data=data))

    async def tell(self, fact: FactoryFact, id: str | None = None) -> EventAccepted:  # noqa: A002
        """Tell a fact in the supplier's name."""
        source: SiteId = self.work_order.factory
        # Under an id of the caller's own it must be the same event whenever it is told, so it names no moment.
        report = Report(source, fact) if id is None else Report(source, fact, id=id, time=None)
        return await self.production.post(report)
