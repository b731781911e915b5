"""An order as it came, and what became of it."""

import hashlib
from dataclasses import dataclass
from datetime import date

from services.orders.domain.document_number import order_id_of
from services.orders.domain.platforms import TailName
from services.orders.schemas.orders import OrderSummary, PlaceOrder
from shared.http.tokens import Principal
from shared.observe import tracing
from shared.types import OrderId, SiteId

_BESIDE_THE_ORDER = {"placed_on", "promised_for"}
"""What a line of a file says beside the order itself."""


@dataclass(frozen=True, slots=True)
class Request:
    """An order as it came to the door, and from whom."""

    body: PlaceOrder
    principal: Principal
    trace: tracing.Trace | None
    placed_on: date | None = None
    """The day on which it was placed elsewhere, before it came here; none for one that is placed now."""
    promised_for: date | None = None
    """The day that was promised of it first there."""
    units_max: int | None = None
    """How many units of issue it may hold at most; none where that was looked at before."""

    @property
    def filling_site(self) -> SiteId:
        """Name the depot that is to fill it."""
        return self.body.site or self.body.ordered_by

    @property
    def tail(self) -> TailName | None:
        """Name the platform that waits, if it is one of a known registration."""
        platform, number = self.body.platform, self.body.tail_number
        return None if platform is None or number is None else TailName(platform, number)

    def order_id(self, today: date) -> OrderId:
        """Name the order by its number, as it reads on the day on which it was placed; refuses what names no day."""
        return order_id_of(self.body.document_number, self.body.suffix, self.placed_on or today)

    @property
    def is_between_depots(self) -> bool:
        """Tell whether one depot asks another: such a request is all or nothing."""
        return self.filling_site != self.body.ordered_by

    def digest(self) -> bytes:
        """Tell this order from any other of the same document number; what goes without saying need not be said."""
        said = {"partial": True} if self.is_between_depots else {"site": None}
        resolved = self.body.model_copy(update=said)
        text = resolved.model_dump_json(exclude_defaults=True, exclude=_BESIDE_THE_ORDER)
        return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which order a request named; if it placed it, as it was placed."""

    order_id: OrderId
    placed: OrderSummary | None = None
