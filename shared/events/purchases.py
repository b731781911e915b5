"""What is posted at production's door for a supplier without a system: a purchase, from its placing to its end.

A purchase is a work order that a supplier has; each of its facts is one that a factory tells, with what only a buyer
knows beside it, and follows the same rules. The CloudEvents `source` names the supplier.
"""

from typing import ClassVar

from pydantic import Field

from shared.events.factory import (
    FactoryDelayReported,
    FactoryEventCorrected,
    FactoryEventVoided,
    FactoryFact,
    FactoryLotDispatched,
    FactoryWorkOrderAccepted,
    FactoryWorkOrderRefused,
)
from shared.events.making import Currency, Price
from shared.events.production import Reference
from shared.events.workshop import FactoryWorkOrderCountered
from shared.types import Day, Flag, Text, WorkOrderId


class PurchasePlaced(FactoryWorkOrderAccepted):
    """The supplier has the purchase order and takes it on."""

    TYPE: ClassVar[str] = "jvtrack.supplier.purchase-placed.v1"

    purchase: Text | None = None
    """The buyer's number of the purchase order."""
    unit_price: Price | None = None
    """Price of one unit of issue, as agreed."""
    currency: Currency | None = None
    """Currency of the price."""


class PurchasePromised(FactoryWorkOrderAccepted):
    """The supplier promises a day."""

    TYPE: ClassVar[str] = "jvtrack.supplier.purchase-promised.v1"

    due: Day = Field()
    """The day."""


class PurchaseOffered(FactoryWorkOrderCountered):
    """The supplier sells less than was asked for, or the same on another day."""

    TYPE: ClassVar[str] = "jvtrack.supplier.purchase-offered.v1"


class PurchaseSlipped(FactoryDelayReported):
    """The supplier will deliver on another day than promised."""

    TYPE: ClassVar[str] = "jvtrack.supplier.purchase-slipped.v1"


class PurchaseDispatched(FactoryLotDispatched):
    """A lot left the supplier for a depot: who has no floor makes and sends it in one fact."""

    TYPE: ClassVar[str] = "jvtrack.supplier.purchase-dispatched.v1"

    work_order: WorkOrderId = Field()
    """The work order that it was bought for."""
    reference: Reference | None = None
    """The item of production sent."""
    heat: Text | None = None
    """Heat (melt) number of the material."""
    made_on: Day | None = None
    """Day of manufacture."""
    expires_on: Day | None = None
    """Last day of a definite shelf life."""
    inspect_by: Day | None = None
    """Day by which an extendible shelf life must be inspected."""
    certificate: Text | None = None
    """Certificate of conformance."""
    completes_work_order: Flag = False
    """Whether nothing more will come of the purchase."""


class PurchaseCancelled(FactoryWorkOrderRefused):
    """What the supplier has not dispatched of the purchase will not come."""

    TYPE: ClassVar[str] = "jvtrack.supplier.purchase-cancelled.v1"


class PurchaseEventVoided(FactoryEventVoided):
    """An earlier event of a purchase, of the same source, did not happen."""

    TYPE: ClassVar[str] = "jvtrack.supplier.purchase-event-voided.v1"


class PurchaseEventCorrected(FactoryEventCorrected):
    """An earlier event of a purchase, of the same source, happened otherwise."""

    TYPE: ClassVar[str] = "jvtrack.supplier.purchase-event-corrected.v1"


PURCHASE_FACTS: dict[str, type[FactoryFact]] = {
    fact.TYPE: fact
    for fact in (
        PurchasePlaced,
        PurchasePromised,
        PurchaseOffered,
        PurchaseSlipped,
        PurchaseDispatched,
        PurchaseCancelled,
        PurchaseEventVoided,
        PurchaseEventCorrected,
    )
}
