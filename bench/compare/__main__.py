"""Runs the phases of the benchmark that are not kept yet, keeps what each finds, and writes docs/BENCHMARKS.md."""

import argparse
import dataclasses
import shutil
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markdown import Markdown

from bench.compare import contested, depots, growth, partitions, profiled, projected, relays, road, sides, year
from bench.compare.found import Found, Kept, Phase, Plan
from bench.compare.report import section, write_page
from bench.smoke import machine, yardstick
from deploy.local.places import HOME

PHASES: Sequence[Phase] = (
    Phase("peers", "Beside its peers", sides.beside_peers),
    Phase("relays", "The relay beside Debezium", relays.beside_debezium),
    Phase("steps", "JVTrack, each step of the road", road.steps),
    Phase("paced", "JVTrack at a steady pace, all services on", road.paced),
    Phase("reservations", "JVTrack, orders until their goods are reserved", depots.reservations),
    Phase("contested", "JVTrack, too little of a hundred hot parts: higher bands pre-empt", contested.contested),
    Phase("questions", "JVTrack, questions about a large stock", depots.questions),
    Phase("projections", "JVTrack, projections and their rebuild", projected.projections),
    Phase("profile", "JVTrack, where the time goes", profiled.profiles),
    Phase("year", "JVTrack, a simulated year", year.year),
    Phase("growth", "JVTrack, what an event costs as it grows", growth.growth),
    Phase("partitions", "`event_log` as one table and in partitions", partitions.partitioned),
    Phase("limits", "The limits of the machine", sides.limits),
)


def main() -> None:
    """Measure what is wanted and not kept, print it, and write the page from all that is kept."""
    options = _options()
    console, home = Console(), HOME / "bench"
    facts = machine.facts(home)
    console.print("\n".join(f"{name}: {value}" for name, value in facts.items()))
    length = {"repetitions": options.repetitions, "seconds": options.seconds, "rows_max": options.rows_max}
    kept = Kept(home / "compare", facts, length)
    for phase in (phase for phase in PHASES if phase.name in options.phases):
        if options.anew:
            kept.forget(phase.name)
        console.rule(phase.title)
        plan = Plan(home / "stacks" / phase.name, console=console, **length)
        found = kept.get(phase.name) or _measured(phase, plan, kept)
        console.print(Markdown("\n".join(section(phase, found))))
    if not options.dry:
        write_page(facts, length, [(phase, kept.newest(phase.name)) for phase in PHASES])


def _measured(phase: Phase, plan: Plan, kept: Kept) -> Found:
    """Run a phase, and keep what it finds; its servers' data are of no use any more."""
    before = yardstick.piece_ms()
    found = phase.run(plan)
    pace = f"The yardstick took {before:.0f} ms before this phase and {yardstick.piece_ms():.0f} ms after it."
    found = dataclasses.replace(found, notes=[*found.notes, pace])
    kept.put(phase.name, found)
    shutil.rmtree(plan.home, ignore_errors=True)
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure JVTrack beside its peers and the machine's limits.")
    parser.add_argument("--phases", default="", help=f"some of {', '.join(phase.name for phase in PHASES)}, by comma")
    parser.add_argument("--anew", action="store_true", help="measure again what is kept")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one run of a load")
    parser.add_argument("--rows-max", type=int, default=10_000_000, help="stored events up to which cost is measured")
    parser.add_argument("--dry", action="store_true", help="write no page")
    options = parser.parse_args()
    known = [phase.name for phase in PHASES]
    options.phases = [name.strip() for name in options.phases.split(",") if name.strip()] or known
    unknown = sorted(set(options.phases) - set(known))
    if unknown:
        sys.exit(f"There is no phase {', '.join(unknown)}: name some of {', '.join(known)}.")
    if options.repetitions < 1 or options.seconds < 1 or options.rows_max < 10_000:
        sys.exit("Measure at least one repetition of a second, and up to at least 10,000 stored events.")
    return options


if __name__ == "__main__":
    main()
