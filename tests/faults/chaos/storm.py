"""A rebalance storm: a stranger joins a group and leaves it again and again, so that its partitions never rest."""

import asyncio
from collections.abc import Sequence

from shared import clock
from shared.messaging import kafka
from shared.messaging.settings import BackboneSettings

_STAY_SECONDS = 0.5
_FIRST_JOIN_SECONDS_MAX = 60.0


async def stormy(servers: str, group: str, topics: Sequence[str], *, seconds: float, settings: BackboneSettings) -> int:
    """Disturb a group for a while, and until the stranger has joined once; tells how often it did."""
    until, joins = clock.monotonic() + seconds, 0
    while clock.monotonic() < until + (0 if joins else _FIRST_JOIN_SECONDS_MAX):
        stranger = await kafka.start_consumer(
            servers,
            client_id="stranger",
            group=group,
            session_timeout_seconds=settings.consumer_session_timeout_seconds,
            rebalance_timeout_seconds=settings.consumer_rebalance_seconds,
        )
        try:
            stranger.subscribe(topics=topics)
            joined = clock.monotonic() + settings.consumer_rebalance_seconds
            while not stranger.assignment() and clock.monotonic() < joined:
                await asyncio.sleep(0.05)
            joins += bool(stranger.assignment())
            await asyncio.sleep(_STAY_SECONDS)
        finally:
            await kafka.stop(stranger)
    return joins
