"""What depots and operators ask of the ledger."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.http.forms import VERSION_MAX, Body, example
from shared.types import (
    Condition,
    Day,
    LotId,
    OrderId,
    PartId,
    PositiveQuantity,
    Quantity,
    Serials,
    ShipmentId,
    SiteId,
    Text,
    error_at,
)

LINES_MAX = 200


class ReceiptLine(Body):
    """One part, lot and condition of what was received."""

    part: PartId
    """The part."""
    lot: LotId | None = None
    """The lot; without one it is taken from the shipment, or kept as stock without a lot."""
    quantity: PositiveQuantity
    """How much was received, in quanta of the part."""
    condition: Condition = Condition.A
    """Supply condition found on receipt; L for what is damaged or in dispute."""
    expires_on: Day | None = None
    """Last day of shelf life as marked on the goods; it holds at this depot, where the lot's maker has not told it."""
    serials: Serials = ()
    """Serial numbers, where items have them."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.expires_on is not None and self.lot is None:
            raise error_at("lot", message="expires_on needs a lot")
        _check_serials(self.serials, self.quantity)
        return self


class Receipt(Body):
    """Goods that a depot has received: in full, short, over, damaged, or without a known shipment."""

    model_config = example(
        {
            "site": "D-01",
            "shipment": "F-01:S-2026-0007",
            "lines": [{"part": "MI17-MAIN-GEARBOX", "lot": "F-01:L-2026-0042", "quantity": 2}],
        }
    )

    site: SiteId
    """The depot that received them."""
    shipment: ShipmentId | None = None
    """The consignment that they came in, if it is known."""
    lines: Annotated[list[ReceiptLine], Field(min_length=1, max_length=LINES_MAX)]
    """What was received."""


class Issue(Body):
    """Goods handed out against an order, out of what is reserved for it."""

    model_config = example({"order": "7201YA6327A001-2026", "quantity": 1, "issued_to": "Hangar 4"})

    order: OrderId
    """The order."""
    quantity: PositiveQuantity
    """How much, in quanta of the part."""
    serials: Serials = ()
    """Serial numbers, where items have them."""
    issued_to: Text | None = None
    """Who takes the goods."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        _check_serials(self.serials, self.quantity)
        return self


class AtSite(Body):
    """A request about one part at one site."""

    site: SiteId
    """The site."""
    part: PartId
    """The part."""


class Goods(AtSite):
    """Which goods of a site a request is about."""

    lot: LotId | None = None
    """The lot; none for stock that is kept without one."""
    condition: Condition = Condition.A
    """Supply condition."""


class Return(Goods):
    """Issued goods that come back."""

    model_config = example(
        {"site": "D-01", "part": "MI17-MAIN-GEARBOX", "lot": "F-01:L-2026-0042", "condition": "F", "quantity": 1}
    )

    quantity: PositiveQuantity
    """How much, in quanta of the part."""
    order: OrderId | None = None
    """The order that they had been issued to, if it is known."""


class Count(Goods):
    """What was counted on a shelf, and the version of the stock that the counter had before them."""

    model_config = example(
        {"site": "D-01", "part": "MI17-MAIN-GEARBOX", "lot": "F-01:L-2026-0042", "counted": 11, "version": 42}
    )

    counted: Quantity
    """How much was found, free and reserved together."""
    version: Annotated[int, Field(strict=True, ge=0, le=VERSION_MAX)]
    """The version of the (site, part) that the stock query showed when the count was taken."""
    reason: Text | None = None
    """What the counter has to say."""


class Scrap(Goods):
    """Goods taken out of service for good."""

    model_config = example(
        {"site": "D-01", "part": "MI17-MAIN-GEARBOX", "condition": "H", "quantity": 1, "reason": "Cracked casing."}
    )

    quantity: PositiveQuantity
    """How much, in quanta of the part."""
    reason: Text
    """Why."""


class ConditionChange(AtSite):
    """Goods that are found to be in another supply condition."""

    model_config = example(
        {
            "site": "D-01",
            "part": "MI17-MAIN-GEARBOX",
            "lot": "F-01:L-2026-0042",
            "from": "A",
            "to": "F",
            "quantity": 1,
            "reason": "Seal leaks.",
        }
    )

    lot: LotId | None = None
    """The lot; none for stock that is kept without one."""
    was: Annotated[Condition, Field(alias="from")]
    """The condition in which the books have them."""
    becomes: Annotated[Condition, Field(alias="to")]
    """The condition in which they are."""
    quantity: PositiveQuantity
    """How much, in quanta of the part."""
    reason: Text
    """What was found."""
    inspect_by: Day | None = None
    """The new inspect-by day of an extendible life (type II) that was inspected; it holds at this site."""

    @model_validator(mode="after")
    def _changes(self) -> Self:
        if self.was is self.becomes:
            raise error_at("to", message="from and to are the same condition")
        if self.inspect_by is not None and self.lot is None:
            raise error_at("lot", message="inspect_by needs a lot")
        if self.inspect_by is not None and self.becomes not in (Condition.A, Condition.B, Condition.C):
            raise error_at("inspect_by", message="goes with a condition that may be issued: to A, B or C")
        return self


class ExpiryMark(AtSite):
    """The last day that a depot reads off its own goods of a lot, or that there is none."""

    model_config = example(
        {
            "site": "D-01",
            "part": "MI17-MAIN-GEARBOX",
            "lot": "S-01:23-10-050",
            "expires_on": "2031-03-31",
            "reason": "Misread on receipt.",
        }
    )

    site: SiteId
    """The site; the mark holds there alone."""
    lot: LotId
    """The lot."""
    expires_on: Day | None = None
    """Last day of its shelf life; without one, what was marked is taken back."""
    reason: Text
    """Why it is marked, or marked otherwise."""


class Sending(Body):
    """Goods sent to another site."""

    model_config = example(
        {
            "from_site": "D-01",
            "to_site": "D-02",
            "part": "MI17-MAIN-GEARBOX",
            "lot": "F-01:L-2026-0042",
            "quantity": 1,
            "shipment": "D-01:S-0012",
        }
    )

    from_site: SiteId
    """The site that sends."""
    to_site: SiteId
    """The site that is to receive."""
    part: PartId
    """The part."""
    lot: LotId | None = None
    """The lot; none for stock that is kept without one."""
    condition: Condition = Condition.A
    """Supply condition."""
    quantity: PositiveQuantity
    """How much, in quanta of the part."""
    shipment: ShipmentId | None = None
    """The consignment, named by the sending site and its number there; one is made if none is given."""
    order: OrderId | None = None
    """The lateral order for which it is sent: what is held for it goes, whatever the lot and condition."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.order is not None and (self.lot is not None or self.condition is not Condition.A):
            raise error_at("order", message="what it holds is sent: name its lot and condition, or the order")
        if self.from_site == self.to_site:
            raise error_at("to_site", message="from_site and to_site are the same")
        if self.shipment is not None and self.shipment.partition(":")[0] != self.from_site:
            raise error_at("shipment", message="is named by its sender: it begins with from_site and a colon")
        return self


class Grounds(Body):
    """Why something is closed, reversed or resolved."""

    model_config = example({"reason": "Carrier confirms the loss."})

    reason: Text
    """Why."""


def _check_serials(serials: Serials, quantity: int) -> None:
    if len(serials) > quantity:
        raise error_at("serials", message="more serials than quantity")
    if len(set(serials)) < len(serials):
        raise error_at("serials", message="one is named twice")
