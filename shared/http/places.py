"""Where a reader of a stream stands: which stream, which log of Kafka's, and the next offset of every partition."""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Kind, Refusal
from shared.events.envelope import Stream
from shared.sql import Statement

ANY_LOG: Final = "-"
"""Stands for whatever log there is: the place before its first fact, where nothing has been told yet."""
_PLACE: Final = re.compile(
    r"(?P<stream>[a-z][a-z0-9-]{0,39}\.v[1-9][0-9]{0,3}):(?P<log>[0-9a-f-]{1,40}):"
    r"(?P<vector>[0-9]{1,18}(?:\.[0-9]{1,18}){0,63})"
)
_ACKNOWLEDGED: Final = Statement(
    "SELECT part, topic_id, acked_offset FROM relay_progress WHERE topic = :topic ORDER BY part"
)

Vector = tuple[int, ...]


class PositionMalformed(Refusal):
    """A position in a stream is the id of one of its events."""

    kind = Kind.INVALID


class PositionGone(Refusal):
    """The stream no longer holds what followed this position; query the state and start from its position."""

    kind = Kind.GONE


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stream stands; partitions that the vector does not reach stand at their beginning."""

    stream: str
    log: str
    """Kafka's id of the topic: the same name with another id is another log."""
    vector: Vector

    def __str__(self) -> str:
        """Write it as the id of an event."""
        return f"{self.stream}:{self.log}:{'.'.join(map(str, self.vector))}"

    def over(self, partitions: int) -> Vector:
        """Give the next offset of so many partitions; refuses with PositionMalformed what has more of them."""
        if len(self.vector) > partitions:
            raise PositionMalformed(position=self, stream=self.stream)
        return self.vector + (0,) * (partitions - len(self.vector))


def parse_place(text: str) -> Place:
    """Read an event's id, or refuse it."""
    match = _PLACE.fullmatch(text)
    if match is None:
        raise PositionMalformed(position=text[:100])
    return Place(match["stream"], match["log"], tuple(map(int, match["vector"].split("."))))


async def told_so_far(session: AsyncSession, stream: Stream) -> Place | None:
    """Tell how far this service's own stream was told; whoever reads its state after this misses nothing from there.

    None while the log is being replaced by another one.
    """
    rows = await _ACKNOWLEDGED.rows(session, {"topic": int(stream)})
    if not rows:
        return Place(stream.topic, ANY_LOG, (0,))
    if len({row.topic_id for row in rows}) > 1:
        return None
    ends = {row.part: row.acked_offset + 1 for row in rows}
    return Place(stream.topic, rows[0].topic_id, tuple(ends.get(part, 0) for part in range(max(ends) + 1)))
