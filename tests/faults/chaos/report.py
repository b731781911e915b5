"""What a run has shown: as JSON, and as the page that is kept in the documentation."""

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from bench.smoke.figures import percentile
from tests.faults.chaos.run import Outcome
from tests.faults.chaos.scale import Scale
from tests.faults.chaos.watch import COUNTED, REQUIRED

_AIMS = {
    "relay leader killed -> next publish": 2,
    "relay leader frozen -> next publish": 2,
    "broker back -> first publish of every service": 10,
}
"""Seconds that the recovery should take at most."""


def as_json(outcome: Outcome, wrong: Sequence[str]) -> str:
    """Give everything that was found."""
    found = {
        "wrong": list(wrong),
        "machine": outcome.machine,
        "accepted": outcome.accepted,
        "answers": outcome.lines,
        "progress": outcome.progress.model_dump(),
        "proof": dataclasses.asdict(outcome.proof),
        "memory": [dataclasses.asdict(each) for each in outcome.memory],
        "history": list(outcome.told),
    }
    return json.dumps(found, indent=1, default=str)


def as_markdown(outcome: Outcome, scale: Scale, wrong: Sequence[str]) -> str:
    """Give the tables of a run."""
    return "\n".join([*_head(outcome, scale, wrong), *_faults(outcome), *_recovery(outcome), *_counts(outcome)]) + "\n"


def replace_part(path: Path, name: str, text: str) -> None:
    """Put a run's tables into a page, between the marks of their name."""
    begin, end = f"<!-- {name} begins -->\n", f"<!-- {name} ends -->"
    page = path.read_text()
    before, rest = page.split(begin)
    path.write_text(f"{before}{begin}\n{text.strip()}\n\n{end}{rest.split(end)[1]}")


def _head(outcome: Outcome, scale: Scale, wrong: Sequence[str]) -> Iterator[str]:
    progress, proof = outcome.progress, outcome.proof
    yield f"`{scale.name}` run of {proof.taken_at:%Y-%m-%d}, seed {progress.seed}, brokers: {progress.brokers},"
    yield f"{progress.seconds / 60:.0f} min:"
    yield f"{outcome.accepted:,} events accepted, {len(progress.done)} faults, {proof.facts:,} facts,"
    yield f"{proof.records:,} records in Kafka. " + (f"**{len(wrong)} things do not hold.**" if wrong else "All held.")
    yield ""
    yield from (f"- {name}: {value}" for name, value in outcome.machine.items())
    yield from ("", *(f"- WRONG: {each}" for each in wrong), "")
    yield from ("| | what must hold | checked | |", "| --- | --- | ---: | --- |")
    for result in proof.results:
        verdict = "holds" if result.holds else "VIOLATED"
        yield f"| {result.name} | {result.says} | {result.checked:,} {result.unit} | {verdict} |"
    verdict = "VIOLATED" if outcome.contradictions else "holds"
    yield f"| journal | what was answered 2xx is booked once, what was refused is not | {outcome.lines:,} answers | {verdict} |"  # noqa: E501


def _faults(outcome: Outcome) -> Iterator[str]:
    done = [each for each in outcome.progress.done if not each.left_out]
    kinds = Counter(each.fault.partition(". ")[2] for each in done)
    yield from ("", "| fault | times |", "| --- | ---: |")
    yield from (f"| {kind} | {times} |" for kind, times in sorted(kinds.items()))
    left_out = Counter(each.left_out for each in outcome.progress.done if each.left_out)
    yield from (f"| left out: {reason} | {times} |" for reason, times in left_out.items())


def _recovery(outcome: Outcome) -> Iterator[str]:
    measured: dict[str, list[float]] = {}
    for done in outcome.progress.done:
        for name, value in done.measured.items():
            measured.setdefault(name, []).append(value)
    yield from (
        "",
        "| recovery, in seconds where nothing else is said | times | least | median | p95 | most | within the aim |",
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | --- |"
    for name, values in sorted(measured.items()):
        values.sort()
        spread = (values[0], median(values), percentile(values, 0.95), values[-1])
        shown = " | ".join(f"{each:,.1f}" for each in spread)
        yield f"| {name} | {len(values)} | {shown} | {_within(name, values)} |"


def _within(name: str, values: Sequence[float]) -> str:
    """Say how many took no longer than they should."""
    if name not in _AIMS:
        return ""
    return f"{sum(value <= _AIMS[name] for value in values)} within {_AIMS[name]} s"


def _counts(outcome: Outcome) -> Iterator[str]:
    yield from ("", "| retried, dropped, fenced | times |", "| --- | ---: |")
    counted = outcome.progress.counted
    yield from (f"| {says} | {counted.get(name, 0):,} |" for name, says in COUNTED.items())
    unseen = [COUNTED[name] for name in REQUIRED if not counted.get(name)]
    yield from ([f"\nNot tested by this run, as none happened: {', '.join(unseen)}."] if unseen else [])
    yield from ("", "| tries of requests that ended with | times |", "| --- | ---: |")
    yield from (f"| {name} | {count:,} |" for name, count in sorted(outcome.progress.tried.items()))
    yield from (
        "",
        (
            "| memory of | samples | median MiB | most MiB | longest life, min | slope over its second half, MiB/h "
            "| most facts behind |"
        ),
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    )
    for each in outcome.memory:
        numbers = f"{each.median_mib:.0f} | {each.most_mib:.0f} | {each.longest_minutes:.0f} | {each.mib_per_hour:+.0f}"
        yield f"| {each.name} | {each.samples} | {numbers} | {each.behind:,} |"
