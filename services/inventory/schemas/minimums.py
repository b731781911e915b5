"""Bodies of the doors of protected minimums."""

from datetime import datetime

from pydantic import ConfigDict

from shared.http.forms import Answer, Body, Filter, Seen
from shared.types import PartId, Quantity, SiteId, Text


class MinimumTerms(Body):
    """How much of a part a depot keeps for its own orders."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"quantity": 2, "reason": "For the alert flight."}]})

    quantity: Quantity
    """How much, in quanta of the part, an order of another depot never takes; 0 protects nothing."""
    reason: Text
    """Why."""
    version: Seen = None
    """The version that you saw, 0 where nothing was ever set; refused if there is a newer one that says otherwise."""


class MinimumRead(Answer):
    """How much of a part a depot keeps for its own orders, and who said so."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site": "D-01",
                    "part": "MI17-TAIL-ROTOR-BLADE",
                    "quantity": 2,
                    "reason": "For the alert flight.",
                    "set_by": "depot@D-01",
                    "set_at": "2026-11-23T09:30:00.120Z",
                    "version": 1,
                }
            ]
        }
    )

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    quantity: Quantity
    """How much an order of another depot never takes."""
    reason: str
    """Why."""
    set_by: str
    """Who set it."""
    set_at: datetime
    """When."""
    version: int
    """How often it was set."""


class MinimumFilter(Filter):
    """Which minimums are asked for."""

    site: SiteId | None = None
    """Only this depot's."""
    part: PartId | None = None
    """Only of this part."""
