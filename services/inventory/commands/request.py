"""What a request to the ledger is: who asks what, and what it must say of itself before anything is decided."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from services.inventory.commands.work import Work
from services.inventory.domain.catalogue import Known
from services.inventory.domain.demand import Demand, OrderUnknown
from services.inventory.domain.ledger import Cause, Holding, LotKey, no_lot, unproven
from services.inventory.schemas.requests import AtSite
from services.inventory.store.transfers import Slip
from shared.events.envelope import new_event_id
from shared.http import rights
from shared.http.forms import Body
from shared.http.idempotency import Claim
from shared.http.tokens import Principal
from shared.observe import tracing
from shared.types import Condition, EventId, LotId, OrderId, PartId, SiteId

B = TypeVar("B", bound=Body)
S = TypeVar("S", bound=AtSite)


@dataclass(frozen=True, slots=True)
class Command(ABC, Generic[B]):
    """A request to move stock."""

    body: B
    principal: Principal
    claim: Claim
    id: EventId = field(default_factory=new_event_id)
    trace: tracing.Trace | None = field(default_factory=tracing.current.get)

    kind: ClassVar[str]
    status: ClassVar[int] = 201

    @abstractmethod
    def touches(self) -> Iterable[Hashable]:
        """Name what must be locked and loaded."""

    def parts(self) -> Iterable[PartId]:
        """Name the parts that it speaks of."""
        return ()

    def sites(self) -> Iterable[SiteId]:
        """Name the sites that it speaks of."""
        return ()

    def order(self) -> OrderId | None:
        """Name the order that it serves, if any."""
        return None

    @abstractmethod
    async def decide(self, work: Work, known: Known, cause: Cause) -> Slip:
        """Guard, then book; answers the slip to keep."""

    def slip(self, site: SiteId, *, note: str | None = None, issued_to: str | None = None, serials: str = "[]") -> Slip:
        """Make the slip of this request at a site."""
        return Slip(
            cause=self.id,
            kind=self.kind,
            site=site,
            actor=self.principal.subject,
            on_behalf_of=rights.on_behalf_of(self.principal, site),
            note=note,
            issued_to=issued_to,
            serials=serials,
        )

    def known_demand(self, work: Work, known: Known, order: OrderId) -> Demand:
        """Look up the demand of an order; one that is not the asker's to know is as good as unheard of."""
        demand = work.book.demands.find(order)
        if demand is None or not rights.may_see_order(self.principal, demand.site, known.site(demand.site).country):
            raise OrderUnknown(order=order)
        return demand

    def require_write(self, known: Known, site: SiteId) -> None:
        """Refuse a site that the catalogue does not have, or that is not the asker's to write."""
        place = known.site(site)
        rights.require_write(self.principal, site, place.country, place.kind)

    def require_inspect(self, known: Known, site: SiteId) -> None:
        """Refuse a site that the catalogue does not have, or whose goods are not the asker's to judge."""
        rights.require_inspect(self.principal, site, known.site(site).country)


class CommandAtSite(Command[S]):
    """A request about one part at one site."""

    def parts(self) -> Iterable[PartId]:
        """Name the part."""
        return [self.body.part]

    def sites(self) -> Iterable[SiteId]:
        """Name the site."""
        return [self.body.site]


def goods_of(site: SiteId, part: PartId, lot: LotId | None, condition: Condition) -> Holding:
    """Name goods; without a lot, those that the site keeps without one."""
    return Holding(site, part, lot or no_lot(site), condition)


def lots_of(goods: Holding) -> Iterable[LotKey]:
    """Name the lots that goods may come in as: without one, they may have to be kept apart."""
    yield goods.lot_key
    if goods.lot == no_lot(goods.site):
        yield goods._replace(lot=unproven(goods.site)).lot_key
