"""Where the time goes: what each process is doing, by the part of the code that runs, while it is at its limit.

py-spy looks at a process two hundred times a second from outside, and passes over what waits. A look counts for the
innermost Python function; what is written in C counts for who calls it.
"""

import asyncio
import re
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from pathlib import Path

from bench.compare.catching_up import catch_up
from bench.compare.found import Found, Plan, of_runs
from bench.compare.projected import tell_catalogue_again
from bench.smoke.__main__ import with_catalogue
from bench.smoke.phases import Bench
from bench.smoke.stack import Stack, fresh_stack
from deploy.local.settings import DECIDING
from shared.events.envelope import Stream

LOOKS_PER_SECOND = 200
SHARE_MIN = 3.0
"""Parts that never reach this share of a process, in per cent, are not shown."""
_FRAME = re.compile(r"\((?P<file>[^()]*?)(?::\d+)?\)$")
_PARTS = re.compile(
    r".*/site-packages/(?P<package>\w+)"
    r"|/services/\w+/(?P<floor>\w+)"
    r"|/shared/(?P<shared>\w+)"
    r"|/(?P<library>lib/python)"
)
_POLL_SECONDS = 0.01


def profiles(plan: Plan) -> Found:
    """Look at every process on the road of an event, each while it is the one that has most to do."""
    with fresh_stack(plan.home, "profile") as stack:
        return asyncio.run(_profiles(stack, plan))


async def _profiles(stack: Stack, plan: Plan) -> Found:
    stack.start(*DECIDING)
    bench = await with_catalogue(stack, plan.seconds)
    await bench.single("WARM")
    runs: list[dict[str, float]] = []
    for number in range(plan.repetitions):
        runs.append(await _run(bench, f"P{number}", plan.home))
        plan.console.print(f"run {number}: {len(runs[-1])} shares")
    names = dict.fromkeys(name for run in runs for name in run)
    full = [{name: run.get(name, 0.0) for name in names} for run in runs]
    shown = [name for name in names if max(run[name] for run in full) >= SHARE_MIN]
    return Found([of_runs(name, "%", full, name, more=False) for name in shown])


async def _run(bench: Bench, run: str, home: Path) -> dict[str, float]:
    stack = bench.stack
    found: dict[str, float] = {}

    async def look(what: str, services: Sequence[str], work: Awaitable[object]) -> None:
        for service, shares in (await _looked_at(stack, services, work, home)).items():
            found.update({f"{what}, {service}: {part}": share for part, share in shares.items()})

    await look("single POST from 64", DECIDING, bench.single(f"{run}S"))
    await stack.caught_up()
    stack.stop("orders", "inventory")
    await look("NDJSON", ["production"], bench.lines(f"{run}N"))
    await look("apply", ["inventory"], catch_up(stack, "inventory", Stream.PRODUCTION))
    stack.stop("production")
    await look("relay", ["production"], bench.relay(f"{run}R"))
    stack.start("orders")
    await stack.caught_up()
    stack.stop("orders")
    await tell_catalogue_again(stack)
    await look("projection", ["orders"], catch_up(stack, "orders", Stream.CATALOGUE))
    await stack.caught_up()
    return found


async def _looked_at(
    stack: Stack, services: Sequence[str], work: Awaitable[object], home: Path
) -> dict[str, dict[str, float]]:
    """Look at processes while the work is done; of those that are started by it, from their start on."""
    working = asyncio.ensure_future(work)
    looking = {service: asyncio.create_task(_look(stack, service, home / f"{service}.folded")) for service in services}
    try:
        await working
    finally:
        lookers = {service: await task for service, task in looking.items()}
        for looker, _ in lookers.values():
            with suppress(ProcessLookupError):  # it ends with what it looks at
                looker.send_signal(signal.SIGINT)
            await looker.wait()
    return {service: shares_of(file.read_text()) for service, (_, file) in lookers.items()}


async def _look(stack: Stack, service: str, file: Path) -> tuple[asyncio.subprocess.Process, Path]:
    tool = Path(sys.executable).with_name("py-spy")
    pid = await _started(stack, service)
    options = [
        "--gil",
        "--full-filenames",
        "--format",
        "raw",
        "--duration",
        "unlimited",
        "--rate",
        str(LOOKS_PER_SECOND),
    ]
    looker = await asyncio.create_subprocess_exec(
        *(str(tool), "record", *options, "--output", str(file), "--pid", str(pid)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return looker, file


async def _started(stack: Stack, service: str) -> int:
    """Wait until a service runs, and give its process."""
    while True:
        if pid := stack.pids().get(service):
            return pid
        await asyncio.sleep(_POLL_SECONDS)


def shares_of(folded: str) -> dict[str, float]:
    """Give each part's share of folded stacks in per cent, the largest first; what a start imports is left out."""
    looks: Counter[str] = Counter()
    for line in folded.splitlines():
        stack, _, count = line.rpartition(" ")
        if "importlib" not in stack:
            looks[_part(stack.rpartition(";")[2])] += int(count)
    return {part: count / looks.total() * 100 for part, count in looks.most_common()}


def _part(frame: str) -> str:
    """Name the part of the code that a frame belongs to: a package, a floor of a service, a folder of `shared`."""
    named = _FRAME.search(frame)
    match = _PARTS.search(named["file"]) if named else None
    if match is None:
        return "event loop"
    if match["library"]:
        return "Python's library"
    return match["package"] or match["floor"] or f"shared/{match['shared']}"
