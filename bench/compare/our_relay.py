"""JVTrack's own relay, as the course of relays takes it: a process of production's service, its outbox, its topic."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.compare.found import OURS
from bench.compare.relay_course import Road
from bench.smoke.stack import Stack
from shared.events.envelope import Stream
from shared.messaging.relay_store import CHANNEL
from shared.messaging.topics import Topics

SERVICE = "production"
_INSERT = """
WITH told AS (
  INSERT INTO event_log (event_id, topic, key, key_seq, type, payload)
  SELECT event_id, 3, key, key_seq, 'jvtrack.production.lot-inspected.v1', payload
  FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bytea[])
       WITH ORDINALITY AS fact (event_id, key, key_seq, payload, position)
  ORDER BY position
  RETURNING seq)
INSERT INTO outbox_pending (seq) SELECT seq FROM told
"""


@dataclass(slots=True)
class OurRelay:
    """The relay of production's service, in the service's process as shipped."""

    stack: Stack
    name: str = OURS

    @property
    def road(self) -> Road:
        """Say where production's outbox is, and its topic."""
        owner = self.stack.environment.database(SERVICE).owner.set(drivername="postgresql")
        topics = Topics(self.stack.servers.kafka, self.stack.settings.namespace)
        dsn = owner.render_as_string(hide_password=False)
        return Road(dsn, _INSERT, topics.servers, topics.name(Stream.PRODUCTION), wake=f"NOTIFY {CHANNEL}")

    def pid(self) -> int:
        """Give the service's process id."""
        return self.stack.pids()[SERVICE]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the service."""
        await self.go_on()
        try:
            yield
        finally:
            await self.pause()

    async def pause(self) -> None:
        """Stop the service."""
        await asyncio.to_thread(self.stack.stop, SERVICE)

    async def go_on(self) -> None:
        """Start the service."""
        process = self.stack.services[SERVICE]
        process.start()
        await asyncio.to_thread(process.wait_until_serving)
