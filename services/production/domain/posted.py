"""An event as a factory posted it, what became of it, and why one may be refused."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from shared.errors import Kind, Refusal
from shared.events.factory import FactoryFact
from shared.types import EventId, LotId, SiteId, WorkOrderId

CLOCK_SUSPECT_AFTER = timedelta(hours=1)
RETRY_SECONDS = 5


class EventIdReused(Refusal):
    """The source has used this id for another event."""

    field = "id"


class CatalogueBehind(Refusal):
    """The catalogue here has not heard of this part or site yet; send the event again."""

    retry_after_seconds: ClassVar[int | None] = RETRY_SECONDS


class SiteNotFactory(Refusal):
    """Only a factory or a supplier tells what it makes; a depot receives and issues at inventory's doors."""

    kind = Kind.FORBIDDEN


class WorkOrderUnknown(Refusal):
    """The site has no such work order, or it has not been heard of here yet; send the event again."""

    retry_after_seconds: ClassVar[int | None] = RETRY_SECONDS


class EventUnknown(Refusal):
    """The event to void or correct is not known from this source, or still under way; send this one again."""

    retry_after_seconds: ClassVar[int | None] = RETRY_SECONDS


class EventAlreadyVoided(Refusal):
    """The event has been voided or corrected before; to undo that, name the correction or post the fact anew."""


class EventNotVoidable(Refusal):
    """A void cannot itself be voided or corrected; post the fact anew."""

    kind = Kind.INVALID


@dataclass(frozen=True, slots=True)
class Posted:
    """One event as it came through the door, read and valid."""

    event_id: EventId
    source: str
    site: SiteId
    sender_id: str
    fact: FactoryFact
    body: bytes
    body_hash: bytes
    posted_by: str
    on_behalf_of: SiteId | None = None
    """The site that it was posted for by somebody of another."""
    occurred_at: datetime | None = None
    sequence: int | None = None
    traceparent: str | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """Name the event as CloudEvents does: an id is unique within its source alone."""
        return self.source, self.sender_id


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of an accepted event: its place in the history of a lot or of a work order."""

    event_id: EventId
    key: str
    key_seq: int
    is_duplicate: bool = False
    was_decided: bool = field(default=False, compare=False)
    """Whether it had been decided before this group, be it only by a try whose commit was not heard of."""

    @property
    def lot(self) -> LotId | None:
        """The lot that it is about, if it is about one."""
        return self.key.removeprefix("lot:") if self.key.startswith("lot:") else None

    @property
    def work_order(self) -> WorkOrderId | None:
        """The work order that it is about, if it is about one itself."""
        return self.key.removeprefix("work-order:") if self.key.startswith("work-order:") else None


def is_clock_suspect(occurred_at: datetime | None, recorded_at: datetime) -> bool:
    """Tell whether a sender's time is hours off ours."""
    return occurred_at is not None and abs(occurred_at - recorded_at) > CLOCK_SUSPECT_AFTER
