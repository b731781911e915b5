"""Parked and blocked keys, as every service shows them to its operators."""

from datetime import datetime
from uuid import UUID

from jvtrack.client.answers.record import Body, Record
from shared.types import Text


class ParkedKey(Record):
    """A key whose facts wait for an operator."""

    group: str
    """The consumer group that parked it."""
    topic: str
    """The stream."""
    key: str
    """The key."""
    cause: str
    """contract, refused, unlisted, fork or hole."""
    error: str | None = None
    """What was wrong with the first event; none for a fact that concerns partner nations alone."""
    parked_at: datetime
    """Since when."""
    event_id: UUID | None = None
    """The first event that waits."""
    key_seq: int | None = None
    """Its number within the key."""
    payload: str | None = None
    """Its data, as it came; none unless it concerns the reader's nation."""
    nations: list[str] = []
    """The nations whose sites it names."""
    waiting: int
    """How many events wait."""


class BlockedKey(Record):
    """A key of the outbox whose next fact Kafka refuses for good."""

    topic: str
    """The stream."""
    key: str
    """The key."""
    event_id: UUID
    """The fact that Kafka refuses."""
    key_seq: int
    """Its number within the key."""
    type: str
    """Its type."""
    error: str
    """What Kafka said."""
    blocked_at: datetime
    """Since when."""
    waiting: int
    """How many facts wait."""


class ParkedName(Body):
    """Which parked key, on what event of it was decided, and why."""

    group: str
    """The consumer group that parked it."""
    topic: str
    """The stream."""
    key: str
    """The key."""
    event_id: UUID | None = None
    """The first event that waits, as it was listed."""
    reason: Text | None = None
    """Why."""


class BlockedName(Body):
    """Which blocked key, on what fact of it was decided, and why."""

    topic: str
    """The stream."""
    key: str
    """The key."""
    event_id: UUID | None = None
    """The fact that Kafka refuses, as it was listed."""
    reason: Text | None = None
    """Why."""


class Republication(Body):
    """Which facts to tell Kafka once more."""

    topic: str
    """The stream."""
    first: int
    """First place in event_log."""
    last: int
    """Last place in event_log."""
    reason: Text
    """Why."""
    key: str | None = None
    """Only this key's facts."""


class OperationDone(Record):
    """What an action set in motion."""

    events: int
    """Events applied, or returned to the outbox."""
