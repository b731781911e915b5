"""What is posted at production's door for a supplier without a system: a purchase, from its placing to its end.

A purchase is a work order that a supplier has; each of its facts is one that a factory tells, with what only a buyer
knows beside it, and follows the same rules. The CloudEvents `source` names the supplier.
"""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from shared.events.factory import (
    FactoryDelayReported,
    FactoryEventCorrected,
    FactoryEventVoided,
    FactoryFact,
    FactoryLotDispatched,
    FactoryWorkOrderAccepted,
    FactoryWorkOrderRefused,
)
from shared.events.production import Reference
from shared.types import Text, WorkOrderId

Price = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,14}(\.[0-9]{1,2})?$")]
"""An exact amount, as text: `"1381500.00"`."""
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""


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

    due: date = Field()
    """The day."""


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
    made_on: date | None = None
    """Day of manufacture."""
    expires_on: date | None = None
    """Last day of a definite shelf life."""
    inspect_by: date | None = None
    """Day by which an extendible shelf life must be inspected."""
    certificate: Text | None = None
    """Certificate of conformance."""
    completes_work_order: bool = False
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
        PurchaseSlipped,
        PurchaseDispatched,
        PurchaseCancelled,
        PurchaseEventVoided,
        PurchaseEventCorrected,
    )
}
