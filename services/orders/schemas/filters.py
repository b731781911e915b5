"""Which orders, and which of their changes, are asked for."""

from enum import StrEnum

from services.orders.domain.order import OrderState
from shared.http.forms import Filter
from shared.types import OrderId, PartId, Platform, SiteId


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
    LENT_ASKED = "lent-asked"
    LENT = "lent"
    PROMISED = "promised"
    PROMISE_OVERDUE = "promise-overdue"


class OrderStreamFilter(Filter):
    """Which changes of orders are followed."""

    order: OrderId | None = None
    """Only of this order."""
    site: SiteId | None = None
    """Only of orders placed by this depot or filled from it."""
    part: PartId | None = None
    """Only of orders for this part."""
    kind: Followed | None = None
    """Only changes of this kind: `promised` follows promises alone."""


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
