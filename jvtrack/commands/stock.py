"""`jvtrack stock`: what stands where, and what depots keep for their own orders."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import typer
from rich.markup import escape

from jvtrack.client import Stock, StockQuery
from jvtrack.client.answers.stock import Grouping
from jvtrack.commands.caller import call
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json
from shared.events.stock import Gate
from shared.types import Condition, Platform

app = typer.Typer()
stock = typer.Typer(no_args_is_help=True)
app.add_typer(stock, name="stock", help="Stock as it stands, and what depots keep for their own orders.")

OnlySite = Annotated[str | None, typer.Option("--site", help="Only at this site.")]
OnlyPart = Annotated[str | None, typer.Option("--part", help="Only of this part.")]


@stock.command(name="list")
def list_stock(
    *,
    site: OnlySite = None,
    part: OnlyPart = None,
    platform: Annotated[Platform | None, typer.Option(help="Only of parts that fit this platform.")] = None,
    lot: Annotated[str | None, typer.Option(help="Only of this lot.")] = None,
    condition: Annotated[Condition | None, typer.Option(help="Only in this supply condition.")] = None,
    held_back: Annotated[Gate | None, typer.Option(help="Only what this gate holds back.")] = None,
    summed: Annotated[bool, typer.Option("--sum", help="One row for each part at a site.")] = False,
    empty: Annotated[bool, typer.Option("--empty", help="Also where nothing stands any more.")] = False,
    as_json: Json = False,
) -> None:
    """List stock: free, reserved, on the road, and what holds it back."""
    query = StockQuery(site=site, part=part, platform=platform, lot=lot, condition=condition)
    group: Grouping = "part-site" if summed else "account"
    found = call(lambda jvtrack: jvtrack.inventory.stock(query, group=group, empty=empty, held_back=held_back))
    if as_json:
        show_json(found)
        return
    figures = ("on hand", "reserved", "available", "in transit", "produced", "unit")
    table = Table("site", "part", "lot", "condition", "expires", *figures, "held back")
    for row in found.rows:
        table.add_row(*_row(row))
    screen().print(table)


@stock.command()
def minimums(*, site: OnlySite = None, part: OnlyPart = None, as_json: Json = False) -> None:
    """List what depots keep for their own orders, whatever other depots ask."""
    found = call(lambda jvtrack: jvtrack.inventory.protected_minimums(site=site, part=part).all())
    if as_json:
        show_json(found)
        return
    table = Table("depot", "part", "keeps", "reason", "set by", "version")
    for each in found:
        said = (escape(each.reason), escape(each.set_by), str(each.version))
        table.add_row(each.site, each.part, str(each.quantity), *said)
    screen().print(table)


@stock.command()
def protect(
    site: Annotated[str, typer.Argument(help="The depot.")],
    part: Annotated[str, typer.Argument(help="The part.")],
    quantity: Annotated[int, typer.Argument(min=0, help="How much stays, in quanta of the part; 0 protects nothing.")],
    *,
    reason: Annotated[str, typer.Option(help="Why.")],
    version: Annotated[int | None, typer.Option(help="The version that you saw; refused if there is a newer.")] = None,
    as_json: Json = False,
) -> None:
    """Keep some of a part at a depot for its own orders."""
    kept = call(lambda jvtrack: jvtrack.inventory.protect(site, part, quantity, reason, version=version))
    said = f"{kept.site} keeps {kept.quantity} of {kept.part} for its own orders (version {kept.version})."
    show_done(kept, said, as_json=as_json)


def _row(row: Stock) -> Sequence[str]:
    about = (row.site, row.part, row.lot or "", row.condition or "", str(row.expires_on or ""))
    if row.availability is not None:
        return (*about, "", "", row.availability, "", "", "", "")
    stands = (row.on_hand, row.reserved, row.available, row.in_transit, row.produced)
    return (*about, *(_amount(each, row) for each in stands), row.unit_of_issue or "", row.held_back or "")


def _amount(quanta: int | None, row: Stock) -> str:
    return "" if quanta is None else f"{Decimal(quanta).scaleb(-(row.quantity_scale or 0)):,f}"
