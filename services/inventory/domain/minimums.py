"""Protected minimums: what stays at a site for its own orders, whatever other depots ask of it.

An order of another depot (lateral supply) takes what is free, and what it may pre-empt, only beyond the minimum. The
site's own orders may use it up: for them it is there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.inventory.domain.demand import Demand
from services.inventory.domain.ledger import StockKey


@dataclass(slots=True)
class Minimums:
    """The protected minimums that a batch has looked up."""

    _known: dict[StockKey, int] = field(default_factory=dict)

    def load(self, stock: StockKey, quantity: int) -> None:
        """Take in what is protected under a key; nothing is zero."""
        self._known[stock] = quantity

    def unknown(self, demands: Iterable[Demand]) -> set[StockKey]:
        """Name the stock of which the minimum has to be looked up before these can be served."""
        return {demand.stock for demand in demands if demand.is_lateral and demand.stock not in self._known}

    def within_reach(self, demand: Demand, there: int, *, good: int) -> int:
        """Say how much of what is there for a demand it may take, of so much good stock in all."""
        if not demand.is_lateral:
            return there
        return max(0, min(there, good - self._known[demand.stock]))
