"""The operators' doors, the same at every service: what waits, and what to do about it."""

from dataclasses import dataclass

from jvtrack.client.answers.operations import (
    BlockedKey,
    BlockedName,
    OperationDone,
    ParkedKey,
    ParkedName,
    Republication,
)
from jvtrack.client.answers.record import Body
from jvtrack.client.door import Door
from jvtrack.client.listing import Listing

_PLACE = "/v1/operations"


@dataclass(frozen=True, slots=True)
class Operations:
    """Calls that look after a service's streams; none of them is repeated by itself once it was sent."""

    door: Door

    def parked(self) -> Listing[ParkedKey]:
        """Walk through the keys whose facts wait for an operator."""
        return Listing(self.door, f"{_PLACE}/parked", ParkedKey)

    async def release(self, parked: ParkedKey) -> OperationDone:
        """Apply what waits for a parked key, in order."""
        return await self._post("parked/release", ParkedName(group=parked.group, topic=parked.topic, key=parked.key))

    async def discard(self, parked: ParkedKey, reason: str) -> OperationDone:
        """Throw the first parked event away for good, and apply what waits behind it."""
        return await self._post("parked/discard", _decided(parked, reason))

    async def skip(self, parked: ParkedKey, reason: str) -> OperationDone:
        """Give up the facts that are missing before the first parked event, and apply it and what follows."""
        return await self._post("parked/skip", _decided(parked, reason))

    def blocked(self) -> Listing[BlockedKey]:
        """Walk through the keys whose next fact Kafka refuses."""
        return Listing(self.door, f"{_PLACE}/blocked", BlockedKey)

    async def unblock(self, blocked: BlockedKey) -> OperationDone:
        """Return a blocked key's facts to the outbox."""
        return await self._post("blocked/release", BlockedName(topic=blocked.topic, key=blocked.key))

    async def discard_blocked(self, blocked: BlockedKey, reason: str) -> OperationDone:
        """Send a tombstone in place of the fact that Kafka refuses, and the rest after it."""
        named = BlockedName(topic=blocked.topic, key=blocked.key, event_id=blocked.event_id, reason=reason)
        return await self._post("blocked/discard", named)

    async def republish(self, facts: Republication) -> OperationDone:
        """Tell Kafka facts once more; consumers drop what they have."""
        return await self._post("republish", facts)

    async def _post(self, what: str, body: Body) -> OperationDone:
        return await self.door.post(f"{_PLACE}/{what}", body, OperationDone, repeatable=False)


def _decided(parked: ParkedKey, reason: str) -> ParkedName:
    return ParkedName(group=parked.group, topic=parked.topic, key=parked.key, event_id=parked.event_id, reason=reason)
