"""The consumer's truth: who owns a partition, how far it has come, and the fence that keeps others out."""

from collections.abc import Iterable, Sequence
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
    WITH step AS MATERIALIZED (
      SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:parts AS int[]), CAST(:epochs AS bigint[]),
                           CAST(:expected AS bigint[]), CAST(:next AS bigint[]), CAST(:last_event_ids AS uuid[]))
               AS t (topic, part, epoch, expected, next_off, last_event_id)),
    locked AS MATERIALIZED (
      SELECT c.topic, c.part FROM consumer_offset c JOIN step USING (topic, part)
      WHERE c.grp = :grp ORDER BY c.topic, c.part FOR UPDATE OF c)
    UPDATE consumer_offset c
    SET next_off = step.next_off, last_event_id = COALESCE(step.last_event_id, c.last_event_id)
    FROM step JOIN locked USING (topic, part)
    WHERE c.grp = :grp AND c.topic = step.topic AND c.part = step.part
      AND c.epoch = step.epoch AND c.next_off = step.expected
    RETURNING c.topic, c.part
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
    """Another owner has taken partitions; this one is stale and lets go of them."""

    def __init__(self, places: Iterable["Place"]) -> None:
        self.places = frozenset(places)
        super().__init__(f"no longer the owner of {', '.join(sorted(place.label() for place in self.places))}")


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


@dataclass(frozen=True, slots=True)
class Step:
    """How far a batch moves one partition, and which fact it ends with."""

    place: Place
    owned: Ownership
    next_offset: int
    last_event_id: EventId

    @property
    def after(self) -> Ownership:
        """Say what the owner knows once the batch is committed."""
        return Ownership(self.owned.epoch, self.next_offset, self.owned.topic_id, self.last_event_id)


async def acquire(session: AsyncSession, place: Place, topic_id: str) -> Ownership:
    """Become the owner: whoever was it before can no longer move the offset."""
    row = await _ACQUIRE.one(session, {**place.columns(), "topic_id": topic_id})
    last = None if row.last_event_id is None else EventId(int=row.last_event_id.int)
    return Ownership(row.epoch, row.next_off, row.topic_id, last)


async def fence(session: AsyncSession, group: str, steps: Sequence[Step]) -> None:
    """Move the offsets as the first statement of a batch; raises Fenced where this owner is stale."""
    moved = await _FENCE.rows(
        session,
        {
            "grp": group,
            "topics": [step.place.topic for step in steps],
            "parts": [step.place.part for step in steps],
            "epochs": [step.owned.epoch for step in steps],
            "expected": [step.owned.next_offset for step in steps],
            "next": [step.next_offset for step in steps],
            "last_event_ids": [step.last_event_id for step in steps],
        },
    )
    stale = {step.place for step in steps} - {Place(group, row.topic, row.part) for row in moved}
    if stale:
        raise Fenced(stale)


async def rewind(
    session: AsyncSession, place: Place, owned: Ownership, *, next_offset: int, topic_id: str
) -> Ownership:
    """Go back to where Kafka's log now ends or begins; raises Fenced if this owner is stale."""
    moved = await _REWIND.value(
        session, {**place.columns(), "epoch": owned.epoch, "next_off": next_offset, "topic_id": topic_id}
    )
    if moved is None:
        raise Fenced([place])
    return Ownership(owned.epoch, next_offset, topic_id, None)


async def lock(session: AsyncSession, place: Place) -> None:
    """Keep the partition's owner out for the rest of the transaction, as every batch does by its fence."""
    await _LOCK.run(session, place.columns())
