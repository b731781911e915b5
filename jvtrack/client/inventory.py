"""The inventory service: parts, sites, stock, and everything that moves it."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

from jvtrack.client import streams
from jvtrack.client.answers.catalogue import Part, PartRecord, Site, SiteRecord
from jvtrack.client.answers.conditions import ConditionRule, ConditionRuleTerms
from jvtrack.client.answers.expediting import AskPrice, Spare, StockPrice
from jvtrack.client.answers.explanations import Standing
from jvtrack.client.answers.figures import CoverFigures, StockCover
from jvtrack.client.answers.imports import ImportDone
from jvtrack.client.answers.inventory import Discrepancy, LedgerLine, Movement, Shipment
from jvtrack.client.answers.orders import Grounds
from jvtrack.client.answers.record import Body
from jvtrack.client.answers.slips import ConditionChange, Count, ExpiryMark, Issue, Receipt, Return, Scrap, Sending
from jvtrack.client.answers.stock import (
    Grouping,
    LotHolders,
    ProtectedMinimum,
    ProtectedMinimumTerms,
    StockAnswer,
    StockChange,
    StockQuery,
)
from jvtrack.client.door import Door, texts
from jvtrack.client.figures import ALL, Figures, Scope
from jvtrack.client.files import kind_of_lines, post_file
from jvtrack.client.listing import Listing, answers
from jvtrack.client.operations import Operations
from shared.events.stock import Gate
from shared.types import Cage, LotId, OrderId, PartId, Platform, ShipmentId, SiteId, SiteKind


@dataclass(frozen=True, slots=True)
class Inventory:
    """Calls of the inventory service; each movement takes an Idempotency-Key, or makes one for its own tries."""

    door: Door

    @property
    def operations(self) -> Operations:
        """Give the operators' doors of this service."""
        return Operations(self.door.waiting_for_nothing())

    @property
    def figures(self) -> Figures[CoverFigures]:
        """Give the figures of stock: how many days it lasts."""
        return Figures(self.door, CoverFigures)

    def cover(self, scope: Scope = ALL) -> Listing[StockCover]:
        """Walk through how long each part at each depot lasts."""
        return self.figures.behind("stock", StockCover, scope)

    async def explain(self, order_id: OrderId) -> Standing:
        """Read how an order stands in its queue, and why it has no more of what is there."""
        return await self.door.get(f"/v1/demands/{order_id}/explanation", Standing)

    async def alternatives(self, order_id: OrderId) -> Sequence[Spare]:
        """Read which other depots could ship what an order waits for, the most first."""
        return await self.door.get(f"/v1/demands/{order_id}/alternatives", list[Spare])

    async def spare(self, parts: Sequence[PartId]) -> Sequence[Spare]:
        """Read what depots could ship of these parts, beyond what they protect."""
        if not parts:
            return []
        query = urlencode([("part", part) for part in parts])
        return await self.door.get(f"/v1/spare-stock?{query}", list[Spare])

    async def price(self, order_id: OrderId, asked: AskPrice) -> StockPrice:
        """Read what an order would get if it were more urgent, or another depot shipped, and who would lose it."""
        return await self.door.post(f"/v1/demands/{order_id}/price", asked, StockPrice)

    async def receive(self, receipt: Receipt, *, key: str | None = None) -> Movement:
        """Take goods on hand: in full, short, over, damaged, or without a known consignment."""
        return await self._move("receipts", receipt, key)

    async def issue(self, issue: Issue, *, key: str | None = None) -> Movement:
        """Hand out what is reserved for an order."""
        return await self._move("issues", issue, key)

    async def take_back(self, goods: Return, *, key: str | None = None) -> Movement:
        """Put issued goods back on hand."""
        return await self._move("returns", goods, key)

    async def count(self, count: Count, *, key: str | None = None) -> Movement:
        """Set the books right by what was counted."""
        return await self._move("counts", count, key)

    async def scrap(self, goods: Scrap, *, key: str | None = None) -> Movement:
        """Take goods out of service for good."""
        return await self._move("scraps", goods, key)

    async def change_condition(self, change: ConditionChange, *, key: str | None = None) -> Movement:
        """Move goods to the supply condition in which they are found."""
        return await self._move("condition-changes", change, key)

    async def mark_expiry(self, mark: ExpiryMark, *, key: str | None = None) -> Movement:
        """Mark the last day of a lot as read off the depot's own goods."""
        return await self._move("expiries", mark, key)

    async def send(self, goods: Sending, *, key: str | None = None) -> Movement:
        """Put goods on the road to another site."""
        return await self._move("transfers", goods, key)

    async def close_shipment(self, shipment: ShipmentId, reason: str, *, key: str | None = None) -> Movement:
        """Give up what is still on the road of a consignment."""
        return await self._move(f"shipments/{shipment}/close", Grounds(reason=reason), key)

    async def reverse(self, movement: UUID, reason: str, *, key: str | None = None) -> Movement:
        """Undo a slip by a compensating movement."""
        return await self._move(f"movements/{movement}/reverse", Grounds(reason=reason), key)

    async def resolve(self, discrepancy: UUID, reason: str, *, key: str | None = None) -> Movement:
        """Settle what the books could not explain."""
        return await self._move(f"discrepancies/{discrepancy}/resolve", Grounds(reason=reason), key)

    async def stock(
        self,
        query: StockQuery | None = None,
        *,
        group: Grouping = "account",
        empty: bool = False,
        held_back: Gate | None = None,
    ) -> StockAnswer:
        """Read all stock that a query asks for, with how fresh it is and where its stream goes on."""
        asked = texts({**_asked(query), "group": group, "empty": empty, "held_back": held_back})
        pages = [self.door.read(page, StockAnswer) async for page in answers(self.door, "/v1/stock", asked)]
        rows = [row for answer in pages for row in answer.rows]
        return pages[0].model_copy(update={"rows": rows})

    async def holders(self, lot: LotId) -> LotHolders:
        """Read what of a lot is on its way, and for which orders it is held."""
        return await self.door.get(f"/v1/lots/{lot}/holders", LotHolders)

    def follow_stock(
        self, query: StockQuery | None = None, *, after: str | None = None
    ) -> AsyncGenerator[StockChange, None]:
        """Hear of every movement of the stock that a query asks for, across broken connections."""
        asked = _asked(query)
        return streams.hear(StockChange, self.door, "/v1/stock/stream", after=after, **asked)

    def protected_minimums(
        self, *, site: SiteId | None = None, part: PartId | None = None
    ) -> Listing[ProtectedMinimum]:
        """Walk through what depots keep for their own orders."""
        return Listing(self.door, "/v1/protected-minimums", ProtectedMinimum, site=site, part=part)

    async def protect(
        self, site: SiteId, part: PartId, quantity: int, reason: str, *, version: int | None = None
    ) -> ProtectedMinimum:
        """Say how much of a part stays at a depot for its own orders, whatever other depots ask of it."""
        terms = ProtectedMinimumTerms(quantity=quantity, reason=reason, version=version)
        return await self.door.put(f"/v1/protected-minimums/{site}/{part}", terms, ProtectedMinimum)

    def condition_rules(self) -> Listing[ConditionRule]:
        """Walk through how one's nation's stock ages, by the days from which each rule holds."""
        return Listing(self.door, "/v1/condition-rules", ConditionRule)

    async def put_condition_rule(self, valid_from: date, terms: ConditionRuleTerms) -> ConditionRule:
        """Say how one's nation's stock ages from a day on."""
        return await self.door.put(f"/v1/condition-rules/{valid_from}", terms, ConditionRule)

    def movements(
        self,
        *,
        movement: UUID | None = None,
        site: SiteId | None = None,
        part: PartId | None = None,
        order: OrderId | None = None,
        shipment: ShipmentId | None = None,
        reason: str | None = None,
    ) -> Listing[LedgerLine]:
        """Walk through the ledger's lines in the order in which they were written."""
        asked = {"movement": movement, "site": site, "part": part, "order": order, "shipment": shipment}
        return Listing(self.door, "/v1/movements", LedgerLine, **asked, reason=reason)

    def shipments(
        self,
        *,
        depot: SiteId | None = None,
        sender: SiteId | None = None,
        part: PartId | None = None,
        open: bool | None = None,  # noqa: A002  # as the door names it
    ) -> Listing[Shipment]:
        """Walk through consignments by their ids; open ones have something on the road."""
        return Listing(self.door, "/v1/shipments", Shipment, depot=depot, sender=sender, part=part, open=open)

    def discrepancies(
        self, *, site: SiteId | None = None, part: PartId | None = None, kind: str | None = None, open_only: bool = True
    ) -> Listing[Discrepancy]:
        """Walk through what the books cannot explain, oldest first."""
        return Listing(self.door, "/v1/discrepancies", Discrepancy, site=site, part=part, kind=kind, open=open_only)

    def parts(
        self,
        *,
        platform: Platform | None = None,
        nsn: str | None = None,
        number: str | None = None,
        maker: Cage | None = None,
    ) -> Listing[Part]:
        """Walk through the parts of the catalogue; of those with a reference of a number or a maker."""
        return Listing(self.door, "/v1/parts", Part, platform=platform, nsn=nsn, number=number, maker=maker)

    async def put_part(self, part: PartId, record: PartRecord) -> Part:
        """Say what a part is from now on."""
        return await self.door.put(f"/v1/parts/{part}", record, Part)

    def sites(self, *, kind: SiteKind | None = None) -> Listing[Site]:
        """Walk through the sites of the catalogue."""
        return Listing(self.door, "/v1/sites", Site, kind=kind)

    async def put_site(self, site: SiteId, record: SiteRecord) -> Site:
        """Say what a site is from now on."""
        return await self.door.put(f"/v1/sites/{site}", record, Site)

    async def import_catalogue(self, path: Path, *, dry_run: bool = False) -> ImportDone:
        """Import parts or sites from a CSV or JSON file, all or nothing."""
        place, kind = "/v1/catalogue/import", kind_of_lines(path)
        return await post_file(self.door, place, path, ImportDone, kind=kind, dry_run=dry_run)

    async def import_stock(self, path: Path, *, dry_run: bool = False) -> ImportDone:
        """Import opening stock from a CSV or JSON file, all or nothing."""
        return await post_file(self.door, "/v1/stock/import", path, ImportDone, dry_run=dry_run)

    async def _move(self, what: str, body: Body, key: str | None) -> Movement:
        return await self.door.post(f"/v1/{what}", body, Movement, key=key)


def _asked(query: StockQuery | None) -> dict[str, object]:
    return {} if query is None else query.model_dump(exclude_none=True)
