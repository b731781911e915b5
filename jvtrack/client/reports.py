"""What factories post: CloudEvents that keep their identity, so that a retry is never a second event."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from shared import clock
from shared.events.envelope import new_event_id
from shared.events.factory import FactoryFact


@dataclass(frozen=True, slots=True)
class Report:
    """A fact as one event of a sender; sent again, it is still the same event."""

    source: str
    """Who sends it: the site, with a line behind it if wanted, such as `/F-01/line-3`."""
    fact: FactoryFact
    """What happened."""
    id: str = field(default_factory=lambda: str(new_event_id()))
    """The sender's own identity of the event, unique within the source."""
    time: datetime | None = field(default_factory=clock.now)
    """When it happened, with an offset."""
    sequence: int | None = None
    """The sender's running number; missing numbers show as gaps."""

    def json(self) -> bytes:
        """Write the event as structured CloudEvents JSON, on one line."""
        event = _Structured(
            id=self.id,
            source=self.source,
            type=self.fact.TYPE,
            time=self.time,
            sequence=None if self.sequence is None else str(self.sequence),
            data=self.fact.model_dump(mode="json", exclude_defaults=True),
        )
        return event.model_dump_json(exclude_none=True).encode()


class _Structured(BaseModel):
    model_config = ConfigDict(frozen=True)

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    time: datetime | None
    datacontenttype: str = "application/json"
    sequence: str | None
    data: dict[str, object]


@dataclass(slots=True)
class Numbering:
    """Numbers a sender's reports from 1, so that the receiver can tell which are missing."""

    source: str
    last: int = 0
    now: Callable[[], datetime] = clock.now

    def report(self, fact: FactoryFact, *, time: datetime | None = None) -> Report:
        """Make the sender's next report; its number is its identity too."""
        self.last += 1
        return Report(self.source, fact, id=f"{self.source}-{self.last}", time=time or self.now(), sequence=self.last)
