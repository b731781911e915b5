"""`make operations-drill`: causes faults, times until the overview says so and until all is well; proves the books.

It prints the table of docs/operations.md; exit code 1 if something was not said, did not heal, or does not balance.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from deploy.local.servers import Servers
from jvtrack.client import JVTrackError, Overview
from shared.clock import monotonic
from tests.fixtures.catalogue import Trade
from tests.fixtures.system import System, on_own_servers
from tests.operations.faults import FAULTS, Fault, Ground

SAID_SECONDS_MAX, WELL_SECONDS_MAX = 60.0, 120.0
_LOOK_SECONDS = 0.1


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class DrillFailed(Exception):
    """Something was not said, or did not become well; the text says which."""


async def run(servers: Servers, trade: Trade) -> list[str]:
    """Cause every fault, one after the other, from a system that is well; gives what does not balance in the end."""
    ground = Ground(trade, servers)
    say("| what goes wrong | said after, s | in these words | put right | well after, s |")
    say("| --- | ---: | --- | --- | ---: |")
    await _until(trade, lambda seen: seen.is_well, WELL_SECONDS_MAX, "the beginning")
    for fault in FAULTS:
        await _tried(ground, fault)
    await trade.quiet()
    proof = await trade.proof()
    return [offence for result in proof.results for offence in result.offences]


async def _tried(ground: Ground, fault: Fault) -> None:
    said: list[str] = []

    def is_said(seen: Overview) -> bool:
        said[:] = [each.says for each in seen.findings if each.kind == fault.kind and each.of.startswith(fault.of)]
        return bool(said)

    async with fault.cause(ground):
        caused = monotonic()
        await _until(ground.trade, is_said, SAID_SECONDS_MAX, fault.what)
        seconds = monotonic() - caused
    repaired = monotonic()
    well = ""
    if fault.heals:
        await _until(ground.trade, lambda seen: seen.is_well, WELL_SECONDS_MAX, f"after {fault.what}")
        well = f"{monotonic() - repaired:.1f}"
    say(f"| {fault.what} | {seconds:.1f} | {said[0]} | {fault.repair} | {well} |")


async def _until(trade: Trade, holds: Callable[[Overview], bool], seconds_max: float, what: str) -> None:
    deadline = monotonic() + seconds_max
    while not holds(seen := await _overview(trade.connection.monitor.overview)):
        if monotonic() > deadline:
            raise DrillFailed(f"{what}: after {seconds_max:.0f} s it still says: {seen.says}")
        await asyncio.sleep(_LOOK_SECONDS)


async def _overview(look: Callable[[], Awaitable[Overview]]) -> Overview:
    """Look, and look again where monitor itself is not there yet."""
    while True:
        try:
            return await look()
        except JVTrackError:
            await asyncio.sleep(_LOOK_SECONDS)


async def _drill(servers: Servers, system: System) -> list[str]:
    async with Trade.opened(system, parts=50) as trade:
        return await run(servers, trade)


def main() -> None:
    """Run it all on servers of its own."""
    with tempfile.TemporaryDirectory(prefix="jvtrack-operations-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with on_own_servers(folder, "operations") as (servers, system):
            try:
                wrong = asyncio.run(_drill(servers, system))
            except DrillFailed as failed:
                wrong = [str(failed)]
    say("\nAfter all of it I1 to I9 hold." if not wrong else "\n" + "\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
