"""`jvtrack sources put` and `show`: on what terms one site may supply one part, and how it stands by them."""

from datetime import datetime
from typing import Annotated

import typer

from jvtrack.client import Source, SourceTerms
from jvtrack.commands.caller import call
from jvtrack.commands.days import DAY_FORMATS, read_day
from jvtrack.commands.shown import Json, Table, screen, show_json

Part = Annotated[str, typer.Argument(help="The part.")]
Site = Annotated[
    str, typer.Argument(help="The factory or supplier; or a depot, for how long its goods are on the road.")
]
LeadTime = Annotated[int, typer.Option(help="Days from order to delivery, as it states them.")]
Since = Annotated[
    datetime | None,
    typer.Option(formats=DAY_FORMATS, help="Since when your nation buys there; it does not if not given."),
]
Until = Annotated[datetime | None, typer.Option(formats=DAY_FORMATS, help="Last day of the approval.")]
By = Annotated[str | None, typer.Option(help="Who approved it.")]
AcceptedSince = Annotated[
    datetime | None, typer.Option(formats=DAY_FORMATS, help="Since when what it makes is technically accepted.")
]
AcceptedUntil = Annotated[datetime | None, typer.Option(formats=DAY_FORMATS, help="Last day of the acceptance.")]
Capacity = Annotated[int | None, typer.Option(help="How many quanta it delivers in a week.")]
Least = Annotated[int | None, typer.Option(help="The least that it makes at a time, in quanta.")]
Price = Annotated[str | None, typer.Option(help="Price of one unit of issue, such as 1381500.00.")]
Currency = Annotated[str | None, typer.Option(help="Its currency, such as INR.")]
Imported = Annotated[str | None, typer.Option(help="Imported share of the price, such as 0.36.")]
StatedSince = Annotated[
    datetime | None, typer.Option(formats=DAY_FORMATS, help="Since when price and imported share are so; today if new.")
]


def put(  # noqa: PLR0913  # an option each
    part: Part,
    site: Site,
    *,
    lead_time_days: LeadTime,
    approved_on: Since = None,
    approved_until: Until = None,
    approved_by: By = None,
    accepted_on: AcceptedSince = None,
    accepted_until: AcceptedUntil = None,
    capacity_per_week: Capacity = None,
    minimum_lot: Least = None,
    unit_cost: Price = None,
    currency: Currency = None,
    import_content: Imported = None,
    stated_from: StatedSince = None,
    as_json: Json = False,
) -> None:
    """Say on what terms a site may supply a part: all of them, in the place of those before."""
    terms = SourceTerms(
        approved=approved_on is not None,
        lead_time_days=lead_time_days,
        approved_on=read_day(approved_on),
        approved_until=read_day(approved_until),
        approved_by=approved_by,
        accepted_on=read_day(accepted_on),
        accepted_until=read_day(accepted_until),
        capacity_per_week=capacity_per_week,
        minimum_lot=minimum_lot,
        unit_cost=unit_cost,
        currency=currency,
        import_content=import_content,
        stated_from=read_day(stated_from),
    )
    _tell(call(lambda jvtrack: jvtrack.orders.put_source(part, site, terms)), as_json=as_json)


def show(part: Part, site: Site, *, as_json: Json = False) -> None:
    """Show how a source stands: its approvals, what its first articles have found, and what it is reckoned with."""
    _tell(call(lambda jvtrack: jvtrack.orders.source(part, site)), as_json=as_json)


def _tell(source: Source, *, as_json: bool) -> None:
    if as_json:
        show_json(source)
        return
    paper = screen()
    days = source.learned.days if source.learned else source.lead_time_days
    paper.print(f"{source.site} for {source.part}: {source.standing}, {days} days")
    table = Table("what", "since", "until", "by")
    by = source.approved_by or ""
    table.add_row("approved", _day(source.approved_on), _day(source.approved_until), by)
    table.add_row("accepted", _day(source.accepted_on), _day(source.accepted_until), "")
    for each in source.first_articles:
        table.add_row(f"first article {each.first_article}: {each.state}", str(each.since), "", each.nation or "")
    paper.print(table)


def _day(day: object) -> str:
    return "" if day is None else str(day)
