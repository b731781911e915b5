"""What was found, for people: tables, plots, and the page docs/BENCHMARKS.md."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.figure import Figure as Plot

from bench.compare.found import OURS, Curve, Found, Line, Phase, Reading
from bench.smoke import yardstick
from bench.smoke.figures import Figure

PAGE = Path(__file__).parents[2] / "docs" / "BENCHMARKS.md"
PLOTS = PAGE.parent / "benchmarks"
_HEAD = """# Benchmarks

Written by `make bench`, which measures everything on one machine, phase by phase: contenders take turns, each figure
is the median of its repetitions, with the least and the greatest in brackets. Everything is durable (fsync on,
acks=all), tokens are checked, and the load generator runs on the same cores as what it loads.

- **JVTrack** is the system as shipped: orders, production and inventory.
- **typical** is what a team would write: FastAPI, an ORM session and a commit for each event, an outbox polled every
  half second and sent row by row, a consumer with an inbox row and a commit for each message (`bench/peers/typical_*`).
- **FastStream** is the same with FastStream's broker as its documentation teaches: commit, then publish from the
  request (`bench/peers/faststream_*`). It has no outbox: what is committed when the process dies is never published.
- **Debezium** relays what is written into an outbox table of the same bytes: Kafka Connect standalone, with Debezium's
  connector for PostgreSQL and its outbox event router (`bench/peers/debezium*`). It reads PostgreSQL's log, which is
  kept as it needs it (`wal_level=logical`) while either relay is measured.

`make bench PHASES=growth` runs one phase alone; a run that was interrupted goes on with the same command, as long as
commit and machine are the same. Each phase says of which commit it is: its contenders always ran together. Every single
value stands in `docs/benchmarks/<phase>.json`.

The machine is a virtual one: how much of its cores it gets is its host's to say. So a fixed piece of work is timed
before and after each phase, the **yardstick** ({yardstick}): figures of
two phases may only be set beside one another where their yardsticks agree."""


def section(phase: Phase, found: Found) -> list[str]:
    """Write what a phase has found as Markdown."""
    parts = [f"## {phase.title}", ""]
    for names in dict.fromkeys(tuple(line.figures) for line in found.lines):
        parts += [*table([line for line in found.lines if tuple(line.figures) == names], names), ""]
    for curve in found.curves:
        parts += [*_curve_table(curve), ""]
    return [*parts, *[f"- {note}" for note in found.notes]]


def table(lines: Sequence[Line], names: Sequence[str]) -> list[str]:
    """Write lines as a table of Markdown, with the aim, and with what the first reaches as a multiple of the second."""
    more = [f"{names[0]} to {names[1]}"] if len(names) > 1 else []
    more += ["aim"] if any(line.aim for line in lines) else []
    rows = [f"| {' | '.join(['', *names, *more])} |", f"| --- |{' ---: |' * (len(names) + len(more))}"]
    for line in lines:
        cells = [_cell(line.figures.get(name)) for name in names]
        cells += [_ratio(line, names[0], names[1])] if len(names) > 1 else []
        cells += [line.aim] if "aim" in more else []
        rows.append(f"| {line.title}, {line.unit} | {' | '.join(cells)} |")
    return rows


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    least, middle, greatest = map(_number, figure.spread())
    return f"{middle} ({least} to {greatest})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}"


def _ratio(line: Line, ours: str, peer: str) -> str:
    mine, theirs = median(line.figures[ours].values), median(line.figures[peer].values)
    more, less = (mine, theirs) if line.more_is_better else (theirs, mine)
    return f"{more / less:.1f} x" if less else "-"


def _curve_table(curve: Curve) -> list[str]:
    sizes, values = zip(*sorted(curve.points.items()), strict=True)
    heads = [f"{size:,}" for size in sizes]
    return [
        f"| {curve.title}, {curve.unit} | {' | '.join(heads)} | last to first |",
        f"| --- |{' ---: |' * (len(heads) + 1)}",
        f"| at so many stored events | {' | '.join(map(_number, values))} | {values[-1] / values[0]:.2f} x |",
    ]


def write_page(
    facts: Mapping[str, str], length: Mapping[str, float], readings: Sequence[tuple[Phase, Reading | None]]
) -> None:
    """Write the page, its plots and what they were drawn from."""
    PLOTS.mkdir(parents=True, exist_ok=True)
    for old in PLOTS.glob("*.svg"):
        old.unlink()
    sizes = f"{length['repetitions']:.0f} repetitions of {length['seconds']:g} s"
    where = [f"- {name}: {value}" for name, value in facts.items() if name != "commit"]
    parts = [_HEAD.format(yardstick=yardstick.WHAT), "", "## Where", "", *where, f"- length: {sizes}"]
    for phase, reading in readings:
        if reading is None:
            parts += ["", f"## {phase.title}", "", f"Not measured: `make bench PHASES={phase.name}` does."]
        else:
            parts += ["", *section(phase, reading.found), f"- Measured at commit {reading.commit}, {reading.day}."]
            parts += ["", *_pictures(phase, reading.found)]
            _keep(phase, reading)
    PAGE.write_text("\n".join(parts).rstrip() + "\n")


def _keep(phase: Phase, reading: Reading) -> None:
    """Keep every single value beside the page, for who wants to reckon with it."""
    kept = json.dumps(dataclasses.asdict(reading), indent=1)
    (PLOTS / f"{phase.name}.json").write_text(f"{kept}\n")


def _pictures(phase: Phase, found: Found) -> list[str]:
    pictures = []
    for number, line in enumerate((line for line in found.lines if len(line.figures) > 1 and line.more_is_better), 1):
        pictures.append(_saved(_bars(line), f"{phase.name}-{number}", line.title))
    if found.curves:
        pictures.append(_saved(_curves(found.curves), phase.name, phase.title))
    return pictures


def _saved(plot: Plot, name: str, title: str) -> str:
    with mpl.rc_context({"svg.hashsalt": "jvtrack"}):
        plot.savefig(PLOTS / f"{name}.svg", format="svg", metadata={"Date": None})
    return f"![{title}](benchmarks/{name}.svg)"


def _bars(line: Line) -> Plot:
    names = list(line.figures)
    plot = Plot(figsize=(6, 0.5 + 0.5 * len(names)), layout="constrained")
    axes = plot.add_subplot()
    least, middle, greatest = zip(*(line.figures[name].spread() for name in names), strict=True)
    below = [m - low for m, low in zip(middle, least, strict=True)]
    above = [g - m for g, m in zip(greatest, middle, strict=True)]
    colours = ["#35618f" if name == OURS else "#9aa5b1" for name in names]
    axes.barh(names, middle, xerr=[below, above], color=colours, ecolor="#555555")
    axes.invert_yaxis()
    axes.set_xlabel(f"{line.title}, {line.unit}")
    return plot


def _curves(curves: Sequence[Curve]) -> Plot:
    plot = Plot(figsize=(6.5, 3.5), layout="constrained")
    axes = plot.add_subplot()
    for curve in curves:
        sizes, values = zip(*sorted(curve.points.items()), strict=True)
        axes.plot(sizes, values, marker="o", label=f"{curve.title}, {curve.unit}")
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("stored events")
    axes.legend()
    return plot
