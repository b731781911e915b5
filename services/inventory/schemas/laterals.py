"""What other depots could ship, and who would lose stock if an order got more of it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.http.forms import Answer, Body, NamedReference, example
from shared.types import Day, Flag, OrderId, PartId, PositiveQuantity, Priority, Quantity, SiteId, error_at

PARTS_MAX = 40
REFERENCES_MAX = 200


class AskPrice(Body):
    """What is asked of stock: another need where the order is filled, or a lateral order at another depot."""

    model_config = example(
        {"priority": 1},
        {"required_by": "2026-12-20"},
        {"references": [{"maker": "S1KH4", "number": "246-3922-140", "revision": "04"}]},
        {"depot": "D-02", "quantity": 1},
    )

    priority: Annotated[Priority, Field(strict=True)] | None = None
    """The priority designator that the order would have."""
    required_by: Day | None = None
    """The day on which it would be needed."""
    references: Annotated[list[NamedReference], Field(max_length=REFERENCES_MAX)] | None = None
    """The references of which it would take lots; an empty list for any."""
    emergency_use: Flag = False
    """Whether goods that are suspended but for emergency use (condition N) would be issued to it, too."""
    depot: SiteId | None = None
    """The depot that would ship."""
    quantity: PositiveQuantity | None = None
    """How much it would ship, in quanta of the part: all of it or nothing."""

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if (self.depot is None) != (self.quantity is None):
            missing = "depot" if self.depot is None else "quantity"
            raise error_at(missing, message="name the depot and the quantity that it would ship")
        named = (self.priority, self.required_by, self.references, self.emergency_use or None)
        changes = any(each is not None for each in named)
        if changes == (self.depot is not None):
            raise ValueError(
                "name a priority, a required_by, references or emergency_use, or else a depot with a quantity"
            )
        return self


class LoserRead(Answer):
    """An order that would lose some of what is held for it."""

    order_id: OrderId
    """The order."""
    quantity: Quantity
    """How much it would lose, in quanta of the part."""


class StockPriceRead(Answer):
    """What would be held for the order, and who would lose it; nothing is done by asking."""

    model_config = example(
        {"gets": 1, "losers": [{"order_id": "7201YA6327A002-2026", "quantity": 1}], "unnamed": 0, "unnamed_quantity": 0}
    )

    gets: Quantity
    """How much more would be held for it."""
    losers: list[LoserRead]
    """Orders that would lose it, as far as you may see them."""
    unnamed: int
    """How many others would lose something."""
    unnamed_quantity: Quantity
    """How much these would lose together."""


class SpareRead(Answer):
    """Stock of a part that a depot could ship to another one, beyond what it protects."""

    model_config = example({"site": "D-02", "part": "MI17-MAIN-GEARBOX", "quantity": 2})

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    quantity: Quantity | None
    """How much is free for it; none where you may only know that there is some."""
