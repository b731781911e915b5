"""What production tells of work under way: offers of less, kits, material, and what becomes of what is in work."""

from datetime import date
from typing import ClassVar

from shared.events.expediting import WorkOrderHurried
from shared.events.making import Currency, InProgress, MaterialKind, Measure, Price
from shared.events.production import (
    DelayReported,
    LotEvent,
    WorkOrderAccepted,
    WorkOrderEvent,
    WorkOrderOpened,
    WorkOrderQuantityChanged,
    WorkOrderReduced,
    WorkOrderRefused,
)
from shared.types import Nation, PositiveQuantity, Quantity, Text, WorkOrderId


class WorkOrderCountered(WorkOrderEvent):
    """The factory makes less than was asked for, or the same on another day; orders decides on the rest."""

    TYPE: ClassVar[str] = "jvtrack.production.work-order-countered.v1"

    offered: Quantity
    """The most that it makes."""
    reason: Text
    """Why."""


class KitMissing(WorkOrderEvent):
    """The work order waits for a kit."""

    TYPE: ClassVar[str] = "jvtrack.production.kit-missing.v1"

    kit: Text
    """The kit, as the factory names it."""
    supplier: Text | None = None
    """Who is to send it."""
    expected_on: date | None = None
    """Day on which it is expected."""


class KitArrived(WorkOrderEvent):
    """A kit has come."""

    TYPE: ClassVar[str] = "jvtrack.production.kit-arrived.v1"

    kit: Text
    """The kit, as the factory names it."""


class WorkInProgressDecided(WorkOrderEvent):
    """What becomes of pieces in work that are no longer wanted."""

    TYPE: ClassVar[str] = "jvtrack.production.work-in-progress-decided.v1"

    outcome: InProgress
    """What becomes of them."""
    decided: PositiveQuantity
    """How many pieces."""
    reused_for: WorkOrderId | None = None
    """The work order that they go on as."""
    reason: Text | None = None
    """Why."""


class MaterialConsumed(LotEvent):
    """A lot of a component, kit or raw material went into a lot."""

    TYPE: ClassVar[str] = "jvtrack.production.material-consumed.v1"

    material: Text
    """What it is: the number of the component, kit or raw material."""
    kind: MaterialKind
    """What sort of material."""
    input_lot: Text
    """Its own lot, heat or kit: `F-02:L-7` where it is a lot that is followed here."""
    origin: Nation
    """Country that it comes from."""
    amount: Measure
    """How much of it, in its own unit."""
    unit: Text
    """Its unit."""
    unit_cost: Price | None = None
    """What one unit of it costs."""
    currency: Currency | None = None
    """Currency of the cost."""


WORK_ORDER_FACTS: tuple[type[WorkOrderEvent], ...] = (
    WorkOrderOpened,
    WorkOrderAccepted,
    WorkOrderRefused,
    WorkOrderReduced,
    WorkOrderQuantityChanged,
    WorkOrderHurried,
    DelayReported,
    WorkOrderCountered,
    KitMissing,
    KitArrived,
    WorkInProgressDecided,
)
"""Everything that is told of a work order; each fact states how it stands."""
