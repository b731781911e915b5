"""Work orders as their sources work them off: factories event by event, suppliers as their buyer tells it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from jvtrack.client import ProblemError
from jvtrack.client.answers.orders import WorkOrderOfOrder
from jvtrack.simulate.agenda import Agenda
from jvtrack.simulate.courses import Course, course_of
from jvtrack.simulate.ground import Ground
from jvtrack.simulate.people import People
from jvtrack.simulate.tally import Tally
from jvtrack.simulate.year import StockLot
from shared import clock
from shared.events.factory import (
    FactoryDelayReported,
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotInspected,
    FactoryLotScrapped,
    FactoryLotStarted,
    FactoryWorkOrderAccepted,
)
from shared.events.purchases import PurchaseDispatched, PurchasePlaced, PurchaseSlipped
from shared.types import PartId, SiteId, WorkOrderId

KNOWN_SECONDS_MAX = 10.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Sent:
    """A consignment of one lot on the road; lot and consignment have the same number."""

    sender: SiteId
    number: str
    part: PartId
    depot: SiteId
    quantity: int
    is_new: bool
    """Whether it was not posted by an earlier play."""


@dataclass(frozen=True, slots=True)
class Job:
    """A work order under way."""

    work_order: WorkOrderId
    site: SiteId
    part: PartId
    depot: SiteId
    course: Course
    due: date
    """The day that its source had stated."""
    asked_at: float


class Makers:
    """Factories and suppliers; what they send is handed to whoever receives it."""

    def __init__(
        self,
        ground: Ground,
        people: People,
        agenda: Agenda,
        tally: Tally,
        *,
        receive: Callable[[Sent, float], Awaitable[None]],
    ) -> None:
        self._ground = ground
        self._people = people
        self._agenda = agenda
        self._tally = tally
        self._receive = receive
        self._terms = {(each.part, each.site): each for each in ground.terms}

    def take_on(self, asked: WorkOrderOfOrder, *, part: PartId, depot: SiteId, moment: float) -> None:
        """Plan what becomes of a work order."""
        terms, seed = self._terms[part, asked.source], self._ground.size.seed
        course = course_of(seed, asked.work_order, quantity=asked.quantity, lead_time_days=terms.lead_time_days)
        due = self._ground.size.end + timedelta(days=terms.lead_time_days)
        job = Job(asked.work_order, asked.source, part, depot, course, due, moment)
        self._tally.work_orders += 1
        self._tally.purchases += not terms.is_factory
        self._plan(job, min(1.0, course.begun), self._accept)
        if course.told_late is not None:
            self._plan(job, course.told_late, self._tell_late)
        if terms.is_factory:
            self._plan(job, course.begun, self._begin)
        else:
            self._plan(job, course.sent, self._buy)

    async def make_for_stock(self, lot: StockLot, moment: float) -> None:
        """Finish and send a lot that nobody has ordered."""
        about = {"lot": lot.number, "part": lot.part}
        finished = FactoryLotFinished.model_validate(
            {**about, "quantity": lot.quantity, "certificate": f"COC-{lot.number}"}
        )
        await self._people.report(lot.factory, finished, f"{lot.number}-finished")
        sent = {**about, "quantity": lot.quantity, "shipment": lot.number, "depot": lot.depot}
        is_new = await self._people.report(
            lot.factory, FactoryLotDispatched.model_validate(sent), f"{lot.number}-dispatched"
        )
        self._tally.lots += 1
        on_road = Sent(lot.factory, lot.number, lot.part, lot.depot, lot.quantity, is_new)
        transit = course_of(self._ground.size.seed, lot.number, quantity=1, lead_time_days=1)
        self._arrive(on_road, moment + transit.received - transit.sent)

    def _plan(self, job: Job, days: float, act: Callable[[Job], Awaitable[None]]) -> None:
        self._agenda.add(job.asked_at + days, job.part, lambda _: act(job))

    async def _accept(self, job: Job) -> None:
        await self._left(job)
        fact = FactoryWorkOrderAccepted if self._is_factory(job) else PurchasePlaced
        await self._people.report(job.site, fact(work_order=job.work_order), f"{job.work_order}-accepted")

    async def _tell_late(self, job: Job) -> None:
        fact = FactoryDelayReported if self._is_factory(job) else PurchaseSlipped
        due = job.due + timedelta(days=job.course.late_days)
        told = fact(work_order=job.work_order, due=due, cause=job.course.cause)
        if await self._left(job):
            await self._people.report(job.site, told, f"{job.work_order}-late")
            self._tally.delays += 1
            self._tally.delay_days += job.course.late_days

    async def _begin(self, job: Job) -> None:
        """Begin a lot of what is still wanted."""
        quantity = await self._left(job)
        if not quantity:
            return
        about = {"lot": job.work_order, "part": job.part, "work_order": job.work_order, "quantity": quantity}
        started = FactoryLotStarted.model_validate({**about, "heat": f"H-{job.work_order}"})
        await self._people.report(job.site, started, f"{job.work_order}-started")
        self._plan(job, job.course.made, lambda one: self._make(one, quantity))

    async def _make(self, job: Job, quantity: int) -> None:
        """Inspect and finish the lot; what is spoilt is scrapped."""
        spoilt = min(job.course.spoilt, quantity - 1)
        about = {"lot": job.work_order, "part": job.part, "work_order": job.work_order}
        good = quantity - spoilt
        inspected = FactoryLotInspected.model_validate({**about, "passed": good, "failed": spoilt})
        await self._people.report(job.site, inspected, f"{job.work_order}-inspected")
        if spoilt:
            scrapped = FactoryLotScrapped.model_validate({**about, "quantity": spoilt, "reason": "Outside limits."})
            await self._people.report(job.site, scrapped, f"{job.work_order}-scrapped")
            self._tally.spoilt += spoilt
        made = {**about, "quantity": good, "certificate": f"COC-{job.work_order}", "completes_work_order": True}
        await self._people.report(job.site, FactoryLotFinished.model_validate(made), f"{job.work_order}-finished")
        self._plan(job, job.course.sent, lambda one: self._send(one, good))

    async def _send(self, job: Job, quantity: int) -> None:
        about = {"lot": job.work_order, "part": job.part, "work_order": job.work_order, "quantity": quantity}
        fact = FactoryLotDispatched.model_validate({**about, "shipment": job.work_order, "depot": job.depot})
        await self._on_the_road(job, quantity, is_new=await self._people.report(job.site, fact, _sent(job)))

    async def _buy(self, job: Job) -> None:
        """Tell what a supplier has sent, if anything is still wanted."""
        quantity = await self._left(job)
        if not quantity:
            return
        fact = PurchaseDispatched(
            lot=job.work_order,
            part=job.part,
            work_order=job.work_order,
            shipment=job.work_order,
            depot=job.depot,
            quantity=quantity,
            certificate=f"COC-{job.work_order}",
        )
        await self._on_the_road(job, quantity, is_new=await self._people.report(job.site, fact, _sent(job)))

    async def _on_the_road(self, job: Job, quantity: int, *, is_new: bool) -> None:
        self._tally.lots += 1
        sent = Sent(job.site, job.work_order, job.part, job.depot, quantity, is_new)
        self._arrive(sent, job.asked_at + job.course.received)

    def _arrive(self, sent: Sent, moment: float) -> None:
        self._agenda.add(moment, sent.part, partial(self._receive, sent))

    async def _left(self, job: Job) -> int:
        """Wait until production knows of a work order; tells how much it is to bring in all."""
        deadline = clock.monotonic() + KNOWN_SECONDS_MAX
        while True:
            try:
                return (await self._people.buyer.production.work_order(job.work_order)).quantity
            except ProblemError as problem:
                if problem.slug != "work-order-unknown" or clock.monotonic() > deadline:
                    raise
            await asyncio.sleep(_LOOK_SECONDS)

    def _is_factory(self, job: Job) -> bool:
        return self._terms[job.part, job.site].is_factory


def _sent(job: Job) -> str:
    return f"{job.work_order}-dispatched"
