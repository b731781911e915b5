"""Bodies about what sources say of a work order: offers, kits, what becomes of what is in work."""

from pydantic import ConfigDict

from shared.events.making import Making, MissingKit
from shared.http.forms import Answer, Body
from shared.types import Quantity, Text, Total, WorkOrderId


class DeclineOffer(Body):
    """Which offer is declined, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"work_order": "7201YA6327A001-2026-W1", "reason": "Half of it does not raise the aircraft."}]
        }
    )

    work_order: WorkOrderId
    """The work order on which it was made."""
    reason: Text
    """Why; kept for ever."""


class MakingRead(Answer):
    """What a source has said of how it makes a work order."""

    offered: Quantity | None
    """The most that it makes of what was asked for; none while it has offered nothing else."""
    kits_missing: list[MissingKit]
    """The kits that it waits for."""
    for_stock: Total
    """Pieces in work that were asked back, and are finished for stock."""
    scrapped: Total
    """Pieces in work that were asked back, and are scrapped."""
    reused: Total
    """Pieces in work that were asked back, and go on as another work order's."""

    @classmethod
    def of(cls, making: Making | None) -> "MakingRead":
        """Show it, without what was paid."""
        said = making or Making()
        return cls(
            offered=said.offered,
            kits_missing=list(said.kits_missing),
            for_stock=said.for_stock,
            scrapped=said.scrapped,
            reused=said.reused,
        )
