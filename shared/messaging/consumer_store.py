"""The consumer's truth: who owns a partition, how far it has come, and the fence that keeps others out."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Fault
from shared.sql import Statement
from shared.types import EventId

_ACQUIRE = Statement(
    """
    INSERT INTO consumer_offset AS c (grp, topic, part, next_off, epoch, topic_id)
    VALUES (:grp, :topic, :part, 0, 1, :topic_id)
    ON CONFLICT (grp, topic, part) DO UPDATE SET epoch = c.epoch + 1
    RETURNING epoch, next_off, topic_id, last_event_id
    """
)
_FENCE = Statement(
    """
    UPDATE consumer_offset SET next_off = :next_off, last_event_id = COALESCE(:last_event_id, last_event_id)
    WHERE grp = :grp AND topic = :topic AND part = :part AND epoch = :epoch AND next_off = :expected
    RETURNING 1
    """
)
_REWIND = Statement(
    """
    UPDATE consumer_offset SET next_off = :next_off, topic_id = :topic_id, last_event_id = NULL
    WHERE grp = :grp AND topic = :topic AND part = :part AND epoch = :epoch
    RETURNING 1
    """
)
_LOCK = Statement("SELECT 1 FROM consumer_offset WHERE grp = :grp AND topic = :topic AND part = :part FOR UPDATE")


class Fenced(Fault):
    """Another owner has taken the partition; this one is stale and lets go."""


@dataclass(frozen=True, slots=True)
class Place:
    """One partition as one group consumes it."""

    group: str
    topic: str
    part: int

    def label(self) -> str:
        """Name the partition: `jvtrack.stock.v1/3`."""
        return f"{self.topic}/{self.part}"

    def columns(self) -> dict[str, object]:
        """Give the place as SQL parameters."""
        return {"grp": self.group, "topic": self.topic, "part": self.part}


@dataclass(frozen=True, slots=True)
class Ownership:
    """What an owner knows of its partition: its epoch, and where the next batch must begin."""

    epoch: int
    next_offset: int
    topic_id: str
    last_event_id: EventId | None


async def acquire(session: AsyncSession, place: Place, topic_id: str) -> Ownership:
    """Become the owner: whoever was it before can no longer move the offset."""
    row = await _ACQUIRE.one(session, {**place.columns(), "topic_id": topic_id})
    last = None if row.last_event_id is None else EventId(int=row.last_event_id.int)
    return Ownership(row.epoch, row.next_off, row.topic_id, last)


async def fence(
    session: AsyncSession, place: Place, owned: Ownership, *, next_offset: int, last_event_id: EventId | None
) -> None:
    """Move the offset as the first statement of a batch; raises Fenced if this owner is stale."""
    moved = await _FENCE.value(
        session,
        {
            **place.columns(),
            "epoch": owned.epoch,
            "expected": owned.next_offset,
            "next_off": next_offset,
            "last_event_id": last_event_id,
        },
    )
    if moved is None:
        raise Fenced(f"{place} is no longer at epoch {owned.epoch}, offset {owned.next_offset}")


async def rewind(
    session: AsyncSession, place: Place, owned: Ownership, *, next_offset: int, topic_id: str
) -> Ownership:
    """Go back to where Kafka's log now ends or begins; raises Fenced if this owner is stale."""
    moved = await _REWIND.value(
        session, {**place.columns(), "epoch": owned.epoch, "next_off": next_offset, "topic_id": topic_id}
    )
    if moved is None:
        raise Fenced(f"{place} is no longer at epoch {owned.epoch}")
    return Ownership(owned.epoch, next_offset, topic_id, None)


async def lock(session: AsyncSession, place: Place) -> None:
    """Keep the partition's owner out for the rest of the transaction, as every batch does by its fence."""
    await _LOCK.run(session, place.columns())
