"""What production shows of lots, work orders and their history."""

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, JsonValue

from services.production.domain.lot import Discrepancy, LotStatus
from services.production.domain.work_order import WorkOrderStatus
from services.production.schemas.forms import View
from services.production.schemas.genealogy import INPUT, InputRead
from shared.events.making import Making
from shared.events.production import Reference
from shared.types import LotId, OrderId, PartId, Quantity, SiteId, WorkOrderId

_MADE: dict[str, JsonValue] = {
    "started": 12,
    "inspected_passed": 11,
    "inspected_failed": 1,
    "finished": 11,
    "scrapped_in_process": 1,
    "scrapped_finished": 0,
    "dispatched": 0,
}
_LOT: dict[str, JsonValue] = {
    **_MADE,
    "lot": "F-01:L-2026-0042",
    "version": 4,
    "factory": "F-01",
    "part": "MI17-TAIL-ROTOR-BLADE",
    "quantity_scale": 0,
    "work_order": "7201YA6327A001-2026-W1",
    "status": "finished",
    "on_shelf": 11,
    "in_work": 0,
    "expires_on": None,
    "reference": {"maker": "3VK1Y", "number": "8-1930-000", "revision": "B"},
    "certificate": "COC-2026-0042",
    "discrepancies": [],
    "updated_at": "2026-11-23T08:40:12.300Z",
}
_LOT_ENTRY: dict[str, JsonValue] = {
    "event_id": "01a2b3c4-0000-7000-8000-000000000480",
    "version": 1,
    "type": "jvtrack.production.lot-started.v1",
    "data": {"lot": "F-01:L-2026-0042", "part": "MI17-TAIL-ROTOR-BLADE", "factory": "F-01", "quantity": 12},
    "recorded_at": "2026-11-23T08:35:00.120Z",
    "occurred_at": "2026-11-23T08:35:00Z",
    "clock_suspect": False,
    "out_of_order": False,
    "source": "F-01",
    "id": "2026-000480",
    "posted_type": "jvtrack.factory.lot-started.v1",
    "posted": {"lot": "L-2026-0042", "part": "MI17-TAIL-ROTOR-BLADE", "quantity": 12},
    "posted_by": "factory@F-01",
    "on_behalf_of": None,
    "voided_by": None,
}
_WORK_ORDER: dict[str, JsonValue] = {
    **_MADE,
    "work_order": "7201YA6327A001-2026-W1",
    "version": 2,
    "order": "7201YA6327A001-2026",
    "part": "MI17-TAIL-ROTOR-BLADE",
    "quantity_scale": 0,
    "factory": "F-01",
    "depot": "D-01",
    "priority": 4,
    "status": "in-work",
    "quantity": 12,
    "ordered": 12,
    "asked_back": 0,
    "given_back": 0,
    "undecided": 0,
    "accepted": True,
    "refused": False,
    "due": "2027-02-15",
    "due_asked": "2026-12-14",
    "required_by": "2026-12-20",
    "making": {"kits_missing": [{"kit": "BEARING-KIT-7", "supplier": "VR-Tekhnika", "expected_on": "2027-01-20"}]},
    "references": [],
    "wanted_by": None,
    "updated_at": "2026-11-24T07:12:31.400Z",
}
_WORK_ORDER_ENTRY: dict[str, JsonValue] = {
    "event_id": "01a2b3c4-0000-7000-8000-000000000485",
    "version": 2,
    "type": "jvtrack.production.work-order-accepted.v1",
    "data": {"work_order": "7201YA6327A001-2026-W1", "quantity": 12, "due": "2027-02-15"},
    "recorded_at": "2026-11-24T07:12:31.400Z",
}


def _shown(*examples: dict[str, JsonValue]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": list(examples)})


class Made(View):
    """What facts add up to, in quanta of the part."""

    started: int
    """Put in work."""
    inspected_passed: int
    """Inspected, and conforming."""
    inspected_failed: int
    """Inspected, and not conforming."""
    finished: int
    """Reported as finished and good."""
    scrapped_in_process: int
    """Scrapped before it was finished."""
    scrapped_finished: int
    """Scrapped after it was finished."""
    dispatched: int
    """Sent away."""


class HistoryEntry(View):
    """One fact about a lot or a work order."""

    event_id: UUID
    """Our own identity of the fact."""
    version: int
    """The version of the lot or work order that it made."""
    type: str
    """The type under which it was told."""
    data: dict[str, JsonValue]
    """What was told."""
    recorded_at: datetime
    """When we wrote it down, UTC."""
    occurred_at: datetime | None = None
    """When it happened by the sender's clock."""
    clock_suspect: bool = False
    """Whether the sender's clock was more than an hour off ours."""
    out_of_order: bool = False
    """Whether it came before a fact that it presumes."""
    source: str | None = None
    """The sender's source, if a sender posted it."""
    id: str | None = None
    """The sender's id of the event."""
    posted_type: str | None = None
    """The type under which it was posted."""
    posted: dict[str, JsonValue] | None = None
    """The data that was posted."""
    posted_by: str | None = None
    """Who posted it."""
    on_behalf_of: SiteId | None = None
    """The site that it was posted for by somebody of another."""
    voided_by: UUID | None = None
    """The event that voided or corrected it."""


class LotSummary(Made):
    """A lot as its facts make it."""

    model_config = _shown(_LOT)

    lot: LotId
    """The lot: its factory and the factory's number."""
    version: int
    """How many facts were told about it."""
    factory: SiteId
    """The factory that numbered it."""
    part: PartId
    """The part."""
    quantity_scale: int | None
    """Quantities count in 10^-scale of the part's unit of issue."""
    work_order: WorkOrderId | None
    """The work order it is made for, if any."""
    status: LotStatus
    """How far it has come."""
    on_shelf: int
    """Finished and still at the factory; below zero while a finish is missing."""
    in_work: int
    """Begun, and neither finished nor scrapped."""
    expires_on: date | None
    """Earliest end of a definite shelf life among its finishes."""
    reference: Reference | None
    """The item of production made; null if its finishes name none, or more than one."""
    certificate: str | None
    """Certificate of conformance, as told when it was finished; null while it is missing."""
    discrepancies: list[Discrepancy]
    """What its facts contradict."""
    updated_at: datetime
    """When it last changed, UTC."""


class LotRead(LotSummary):
    """A lot with its history."""

    model_config = _shown({**_LOT, "inputs": [INPUT], "history": [_LOT_ENTRY]})

    inputs: list[InputRead]
    """What went into it, as far as it is told and still stands; at most 1,000."""
    history: list[HistoryEntry]
    """Its newest facts, the oldest of them first; on the next page the older ones."""


class WorkOrderSummary(Made):
    """A work order as it stands."""

    model_config = _shown(_WORK_ORDER)

    work_order: WorkOrderId
    """The work order."""
    version: int
    """How many facts were told about it."""
    order: OrderId
    """The order it is for."""
    part: PartId
    """The part to make."""
    quantity_scale: int | None
    """Quantities count in 10^-scale of the part's unit of issue."""
    factory: SiteId
    """The factory that has it."""
    depot: SiteId
    """Where the goods are to go."""
    priority: int
    """Priority designator of the order: 1 goes first."""
    status: WorkOrderStatus
    """How far it has come."""
    quantity: Quantity
    """How much it will bring in all, as known now."""
    ordered: Quantity
    """How much was asked for when it was opened."""
    asked_back: Quantity
    """How much was asked back since."""
    given_back: Quantity
    """How much of that was given back."""
    undecided: Quantity
    """How many pieces in work were asked back of which the factory has not yet said what becomes."""
    accepted: bool
    """Whether the factory has taken it on."""
    refused: bool
    """Whether the factory has refused what it had not begun."""
    due: date
    """Day on which it is promised."""
    due_asked: date
    """Day that was asked for."""
    required_by: date | None
    """Day on which the depot needs it, as far as orders has said."""
    making: Making | None
    """What else the factory has said of it that still stands: its offer, kits missing, what is in work."""
    references: list[Reference]
    """The references of which the order accepts lots; any of the part if none is named."""
    wanted_by: date | None
    """Day by which it is wanted sooner than it was promised, where it was hurried; name a day to answer."""
    updated_at: datetime
    """When it last changed, UTC."""


class WorkOrderRead(WorkOrderSummary):
    """A work order with its history."""

    model_config = _shown({**_WORK_ORDER, "history": [_WORK_ORDER_ENTRY]})

    history: list[HistoryEntry]
    """Its newest facts, the oldest of them first; on the next page the older ones."""
