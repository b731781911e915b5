"""What factories post at production's door: their own facts, in their own numbers.

The CloudEvents `source` names the site; lot and shipment numbers are unique within it.
"""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from shared.events.production import Reference
from shared.types import (
    Condition,
    Day,
    FactoryNumber,
    Flag,
    NoNull,
    PartId,
    PositiveQuantity,
    Quantity,
    ScrapStage,
    Serials,
    SiteId,
    Text,
    WorkOrderId,
    error_at,
)


class FactoryFact(BaseModel):
    """The data of one event that a factory posts; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    TYPE: ClassVar[str]


class LotFact(FactoryFact):
    """A fact about one of the factory's lots."""

    lot: FactoryNumber
    """The factory's number of the lot."""
    part: PartId
    """The part it is of, as the catalogue names it."""
    work_order: WorkOrderId | None = None
    """The work order it is made for, if any."""


class FactoryLotStarted(LotFact):
    """Work on a lot has begun."""

    TYPE: ClassVar[str] = "jvtrack.factory.lot-started.v1"

    quantity: PositiveQuantity
    """How much is put in work."""
    reference: Reference | None = None
    """The item of production made."""
    heat: Text | None = None
    """Heat (melt) number of the material."""
    serials: Serials = ()
    """Serial numbers, where items have them."""


class FactoryLotInspected(LotFact):
    """Pieces of a lot were inspected."""

    TYPE: ClassVar[str] = "jvtrack.factory.lot-inspected.v1"

    passed: Quantity
    """How much conforms."""
    failed: Quantity = 0
    """How much does not."""
    note: Text | None = None
    """What was found."""


class FactoryLotFinished(LotFact):
    """Good pieces of a lot are on the factory's shelf."""

    TYPE: ClassVar[str] = "jvtrack.factory.lot-finished.v1"

    quantity: PositiveQuantity
    """How much, scrap not counted."""
    condition: Condition = Condition.A
    """Supply condition."""
    reference: Reference | None = None
    """The item of production made."""
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
    serials: Serials = ()
    """Serial numbers, where items have them."""
    completes_work_order: Flag = False
    """Whether nothing more will be made for the work order."""


class FactoryLotScrapped(LotFact):
    """Pieces of a lot were scrapped."""

    TYPE: ClassVar[str] = "jvtrack.factory.lot-scrapped.v1"

    quantity: PositiveQuantity
    """How much."""
    stage: ScrapStage = ScrapStage.IN_PROCESS
    """Whether it had been reported as finished."""
    condition: Condition = Condition.A
    """Condition in which it stood on the shelf, if it had been finished."""
    reason: Text | None = None
    """Why."""


class FactoryLotDispatched(LotFact):
    """A lot, or part of one, left for a depot."""

    TYPE: ClassVar[str] = "jvtrack.factory.lot-dispatched.v1"

    shipment: FactoryNumber
    """The factory's number of the consignment."""
    depot: SiteId
    """Where it goes."""
    quantity: PositiveQuantity
    """How much."""
    condition: Condition = Condition.A
    """Supply condition."""
    serials: Serials = ()
    """Serial numbers, where items have them."""


class FactoryWorkOrderAccepted(FactoryFact):
    """The factory takes a work order on."""

    TYPE: ClassVar[str] = "jvtrack.factory.work-order-accepted.v1"

    work_order: WorkOrderId
    """The work order."""
    due: Day | None = None
    """Day on which it promises delivery, if other than asked."""


class FactoryWorkOrderRefused(FactoryFact):
    """The factory will not make what it has not yet begun of a work order."""

    TYPE: ClassVar[str] = "jvtrack.factory.work-order-refused.v1"

    work_order: WorkOrderId
    """The work order."""
    reason: Text
    """Why."""


class FactoryDelayReported(FactoryFact):
    """A work order will be delivered on another day than promised."""

    TYPE: ClassVar[str] = "jvtrack.factory.delay-reported.v1"

    work_order: WorkOrderId
    """The work order."""
    due: Day
    """The new day."""
    cause: Text
    """Why."""


class FactoryEventVoided(FactoryFact):
    """An earlier event of the same source did not happen."""

    TYPE: ClassVar[str] = "jvtrack.factory.event-voided.v1"

    event: Annotated[str, Field(min_length=1, max_length=200), NoNull]
    """The CloudEvents id of the earlier event."""
    reason: Text
    """Why."""


class FactoryEventCorrected(FactoryFact):
    """An earlier event of the same source happened otherwise."""

    TYPE: ClassVar[str] = "jvtrack.factory.event-corrected.v1"

    event: Annotated[str, Field(min_length=1, max_length=200), NoNull]
    """The CloudEvents id of the earlier event."""
    reason: Text
    """Why."""
    data: dict[str, JsonValue]
    """The whole data of the event as it should have been; of the earlier event's type."""

    @model_validator(mode="after")
    def _has_data(self) -> "FactoryEventCorrected":
        if not self.data:
            raise error_at("data", message="must hold the corrected event's fields")
        return self


FACTORY_FACTS: dict[str, type[FactoryFact]] = {
    fact.TYPE: fact
    for fact in (
        FactoryLotStarted,
        FactoryLotInspected,
        FactoryLotFinished,
        FactoryLotScrapped,
        FactoryLotDispatched,
        FactoryWorkOrderAccepted,
        FactoryWorkOrderRefused,
        FactoryDelayReported,
        FactoryEventVoided,
        FactoryEventCorrected,
    )
}
