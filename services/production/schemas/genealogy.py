"""What went into lots, and where what came of it went."""

from uuid import UUID

from pydantic import ConfigDict, JsonValue

from services.production.domain.lot import LotStatus
from services.production.schemas.forms import View
from shared.events.making import MaterialKind
from shared.types import LotId, Nation, PartId, SiteId, WorkOrderId

INPUT: dict[str, JsonValue] = {
    "material": "VKR-1615-SPAR",
    "kind": "component",
    "input_lot": "F-02:L-2026-0310",
    "origin": "RUS",
    "amount": "12",
    "unit": "EA",
    "unit_cost": "184000.00",
    "currency": "INR",
    "event_id": "01a2b3c4-0000-7000-8000-000000000481",
}


class InputRead(View):
    """Material that went into a lot."""

    material: str
    """What it is: the number of the component, kit or raw material."""
    kind: MaterialKind
    """What sort of material."""
    input_lot: str
    """Its own lot, heat or kit."""
    origin: Nation
    """Country that it comes from."""
    amount: str
    """How much of it, in its own unit."""
    unit: str
    """Its unit."""
    unit_cost: str | None
    """What one unit of it costs."""
    currency: str | None
    """Currency of the cost."""
    event_id: UUID
    """The fact that says so."""


class SentRead(View):
    """What of a lot was sent to a depot."""

    depot: SiteId
    """Where it went."""
    shipment: str
    """In which consignment."""
    quantity: int
    """How much, in quanta of the part."""
    event_id: UUID
    """The fact that says so."""


class DownstreamLot(View):
    """A lot in which something has gone, at first or second hand, and where it was sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lot": "F-01:L-2026-0042",
                    "part": "MI17-TAIL-ROTOR-BLADE",
                    "factory": "F-01",
                    "work_order": "7201YA6327A001-2026-W1",
                    "status": "partly-dispatched",
                    "steps": 1,
                    "by_way_of": ["F-02:L-2026-0310"],
                    "in_work": 0,
                    "on_shelf": 3,
                    "sent": [
                        {
                            "depot": "D-01",
                            "shipment": "F-01:S-2026-0311",
                            "quantity": 8,
                            "event_id": "01a2b3c4-0000-7000-8000-000000000484",
                        }
                    ],
                }
            ]
        }
    )

    lot: LotId
    """The lot."""
    part: PartId
    """Its part."""
    factory: SiteId
    """The factory that made it."""
    work_order: WorkOrderId | None
    """The work order it was made for, if any."""
    status: LotStatus
    """How far it has come."""
    steps: int
    """How many lots lie between, itself counted: 1 for one into which it went straight."""
    by_way_of: list[str]
    """The lots, heats and kits through which it came into it."""
    in_work: int
    """Begun, and neither finished nor scrapped."""
    on_shelf: int
    """Finished and still at the factory."""
    sent: list[SentRead]
    """Where it was sent; what became of it there is inventory's to say: `/v1/stock?lot=`."""
