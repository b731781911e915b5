"""What a depot does with goods that come and go: receipts, issues, returns."""

import json
from collections.abc import Hashable, Iterable
from typing import ClassVar

from services.inventory.commands.request import Command, CommandAtSite, goods_of, lots_of
from services.inventory.commands.work import Work
from services.inventory.domain import issue, road
from services.inventory.domain.catalogue import Known
from services.inventory.domain.ledger import Cause, Holding
from services.inventory.schemas.requests import Issue, Receipt, Return
from services.inventory.store.touches import OrderKey, OutsideKey, ShipmentKey
from services.inventory.store.transfers import Slip
from shared.types import OrderId, PartId, SiteId


class Receive(Command[Receipt]):
    """Take goods in: off the road, and what no shipment explains out of suspense."""

    kind: ClassVar[str] = "receipt"

    def touches(self) -> Iterable[Hashable]:
        """Touch each line's lot; where one is not named, the whole shipment."""
        for line in self.body.lines:
            yield from lots_of(goods_of(self.body.site, line.part, line.lot, line.condition))
            if line.lot is None and self.body.shipment is not None:
                yield ShipmentKey(self.body.shipment)

    def parts(self) -> Iterable[PartId]:
        """Name the parts received."""
        return [line.part for line in self.body.lines]

    def sites(self) -> Iterable[SiteId]:
        """Name the depot."""
        return [self.body.site]

    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Receive line by line."""
        self.require_write(known, self.body.site)
        for line in self.body.lines:
            known.part(line.part)
        for line in self.body.lines:
            goods = goods_of(self.body.site, line.part, line.lot, line.condition)
            arrival = road.Arrival(goods, line.quantity, self.body.shipment)
            for known_lot in [arrival] if line.lot else road.identify(work.book, arrival):
                road.mark(work.book, cause, known_lot, line.expires_on)
                road.arrive(work.book, cause, known_lot)
        serials = [serial for line in self.body.lines for serial in line.serials]
        return self.slip(self.body.site, serials=json.dumps(serials))


class IssueGoods(Command[Issue]):
    """Hand out what is reserved for an order."""

    kind: ClassVar[str] = "issue"

    def touches(self) -> Iterable[Hashable]:
        """Touch the order's demand; its stock is found by it."""
        return (OrderKey(self.body.order),)

    def order(self) -> OrderId:
        """Name the order."""
        return self.body.order

    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Issue, first expired first."""
        demand = self.known_demand(work, known, self.body.order)
        self.require_write(known, demand.site)
        issue.issue(work.book, cause, self.body.order, self.body.quantity)
        return self.slip(demand.site, issued_to=self.body.issued_to, serials=json.dumps(self.body.serials))


class TakeBack(CommandAtSite[Return]):
    """Put issued goods back on the shelf."""

    kind: ClassVar[str] = "return"

    def touches(self) -> Iterable[Hashable]:
        """Touch the goods, and the order's demand if one is named."""
        order = () if self.body.order is None else (OrderKey(self.body.order),)
        goods = self._goods()
        return *lots_of(goods), OutsideKey(goods.lot_key), *order

    def order(self) -> OrderId | None:
        """Name the order, if one is."""
        return self.body.order

    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Take back."""
        self.require_write(known, self.body.site)
        known.part(self.body.part)
        if self.body.order is not None:
            self.known_demand(work, known, self.body.order)
        issue.give_back(work.book, cause, self._goods(), self.body.quantity, order=self.body.order)
        return self.slip(self.body.site)

    def _goods(self) -> Holding:
        return goods_of(self.body.site, self.body.part, self.body.lot, self.body.condition)
