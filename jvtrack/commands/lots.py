"""`jvtrack lots`: what went into a lot, and where it stands now; what its factory says of it is in `floor.py`."""

from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.markup import escape

from jvtrack.client import DownstreamLot, JVTrack, LotDetails, Stock, StockQuery
from jvtrack.commands.caller import call
from jvtrack.commands.floor import floor
from jvtrack.commands.shown import Json, Table, screen, show_json
from shared.events.references import reference_key

app = typer.Typer()
lots = typer.Typer(no_args_is_help=True)
app.add_typer(lots, name="lots", help="Lots: made and sent, what went into them, and where they went.")
lots.add_typer(floor)


class Recalled(BaseModel):
    """A lot that a recall concerns, and where it stands."""

    lot: DownstreamLot
    stands: list[Stock]


@lots.command()
def show(
    lot: Annotated[str, typer.Argument(help="The lot, such as F-01:L-2026-0042.")], *, as_json: Json = False
) -> None:
    """Show a lot and what went into it."""
    found = call(lambda jvtrack: jvtrack.production.lot(lot))
    if as_json:
        show_json(found)
        return
    console = screen()
    console.print(f"{found.lot}: {found.finished} of {found.started} {found.part} finished, {found.status}")
    console.print(f"made as {reference_key(found.reference) if found.reference else '-'}, {_certificate(found)}")
    console.print(_inputs(found))


@lots.command()
def recall(
    of: Annotated[str, typer.Argument(help="A lot, heat or kit, such as F-02:L-2026-0310 or H-88121.")],
    *,
    as_json: Json = False,
) -> None:
    """Follow a lot, heat or kit into every lot that it went into, and say where these stand now."""
    found = call(lambda jvtrack: _recalled(jvtrack, of))
    if as_json:
        show_json(found)
        return
    table = Table("lot", "part", "by way of", "at the factory", "site", "on the road", "on hand", "reserved")
    for each in found:
        for row in _rows(each):
            table.add_row(*row)
    screen().print(table)


async def _recalled(jvtrack: JVTrack, of: str) -> list[Recalled]:
    """Ask production into which lots it went, and inventory where each of them stands."""
    made = await jvtrack.production.downstream(of)
    return [Recalled(lot=each, stands=await _stands(jvtrack, each.lot)) for each in made]


async def _stands(jvtrack: JVTrack, lot: str) -> list[Stock]:
    return list((await jvtrack.inventory.stock(StockQuery(lot=lot))).rows)


def _rows(recalled: Recalled) -> Sequence[Sequence[str]]:
    lot = recalled.lot
    at_factory = f"{lot.on_shelf} finished, {lot.in_work} in work"
    about = (lot.lot, lot.part, escape(", ".join(lot.by_way_of)), at_factory)
    places = [
        (each.site, str(each.in_transit), str(each.on_hand), str(each.reserved))
        for each in recalled.stands
        if each.in_transit or each.on_hand or each.reserved
    ]
    return [(*about, *place) for place in places] or [(*about, "", "", "", "")]


def _certificate(lot: LotDetails) -> str:
    return f"certificate {escape(lot.certificate)}" if lot.certificate else "certificate missing"


def _inputs(lot: LotDetails) -> Table:
    table = Table("material", "kind", "its lot", "origin", "amount", "unit cost", "event")
    for each in lot.inputs:
        cost = "" if each.unit_cost is None else f"{each.unit_cost} {each.currency}"
        about = (escape(each.material), each.kind, escape(each.input_lot), each.origin)
        table.add_row(*about, escape(f"{each.amount} {each.unit}"), cost, str(each.event_id))
    return table
