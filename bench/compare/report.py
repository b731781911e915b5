"""What was found, for people: a table, plots, and the page docs/BENCHMARKS.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.figure import Figure as Plot

from bench.smoke.figures import Figure

PAGE = Path(__file__).parents[2] / "docs" / "BENCHMARKS.md"
PLOTS = PAGE.parent / "benchmarks"
_HEAD = """# Benchmarks

Written by `make bench`, which measures everything on one machine in one run: contenders take turns, and each figure
is the median of its repetitions, with the least and the greatest in brackets. Everything is durable (fsync on,
acks=all), tokens are checked, and the load generator runs on the same cores as what it loads.

- **JVTrack** is the system as shipped, with all three services.
- **typical** is what a team would write: FastAPI, an ORM session and a commit for each event, an outbox polled every
  half second and sent row by row, a consumer with an inbox row and a commit for each message (`bench/peers/typical_*`).
- **FastStream** is the same with FastStream's broker as its documentation teaches: commit, then publish from the
  request (`bench/peers/faststream_*`). It has no outbox: what is committed when the process dies is never published.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing measured of every contender."""

    title: str
    unit: str
    figures: Mapping[str, Figure]
    more_is_better: bool = True


def table(lines: Sequence[Line], names: Sequence[str]) -> list[str]:
    """Write lines as a table of Markdown, with what JVTrack reaches as a multiple of the first peer."""
    ours, peer = names[0], names[1]
    rows = [f"| | {' | '.join(names)} | {ours} to {peer} |", f"| --- |{' ---: |' * (len(names) + 1)}"]
    for line in lines:
        cells = [_cell(line.figures.get(name)) for name in names]
        rows.append(f"| {line.title}, {line.unit} | {' | '.join(cells)} | {_ratio(line, ours, peer)} |")
    return rows


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    least, middle, greatest = (f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" for value in figure.spread())
    return f"{middle} ({least} to {greatest})"


def _ratio(line: Line, ours: str, peer: str) -> str:
    if ours not in line.figures or peer not in line.figures:
        return "-"
    mine, theirs = median(line.figures[ours].values), median(line.figures[peer].values)
    more, less = (mine, theirs) if line.more_is_better else (theirs, mine)
    return f"{more / less:.1f} x" if less else "-"


def write_page(facts: Mapping[str, str], lines: Sequence[Line], names: Sequence[str], notes: Sequence[str]) -> None:
    """Write the page and its plots."""
    PLOTS.mkdir(parents=True, exist_ok=True)
    drawn = [line for line in lines if line.more_is_better]
    for number, line in enumerate(drawn, 1):
        _draw(line, names, PLOTS / f"{number}.svg")
    machine = [f"- {name}: {value}" for name, value in facts.items()]
    pictures = [f"![{line.title}](benchmarks/{number}.svg)" for number, line in enumerate(drawn, 1)]
    parts = [_HEAD.strip(), "## Where", *machine, "", "## What", *table(lines, names), "", *notes, "", *pictures]
    PAGE.write_text("\n".join(parts).replace("\n## ", "\n\n## ") + "\n")


def _draw(line: Line, names: Sequence[str], path: Path) -> None:
    mpl.rcParams["svg.hashsalt"] = "jvtrack"
    present = [name for name in names if name in line.figures]
    plot = Plot(figsize=(6, 0.5 + 0.5 * len(present)), layout="constrained")
    axes = plot.add_subplot()
    least, middle, greatest = zip(*(line.figures[name].spread() for name in present), strict=True)
    whiskers = [
        [m - low for m, low in zip(middle, least, strict=True)],
        [g - m for g, m in zip(greatest, middle, strict=True)],
    ]
    axes.barh(present, middle, xerr=whiskers, color="#35618f", ecolor="#999999")
    axes.invert_yaxis()
    axes.set_xlabel(f"{line.title}, {line.unit}")
    plot.savefig(path, format="svg", metadata={"Date": None})
