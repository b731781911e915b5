"""A service that was down while facts were told: how fast it catches up, and what that costs."""

import asyncio
from collections.abc import Sequence

from bench.smoke.stack import HEARD, POSTGRES, Stack, cpu, until
from shared.clock import monotonic
from shared.events.envelope import Stream

SECONDS_MAX = 300.0
_LOOK_SECONDS = 0.02
_TELLERS = {Stream.CATALOGUE: "inventory", Stream.PRODUCTION: "production"}
_PUBLISHED = "SELECT COALESCE(sum(acked_offset + 1), 0) FROM relay_progress WHERE topic = $1"


async def published(stack: Stack, stream: Stream) -> int:
    """Wait until everything that a stream's service has to tell is on Kafka; tells how many facts that are."""
    connection = await stack.database(_TELLERS[stream])
    try:
        await until(connection, "SELECT NOT EXISTS (SELECT FROM outbox_pending)")
        return int(await connection.fetchval(_PUBLISHED, int(stream)))
    finally:
        await connection.close()


async def catch_up(stack: Stack, service: str, stream: Stream) -> dict[str, float]:
    """Start a service, and time how it applies what a stream holds for it; microseconds of CPU are of an event.

    The clock starts when the first batch is applied, so that neither the start nor that batch counts; where several
    groups of the service hear the stream, it is the slowest that counts.
    """
    end, connection = await published(stack, stream), await stack.database(service)
    try:
        first = heard = int(await connection.fetchval(HEARD, stream.topic))
        stack.services[service].start()
        begun, used, begin = monotonic(), 0.0, first
        async with asyncio.timeout(SECONDS_MAX):
            while heard < end:
                await asyncio.sleep(_LOOK_SECONDS)
                heard = int(await connection.fetchval(HEARD, stream.topic))
                if begin == first:
                    begun, used, begin = monotonic(), _cpu(stack, (service, POSTGRES)), heard
        seconds, used = monotonic() - begun, _cpu(stack, (service, POSTGRES)) - used
        await asyncio.to_thread(stack.services[service].wait_until_serving)
        if begin == end:
            raise RuntimeError(f"{end - first} facts are too few to see how {service} applies them")
        return {"events": end - begin, "per_second": (end - begin) / seconds, "cpu": used / (end - begin) * 1e6}
    finally:
        await connection.close()


def _cpu(stack: Stack, names: Sequence[str]) -> float:
    used = cpu(stack.pids())
    return sum(used[name] for name in names)
