"""`make restore-drill`: plays each loss on a real stack, prints every step and its proof; exit code 1 if one fails."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import httpx
from rich.console import Console

from deploy.local.settings import SERVICES
from shared.clock import monotonic
from tests.drill.ground import DrillFailed, Ground
from tests.fixtures.catalogue import Trade
from tests.fixtures.doors import books

ROUNDS = 20
NOTICED_SECONDS_MAX = 120.0
QUIET_SECONDS_MAX = 300.0
PROVED_SECONDS_MAX = 120.0
_TOLD = "SELECT event_id::text FROM event_log"
_APPLIED = "SELECT coalesce(sum(next_off), 0) AS applied FROM consumer_offset"


class Drill:
    """The steps of the drill, each with its proof."""

    def __init__(self, ground: Ground, trade: Trade, console: Console) -> None:
        self._ground = ground
        self._trade = trade
        self._console = console
        self._begun = monotonic()

    async def run(self) -> None:
        """Lose one thing after the other; raises DrillFailed at the first proof that does not come out."""
        await self._work("the first day")
        await self._prove("before anything is lost")
        self._ground.copy_all_databases()
        self._ground.copy_database("inventory")
        self._say("backed up: every database at one moment, and inventory's alone")
        await self._work("a second day, after the backup")
        await self._prove("after the second day")
        await self._lose_a_database()
        await self._bring_all_databases_back()
        await self._wipe_kafka()
        await self._truncate_kafka()

    async def _lose_a_database(self) -> None:
        told, forgotten = await self._told("inventory"), 0
        self._ground.restore_database("inventory")
        forgotten = len(told - await self._told("inventory"))
        self._say(f"inventory's database is lost, and restored alone: it has forgotten {forgotten} facts it had told")
        self._require(forgotten > 0, "the restored database has forgotten something")
        await self._until_restoration_is_noticed()
        before = await self._applied()
        part = await self._trade.stocked(("D-01", 3))
        await asyncio.sleep(5)
        self._require(await self._applied() == before, f"others hear nothing of {part}, which it accepted meanwhile")
        verdict = self._ground.jvtrack("verify", "--json", may_fail=True)
        self._require(verdict.returncode == 1, "jvtrack verify finds what was forgotten, and the number given anew")
        for result in json.loads(verdict.stdout)["results"]:
            for offence in result["offences"][:1]:
                line = f"          {result['name']}: {result['offences_total']} offences, such as {offence}"
                self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    async def _bring_all_databases_back(self) -> None:
        self._ground.jvtrack("down")
        self._ground.restore_all_databases()
        self._ground.wipe_kafka()
        self._ground.jvtrack("up", "--detach")
        self._say("procedure: stopped, every database restored to the same moment, Kafka's topics made anew")
        await self._prove("after the procedure, all of the first day told again")
        await self._work("the second day, sent again")
        await self._prove("after the day that followed")

    async def _wipe_kafka(self) -> None:
        self._ground.jvtrack("down")
        self._ground.wipe_kafka()
        self._ground.jvtrack("up", "--detach")
        self._say("Kafka's log was wiped")
        await self._prove("everything was told again by itself")

    async def _truncate_kafka(self) -> None:
        self._ground.jvtrack("down")
        self._ground.copy_kafka()
        self._ground.jvtrack("up", "--detach")
        await self._work("a day that Kafka will forget")
        await self._quiet()
        self._ground.jvtrack("down")
        self._ground.restore_kafka()
        self._ground.jvtrack("up", "--detach")
        self._say("Kafka's log went back to where it was a day before")
        await self._work("a day on the shorter log")
        await self._prove("what it lost was told again by itself")

    async def _work(self, day: str) -> None:
        for _ in range(ROUNDS):
            part = await self._trade.stocked(("D-01", 5))
            await self._trade.placed(part, 2)
            await self._trade.dispatched(part, 3, depot="D-01")
        self._say(f"work: {day} ({ROUNDS} parts stocked, ordered, made and sent)")

    async def _prove(self, when: str) -> None:
        given_up = monotonic() + PROVED_SECONDS_MAX
        await self._quiet()
        # Before what a log has lost is told again, hearers are given time to see the loss, too: all is still till then.
        while (verdict := self._ground.jvtrack("verify", may_fail=True)).returncode:
            if monotonic() > given_up:
                raise DrillFailed(f"{when}: {verdict.stdout}")
            await asyncio.sleep(2)
        self._say(f"proof, {when}: {verdict.stdout.strip().splitlines()[-1]}")

    async def _quiet(self) -> None:
        async with asyncio.timeout(QUIET_SECONDS_MAX):
            while True:
                try:
                    await self._trade.quiet(still=30)
                except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await asyncio.sleep(1)
                else:
                    return

    async def _until_restoration_is_noticed(self) -> None:
        async with asyncio.timeout(NOTICED_SECONDS_MAX):
            while True:
                try:
                    told = await self._trade.doors.readiness("inventory")
                except httpx.TransportError:
                    told = {}
                if "restored to an earlier moment" in str(told):
                    self._say("inventory's readiness is red: it publishes nothing beside what it has forgotten")
                    return
                await asyncio.sleep(1)

    async def _told(self, service: str) -> set[str]:
        return {row["event_id"] for row in await books(self._trade.system, service, _TOLD)}

    async def _applied(self) -> Mapping[str, int]:
        others = [service for service in SERVICES if service != "inventory"]
        return {each: (await books(self._trade.system, each, _APPLIED))[0]["applied"] for each in others}

    def _require(self, holds: bool, what: str) -> None:  # noqa: FBT001  # the claim and its words
        if not holds:
            raise DrillFailed(f"not so: {what}")
        self._say(f"proof: {what}")

    def _say(self, what: str) -> None:
        self._console.print(f"{monotonic() - self._begun:6.0f} s  {what}", highlight=False, soft_wrap=True)


async def _drill(ground: Ground, console: Console) -> None:
    async with Trade.opened(ground.system) as trade:
        await Drill(ground, trade, console).run()


def main() -> int:
    """Run the drill on a stack of its own, and take that down whatever happens; gives the exit code."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="jvtrack-drill-", ignore_cleanup_errors=True) as home:
        # PostgreSQL runs as nobody where we are root, and must find its folder.
        Path(home).chmod(0o755)
        ground = Ground.choose(Path(home))
        try:
            ground.jvtrack("up", "--detach")
            asyncio.run(_drill(ground, console))
        except DrillFailed as failure:
            console.print(f"The drill failed: {failure}", markup=False)
            return 1
        finally:
            ground.jvtrack("down", may_fail=True)
    console.print("The drill is over: whatever was lost was found, and all invariants hold again.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
