"""What a waking costs: the CPU that a process uses to sleep for a moment and do nothing."""

import asyncio
import json
import time

import uvloop

SLEEPS = 300
SLEEP_SECONDS = 0.01


async def _sleep() -> dict[str, float]:
    begun = time.process_time()
    for _ in range(SLEEPS):
        await asyncio.sleep(SLEEP_SECONDS)
    return {"us": (time.process_time() - begun) / SLEEPS * 1e6}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_sleep())))
