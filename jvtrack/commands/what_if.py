"""`jvtrack what-if`: which promises would move and which platforms stand still, scenarios side by side."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError
from rich.markup import escape

from deploy.errors import SetupError
from jvtrack.client import (
    CapacityChanges,
    DemandChanges,
    JVTrack,
    LotRejected,
    LotStands,
    SourceOpens,
    SourceStops,
    Supposition,
    WhatIf,
    WholeLotRejected,
)
from jvtrack.client.answers.whatif import MoveTotals, PromiseMove, ReleaseMove, ScenarioAnswer
from jvtrack.commands.caller import call
from jvtrack.commands.shown import Json, Table, screen, show_json
from shared.types import Platform

app = typer.Typer()
Move = TypeVar("Move", bound=PromiseMove | ReleaseMove)
_Scenarios = dict[str, list[Supposition]]
_SCENARIOS: TypeAdapter[_Scenarios] = TypeAdapter(_Scenarios)
_TERMS: TypeAdapter[dict[str, object]] = TypeAdapter(dict[str, object])
_NAME = "supposed"
_SUPPOSED = "--stop, --capacity, --reject, --reject-lot, --demand, --open"
_OPENING = 'PART/SITE={"opens_on": "2027-01-11", "lead_time_days": 45}'


RejectedLots = Annotated[
    list[str] | None, typer.Option(help="A lot is rejected, wherever it stands: F-01:L-2026-0042.")
]


@app.command(name="what-if")
def what_if(  # noqa: PLR0913  # one option for each thing that can be supposed
    *,
    stop: Annotated[list[str] | None, typer.Option(help="A source stops for days: S-01=90.")] = None,
    capacity: Annotated[list[str] | None, typer.Option(help="A source has percent of its capacity: F-01=50.")] = None,
    reject: Annotated[
        list[str] | None, typer.Option(help="So much of a work order does not come: 7201YA6327A001-2026-W1=3.")
    ] = None,
    reject_lot: RejectedLots = None,
    demand: Annotated[list[str] | None, typer.Option(help="So many times as much: MI17-MAIN-GEARBOX=2, or 2.")] = None,
    opens: Annotated[
        list[str] | None,
        typer.Option("--open", help='A source opens: PART/SITE=\'{"opens_on": "2027-01-11", "lead_time_days": 45}\'.'),
    ] = None,
    scenarios: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="JSON: a list of suppositions by scenario.")
    ] = None,
    part: Annotated[str | None, typer.Option(help="Show this part alone.")] = None,
    platform: Annotated[Platform | None, typer.Option(help="Show this platform alone.")] = None,
    as_json: Json = False,
) -> None:
    """Show which promises would move and which platforms stand still; nothing is touched."""
    supposed = [
        *_each(stop, "S-01=90", lambda site, days: SourceStops(site=site, days=int(days))),
        *_each(capacity, "F-01=50", lambda site, percent: CapacityChanges(site=site, percent=int(percent))),
        *_each(reject, "ORDER-W1=3", lambda work, much: LotRejected(work_order=work, quantity=int(much))),
        *_each(demand, "PART=2", lambda name, factor: DemandChanges(part=name or None, factor=factor)),
        *_each(opens, _OPENING, _opening),
        *(WholeLotRejected(lot=lot) for lot in reject_lot or ()),
    ]
    asked = {**({_NAME: supposed} if supposed else {}), **({} if scenarios is None else _read(scenarios))}
    if not asked:
        raise SetupError(f"Say what is supposed: {_SUPPOSED}, or --scenarios FILE.")
    found = call(partial(_asked, asked=asked, shown={"part": part, "platform": platform}))
    if as_json:
        show_json(found)
        return
    for table in tables(found):
        screen().print(table)


async def _asked(jvtrack: JVTrack, *, asked: _Scenarios, shown: Mapping[str, Any]) -> WhatIf:
    """Ask inventory where the lots stand that are rejected, and orders what becomes of promises then."""
    scenarios = {name: [await _located(jvtrack, each) for each in listed] for name, listed in asked.items()}
    return await jvtrack.orders.what_if(scenarios, **shown)


async def _located(jvtrack: JVTrack, supposed: Supposition) -> Supposition:
    """Say where a lot stands that is rejected; what is said already stays."""
    if not isinstance(supposed, WholeLotRejected) or supposed.stands is not None:
        return supposed
    stands = LotStands.of(await jvtrack.inventory.holders(supposed.lot))
    return supposed.model_copy(update={"stands": stands})


def tables(found: WhatIf) -> list[Table]:
    """Put scenarios side by side: totals, then the promises and the platforms that move in any of them."""
    title = f"{found.lines} open lines, {found.grounded} grounded platforms; days within {found.horizon_days} days"
    totals = Table("", *map(escape, found.scenarios), title=title)
    for name, count in _TOTALS.items():
        totals.add_row(name, *(count(each) for each in found.scenarios.values()))
    promises = Table("order", "part", "priority", "required by", "as it is", *map(escape, found.scenarios))
    for move, cells in _side_by_side({name: each.moved for name, each in found.scenarios.items()}, _promise):
        promises.add_row(move.order_id, move.part, f"{move.priority:02}", str(move.required_by), *cells)
    platforms = Table("platform", "tail number", "as it is", *map(escape, found.scenarios))
    for release, cells in _side_by_side({name: each.releases for name, each in found.scenarios.items()}, _release):
        platforms.add_row(release.platform, release.tail_number, *cells)
    return [totals, *(table for table in (promises, platforms) if table.row_count)]


_TOTALS: Mapping[str, Callable[[ScenarioAnswer], str]] = {
    "promises later": lambda each: _later(each.promises),
    "promises earlier": lambda each: _earlier(each.promises),
    "lines that lose their source": lambda each: str(each.unsourced_total),
    "platforms down longer": lambda each: _later(each.platforms),
    "platforms down less": lambda each: _earlier(each.platforms),
}


def _later(totals: MoveTotals) -> str:
    return f"{totals.later}, {totals.days_later} days" if totals.later else "-"


def _earlier(totals: MoveTotals) -> str:
    return f"{totals.earlier}, {totals.days_earlier} days" if totals.earlier else "-"


def _side_by_side(
    moves: Mapping[str, Sequence[Move]], shown: Callable[[Move], str]
) -> Iterator[tuple[Move, list[str]]]:
    """Give each that moves in any scenario once, with its day as it is and in each scenario."""
    by_scenario = [{_key(move): move for move in listed} for listed in moves.values()]
    every = {key: move for listed in by_scenario for key, move in listed.items()}
    for key, move in every.items():
        yield move, [_day(move.before), *(shown(listed[key]) if key in listed else "" for listed in by_scenario)]


def _key(move: PromiseMove | ReleaseMove) -> str:
    return move.order_id if isinstance(move, PromiseMove) else f"{move.platform}/{move.tail_number}"


def _promise(move: PromiseMove) -> str:
    by = "" if move.days is None else f" ({move.days:+})"
    return f"{_day(move.after)}{by} {', '.join(move.sources_after)}: {escape(move.why)}"


def _release(move: ReleaseMove) -> str:
    return f"{_day(move.after)} ({move.days_down_after - move.days_down_before:+} days down)"


def _day(day: date | None) -> str:
    return str(day or "no day")


def _each(words: Sequence[str] | None, example: str, read: Callable[[str, str], Supposition]) -> Iterable[Supposition]:
    """Read what is written as NAME=VALUE; of a value alone the name is empty."""
    for word in words or ():
        name, parted, value = word.partition("=")
        try:
            yield read(name, value) if parted else read("", name)
        except ValueError:  # pydantic's are some of them
            raise SetupError(f"{word} is not written as {example}.") from None


def _opening(name: str, terms: str) -> SourceOpens:
    part, _, site = name.partition("/")
    return SourceOpens.model_validate({"part": part, "site": site, **_TERMS.validate_json(terms)})


def _read(path: Path) -> dict[str, list[Supposition]]:
    try:
        return _SCENARIOS.validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise SetupError(f"{path}: {'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}.") from None
