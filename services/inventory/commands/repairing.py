"""What sets the books right: closing a shipment, reversing a slip, resolving a discrepancy."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from services.inventory.commands.request import Command
from services.inventory.commands.work import Work
from services.inventory.domain import road, slip
from services.inventory.domain.ageing import later
from services.inventory.domain.catalogue import Known
from services.inventory.domain.ledger import Cause
from services.inventory.domain.resolution import resolve
from services.inventory.domain.shipment import ShipmentUnknown
from services.inventory.domain.slip import MovementUnknown
from services.inventory.domain.suspense import DiscrepancyUnknown
from services.inventory.schemas.requests import Grounds
from services.inventory.store import ageing
from services.inventory.store.touches import CauseKey, DiscrepancyKey, ShipmentKey
from services.inventory.store.transfers import Slip
from shared.http import rights
from shared.http.rights import Sight, SiteForbidden
from shared.http.tokens import Role
from shared.types import EventId, ShipmentId, SiteId


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseShipment(Command[Grounds]):
    """Give up what is still on the road of a shipment, to the depots that the asker may speak for."""

    shipment: ShipmentId
    kind: ClassVar[str] = "shipment-close"
    status: ClassVar[int] = 200

    def touches(self) -> Iterable[Hashable]:
        """Touch the shipment and all that it carries."""
        return (ShipmentKey(self.shipment),)

    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Close."""
        shipment = work.book.shipments.get(self.shipment)
        depots = sorted({key.depot for key in shipment.lines})
        if not any(_sees(self, known, site) for site in (shipment.sender, *depots)):
            raise ShipmentUnknown(shipment=self.shipment)
        mine = [depot for depot in depots if self._may_close(known, shipment.sender, depot)]
        if not mine:
            raise SiteForbidden(site=depots[0])
        road.close(work.book, cause, shipment, mine)
        return self.slip(mine[0], note=self.body.reason)

    def _may_close(self, known: Known, sender: SiteId, depot: SiteId) -> bool:
        """Tell whether the asker speaks for a receiver: its own, or one without people here for its nation's sender."""
        place, nation = known.site(depot), self.principal.nation
        if rights.may_write(self.principal, depot, place.country, place.kind):
            return True
        is_third = place.keeper != place.country
        return is_third and self.principal.role is Role.OPERATOR and known.site(sender).country == nation


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseMovement(Command[Grounds]):
    """Undo a slip by compensating transfers."""

    movement: EventId
    kind: ClassVar[str] = "reversal"

    def touches(self) -> Iterable[Hashable]:
        """Touch what the movement has booked."""
        return (CauseKey(self.movement),)

    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Reverse."""
        past = work.book.past(self.movement)
        sites = sorted({end.site for transfer in past.transfers for end in (transfer.source, transfer.target)})
        if not any(_sees(self, known, site) for site in sites):
            raise MovementUnknown(movement=self.movement)
        self.require_write(known, past.transfers[0].source.site)
        laid = slip.laid(past.transfers)
        await ageing.load_lives(work.session, work.book, {goods.stock for goods in laid})
        for goods, there in laid.items():
            for each in (goods, *later(work.book, goods)):
                await work.need(each, min(there, work.book.stands(each)))
        slip.reverse(work.book, cause, self.movement)
        return self.slip(past.transfers[0].source.site, note=self.body.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveDiscrepancy(Command[Grounds]):
    """Accept what cannot be explained."""

    discrepancy: UUID
    kind: ClassVar[str] = "resolution"
    status: ClassVar[int] = 200

    def touches(self) -> Iterable[Hashable]:
        """Touch the discrepancy and its stock."""
        return (DiscrepancyKey(self.discrepancy),)

    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Resolve."""
        found = work.book.suspense.get(self.discrepancy)
        if not _sees(self, known, found.account.site):
            raise DiscrepancyUnknown(discrepancy=self.discrepancy)
        self.require_write(known, found.account.site)
        resolve(work.book, cause, found, reason=self.body.reason)
        return self.slip(found.account.site, note=self.body.reason)


def _sees(command: Command[Grounds], known: Known, site: SiteId) -> bool:
    return rights.sight_of_stock(command.principal, site, known.site(site).country) is Sight.FULL
