"""A factory: it hears of its work orders and works them off, event by event."""

from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta

from jvtrack.client import EventAccepted, JVTrack, Numbering, Report
from jvtrack.demo.findings import seen
from jvtrack.demo.papers import Papers
from shared.events.factory import (
    FactoryDelayReported,
    FactoryFact,
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotInspected,
    FactoryLotScrapped,
    FactoryLotStarted,
    FactoryWorkOrderAccepted,
)
from shared.events.production import Reference, WorkOrderOpened
from shared.types import PartId, ShipmentId, SiteId, WorkOrderId

_DELAY_DAYS = 14
# Enough to spoil one piece of and still deliver.
_SPOILT_FROM = 3


@dataclass(slots=True)
class Factory:
    """A factory and its token."""

    site: SiteId
    jvtrack: JVTrack
    papers: Papers
    worked_off: list[WorkOrderId] = field(default_factory=list)
    """Work orders that it has made and sent."""
    reported: int = 0
    """Events that it has posted one at a time."""
    scrapped: int = 0
    """Pieces that it has spoilt; the first work order that is large enough loses one."""
    _numbering: Numbering = field(init=False)

    def __post_init__(self) -> None:
        """Number its events."""
        self._numbering = Numbering(self.papers.source(self.site, "floor"))

    @property
    def source(self) -> str:
        """Name itself as a sender of events."""
        return self._numbering.source

    async def report(self, fact: FactoryFact) -> EventAccepted:
        """Post what happened."""
        return await self.post(self._numbering.report(fact))

    async def post(self, report: Report) -> EventAccepted:
        """Post an event that has its number already."""
        accepted = await self.jvtrack.production.post(report)
        self.reported += 1
        return accepted

    async def make(
        self,
        part: PartId,
        quantity: int,
        *,
        work_order: WorkOrderId | None = None,
        spoilt: int = 0,
        reference: Reference | None = None,
    ) -> str:
        """Make a lot, from its start to the shelf; gives the lot's number."""
        lot = self.papers.lot(self.site)
        about = {"lot": lot, "part": part, "work_order": work_order}
        good = quantity - spoilt
        await self.report(FactoryLotStarted.model_validate({**about, "quantity": quantity, "heat": f"H-{lot}"}))
        await self.report(FactoryLotInspected.model_validate({**about, "passed": good, "failed": spoilt}))
        if spoilt:
            reason = "Outside limits."
            await self.report(FactoryLotScrapped.model_validate({**about, "quantity": spoilt, "reason": reason}))
            self.scrapped += spoilt
        made = {"quantity": good, "certificate": f"COC-{lot}", "reference": reference}
        await self.report(FactoryLotFinished.model_validate({**about, **made}))
        return lot

    async def dispatch(
        self, part: PartId, lot: str, quantity: int, *, depot: SiteId, work_order: WorkOrderId | None = None
    ) -> ShipmentId:
        """Send a lot off; gives the consignment as the depots know it."""
        shipment = self.papers.shipment(self.site)
        await self.report(
            FactoryLotDispatched(
                lot=lot, part=part, work_order=work_order, shipment=shipment, depot=depot, quantity=quantity
            )
        )
        return f"{self.site}:{shipment}"

    async def position(self) -> str:
        """Find where the stream of its work orders stands now."""

        async def look() -> str | None:
            return (await self.jvtrack.production.work_orders(factory=self.site, limit=1).first()).position

        return await seen("the stream of work orders", look)

    async def work(self, position: str) -> None:
        """Work off every work order that is opened after a position, until cancelled."""
        async with aclosing(self.jvtrack.production.follow_work_orders(after=position, factory=self.site)) as stream:
            async for change in stream:
                if change.type == WorkOrderOpened.TYPE:
                    # A factory sees its own work orders in full, as they were told.
                    told = change.model_dump(include=set(WorkOrderOpened.model_fields))
                    await self._work_off(WorkOrderOpened.model_validate(told))

    async def _work_off(self, opened: WorkOrderOpened) -> None:
        work_order = opened.work_order
        await self.report(FactoryWorkOrderAccepted(work_order=work_order))
        if not self.worked_off:
            due = opened.due + timedelta(days=_DELAY_DAYS)
            await self.report(FactoryDelayReported(work_order=work_order, due=due, cause="The press stood still."))
        spoilt = 1 if self.scrapped == 0 and opened.quantity >= _SPOILT_FROM else 0
        lot = await self.make(opened.part, opened.quantity, work_order=work_order, spoilt=spoilt)
        good = opened.quantity - spoilt
        await self.dispatch(opened.part, lot, good, depot=opened.depot, work_order=work_order)
        self.worked_off.append(work_order)
