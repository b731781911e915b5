"""What of a lot is on its way, and for which orders it is held."""

from shared.http.forms import Answer, example
from shared.types import LotId, OrderId, PositiveQuantity, Quantity


class HolderRead(Answer):
    """An order for which some of a lot is held."""

    order_id: OrderId
    """The order."""
    quantity: PositiveQuantity
    """How much of the lot is held for it, in quanta of the part."""


class LotHolders(Answer):
    """Where a lot stands, as far as you may see the stock of the sites in full."""

    model_config = example(
        {
            "lot": "F-01:L-2026-0042",
            "coming": 2,
            "free": 1,
            "held": [{"order_id": "7201YA6327A001-2026", "quantity": 1}],
        }
    )

    lot: LotId
    """The lot."""
    coming: Quantity
    """How much of it is finished at its factory or on the road, in quanta of the part."""
    free: Quantity
    """How much of it is at sites and held for nobody, in whichever condition."""
    held: list[HolderRead]
    """For which orders it is held, the most first."""
