"""Runs chaos from the command line: begins a run or goes on with an interrupted one; exit code 1 if it fell."""

import argparse
import asyncio
import random
import shutil
import sys
from pathlib import Path

import uvloop
from rich.console import Console

from deploy.errors import SetupError
from deploy.local.brokers import NUMBERS
from deploy.local.jars import kafka_jars
from deploy.local.places import HOME, KAFKA_JARS
from jvtrack.commands.verify import show
from tests.faults.chaos import report
from tests.faults.chaos.disk import forget_mounts
from tests.faults.chaos.progress import FILE, Progress, recall
from tests.faults.chaos.run import Outcome, Run
from tests.faults.chaos.scale import QUICK, Scale, whole
from tests.faults.chaos.schedule import schedule
from tests.faults.chaos.verdict import wrongs

PAGE = Path(__file__).parents[3] / "docs" / "reliability.md"
_SEED_MAX = 10**6


def main() -> int:
    """Run, print, keep."""
    options, console = _options(), Console()
    scale = QUICK if options.quick else whole(options.brokers)
    directory = (options.directory or HOME / "chaos" / f"{scale.name}-{options.brokers}").absolute()
    try:
        kafka_jars(KAFKA_JARS)
        fresh = options.fresh or options.quick
        progress = _progress(directory, scale, options.seed, brokers=options.brokers, fresh=fresh)
        run = Run(directory, scale, progress, console)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            outcome = runner.run(run.run())
    except SetupError as error:
        console.print(f"[red]{error}[/red]", soft_wrap=True)
        return 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("Interrupted: the same command goes on with it.")
        return 130
    return _tell(outcome, scale, directory, console)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Disturb the whole system under load, and judge it from its data.")
    parser.add_argument("--quick", action="store_true", help="20,000 events and 15 faults, in three minutes")
    parser.add_argument("--seed", type=int, help="repeat a schedule; a new run draws one")
    parser.add_argument("--brokers", type=int, choices=NUMBERS, default=1, help="nodes of the Kafka")
    parser.add_argument("--fresh", action="store_true", help="forget an interrupted run instead of going on with it")
    parser.add_argument("--directory", type=Path, help="where the run is kept")
    return parser.parse_args()


def _tell(outcome: Outcome, scale: Scale, directory: Path, console: Console) -> int:
    """Print and keep what a run has shown; gives the exit code."""
    wrong, progress = wrongs(outcome, scale), outcome.progress
    show(outcome.proof, console)
    tables = report.as_markdown(outcome, scale, wrong)
    (directory / "report.json").write_text(report.as_json(outcome, wrong))
    (directory / "report.md").write_text(tables)
    console.print(tables, markup=False, highlight=False, soft_wrap=True)
    if scale is not QUICK:
        report.replace_part(PAGE, f"whole run with {progress.brokers}", tables)
    if not wrong:
        (directory / FILE).rename(directory / f"done.{FILE}")
        return 0
    planned = map(str, schedule(scale, progress.seed))
    console.print(f"\nseed {progress.seed}; the schedule:", *planned, sep="\n", highlight=False)
    console.print(*outcome.told, sep="\n", markup=False, highlight=False, soft_wrap=True)
    console.print(*wrong, sep="\n", style="red", markup=False, soft_wrap=True)
    return 1


def _progress(directory: Path, scale: Scale, seed: int | None, *, brokers: int, fresh: bool) -> Progress:
    """Go on with what a folder holds, or begin."""
    kept = None if fresh else recall(directory)
    if kept is not None and (kept.scale, kept.brokers) == (scale.name, brokers) and seed in {None, kept.seed}:
        return kept
    forget_mounts(directory)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    drawn = random.randrange(_SEED_MAX) if seed is None else seed
    return Progress(scale=scale.name, seed=drawn, brokers=brokers)


if __name__ == "__main__":
    sys.exit(main())
