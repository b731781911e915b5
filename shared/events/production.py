"""What production tells: lots as factories reported them, and work orders with their quantities as absolute totals."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.events.envelope import Event, Stream
from shared.events.making import Making, ShelfLife
from shared.types import (
    Cage,
    Condition,
    EventId,
    LotId,
    OrderId,
    PartId,
    PositiveQuantity,
    Priority,
    Quantity,
    ScrapStage,
    Serials,
    ShipmentId,
    SiteId,
    Text,
    WorkOrderId,
    latin,
)

NO_REVISION = "-"
"""How a drawing without a revision is often marked."""


class Reference(BaseModel):
    """What was made: an item of production."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    maker: Cage
    """The maker's CAGE or NCAGE code."""
    number: Text
    """Part or drawing number."""
    revision: Text | None = None
    """Revision of the drawing."""

    @property
    def matched(self) -> "Reference":
        """Give it as it is matched: look-alike letters in Latin, and no revision where it is a dash."""
        revision = None if self.revision == NO_REVISION else self.revision
        return self.model_copy(update={"number": latin(self.number), "revision": revision})


References = Annotated[tuple[Reference, ...], Field(max_length=100)]
"""References of a part, as they are matched."""


class MadeAs(BaseModel):
    """What a lot is, by all that its factory has told of it and that still stands."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    reference: Reference | None = None
    """The item of production made; none if its finishes name none, or more than one."""
    certificate: Text | None = None
    """A certificate of conformance; none if its finishes name none."""


class LotEvent(Event):
    """A fact about one lot, keyed by it."""

    STREAM: ClassVar[Stream] = Stream.PRODUCTION

    lot: LotId
    """The lot."""
    part: PartId
    """The part it is of."""
    factory: SiteId
    """The factory that makes it."""
    work_order: WorkOrderId | None = None
    """The work order it is made for, if any."""
    order: OrderId | None = None
    """The order behind the work order, if any."""
    filling_site: SiteId | None = None
    """The site that fills that order."""
    out_of_order: bool = False
    """Whether the fact came before one that it presumes."""

    @property
    def key(self) -> str:
        """Name the lot."""
        return f"lot:{self.lot}"


class LotStarted(LotEvent):
    """Work on a lot has begun."""

    TYPE: ClassVar[str] = "jvtrack.production.lot-started.v1"

    quantity: PositiveQuantity
    """How much is put in work."""
    reference: Reference | None = None
    """The item of production made."""
    heat: Text | None = None
    """Heat (melt) number of the material."""
    serials: Serials = ()
    """Serial numbers, where items have them."""


class LotInspected(LotEvent):
    """Pieces of a lot were inspected."""

    TYPE: ClassVar[str] = "jvtrack.production.lot-inspected.v1"

    passed: Quantity
    """How much conforms."""
    failed: Quantity
    """How much does not."""
    note: Text | None = None
    """What was found."""


class LotFinished(LotEvent):
    """Good pieces of a lot are on the factory's shelf."""

    TYPE: ClassVar[str] = "jvtrack.production.lot-finished.v1"

    quantity: PositiveQuantity
    """How much, scrap not counted."""
    condition: Condition = Condition.A
    """Supply condition."""
    reference: Reference | None = None
    """The item of production made."""
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
    serials: Serials = ()
    """Serial numbers, where items have them."""
    shelf_life: ShelfLife | None = None
    """The whole lot's shelf life as it stands after this fact; none where the fact does not speak of it."""
    made_as: MadeAs | None = None
    """What the whole lot is as it stands after this fact; none where nothing was ever said of it."""


class LotScrapped(LotEvent):
    """Pieces of a lot were scrapped at the factory."""

    TYPE: ClassVar[str] = "jvtrack.production.lot-scrapped.v1"

    quantity: PositiveQuantity
    """How much."""
    stage: ScrapStage
    """Whether it had been reported as finished."""
    condition: Condition = Condition.A
    """Condition in which it stood on the factory's shelf, if it had been finished."""
    reason: Text | None = None
    """Why."""


class LotDispatched(LotEvent):
    """A lot left the factory; it is in transit until the depot receives it."""

    TYPE: ClassVar[str] = "jvtrack.production.lot-dispatched.v1"

    shipment: ShipmentId
    """The consignment it travels in."""
    depot: SiteId
    """Where it goes."""
    quantity: PositiveQuantity
    """How much."""
    condition: Condition = Condition.A
    """Supply condition."""
    expires_on: date | None = None
    """Last day of a definite shelf life, as the lot's finish said."""
    serials: Serials = ()
    """Serial numbers, where items have them."""


class LotEventVoided(LotEvent):
    """An earlier fact about the lot did not happen; a correction follows as a fact of its own."""

    TYPE: ClassVar[str] = "jvtrack.production.lot-event-voided.v1"

    voided: EventId
    """The earlier fact's own id."""
    voided_type: str
    """Its type."""
    depot: SiteId | None = None
    """Where a voided dispatch was going."""
    shipment: ShipmentId | None = None
    """The consignment of a voided dispatch."""
    reason: Text | None = None
    """Why."""
    shelf_life: ShelfLife | None = None
    """The whole lot's shelf life as it stands after this fact; none where the fact does not speak of it."""
    made_as: MadeAs | None = None
    """What the whole lot is as it stands after this fact; none where nothing was ever said of it."""


class WorkOrderEvent(Event):
    """A fact about one work order, keyed by it, with its quantity as an absolute total."""

    STREAM: ClassVar[Stream] = Stream.PRODUCTION

    work_order: WorkOrderId
    """The work order."""
    order: OrderId
    """The order it is for."""
    part: PartId
    """The part to make."""
    factory: SiteId
    """The factory that has it."""
    depot: SiteId
    """Where the goods are to go."""
    quantity: Quantity
    """How much it will bring in all, as known now."""
    due: date
    """Day on which it is promised."""
    required_by: date | None = None
    """Day on which the depot needs it, as far as orders has said."""
    priority: Priority | None = None
    """Priority designator of the order it is for; 1 goes first."""
    references: References = ()
    """The references of which the order accepts lots; any of the part if none is named."""
    making: Making | None = None
    """What else the factory has said of it that still stands; none where it has said nothing."""

    @property
    def key(self) -> str:
        """Name the work order."""
        return f"work-order:{self.work_order}"


class WorkOrderOpened(WorkOrderEvent):
    """A factory has a work order."""

    TYPE: ClassVar[str] = "jvtrack.production.work-order-opened.v1"


class WorkOrderAccepted(WorkOrderEvent):
    """The factory takes the work order on."""

    TYPE: ClassVar[str] = "jvtrack.production.work-order-accepted.v1"


class WorkOrderRefused(WorkOrderEvent):
    """The factory will not make what it has not yet begun."""

    TYPE: ClassVar[str] = "jvtrack.production.work-order-refused.v1"

    reason: Text
    """Why."""


class WorkOrderReduced(WorkOrderEvent):
    """The answer to being asked back: what could be taken back is gone from the quantity."""

    TYPE: ClassVar[str] = "jvtrack.production.work-order-reduced.v1"

    asked: Quantity
    """How much was asked back in all, up to this answer."""
    given: Quantity
    """How much of it was given back in all."""


class QuantityCause(StrEnum):
    """Why a work order brings more or less than it did."""

    SCRAPPED = "scrapped"
    OVER_PRODUCED = "over-produced"
    UNDER_PRODUCED = "under-produced"
    CORRECTED = "corrected"


class WorkOrderQuantityChanged(WorkOrderEvent):
    """The work order will bring more or less than was known before, or the same on another day of need."""

    TYPE: ClassVar[str] = "jvtrack.production.work-order-quantity-changed.v1"

    cause: QuantityCause
    """Why."""


class DelayReported(WorkOrderEvent):
    """The factory will deliver on another day than promised."""

    TYPE: ClassVar[str] = "jvtrack.production.delay-reported.v1"

    cause: Text
    """Why."""
