"""One run: the system is started, loaded, disturbed as scheduled, left to come to rest, and judged."""

import asyncio
import json
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from bench.smoke import machine
from deploy.errors import SetupError
from jvtrack.client import SourceTerms
from jvtrack.verify.report import Report
from shared import clock
from tests.faults.chaos.beside import define
from tests.faults.chaos.caller import Caller
from tests.faults.chaos.exposed import Exposed, exposed
from tests.faults.chaos.faults import Faults, LeftOut
from tests.faults.chaos.goods import BOUGHT, DEPOTS, FIRST_MAKER, HOT, MADE
from tests.faults.chaos.history import first_key, history
from tests.faults.chaos.journal import Journal, entries
from tests.faults.chaos.judge import Offence, judge_answers
from tests.faults.chaos.progress import Done, Progress, remember
from tests.faults.chaos.recovery import NotRecovered, Recovery
from tests.faults.chaos.scale import Scale
from tests.faults.chaos.schedule import schedule
from tests.faults.chaos.traffic import Traffic
from tests.faults.chaos.watch import Memory, Watch
from tests.faults.chaos.year import SimulatedYears
from tests.fixtures.catalogue import DATA, Trade
from tests.fixtures.doors import Doors, client_of

_JOURNAL = "journal.jsonl"
_STOCK = 400
# So little that sources are soon asked.
_STOCK_SCARCE = 30
_PARTS_OF_OUR_OWN = 20
_PROGRESS_SECONDS = 1.0
_YEAR_SHARE = 0.03
"""How much of the load's pace simulated years post beside it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run has come to."""

    progress: Progress
    machine: dict[str, str]
    accepted: int
    lines: int
    proof: Report
    contradictions: Sequence[Offence]
    unanswered: Sequence[str]
    memory: Sequence[Memory]
    told: Sequence[str] = field(default=())
    """The history of the first key that something is wrong with."""


class Run:
    """A run under way."""

    def __init__(self, directory: Path, scale: Scale, progress: Progress, console: Console) -> None:
        self._directory = directory
        self._scale = scale
        self._progress = progress
        self._console = console
        self._begun = clock.monotonic()

    async def run(self) -> Outcome:
        """Do everything that is left to do, and judge."""
        mine = asyncio.current_task()
        assert mine is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, mine.cancel)
        facts = dict(machine.facts(self._directory))
        self._say(f"seed {self._progress.seed}, {len(schedule(self._scale, self._progress.seed))} faults")
        async with exposed(self._directory, self._scale, number=self._progress.brokers) as everything:
            self._say("the system runs")
            async with self._trade(everything) as trade:
                journal = Journal(self._directory / _JOURNAL)
                caller = Caller.of(everything.system, journal)
                watch = Watch(everything, trade.doors.http)
                watch.restore(self._progress.counted)
                try:
                    await self._disturb(everything, caller, watch)
                    return await self._judge(trade, caller, watch, facts)
                finally:
                    self._keep(caller, watch)
                    journal.close()
                    await caller.close()

    @asynccontextmanager
    async def _trade(self, everything: Exposed) -> AsyncIterator[Trade]:
        """Open the trade: the first time with a catalogue, opening stock and approved sources."""
        if self._progress.starts:
            doors = Doors.of(everything.system)
            async with client_of(everything.system, everything.system.token("operator", hours=96)) as operator:
                yield Trade(everything.system, doors, operator)
            await doors.close()
            return
        async with Trade.opened(everything.system, parts=_PARTS_OF_OUR_OWN) as trade:
            terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=7)
            for part in HOT:
                stock = _STOCK_SCARCE if part in (MADE, *BOUGHT) else _STOCK
                await trade.stocked(*((depot, stock) for depot in DEPOTS), part=part)
                if part not in BOUGHT:
                    await trade.connection.orders.put_source(part, FIRST_MAKER, terms)
            await define(trade.connection, trade.acting("planner"))
            self._say("catalogue, stock and sources are there")
            yield trade

    async def _disturb(self, everything: Exposed, caller: Caller, watch: Watch) -> None:
        self._progress = self._progress.model_copy(update={"starts": self._progress.starts + 1})
        parts = tuple(part["part_id"] for part in json.loads((DATA / "parts.json").read_text())["parts"])
        dice = random.Random(self._progress.seed + self._progress.starts)
        traffic = Traffic(everything.system, caller, parts=parts, dice=dice, starts=self._progress.starts)
        recovery = Recovery(everything, caller, watch)
        faults = Faults(everything, recovery, traffic, self._scale)
        await faults.clear_up()
        self._keep(caller, watch)
        load = asyncio.create_task(traffic.run(self._scale.events_per_second))
        years = SimulatedYears(everything.system, self._progress.seed + self._progress.starts)
        living = asyncio.create_task(years.run(_YEAR_SHARE * self._scale.events_per_second))
        watching = asyncio.create_task(watch.run())
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._until_loaded(caller, load, living))
                group.create_task(self._do_all(faults, recovery, caller, watch=watch))
            traffic.end()
            await load
            self._say(f"{years.days:,} simulated days have passed beside; gone on with {years.broken_off} times")
        finally:
            for task in (load, living, watching):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _until_loaded(self, caller: Caller, *running: "asyncio.Task[None]") -> None:
        """Return once enough was accepted; the load goes on until the last fault is over."""
        while caller.journal.accepted < self._scale.events:
            done, _ = await asyncio.wait(running, timeout=_PROGRESS_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                await task

    async def _do_all(self, faults: Faults, recovery: Recovery, caller: Caller, *, watch: Watch) -> None:
        planned = schedule(self._scale, self._progress.seed)
        for fault in planned[len(self._progress.done) :]:
            await asyncio.sleep(fault.rest)
            done = Done(number=fault.number, fault=str(fault), at_event=caller.journal.accepted)
            try:
                done = done.model_copy(update={"measured": await faults.do(fault)})
            except LeftOut as reason:
                done = done.model_copy(update={"left_out": str(reason)})
            except (NotRecovered, SetupError) as reason:
                done = done.model_copy(update={"wrong": f"{reason}; {await recovery.troubles()}"})
            self._progress = self._progress.model_copy(update={"done": (*self._progress.done, done)})
            self._keep(caller, watch)
            self._say(_line(done, len(planned)))

    async def _judge(self, trade: Trade, caller: Caller, watch: Watch, facts: dict[str, str]) -> Outcome:
        self._say(f"{caller.journal.accepted:,} events accepted; waiting until all of it has been applied")
        async with asyncio.timeout(self._scale.quiet_seconds_max):
            await trade.quiet(seconds_max=self._scale.quiet_seconds_max)
        for name in trade.system.processes:
            await watch.look(name)
        self._say("at rest; judging")
        path = self._directory / _JOURNAL
        contradictions = await judge_answers(trade.system, entries(path))
        proof = await trade.proof()
        # Reading takes minutes, and the services' clocks go on: what they have told meanwhile comes to rest as well.
        await trade.quiet(seconds_max=self._scale.quiet_seconds_max)
        key = first_key(proof, contradictions)
        self._keep(caller, watch)
        return Outcome(
            progress=self._progress,
            machine=facts,
            accepted=caller.journal.accepted,
            lines=caller.journal.lines,
            proof=proof,
            contradictions=contradictions,
            unanswered=caller.unanswered,
            memory=watch.memory(),
            told=await history(trade.system, key, entries(path)) if key else (),
        )

    def _keep(self, caller: Caller, watch: Watch) -> None:
        now = clock.monotonic()
        seconds, self._begun = self._progress.seconds + now - self._begun, now
        tried = Counter(self._progress.tried) + caller.tried
        caller.tried.clear()
        self._progress = self._progress.model_copy(
            update={"seconds": seconds, "counted": watch.counted(), "tried": dict(tried)}
        )
        remember(self._directory, self._progress)

    def _say(self, text: str) -> None:
        seconds = self._progress.seconds + clock.monotonic() - self._begun
        self._console.print(f"{seconds:7.1f} s  {text}", highlight=False, soft_wrap=True)


def _line(done: Done, planned: int) -> str:
    measured = "; ".join(f"{name}: {value:,.1f}" for name, value in done.measured.items())
    came = done.wrong or (f"left out: {done.left_out}" if done.left_out else measured) or "done"
    return f"{done.at_event:>9,} events  {done.fault} of {planned}: {came}"
