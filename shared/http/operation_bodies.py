"""Bodies of the operators' doors."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.types import NoNull, Text

_PLACE_MAX = 2**63 - 1


class Body(BaseModel):
    """A body of these doors: closed."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, from_attributes=True)


class ParkedKeyRead(Body):
    """A key whose facts wait for an operator."""

    group: str
    """The consumer group that parked it."""
    topic: str
    """The stream, without its namespace."""
    key: str
    """The key."""
    partition: int
    """Its partition."""
    cause: str
    """contract, refused, unlisted, fork or hole."""
    error: str | None
    """What was wrong with the first event; none for a fact that concerns partner nations alone."""
    parked_at: datetime
    """Since when, UTC."""
    event_id: UUID | None
    """The first event that waits."""
    key_seq: int | None
    """Its number within the key."""
    payload: str | None
    """The beginning of its data, as it came; none unless it concerns the reader's nation."""
    nations: list[str]
    """The nations whose sites it names, as far as they are known."""
    waiting: int
    """How many events wait, this one included."""


class BlockedKeyRead(Body):
    """A key of the outbox whose next fact Kafka refuses for good."""

    topic: str
    """The stream, without its namespace."""
    key: str
    """The key."""
    seq: int
    """Its place in event_log."""
    event_id: UUID
    """The fact that Kafka refuses."""
    key_seq: int
    """Its number within the key."""
    type: str
    """Its type."""
    error: str
    """What Kafka said."""
    blocked_at: datetime
    """Since when, UTC."""
    nations: list[str]
    """The nations whose sites it names, as far as they are known."""
    waiting: int
    """How many facts wait, this one included."""


class ParkedKeyName(Body):
    """Which parked key."""

    group: Annotated[str, NoNull] = Field(examples=["jvtrack.inventory.deciders"], max_length=200)
    """The consumer group that parked it."""
    topic: Annotated[str, NoNull] = Field(examples=["production.v1"], max_length=100)
    """The stream, without its namespace."""
    key: Annotated[str, NoNull] = Field(examples=["lot:F-01:L-2026-0042"], max_length=400)
    """The key."""


class ParkedKeyDecision(ParkedKeyName):
    """Which parked key, which event was seen to be its first, and why that is thrown away or what it lacks given up."""

    event_id: UUID
    """The first event that waits, as it was listed; by now another one may be."""
    reason: Text
    """Why; kept for ever."""


class BlockedKeyName(Body):
    """Which blocked key."""

    topic: Annotated[str, NoNull] = Field(examples=["production.v1"], max_length=100)
    """The stream, without its namespace."""
    key: Annotated[str, NoNull] = Field(examples=["lot:F-01:L-2026-0042"], max_length=400)
    """The key."""


class BlockedKeyDiscard(BlockedKeyName):
    """Which blocked key, which fact of it Kafka was seen to refuse, and why that is given up."""

    event_id: UUID
    """The fact that Kafka refuses, as it was listed."""
    reason: Text
    """Why; kept for ever."""


class Republish(Body):
    """Which facts to tell Kafka once more; consumers drop what they have."""

    topic: Annotated[str, NoNull] = Field(examples=["production.v1"], max_length=100)
    """The stream, without its namespace."""
    first: int = Field(ge=1, le=_PLACE_MAX)
    """First place in event_log."""
    last: int = Field(ge=1, le=_PLACE_MAX)
    """Last place in event_log."""
    key: Annotated[str, NoNull] | None = Field(default=None, max_length=400)
    """Only this key's facts, if given."""
    reason: Text
    """Why; kept for ever."""


class Done(Body):
    """What an action set in motion."""

    events: int
    """Events applied, or returned to the outbox."""
