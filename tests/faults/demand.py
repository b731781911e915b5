"""One order between orders, inventory and production in a simulated world, whatever people and factories do to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from prometheus_client import CollectorRegistry

from shared.events.envelope import Event, Stream
from shared.events.expediting import OrderSourceHurried as Hurried
from shared.events.expediting import OrderSplit
from shared.events.orders import (
    OrderCancelRequested,
    OrderPlaced,
    OrderReductionRequested,
    OrderReprioritised,
    OrderSourced,
)
from shared.events.orders import OrderSourcingReduced as Reduced
from shared.events.production import LotDispatched, WorkOrderEvent
from shared.events.stock import DemandReduced, DemandReserved
from shared.observe.metrics import BackboneMetrics
from tests.faults.played import Played, kinds, world_of
from tests.faults.sides import Side
from tests.unit.protocol.making import Making
from tests.unit.protocol.ordering import BetweenDepots, ForStock, Ordering, Resources, SharesOut
from tests.unit.protocol.stocking import Stock, Stocking
from tests.unit.protocol.world import Services, disagreement

REAL = Services(Ordering(), Stocking(), Making())
ORDERINGS = (Ordering(), BetweenDepots(), ForStock(), SharesOut(), Resources())
"""The orders that are searched, one after another: for a depot, for another one's, for its shelf, shared out, late."""
UNFORESEEN = (
    *("cancel", "reduce", "free", "take", "lose", "unissue", "unreceive", "scrap 0", "refuse 0", "under 0", "over 0"),
    *("raise", "hurry", "split", "counter 0", "decline", "receive for rival"),
)
RARE = ("split", "counter 0", "unissue", "refuse 0")
"""What is mostly refused, and therefore tried more often."""
USUAL = ("issue", "receive", "make 0", "dispatch 0", "make 1", "dispatch 1", "make 2", "dispatch 2")


def sides(services: Services) -> dict[str, Side]:
    """Say who tells and hears what."""
    wishes, sourcing = (OrderPlaced, OrderCancelRequested, OrderReductionRequested), (OrderSourced, Reduced, Hurried)
    works = kinds(WorkOrderEvent)
    hears: dict[Stream, tuple[type[Event], ...]] = {Stream.STOCK: (DemandReserved, DemandReduced)}
    return {
        "orders": Side(
            "orders", services.ordering, Stream.ORDERS, hears | {Stream.PRODUCTION: works}, (LotDispatched,)
        ),
        "inventory": Side(
            "inventory",
            services.stocking,
            Stream.STOCK,
            {Stream.ORDERS: (*wishes, OrderReprioritised), Stream.PRODUCTION: (LotDispatched,)},
            (*sourcing, OrderSplit, *works),
        ),
        "production": Side(
            "production",
            services.making,
            Stream.PRODUCTION,
            {Stream.ORDERS: (*sourcing, OrderReprioritised)},
            (*wishes, OrderSplit),
        ),
    }


@dataclass(slots=True)
class Demand(Played):
    """One world with one order of two."""

    REPLICAS = ("orders", "production", "inventory", "inventory too")
    TRIED = (*UNFORESEEN, *RARE, *RARE, *USUAL, *USUAL)
    USUAL = USUAL
    PLACES = dict.fromkeys(("cancel", "reduce", "raise", "hurry", "split", "decline"), "orders") | dict.fromkeys(
        ("make", "dispatch", "scrap", "refuse", "under", "over", "counter"), "production"
    )

    def begin(self) -> tuple[Mapping[str, Any], OrderPlaced]:
        """Place the order, with nothing or one piece in stock."""
        ordering = self.sides["orders"].rules
        assert isinstance(ordering, Ordering)
        order, placed = ordering.begin()
        return {"orders": order, "inventory": Stock(None, self.world.seed % 2), "production": ()}, placed

    def differs(self, ends: Mapping[str, Any]) -> str | None:
        """Compare what the three services have."""
        return disagreement(ends["orders"], ends["inventory"], ends["production"])


def demand(seed: int, metrics: BackboneMetrics | None = None, services: Services | None = None) -> Demand:
    """Make a world with one order, of the seed's kind where it is not said."""
    played = sides(services or replace(REAL, ordering=ORDERINGS[seed % len(ORDERINGS)]))
    return Demand(world_of(seed, played), metrics or BackboneMetrics(CollectorRegistry()), played)
