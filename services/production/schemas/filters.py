"""What lists of lots and work orders can be asked for."""

from services.production.domain.lot import LotStatus
from services.production.domain.work_order import WorkOrderStatus
from shared.http.forms import Asked, Filter
from shared.types import PartId, SiteId, WorkOrderId


class MadeFilter(Filter):
    """Narrows a list of what factories make; what is not given does not matter."""

    factory: SiteId | None = None
    """Only of this factory."""
    part: PartId | None = None
    """Only of this part."""


class LotFilter(MadeFilter):
    """Which lots are asked for."""

    work_order: WorkOrderId | None = None
    """Only lots made for this work order."""
    status: LotStatus | None = None
    """Only lots that have come this far."""


class WorkOrderFilter(MadeFilter):
    """Which work orders are asked for."""

    status: WorkOrderStatus | None = None
    """Only work orders that have come this far."""
    undecided: Asked | None = None
    """Only those of which pieces in work were asked back whose fate is not told yet, or only the others."""
