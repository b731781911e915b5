"""Which orders, and which of their changes, are asked for."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, ClassVar

from services.orders.domain.order import OrderState
from shared.http.forms import Filter
from shared.types import OrderId, PartId, Platform, SiteId, TailNumber

_KIND = "jvtrack.orders.order-"


class Followed(StrEnum):
    """Kinds of changes of an order."""

    PLACED = "placed"
    CANCEL_REQUESTED = "cancel-requested"
    REDUCTION_REQUESTED = "reduction-requested"
    RESCHEDULED = "rescheduled"
    REPRIORITISED = "reprioritised"
    REFERENCES_CHANGED = "references-changed"
    SOURCED = "sourced"
    SOURCE_OVERRIDDEN = "source-overridden"
    SOURCE_HURRIED = "source-hurried"
    SOURCING_REDUCED = "sourcing-reduced"
    SPLIT = "split"
    CANNIBALISED = "cannibalised"
    EMERGENCY_USE_ALLOWED = "emergency-use-allowed"
    LENT_ASKED = "lent-asked"
    LENT = "lent"
    PROMISED = "promised"
    PROMISE_OVERDUE = "promise-overdue"


class OrderStreamFilter(Filter):
    """Which changes of orders are followed."""

    KINDS: ClassVar[tuple[str, ...]] = (_KIND,)
    """How the types begin of the facts that may be."""

    order: OrderId | None = None
    """Only of this order."""
    site: SiteId | None = None
    """Only of orders placed by this depot or filled from it."""
    part: PartId | None = None
    """Only of orders for this part."""
    kind: Followed | None = None
    """Only changes of this kind: `promised` follows promises alone."""

    def takes(self, kind: str, told: Mapping[str, Any], places: Collection[SiteId]) -> bool:
        """Tell whether a fact of this type, about these depots, is followed."""
        return (
            self.order in {None, told["order"]}
            and self.part in {None, told["part"]}
            and (self.site is None or self.site in places)
            and (self.kind is None or kind == f"{_KIND}{self.kind}.v1")
        )


class FleetStreamFilter(Filter):
    """Which aircraft and vehicles are followed."""

    KINDS: ClassVar[tuple[str, ...]] = ("jvtrack.orders.platform-", f"{_KIND}promised.", f"{_KIND}promise-overdue.")
    """How the types begin of the facts that may be."""

    platform: Platform | None = None
    """Only of this type."""
    tail_number: TailNumber | None = None
    """Only this one."""
    site: SiteId | None = None
    """Only those at home at this depot, or waiting for an order placed by it or filled from it."""

    def takes(self, _kind: str, told: Mapping[str, Any], places: Collection[SiteId]) -> bool:
        """Tell whether a fact about these depots is followed; a promise for which nothing waits is not."""
        tail_number = told.get("tail_number")
        return (
            tail_number is not None
            and self.tail_number in {None, tail_number}
            and self.platform in {None, told.get("platform")}
            and (self.site is None or self.site in places)
        )


class OrderFilter(Filter):
    """Which orders are asked for."""

    site: SiteId | None = None
    """Only orders placed by this depot or filled from it."""
    part: PartId | None = None
    """Only of this part."""
    state: OrderState | None = None
    """Only orders that stand so."""
    platform: Platform | None = None
    """Only orders for this platform; where an order names none, of parts that fit it."""
    late: bool | None = None
    """Only unfinished orders past their day, or promised for after it; false: only the others."""
    overdue: bool | None = None
    """Only orders whose promise was not kept: its day has passed, and something is still to come; false: the others."""
