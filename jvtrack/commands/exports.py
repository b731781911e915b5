"""`jvtrack exports`: whose joint ventures are, what may leave them, and what left without approval."""

from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from jvtrack.client import ExportApproval, ExportTerms
from jvtrack.commands.caller import call
from jvtrack.commands.days import DAY_FORMATS, read_day
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json

app = typer.Typer()
exports = typer.Typer(no_args_is_help=True)
app.add_typer(exports, name="exports", help="What may leave joint ventures for other nations, by both partners' word.")

Site = Annotated[str, typer.Argument(help="The factory of the joint venture.")]
Part = Annotated[str, typer.Argument(help="The part.")]
Country = Annotated[str, typer.Argument(help="The nation that it goes to, such as POL.")]
OnlySite = Annotated[str | None, typer.Option("--site", help="Only of this factory.")]
OnlyPart = Annotated[str | None, typer.Option("--part", help="Only of this part.")]
OnlyCountry = Annotated[str | None, typer.Option("--country", help="Only to this nation.")]


@exports.command(name="list")
def list_approvals(
    *, site: OnlySite = None, part: OnlyPart = None, country: OnlyCountry = None, as_json: Json = False
) -> None:
    """List approvals: of each export, both partners' are needed."""
    found = call(lambda jvtrack: jvtrack.orders.exports.approvals(site=site, part=part, country=country).all())
    if as_json:
        show_json(found)
        return
    table = Table("factory", "part", "to", "approved by", "for", "from", "until")
    for each in found:
        days = (str(each.approved_on), "" if each.approved_until is None else str(each.approved_until))
        table.add_row(each.site, each.part, each.country, escape(each.approved_by), each.nation, *days)
    screen().print(table)


@exports.command()
def ventures(*, as_json: Json = False) -> None:
    """List whose joint ventures are."""
    found = call(lambda jvtrack: jvtrack.orders.exports.ventures().all())
    if as_json:
        show_json(found)
        return
    table = Table("factory", "partners", "stated by")
    for each in found:
        table.add_row(each.site, " and ".join(each.partners), escape(each.changed_by))
    screen().print(table)


@exports.command()
def partners(
    site: Site,
    first: Annotated[str, typer.Argument(help="A partner's nation, such as IND.")],
    second: Annotated[str, typer.Argument(help="The other partner's nation.")],
    *,
    as_json: Json = False,
) -> None:
    """Say which two nations' partners own a joint venture."""
    said = call(lambda jvtrack: jvtrack.orders.exports.put_venture(site, (first, second)))
    show_done(said, f"{said.site}: of {' and '.join(said.partners)}.", as_json=as_json)


@exports.command()
def approve(
    site: Site,
    part: Part,
    country: Country,
    *,
    approved_by: Annotated[str, typer.Option("--by", help="Who has approved it.")],
    on: Annotated[datetime, typer.Option(formats=DAY_FORMATS, help="Day of the approval.")],
    until: Annotated[datetime | None, typer.Option(formats=DAY_FORMATS, help="Its last day; none has no end.")] = None,
    as_json: Json = False,
) -> None:
    """Approve an export for one's nation; the other partner must, too."""
    terms = ExportTerms(approved_on=on.date(), approved_by=approved_by, approved_until=read_day(until))
    said = call(lambda jvtrack: jvtrack.orders.exports.approve(site, part, country, terms))
    told = f"{_export(said)}: approved for {said.nation} by {said.approved_by}."
    show_done(said, told, as_json=as_json)


@exports.command()
def end(
    site: Site,
    part: Part,
    country: Country,
    *,
    until: Annotated[datetime, typer.Option(formats=DAY_FORMATS, help="Its last day.")],
    as_json: Json = False,
) -> None:
    """End one's nation's approval of an export."""
    said = call(lambda jvtrack: jvtrack.orders.exports.end(site, part, country, until.date()))
    show_done(said, f"{_export(said)}: {said.nation}'s approval ends on {said.approved_until}.", as_json=as_json)


@exports.command()
def unapproved(*, as_json: Json = False) -> None:
    """List what left one's joint ventures without the approval of both partners."""
    found = call(lambda jvtrack: jvtrack.orders.exports.unapproved().all())
    if as_json:
        show_json(found)
        return
    table = Table("on", "factory", "to", "depot", "lot", "quantity", "missing", "voided")
    for each in found:
        missing = " and ".join(each.missing) or "partners not stated"
        whither = (each.factory, each.country, each.depot, each.lot, str(each.quantity))
        table.add_row(str(each.dispatched_on), *whither, missing, "yes" if each.voided else "")
    screen().print(table)


def _export(said: ExportApproval) -> str:
    return f"{said.part} from {said.site} to {said.country}"
