"""What a depot does with the goods it keeps: counts, scraps, changes of condition, sendings."""

from collections.abc import Hashable, Iterable
from typing import ClassVar

from services.inventory.commands.request import Command, CommandAtSite, goods_of
from services.inventory.commands.work import Work
from services.inventory.domain import handling
from services.inventory.domain.catalogue import Known
from services.inventory.domain.count import Counted, CountVersionUnknown, adjustment, check_latest, correct
from services.inventory.domain.issue import OrderOfOtherStock
from services.inventory.domain.ledger import ISSUABLE, Cause, Holding, LotKey, StockKey
from services.inventory.domain.life import ExpiryToldByMaker, LifeOver, LotNotHere, check_extension
from services.inventory.schemas.requests import ConditionChange, Count, ExpiryMark, Goods, Scrap, Sending
from services.inventory.store import ageing
from services.inventory.store.touches import CountKey, ShipmentKey, TravelKey
from services.inventory.store.transfers import Slip
from shared.types import OrderId, PartId, ShipmentId, SiteId, SiteKind


class CountGoods(CommandAtSite[Count]):
    """Set the books right by a count."""

    kind: ClassVar[str] = "count"

    def touches(self) -> Iterable[Hashable]:
        """Touch the goods, and what moved of them since the count."""
        goods = _goods(self.body)
        return goods.lot_key, CountKey(goods, self.body.version)

    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Correct by the difference to the book as it stood at the counted version."""
        self.require_write(known, self.body.site)
        known.part(self.body.part)
        goods = _goods(self.body)
        version = work.locks.versions[goods.stock]
        if self.body.version > version:
            raise CountVersionUnknown(counted_at=self.body.version, version=version)
        check_latest(work.book, (*work.later_counts, *work.counted), goods, self.body.version)
        moved = work.moved_since[CountKey(goods, self.body.version)]
        change = adjustment(work.book, goods, counted=self.body.counted, moved_before=moved)
        await work.need(goods, min(-change, work.book.stands(goods)))
        correct(work.book, cause, goods, change)
        work.counted.append(Counted(cause.id, goods, self.body.version, self.body.counted))
        return self.slip(self.body.site, note=self.body.reason)


class ScrapGoods(CommandAtSite[Scrap]):
    """Take goods out of service for good."""

    kind: ClassVar[str] = "scrap"

    def touches(self) -> Iterable[Hashable]:
        """Touch the goods."""
        return (_goods(self.body).lot_key,)

    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Scrap what is free, then what is reserved."""
        self.require_write(known, self.body.site)
        known.part(self.body.part)
        goods = _goods(self.body)
        await work.need(goods, self.body.quantity)
        handling.scrap(work.book, cause, goods, self.body.quantity)
        return self.slip(self.body.site, note=self.body.reason)


class ChangeCondition(CommandAtSite[ConditionChange]):
    """Move goods to the supply condition in which they are found."""

    kind: ClassVar[str] = "condition-change"

    def touches(self) -> Iterable[Hashable]:
        """Touch the goods."""
        return (self._goods().lot_key,)

    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Change what is free, then what is reserved."""
        self.require_inspect(known, self.body.site)
        known.part(self.body.part)
        goods = self._goods()
        await self._extend(work, cause, goods.lot_key)
        await work.need(goods, self.body.quantity)
        handling.change_condition(work.book, cause, goods, self.body.quantity, condition=self.body.becomes)
        return self.slip(self.body.site, note=self.body.reason)

    async def _extend(self, work: Work, cause: Cause, lot: LotKey) -> None:
        """Let an extendible life go on until the day that the inspection has found; without it, no life is renewed."""
        book, inspect_by = work.book, self.body.inspect_by
        if inspect_by is not None:
            await ageing.load_lives(work.session, book, [lot.stock])
            check_extension(book.life(lot.stock).type, book.expires_on(lot), inspect_by, book.today)
            handling.require(book, self._goods(), self.body.quantity)
            book.lives.mark(lot, cause.id, inspect_by, extends=True)
        elif self.body.becomes in ISSUABLE and book.expired(lot):
            raise LifeOver(lot=lot.lot, last_day=book.expires_on(lot))

    def _goods(self) -> Holding:
        return goods_of(self.body.site, self.body.part, self.body.lot, self.body.was)


class MarkExpiry(CommandAtSite[ExpiryMark]):
    """Keep the last day that a depot reads off its goods of a lot."""

    kind: ClassVar[str] = "expiry"

    def touches(self) -> Iterable[Hashable]:
        """Touch the lot."""
        return (self._lot(),)

    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Mark a lot that is or was here, and whose maker has told nothing."""
        self.require_write(known, self.body.site)
        known.part(self.body.part)
        lot = self._lot()
        if not work.book.has_had(lot):
            raise LotNotHere(site=lot.site, lot=lot.lot)
        told = work.book.lives.told(lot)
        if told is not None:
            raise ExpiryToldByMaker(lot=lot.lot, expires_on=told)
        work.book.lives.mark(lot, cause.id, self.body.expires_on)
        work.book.freed.add(lot.stock)
        return self.slip(self.body.site, note=self.body.reason)

    def _lot(self) -> LotKey:
        return LotKey(self.body.site, self.body.part, self.body.lot)


class Send(Command[Sending]):
    """Put goods on the road to another depot of the nation."""

    kind: ClassVar[str] = "transfer"

    def touches(self) -> Iterable[Hashable]:
        """Touch the goods at both sites, and the shipment; of a lateral order, what it holds."""
        shipment = ShipmentKey(self._shipment(), self.body.from_site)
        if self.body.order is not None:
            arriving_at = StockKey(self.body.to_site, self.body.part)
            return TravelKey(self.body.order, self.body.to_site), arriving_at, shipment
        goods = self._goods()
        arriving = LotKey(self.body.to_site, goods.part, goods.lot)
        return goods.lot_key, arriving, shipment

    def parts(self) -> Iterable[PartId]:
        """Name the part."""
        return [self.body.part]

    def sites(self) -> Iterable[SiteId]:
        """Name both sites."""
        return [self.body.from_site, self.body.to_site]

    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Send what is free, then what is reserved."""
        self.require_write(known, self.body.from_site)
        sender, receiver = known.site(self.body.from_site), known.site(self.body.to_site)
        if receiver.kind is not SiteKind.DEPOT or receiver.country != sender.country:
            raise handling.ReceiverNoDepot(site=self.body.to_site)
        known.part(self.body.part)
        if self.body.order is not None:
            self._ship(work, known, cause, self.body.order)
            return self.slip(self.body.from_site)
        goods = self._goods()
        await work.need(goods, self.body.quantity)
        handling.send(work.book, cause, goods, self.body.quantity, to=self.body.to_site, shipment=self._shipment())
        return self.slip(self.body.from_site)

    def order(self) -> OrderId | None:
        """Name the lateral order, if one is."""
        return self.body.order

    def _ship(self, work: Work, known: Known, cause: Cause, order: OrderId) -> None:
        demand = self.known_demand(work, known, order)
        if demand.stock != StockKey(self.body.from_site, self.body.part):
            raise OrderOfOtherStock(order=order, site=demand.site, part=demand.part)
        handling.ship(work.book, cause, order, self.body.quantity, to=self.body.to_site, shipment=self._shipment())

    def _goods(self) -> Holding:
        return goods_of(self.body.from_site, self.body.part, self.body.lot, self.body.condition)

    def _shipment(self) -> ShipmentId:
        return self.body.shipment or f"{self.body.from_site}:T-{self.id.hex.upper()}"


def _goods(body: Goods) -> Holding:
    return goods_of(body.site, body.part, body.lot, body.condition)
