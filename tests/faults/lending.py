"""An order and its lateral order between orders and two depots in a simulated world, whatever people do to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry

from shared.events.envelope import Stream
from shared.events.orders import OrderCancelRequested, OrderPlaced
from shared.events.stock import DemandReduced, DemandReserved
from shared.observe.metrics import BackboneMetrics
from tests.faults.played import Played, world_of
from tests.faults.sides import Side
from tests.unit.protocol.lending import LENT, Borrowing, Depots, TwoDepots, disagreement
from tests.unit.protocol.stocking import Stock

UNFORESEEN = ("cancel", "decline", "free", "take", "take there", "lose", "unissue", "unreceive")
RARE = ("decline", "unissue")
"""What is mostly refused, and therefore tried more often."""
USUAL = ("lend", "ship", "receive", "issue")


@dataclass(slots=True)
class Lent(Played):
    """One world with one order of two, for which another depot may ship one."""

    REPLICAS = ("orders", "orders too", "inventory", "inventory too")
    TRIED = (*UNFORESEEN, *RARE, *RARE, *USUAL, *USUAL)
    USUAL = USUAL
    PLACES = dict.fromkeys(("lend", "cancel", "decline"), "orders")

    def begin(self) -> tuple[Mapping[str, Any], OrderPlaced]:
        """Place the order; the other depot has one to spare, or none."""
        papers, placed = Borrowing().begin()
        return {"orders": papers, "inventory": Depots(Stock(None, 0), None, LENT * (self.world.seed % 2))}, placed

    def differs(self, ends: Mapping[str, Any]) -> str | None:
        """Compare what orders has of both depots with what these have."""
        return disagreement(ends["orders"], ends["inventory"])


def lent(seed: int, metrics: BackboneMetrics | None = None) -> Lent:
    """Make a world with an order and its lateral order."""
    sides = {
        "orders": Side("orders", Borrowing(), Stream.ORDERS, {Stream.STOCK: (DemandReserved, DemandReduced)}, ()),
        "inventory": Side(
            "inventory", TwoDepots(), Stream.STOCK, {Stream.ORDERS: (OrderPlaced, OrderCancelRequested)}, ()
        ),
    }
    return Lent(world_of(seed, sides), metrics or BackboneMetrics(CollectorRegistry()), sides)
