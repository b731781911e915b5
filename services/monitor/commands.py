"""Counts what the streams carry and what sites send; a batch is added up first, and written once."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor import store
from services.monitor.store import Carried, Sent
from shared.events.catalogue import SiteDefined
from shared.events.envelope import CloudEvent, Event, Stream
from shared.sql import Writes
from shared.types import SiteId

_STREAMS = {stream.name.lower(): stream for stream in Stream}
_OF_A_LOT = re.compile(r"lot:(?P<site>[A-Z0-9][A-Z0-9.-]{0,39}):")


class Heard(Event):
    """A fact of which its type and size were read, and what a site is."""

    type: str
    """Its type."""
    size: int
    """Bytes of its data."""
    site: SiteDefined | None = None
    """The site that it defines, if it does."""


@dataclass(slots=True)
class Counting:
    """One batch's counts."""

    session: AsyncSession
    carried: dict[tuple[Stream, datetime], Carried] = field(default_factory=dict)
    sent: dict[tuple[SiteId, datetime], Sent] = field(default_factory=dict)
    sites: dict[SiteId, SiteDefined] = field(default_factory=dict)

    def carry(self, received: CloudEvent[Event], stream: Stream, size: int) -> None:
        """Count a fact of a stream, in the minute in which it was recorded."""
        minute = received.recorded_at.replace(second=0, microsecond=0)
        counted = self.carried.setdefault((stream, minute), Carried())
        counted.facts += 1
        counted.bytes += size
        site = sender_of(received, stream)
        if site is not None:
            self._send(received, site)

    def _send(self, received: CloudEvent[Event], site: SiteId) -> None:
        at = received.recorded_at
        delay = at - received.occurred_at
        sent = self.sent.setdefault((site, at.replace(minute=0, second=0, microsecond=0)), Sent(at, delay))
        sent.facts += 1
        sent.last_recorded_at = max(sent.last_recorded_at, at)
        sent.delay_min = min(sent.delay_min, delay)

    async def settle(self) -> None:
        """Write the counts."""
        writes = Writes()
        store.count_minutes(writes, self.carried)
        store.count_hours(writes, self.sent)
        store.save_sites(writes, list(self.sites.values()))
        await writes.run(self.session)


def stream_of(kind: str) -> Stream | None:
    """Tell on which stream facts of a type are told; none if the type is not one of ours."""
    words = kind.split(".")
    return _STREAMS.get(words[1]) if len(words) > 1 and words[0] == "jvtrack" else None


def sender_of(received: CloudEvent[Event], stream: Stream) -> SiteId | None:
    """Tell which site has sent a fact: what happens to a lot is its factory's word; none for what we decide."""
    if stream is not Stream.PRODUCTION:
        return None
    found = _OF_A_LOT.match(received.key)
    return found["site"] if found else None
