"""Bodies of the platform doors."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.orders.domain.order import OrderState
from services.orders.domain.platforms import TailState
from services.orders.schemas.platform_examples import AVAILABILITY, GROUNDED, TAIL, TAIL_IN_FULL
from shared.http.forms import Answer, Body, Filter, Moment, example
from shared.types import Flag, OrderId, PartId, Platform, Priority, Quantity, SiteId, TailNumber, Text, error_at


class TailTerms(Body):
    """Where a platform is at home, and since when it is in service."""

    model_config = example({"site": "D-01", "in_service_since": "2013-09-02T00:00:00Z"})

    site: SiteId
    """The depot that it is at home at."""
    in_service_since: Moment | None = None
    """When it came into service; as it was, or now, if not given."""
    illustrative: Flag = False
    """Whether the record is invented, for demonstration."""


class TailRow(TailTerms):
    """A line of a fleet: a platform, its tail number and its terms."""

    platform: Platform
    """What it is."""
    tail_number: TailNumber
    """Which one it is."""


class Up(Body):
    """A platform can do its work again."""

    model_config = example({"since": "2026-11-25T16:40:00+05:30"})

    since: Moment
    """Since when, by the depot's clock: in the past, and not before the last change."""
    corrects: Flag = False
    """Whether this takes the place of the last change, which was posted wrongly."""


class Down(Up):
    """A platform cannot do its work, or is down for another cause from now on."""

    model_config = example({"since": "2026-11-23T06:10:00+05:30", "cause": "Chips in oil.", "awaiting_parts": True})

    cause: Text
    """Why."""
    awaiting_parts: Flag
    """Whether it stands still for want of parts."""


class TailRead(Answer):
    """One aircraft or vehicle, and how it stands."""

    model_config = example(TAIL)

    platform: Platform
    """What it is."""
    tail_number: TailNumber
    """Which one it is."""
    site: SiteId
    """The depot that it is at home at."""
    in_service_since: datetime
    """When it came into service."""
    state: TailState
    """Whether it can do its work."""
    since: datetime
    """Since when it stands so, by the depot's clock."""
    cause: str | None
    """Why it is down; none while it is up."""
    awaiting_parts: bool
    """Whether it stands still for want of parts."""
    illustrative: bool
    """Whether the record is invented, for demonstration."""
    version: int
    """How many facts were told about it."""
    changed_at: datetime
    """When that was last recorded here."""
    changed_by: str
    """Who changed it."""


class BlockingLine(Answer):
    """An order that a platform waits for, because it cannot do its work without the part."""

    order_id: OrderId
    """The order."""
    ordered_by: SiteId
    """The depot that asked."""
    part: PartId
    """The part."""
    priority: Priority
    """Priority designator; 1 goes first."""
    state: OrderState
    """Where the order stands."""
    missing: Quantity
    """How much is neither issued nor cancelled."""
    reserved: Quantity
    """How much of that is held for it in stock."""
    promised_for: date | None
    """Day on which all of it was promised; none while that cannot be said."""
    promise_reason: str | None
    """Why that day."""
    overdue: bool
    """Whether that day has passed while something is still to come."""
    foreseen: date | None
    """Day on which it is foreseen: as promised, or later where a source is silent; none where nobody can say."""
    source: SiteId | None
    """Who is to make the last of it; none where another depot ships it."""
    on_road: bool
    """Whether the last of it has left its source, which can hurry it no more."""


class PeriodRead(Answer):
    """How a platform stood from one moment to the next."""

    n: int
    """Which period of its life it is."""
    state: TailState
    """Whether it could do its work."""
    began_at: datetime
    """When it began, by the depot's clock."""
    ended_at: datetime | None
    """When it ended; none where it lasts."""
    cause: str | None
    """Why it was down."""
    awaiting_parts: bool
    """Whether it stood still for want of parts."""
    posted_by: str
    """Who said so."""
    recorded_at: datetime
    """When that was recorded here."""


class TailInFull(TailRead):
    """One aircraft or vehicle with what it waits for and how it stood before."""

    model_config = example(TAIL_IN_FULL)

    expected_release: date | None
    """Day on which the last of its blocking lines is foreseen; none without lines, or while nobody can say of one."""
    ready: bool
    """Whether it has got all that it waited for, issued or taken from another: only its depot's word is missing."""
    blocking: list[BlockingLine]
    """The orders that it waits for, whether it is down by now or not."""
    history: list[PeriodRead]
    """The periods of its life, newest first; the next page leads to the older ones."""


class GroundedRead(Answer):
    """A platform that is down and awaits parts."""

    model_config = example(GROUNDED)

    platform: Platform
    """What it is."""
    tail_number: TailNumber
    """Which one it is."""
    site: SiteId
    """The depot that it is at home at."""
    since: datetime
    """Since when, by the depot's clock."""
    cause: str
    """Why."""
    expected_release: date | None
    """Day on which the last of its blocking lines is foreseen; none without lines, or while nobody can say of one."""
    ready: bool
    """Whether it has got all that it waited for, issued or taken from another: only its depot's word is missing."""
    blocking: list[BlockingLine]
    """The orders that it waits for; none where nothing has been ordered for it yet, or it is ready."""


class TailFilter(Filter):
    """Which platforms are asked for."""

    platform: Platform | None = None
    """Only of this platform."""
    site: SiteId | None = None
    """Only those at home at this depot."""
    state: TailState | None = None
    """Only those that stand so."""


class GroundedFilter(Filter):
    """Which grounded platforms are asked for."""

    platform: Platform | None = None
    """Only of this platform."""
    site: SiteId | None = None
    """Only those at home at this depot."""


class AvailabilityFilter(GroundedFilter):
    """Whose availability is asked for, and over which time."""

    begin: Annotated[Moment | None, Field(alias="from")] = None
    """From when on; 30 days before the end if not given."""
    end: Annotated[Moment | None, Field(alias="to")] = None
    """Until when, now at the latest; now if not given."""

    @model_validator(mode="after")
    def _is_a_stretch(self) -> Self:
        if self.begin is not None and self.end is not None and self.begin >= self.end:
            raise error_at("from", message="lies before to")
        return self


class Hours(Answer):
    """How long platforms could do their work, out of the time that they were in service."""

    hours: float
    """Hours in service."""
    up_hours: float
    """Of these, hours up."""
    awaiting_parts_hours: float
    """Of these, hours down and awaiting parts."""
    availability: float | None
    """up_hours / hours; none where it was not in service."""


class FleetHours(Hours):
    """The availability of the platforms of one type at one depot."""

    platform: Platform
    """What they are."""
    site: SiteId
    """The depot that they are at home at now."""
    tails: int
    """How many they are."""


class TailHours(Hours):
    """The availability of one aircraft or vehicle."""

    platform: Platform
    """What it is."""
    tail_number: TailNumber
    """Which one it is."""
    site: SiteId
    """The depot that it is at home at now."""


class Availability(Answer):
    """Availability by time, of every fleet asked for and of each of its platforms."""

    model_config = example(AVAILABILITY)

    counted_from: datetime
    """From when on."""
    counted_to: datetime
    """Until when."""
    fleets: list[FleetHours]
    """By platform and depot."""
    tails: list[TailHours]
    """By platform and tail number: on the next page the others."""
