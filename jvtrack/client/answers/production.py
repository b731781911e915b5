"""Events, lots and work orders, as the production service takes and tells them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import JsonValue

from jvtrack.client.answers.record import Record
from jvtrack.client.problems import ProblemError
from shared.events.making import Making
from shared.events.production import Reference
from shared.types import LotId, OrderId, PartId, SiteId, WorkOrderId


class EventAccepted(Record):
    """An event that stands in the books."""

    status: str
    """accepted, or duplicate if it had been accepted before."""
    event_id: UUID
    """Our own identity of the fact."""
    version: str
    """The version that it made."""
    lot: LotId | None = None
    """The lot that it is about, if it is about one."""
    work_order: WorkOrderId | None = None
    """The work order that it is about, if it is about one itself."""


class LineAnswer(Record):
    """What became of one of many events."""

    line: int
    """Its number in what was posted, from 1."""
    status: str
    """accepted, duplicate or refused."""
    id: str | None = None
    """The sender's id of the event, if it could be read."""
    event_id: UUID | None = None
    """Our own identity of the fact, if it stands in the books."""
    problem: dict[str, JsonValue] | None = None
    """Why it was refused (RFC 9457)."""

    @property
    def refusal(self) -> ProblemError | None:
        """Give the reason of a refusal as an error that may be raised."""
        return None if self.problem is None else ProblemError.of_members(self.problem)


class HistoryEntry(Record):
    """One fact about a lot or a work order."""

    event_id: UUID
    """Our own identity of the fact."""
    version: int
    """The version that it made."""
    type: str
    """The type under which it was told."""
    data: dict[str, JsonValue]
    """What was told."""
    recorded_at: datetime
    """When it was written down."""
    out_of_order: bool = False
    """Whether it came before a fact that it presumes."""
    id: str | None = None
    """The sender's id of the event, if a sender posted it."""
    posted_type: str | None = None
    """The type under which it was posted."""
    posted: dict[str, JsonValue] | None = None
    """The data that was posted."""


class Lot(Record):
    """A lot as its facts make it."""

    lot: LotId
    """The lot: its factory and the factory's number."""
    version: int
    """How many facts were told about it."""
    factory: SiteId
    """The factory that numbered it."""
    part: PartId
    """The part."""
    work_order: WorkOrderId | None = None
    """The work order it is made for, if any."""
    status: str
    """How far it has come."""
    started: int
    """Put in work."""
    finished: int
    """Reported as finished and good."""
    dispatched: int
    """Sent away."""
    reference: Reference | None = None
    """The item of production made; none if its finishes name none, or more than one."""
    certificate: str | None = None
    """Certificate of conformance, as told when it was finished; none while it is missing."""
    discrepancies: list[str] = []
    """What its facts contradict."""


class Input(Record):
    """Material that went into a lot."""

    material: str
    """What it is."""
    kind: str
    """component, kit or raw."""
    input_lot: str
    """Its own lot, heat or kit."""
    origin: str
    """Country that it comes from."""
    amount: str
    """How much of it, in its own unit."""
    unit: str
    """Its unit."""
    unit_cost: str | None = None
    """What one unit of it costs."""
    currency: str | None = None
    """Currency of the cost."""
    event_id: UUID
    """The fact that says so."""


class Sent(Record):
    """What of a lot was sent to a depot."""

    depot: SiteId
    """Where it went."""
    shipment: str
    """In which consignment."""
    quantity: int
    """How much."""
    event_id: UUID
    """The fact that says so."""


class DownstreamLot(Record):
    """A lot in which something has gone, at first or second hand, and where it was sent."""

    lot: LotId
    """The lot."""
    part: PartId
    """Its part."""
    factory: SiteId
    """The factory that made it."""
    work_order: WorkOrderId | None = None
    """The work order it was made for, if any."""
    status: str
    """How far it has come."""
    steps: int
    """1 where it went straight into it."""
    by_way_of: list[str]
    """The lots, heats and kits through which it came into it."""
    in_work: int
    """Begun, and neither finished nor scrapped."""
    on_shelf: int
    """Finished and still at the factory."""
    sent: list[Sent]
    """Where it was sent."""


class LotDetails(Lot):
    """A lot with what went into it, and its history."""

    inputs: list[Input] = []
    """What went into it, as far as it is told and still stands."""
    history: list[HistoryEntry] = []
    """Its newest facts, the oldest of them first."""


class WorkOrder(Record):
    """A work order as it stands."""

    work_order: WorkOrderId
    """The work order."""
    order: OrderId
    """The order it is for."""
    part: PartId
    """The part to make."""
    factory: SiteId
    """The factory that has it."""
    depot: SiteId
    """Where the goods are to go."""
    status: str
    """How far it has come."""
    quantity: int
    """How much it will bring in all, as known now."""
    finished: int
    """Reported as finished and good."""
    dispatched: int
    """Sent away."""
    asked_back: int = 0
    """How much was asked back since it was opened."""
    given_back: int = 0
    """How much of that was given back."""
    undecided: int = 0
    """How many pieces in work were asked back of which the factory has not yet said what becomes."""
    accepted: bool
    """Whether the factory has taken it on."""
    due: date
    """Day on which it is promised."""
    priority: int | None = None
    """Priority designator of its order; 1 goes first."""
    required_by: date | None = None
    """Day on which the depot needs it."""
    making: Making | None = None
    """What else the factory has said of it: its offer, kits missing, what becomes of what was in work."""
    references: list[Reference] = []
    """The references of which the order accepts lots; any of the part if none is named."""
    wanted_by: date | None = None
    """Day by which it is wanted sooner than promised, where it was hurried."""


class WorkOrderDetails(WorkOrder):
    """A work order with its history."""

    history: list[HistoryEntry] = []
    """Its newest facts, the oldest of them first."""


class WorkOrderChange(Record):
    """Something that happened to a work order, and how it now stands."""

    position: str
    """Where the stream goes on after it."""
    type: str
    """What happened: `jvtrack.production.work-order-opened.v1`."""
    factory: SiteId
    """The factory that has it."""
    work_order: WorkOrderId | None = None
    """The work order; this and the rest only where the reader may see them."""
    order: OrderId | None = None
    """The order it is for."""
    part: PartId | None = None
    """The part to make."""
    depot: SiteId | None = None
    """Where the goods are to go."""
    quantity: int | None = None
    """How much it will bring in all, as known now."""
    due: date | None = None
    """Day on which it is promised."""
    required_by: date | None = None
    """Day on which the depot needs it."""
    version: int | None = None
    """The version of the work order that it made; drop what is not above the one you have."""
    event_id: UUID | None = None
    """The fact's own identity."""
    recorded_at: datetime | None = None
    """When it was written down."""


class Gap(Record):
    """Numbers that have not come."""

    first: int
    """First missing number."""
    last: int
    """Last missing number."""


class Gaps(Record):
    """Which numbers of a sender are missing."""

    source: str
    """The sender."""
    missing: int
    """How many numbers are missing."""
    gaps: list[Gap]
    """The missing numbers, lowest first."""
    reused: list[Gap] = []
    """Numbers that came under more than one id."""
    events: int
    """Events accepted from this sender."""
    duplicates: int
    """Deliveries of events that had been accepted before."""
