"""What is kept of every event about a lot or a work order, and what is told of it."""

from dataclasses import dataclass

from services.production.domain.posted import Posted
from shared.events.envelope import Event
from shared.events.factory import FactoryFact
from shared.types import EventId, WorkOrderId

Identity = tuple[str, str]
"""A CloudEvents source and an id that is unique within it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One posted fact about a lot or work order, and where it stands in that one's history."""

    event_id: EventId
    key: str
    key_seq: int
    fact: FactoryFact
    work_order: WorkOrderId | None = None
    """The work order that a lot's fact is for, named by itself or by the lot's earlier facts."""
    voided_by: EventId | None = None
    before: tuple[EventId, ...] = ()
    """The facts that were told with it and before it, where one event tells of several."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A fact to tell, numbered by the version of the lot or work order that it made."""

    event: Event
    key_seq: int
    event_id: EventId
    posted: Posted
