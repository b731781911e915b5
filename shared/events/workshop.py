"""What factories post of how they make: offers of less, kits, material consumed, what becomes of what is in work."""

from typing import ClassVar

from shared.events.factory import FactoryFact, LotFact
from shared.events.making import Currency, InProgress, MaterialKind, Measure, Price
from shared.types import Day, Nation, PositiveQuantity, Text, WorkOrderId


class FactoryMaterialConsumed(LotFact):
    """A lot of a component, kit or raw material went into a lot."""

    TYPE: ClassVar[str] = "jvtrack.factory.material-consumed.v1"

    material: Text
    """What it is: the number of the component, kit or raw material."""
    kind: MaterialKind = MaterialKind.COMPONENT
    """What sort of material."""
    input_lot: Text
    """Its own lot, heat or kit: `F-02:L-7` where it is a lot that is followed here."""
    origin: Nation
    """Country that it comes from."""
    amount: Measure
    """How much of it, in its own unit."""
    unit: Text = "EA"
    """Its unit."""
    unit_cost: Price | None = None
    """What one unit of it costs."""
    currency: Currency | None = None
    """Currency of the cost; needed with one."""


class FactoryWorkOrderCountered(FactoryFact):
    """The factory makes less of a work order than was asked for, or the same on another day."""

    TYPE: ClassVar[str] = "jvtrack.factory.work-order-countered.v1"

    work_order: WorkOrderId
    """The work order."""
    quantity: PositiveQuantity
    """The most that it makes."""
    due: Day | None = None
    """Day on which it promises that, if other than asked."""
    reason: Text
    """Why."""


class FactoryKitMissing(FactoryFact):
    """A work order waits for a kit."""

    TYPE: ClassVar[str] = "jvtrack.factory.kit-missing.v1"

    work_order: WorkOrderId
    """The work order."""
    kit: Text
    """The kit, as the factory names it; one that is lacking again has a name of its own."""
    supplier: Text | None = None
    """Who is to send it."""
    expected_on: Day | None = None
    """Day on which it is expected."""
    due: Day | None = None
    """Day on which the work order will be delivered now, if other than promised."""


class FactoryKitArrived(FactoryFact):
    """A kit that a work order waited for has come."""

    TYPE: ClassVar[str] = "jvtrack.factory.kit-arrived.v1"

    work_order: WorkOrderId
    """The work order."""
    kit: Text
    """The kit, as the factory names it."""


class FactoryWorkInProgressDecided(FactoryFact):
    """What becomes of pieces in work that were asked back."""

    TYPE: ClassVar[str] = "jvtrack.factory.work-in-progress-decided.v1"

    work_order: WorkOrderId
    """The work order."""
    outcome: InProgress
    """What becomes of them."""
    quantity: PositiveQuantity
    """How many pieces."""
    reused_for: WorkOrderId | None = None
    """The work order that they go on as; needed if reused."""
    reason: Text | None = None
    """Why."""


WORKSHOP_FACTS: dict[str, type[FactoryFact]] = {
    fact.TYPE: fact
    for fact in (
        FactoryMaterialConsumed,
        FactoryWorkOrderCountered,
        FactoryKitMissing,
        FactoryKitArrived,
        FactoryWorkInProgressDecided,
    )
}
