"""Platforms, as the orders service takes and tells them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import JsonValue

from jvtrack.client.answers.record import Body, Record
from shared.types import OrderId, PartId, Platform, SiteId, TailNumber, Text


class PlatformTerms(Body):
    """Where a platform is at home, and since when it is in service."""

    site: SiteId
    """The depot that it is at home at."""
    in_service_since: datetime | None = None
    """When it came into service; as it was, or now, if not given."""
    illustrative: bool = False
    """Whether the record is invented, for demonstration."""


class PlatformUp(Body):
    """A platform can do its work again."""

    since: datetime
    """Since when, by the depot's clock."""
    corrects: bool = False
    """Whether this takes the place of the last change, which was posted wrongly."""


class PlatformDown(PlatformUp):
    """A platform cannot do its work."""

    cause: Text
    """Why."""
    awaiting_parts: bool
    """Whether it stands still for want of parts."""


class PlatformState(Record):
    """One aircraft or vehicle, and how it stands."""

    platform: Platform
    """What it is."""
    tail_number: TailNumber
    """Which one it is."""
    site: SiteId
    """The depot that it is at home at."""
    in_service_since: datetime
    """When it came into service."""
    state: str
    """up or down."""
    since: datetime
    """Since when it stands so."""
    cause: str | None = None
    """Why it is down."""
    awaiting_parts: bool
    """Whether it stands still for want of parts."""
    illustrative: bool
    """Whether the record is invented, for demonstration."""
    version: int
    """How many facts were told about it."""


class BlockingLine(Record):
    """An order that a platform waits for."""

    order_id: OrderId
    """The order."""
    ordered_by: SiteId
    """The depot that asked."""
    part: PartId
    """The part."""
    priority: int
    """1 goes first, 15 last."""
    state: str
    """Where the order stands."""
    missing: int
    """How much is neither issued nor cancelled."""
    promised_for: date | None = None
    """Day on which all of it was promised."""
    promise_reason: str | None = None
    """Why that day."""
    overdue: bool = False
    """Whether that day has passed while something is still to come."""
    foreseen: date | None = None
    """Day on which it is foreseen; none where nobody can say."""
    source: SiteId | None = None
    """Who brings the last of it, where something is to be made."""
    on_road: bool = False
    """Whether the last of it has left its source."""


class PlatformPeriod(Record):
    """How a platform stood from one moment to the next."""

    n: int
    """Which period of its life it is."""
    state: str
    """up or down."""
    began_at: datetime
    """When it began."""
    ended_at: datetime | None = None
    """When it ended; none where it lasts."""
    cause: str | None = None
    """Why it was down."""
    awaiting_parts: bool
    """Whether it stood still for want of parts."""
    posted_by: str
    """Who said so."""


class PlatformDetails(PlatformState):
    """One aircraft or vehicle with what it waits for and how it stood before."""

    expected_release: date | None = None
    """Day on which the last of its blocking lines is foreseen."""
    ready: bool = False
    """Whether it has got all that it waited for, issued or taken from another: only its depot's word is missing."""
    blocking: list[BlockingLine] = []
    """The orders that it waits for."""
    history: list[PlatformPeriod] = []
    """The periods of its life, newest first."""


class GroundedPlatform(Record):
    """A platform that is down and awaits parts."""

    platform: Platform
    """What it is."""
    tail_number: TailNumber
    """Which one it is."""
    site: SiteId
    """The depot that it is at home at."""
    since: datetime
    """Since when."""
    cause: str
    """Why."""
    expected_release: date | None = None
    """Day on which the last of its blocking lines is foreseen; none while nobody can say."""
    ready: bool = False
    """Whether it has got all that it waited for, issued or taken from another: only its depot's word is missing."""
    blocking: list[BlockingLine] = []
    """The orders that it waits for."""


class PlatformHours(Record):
    """How long platforms could do their work: of a depot's platforms of one type, or of one of them."""

    platform: Platform
    """What they are."""
    site: SiteId
    """The depot that they are at home at."""
    tail_number: TailNumber | None = None
    """Which one it is."""
    tails: int = 1
    """How many they are."""
    hours: float
    """Hours in service."""
    up_hours: float
    """Of these, hours up."""
    awaiting_parts_hours: float
    """Of these, hours down and awaiting parts."""
    availability: float | None = None
    """up_hours / hours."""


class Availability(Record):
    """Availability by time."""

    counted_from: datetime
    """From when on."""
    counted_to: datetime
    """Until when."""
    fleets: list[PlatformHours]
    """By platform and depot."""
    tails: list[PlatformHours]
    """By platform and tail number."""


class ReleaseAction(Record):
    """What fills one blocking line of one platform."""

    kind: str
    """issue, lateral, expedite or cannibalise."""
    platform: Platform
    """What waits."""
    tail_number: TailNumber
    """Which one waits."""
    order_id: OrderId
    """The line that is filled."""
    part: PartId
    """The part."""
    on: date
    """The day on which the line is filled by it."""
    donor: TailNumber | None = None
    """The platform that gives the part."""
    depot: SiteId | None = None
    """The depot that ships."""
    explanation: str
    """Why this is possible, and at whose cost."""


class ReleaseOption(Record):
    """One action, or a set of them."""

    actions: list[ReleaseAction]
    """What is done, all of it together."""
    releases: list[TailNumber]
    """The platforms whose last blocking line is filled."""
    days_saved: int
    """Days within the horizon by which platforms come back earlier."""


class ReleaseOptions(Record):
    """What would release platforms soonest, the best first."""

    today: date
    """The day on which it was ranked."""
    horizon_days: int
    """How far ahead days are counted."""
    expedite_percent: int
    """How much of the days that are left a hurried source is taken to need."""
    grounded: int
    """How many grounded platforms were looked at."""
    options: list[ReleaseOption]
    """The best first."""
    options_total: int
    """How many there are, those that are not shown included."""


class PlatformTold(Record):
    """Something that happened to a platform, or to what it waits for, as the stream tells it."""

    position: str
    """Where the stream goes on after it."""
    type: str
    """What happened: `jvtrack.orders.platform-down.v1`, `jvtrack.orders.order-promised.v1`."""
    site: SiteId
    """The depot that it is at home at; of a promise, the one that fills the order."""
    platform: Platform | None = None
    """What it is; this and the rest only where the reader may see it."""
    tail_number: TailNumber | None = None
    """Which one it is."""
    order: OrderId | None = None
    """Of a promise: the order that it waits for."""
    part: PartId | None = None
    """The part."""
    promised_for: date | None = None
    """The day on which all of the order will be there, none if nothing can be promised."""
    reason: str | None = None
    """Why."""
    cause: str | None = None
    """Why it is down."""
    event_id: UUID | None = None
    """Its identity."""
    recorded_at: datetime
    """When it was decided."""
    data: JsonValue = None
    """Everything that was told."""
