"""The orders service: what depots ask for, and where it comes from."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from jvtrack.client import streams
from jvtrack.client.answers.expediting import ExpediteAct, Expedited, Price
from jvtrack.client.answers.explanations import Explanation
from jvtrack.client.answers.figures import CountedOrder, DemandFigures
from jvtrack.client.answers.imports import ImportDone, ImportProgress
from jvtrack.client.answers.orders import (
    Activity,
    Grounds,
    NewOrder,
    OfferDecline,
    Order,
    OrderChange,
    OrderDetails,
    OrderTold,
)
from jvtrack.client.answers.reports import AgeReport, UrgencyUse
from jvtrack.client.answers.sources import Slip, Source, SourceNaming, SourceTerms, StatedTerms, Weights, WeightTerms
from jvtrack.client.answers.whatif import Scenarios, Supposition, WhatIf
from jvtrack.client.dependence import Dependence
from jvtrack.client.door import KEY_HEADER, Call, Door, as_json, texts
from jvtrack.client.exports import Exports
from jvtrack.client.figures import ALL, Figures, Scope
from jvtrack.client.files import post_file
from jvtrack.client.listing import Listing, answers
from jvtrack.client.operations import Operations
from jvtrack.client.platforms import Platforms
from jvtrack.client.problems import ProblemError
from jvtrack.client.replenishment import Replenishing
from shared.types import Nation, OrderId, PartId, Platform, Priority, SiteId, WorkOrderId

_STATED_TERMS = "/v1/stated-terms"
_WHAT_IF_SECONDS_MAX = 120.0


@dataclass(frozen=True, slots=True)
class Orders:
    """Calls of the orders service."""

    door: Door

    @property
    def operations(self) -> Operations:
        """Give the operators' doors of this service."""
        return Operations(self.door.waiting_for_nothing())

    @property
    def platforms(self) -> Platforms:
        """Give the platform doors."""
        return Platforms(self.door)

    @property
    def replenishment(self) -> Replenishing:
        """Give the replenishment doors."""
        return Replenishing(self.door)

    @property
    def dependence(self) -> Dependence:
        """Give the doors on dependence."""
        return Dependence(self.door)

    @property
    def exports(self) -> Exports:
        """Give the doors of joint ventures and of what may leave them."""
        return Exports(self.door)

    async def place(self, order: NewOrder, *, wait_seconds: float | None = None) -> Order:
        """Order a part; placed again it is the same order. With a wait, inventory's answer is in it."""
        wait = None if wait_seconds is None else f"{wait_seconds:g}s"
        return await self.door.post("/v1/orders", order, Order, wait=wait)

    async def get(self, order_id: OrderId) -> OrderDetails:
        """Read an order with its work orders, its promises and the newest page of its history."""
        return await self.door.get(f"/v1/orders/{order_id}", OrderDetails)

    async def explain(self, order_id: OrderId) -> Explanation:
        """Read why an order has so much, why from there, and why not earlier."""
        return await self.door.get(f"/v1/orders/{order_id}/explanation", Explanation)

    async def waiting(self, *, site: SiteId | None = None, part: PartId | None = None) -> AgeReport:
        """Read who waits how long, and every order that waits too long."""
        query = texts({"site": site, "part": part})
        pages = [self.door.read(answer, AgeReport) async for answer in answers(self.door, "/v1/orders/waiting", query)]
        return pages[0].model_copy(update={"beyond": [line for page in pages for line in page.beyond]})

    def urgency(self, *, month: str | None = None, site: SiteId | None = None) -> Listing[UrgencyUse]:
        """Walk through who has approved urgent needs: by month, approver, depot and urgency."""
        return Listing(self.door, "/v1/orders/urgency", UrgencyUse, month=month, site=site)

    @property
    def figures(self) -> Figures[DemandFigures]:
        """Give the figures of demand: fill rate, backorder-days, order-to-receipt, first promises kept."""
        return Figures(self.door, DemandFigures)

    def counted(self, counted: str, scope: Scope = ALL, *, priority: Priority | None = None) -> Listing[CountedOrder]:
        """Walk through the orders that a figure counts: asked, filled, short, backordered, received, due, late ..."""
        return self.figures.behind("orders", CountedOrder, scope, counted=counted, priority=priority)

    def list(
        self,
        *,
        site: SiteId | None = None,
        part: PartId | None = None,
        state: str | None = None,
        platform: Platform | None = None,
        late: bool | None = None,
        overdue: bool | None = None,
        limit: int | None = None,
    ) -> Listing[Order]:
        """Walk through orders by their ids; the first page's position is where their stream goes on."""
        wanted = {"site": site, "part": part, "state": state, "platform": platform, "late": late, "overdue": overdue}
        return Listing(self.door, "/v1/orders", Order, **wanted, limit=limit)

    def follow(
        self,
        *,
        after: str | None = None,
        order: OrderId | None = None,
        site: SiteId | None = None,
        part: PartId | None = None,
        kind: str | None = None,
    ) -> AsyncGenerator[OrderTold, None]:
        """Hear of every order placed, changed, sourced, promised or overdue, across broken connections."""
        asked = {"order": order, "site": site, "part": part, "kind": kind}
        return streams.hear(OrderTold, self.door, "/v1/orders/stream", after=after, **asked)

    async def change(self, order_id: OrderId, change: OrderChange) -> Order:
        """Want less of an order, another day, urgency or references; with a version, only if it is as it was seen."""
        return await self.door.patch(f"/v1/orders/{order_id}", change, Order)

    async def expedite(self, order_id: OrderId, act: ExpediteAct, *, key: str | None = None) -> Expedited:
        """Bring an order sooner: hurry a source, split the need, let another depot ship, or need it more."""
        return await self.door.post(f"/v1/orders/{order_id}/expedite", act, Expedited, key=key)

    async def price(self, order_id: OrderId, act: ExpediteAct) -> Price:
        """Read what it would cost others; nothing is done. What inventory says of it is handed over in `stock`."""
        place, query = f"/v1/orders/{order_id}/expedite", texts({"dry_run": True})
        call = Call("POST", place, query, {KEY_HEADER: str(uuid4())}, as_json(act), seconds_max=_WHAT_IF_SECONDS_MAX)
        found = self.door.read(await self.door.send(call), Expedited).price
        assert found is not None, "a price is asked"
        return found

    async def cancel(self, order_id: OrderId, reason: str | None = None) -> Order:
        """Ask for what is not yet issued to be released; inventory decides."""
        return await self.door.post(f"/v1/orders/{order_id}/cancel", Grounds(reason=reason), Order)

    async def decline(self, order_id: OrderId, reason: str) -> Order:
        """Say no to another depot's order that one's own depot was to fill."""
        return await self.door.post(f"/v1/orders/{order_id}/decline", Grounds(reason=reason), Order)

    async def name_source(self, order_id: OrderId, source: SiteId, reason: str) -> Order:
        """Name a source for one order in spite of what it lacks; it is planned with it at once."""
        naming = SourceNaming(source=source, reason=reason)
        return await self.door.post(f"/v1/orders/{order_id}/name-source", naming, Order)

    async def decline_offer(self, work_order: WorkOrderId, reason: str) -> Order:
        """Say no to what a source has offered on a work order: it is asked back whole, and sourced elsewhere."""
        decline = OfferDecline(work_order=work_order, reason=reason)
        order_id, _, _ = work_order.rpartition("-W")
        return await self.door.post(f"/v1/orders/{order_id}/decline-offer", decline, Order)

    async def resource(self, order_id: OrderId, reason: str) -> Order:
        """Ask a source that has slipped for what another would bring sooner, to source it anew."""
        return await self.door.post(f"/v1/orders/{order_id}/resource", Grounds(reason=reason), Order)

    def slips(self, *, part: PartId | None = None, source: SiteId | None = None) -> Listing[Slip]:
        """Walk through the orders that wait for a source that has slipped, with who would be sooner."""
        return Listing(self.door, "/v1/slips", Slip, part=part, source=source)

    def sources(
        self,
        *,
        part: PartId | None = None,
        site: SiteId | None = None,
        nation: Nation | None = None,
        approved: bool | None = None,
    ) -> Listing[Source]:
        """Walk through the sources of parts; planners see their partners' too."""
        return Listing(self.door, "/v1/sources", Source, part=part, site=site, nation=nation, approved=approved)

    async def source(self, part: PartId, site: SiteId) -> Source:
        """Read how one's nation has judged a site for a part."""
        return await self.door.get(f"/v1/sources/{part}/{site}", Source)

    def stated_terms(self, *, part: PartId | None = None, site: SiteId | None = None) -> Listing[StatedTerms]:
        """Walk through what one's nation has stated of sources' prices and import contents, by the days from which."""
        return Listing(self.door, _STATED_TERMS, StatedTerms, part=part, site=site)

    async def import_terms(self, path: Path, *, dry_run: bool = False) -> ImportDone:
        """Import prices and import contents of sources from a CSV or JSON file, all or nothing."""
        return await post_file(self.door, f"{_STATED_TERMS}/import", path, ImportDone, dry_run=dry_run)

    def weights(self) -> Listing[Weights]:
        """Walk through the ways in which one's nation weighs sources, by the days from which it does."""
        return Listing(self.door, "/v1/sourcing-weights", Weights)

    async def put_weights(self, valid_from: date, terms: WeightTerms) -> Weights:
        """Say how one's nation weighs sources from a day on."""
        return await self.door.put(f"/v1/sourcing-weights/{valid_from}", terms, Weights)

    async def put_source(self, part: PartId, site: SiteId, terms: SourceTerms) -> Source:
        """Say on what terms a site may supply a part."""
        return await self.door.put(f"/v1/sources/{part}/{site}", terms, Source)

    async def what_if(
        self,
        scenarios: Mapping[str, Sequence[Supposition]],
        *,
        part: PartId | None = None,
        platform: Platform | None = None,
    ) -> WhatIf:
        """Ask what would become of promises and platforms in up to four scenarios; nothing is written."""
        query, body = texts({"part": part, "platform": platform}), as_json(Scenarios(scenarios=scenarios))
        # Thousands of open lines take seconds for each scenario; asked again meanwhile, it would only take longer.
        call = Call("POST", "/v1/what-if", query, body=body, seconds_max=_WHAT_IF_SECONDS_MAX)
        return self.door.read(await self.door.send(call), WhatIf)

    def activities(self) -> Listing[Activity]:
        """Walk through the activities that may order."""
        return Listing(self.door, "/v1/activities", Activity)

    async def import_orders(self, path: Path, *, dry_run: bool = False, import_id: UUID | None = None) -> ImportDone:
        """Place orders from a CSV or JSON file, all or nothing; by its id one may ask meanwhile how far it is."""
        return await post_file(
            self.door, "/v1/orders/import", path, ImportDone, dry_run=dry_run, import_id=import_id or uuid4()
        )

    async def import_progress(self, import_id: UUID) -> ImportProgress | None:
        """Read how far one's own import of orders is; none while its file is still being checked."""
        try:
            return await self.door.get(f"/v1/orders/imports/{import_id}", ImportProgress)
        except ProblemError as problem:
            if problem.slug != "import-unknown":
                raise
            return None

    async def import_sources(self, path: Path, *, dry_run: bool = False) -> ImportDone:
        """Import sources from a CSV or JSON file, all or nothing."""
        return await post_file(self.door, "/v1/sources/import", path, ImportDone, dry_run=dry_run)

    async def import_activities(self, path: Path, *, dry_run: bool = False) -> ImportDone:
        """Import activities from a CSV or JSON file, all or nothing."""
        return await post_file(self.door, "/v1/activities/import", path, ImportDone, dry_run=dry_run)
