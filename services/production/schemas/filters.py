"""What lists of lots and work orders can be asked for."""

from pydantic import BaseModel, ConfigDict

from services.production.domain.lot import LotStatus
from services.production.domain.work_order import WorkOrderStatus
from shared.types import PartId, SiteId, WorkOrderId


class Filter(BaseModel):
    """Narrows a list; what is not given does not matter."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    factory: SiteId | None = None
    """Only of this factory."""
    part: PartId | None = None
    """Only of this part."""


class LotFilter(Filter):
    """Which lots are asked for."""

    work_order: WorkOrderId | None = None
    """Only lots made for this work order."""
    status: LotStatus | None = None
    """Only lots that have come this far."""


class WorkOrderFilter(Filter):
    """Which work orders are asked for."""

    status: WorkOrderStatus | None = None
    """Only work orders that have come this far."""
