"""`jvtrack sources`: who may supply a part, on what terms, how busy it is, and how sources are weighed."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.errors import SetupError
from jvtrack.client import Source, StatedTerms, WeightTerms
from jvtrack.client.files import export_rows
from jvtrack.commands.caller import call
from jvtrack.commands.data_files import NewFile, new_file
from jvtrack.commands.days import ValidFrom
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json
from jvtrack.commands.source_terms import put, show

app = typer.Typer()
sources = typer.Typer(no_args_is_help=True)
app.add_typer(sources, name="sources", help="Who may supply a part, on what terms, and how sources are weighed.")

Part = Annotated[str | None, typer.Option(help="Only of this part.")]
Site = Annotated[str | None, typer.Option(help="Only of this site.")]
Nation = Annotated[str | None, typer.Option(help="Only those that this nation has judged.")]
_NOT_IMPORTED = {"nation", "standing", "export", "first_articles", "load", "learned"}
"""What an answer says of a source beyond what an import takes."""
_STATED = ("part", "site", "stated_from", "unit_cost", "currency", "import_content")


@sources.command(name="list")
def list_sources(*, part: Part = None, site: Site = None, nation: Nation = None, as_json: Json = False) -> None:
    """List sources: whether each may be chosen today, its lead time, its capacity and its load."""
    found = call(lambda jvtrack: jvtrack.orders.sources(part=part, site=site, nation=nation).all())
    if as_json:
        show_json(found)
        return
    names = (
        "part",
        "site",
        "nation",
        "standing",
        "until",
        "days",
        "learned",
        "of",
        "a week",
        "load",
        "least",
        "price",
        "imported",
    )
    table = Table(*names)
    for source in found:
        table.add_row(*_row(source))
    screen().print(table)


sources.command()(show)
sources.command()(put)


@sources.command()
def export(
    file: NewFile,
    *,
    part: Part = None,
    site: Site = None,
    nation: Nation = None,
) -> None:
    """Write sources to a file that `jvtrack import sources` takes."""
    found = call(lambda jvtrack: jvtrack.orders.sources(part=part, site=site, nation=nation).all())
    if len({source.nation for source in found}) > 1:
        raise SetupError("These are sources of several nations: name one with --nation.")
    columns = [name for name in Source.model_fields if name not in _NOT_IMPORTED]
    export_rows(file, columns, [source.model_dump(mode="json", exclude=_NOT_IMPORTED) for source in found])
    typer.echo(f"{file}: {len(found)} lines written.")


@sources.command()
def terms(
    part: Annotated[str | None, typer.Argument(help="The part; all if none is named.")] = None,
    site: Annotated[str | None, typer.Argument(help="The factory or supplier; all if none is named.")] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option("--export", callback=new_file, help="Write them to this file, for `jvtrack import terms`."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List what was stated of sources' prices and import contents, by the days from which it was."""
    found = call(lambda jvtrack: jvtrack.orders.stated_terms(part=part, site=site).all())
    if file is not None:
        export_rows(file, _STATED, [each.model_dump(mode="json", include=set(_STATED)) for each in found])
        typer.echo(f"{file}: {len(found)} lines written.")
        return
    if as_json:
        show_json(found)
        return
    table = Table("part", "site", "from", "price", "imported", "stated by", "on")
    for each in found:
        said = (str(each.stated_from), _price(each), _shown(each.import_content), each.changed_by)
        table.add_row(each.part, each.site, *said, f"{each.changed_at:%Y-%m-%d}")
    screen().print(table)


@sources.command()
def weights(*, as_json: Json = False) -> None:
    """List how sources are weighed, by the days from which they are."""
    found = call(lambda jvtrack: jvtrack.orders.weights().all())
    if as_json:
        show_json(found)
        return
    headings = ("nation", "from", "a day", "1 % of price", "1 % imported", "currency", "rates")
    table = Table(*headings, "stated lead time is worth", "spread", "sourced anew")
    for each in found:
        rates = ", ".join(f"{currency} {rate}" for currency, rate in each.rates.items())
        figures = (each.day, each.cost, each.import_content)
        anew = f"{each.resourcing}, {each.resourcing_days} days sooner"
        learning = (str(each.lead_time_worth), str(each.lead_time_spread), anew)
        table.add_row(each.nation, str(each.valid_from), *map(str, figures), each.currency or "", rates, *learning)
    screen().print(table)


@sources.command()
def weigh(  # noqa: PLR0913  # an option each
    *,
    valid_from: ValidFrom,
    day: Annotated[str, typer.Option(help="Points for each day after the earliest.")] = "1",
    cost: Annotated[str, typer.Option(help="Points for each percent of the highest price above the lowest.")] = "0",
    import_content: Annotated[str, typer.Option(help="Points for each percent imported above the least.")] = "0",
    currency: Annotated[str | None, typer.Option(help="What prices are compared in.")] = None,
    rate: Annotated[list[str] | None, typer.Option(help="What another currency is worth in it: EUR=97.20.")] = None,
    worth: Annotated[int, typer.Option(help="How many deliveries a stated lead time is worth.")] = 4,
    spread: Annotated[str, typer.Option(help="How far deliveries lie apart before any came, as a logarithm.")] = "0.3",
    resource_after: Annotated[
        int | None, typer.Option(help="Source anew what has slipped if others are so many days sooner; else by hand.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say how sources are weighed from a day on: the one with the fewest points is asked."""
    rates = _rates(rate or [])
    terms = WeightTerms(
        day=day,
        cost=cost,
        import_content=import_content,
        currency=currency,
        rates=rates or None,
        lead_time_worth=worth,
        lead_time_spread=spread,
        resourcing="by-hand" if resource_after is None else "automatic",
        resourcing_days=resource_after,
    )
    now = call(lambda jvtrack: jvtrack.orders.put_weights(valid_from.date(), terms))
    said = f"From {now.valid_from} on: {day} a day, {cost} a percent of price, {import_content} imported."
    show_done(now, said, as_json=as_json)


@sources.command(name="name")
def name_source(
    order: Annotated[str, typer.Argument(help="The order, such as 7201YA6327A001-2026.")],
    source: Annotated[str, typer.Argument(metavar="SITE", help="The source.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; kept for ever.")],
    as_json: Json = False,
) -> None:
    """Name a source for one order in spite of what it lacks."""
    now = call(lambda jvtrack: jvtrack.orders.name_source(order, source, reason))
    show_done(now, f"{now.order_id}: {source} named; {now.sourced} sourced, {now.open} open.", as_json=as_json)


def _row(source: Source) -> list[str]:
    ends = [day for day in (source.approved_until, source.accepted_until) if day is not None]
    return [
        source.part,
        source.site,
        source.nation,
        source.standing,
        _shown(min(ends, default=None)),
        str(source.lead_time_days),
        *_learned(source),
        _shown(source.capacity_per_week),
        _shown(source.load),
        _shown(source.minimum_lot),
        _price(source),
        _shown(source.import_content),
    ]


def _price(of: Source | StatedTerms) -> str:
    return "" if of.unit_cost is None else f"{of.unit_cost} {of.currency}"


def _learned(source: Source) -> tuple[str, str]:
    """Show the days that are reckoned with and those of a late delivery, and how many deliveries say so."""
    known = source.learned
    if known is None:
        return "", ""
    return f"{known.days}, late {known.late_days}", f"{known.deliveries} + {known.unfinished} late"


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _rates(said: list[str]) -> dict[str, str]:
    rates: dict[str, str] = {}
    for each in said:
        currency, parted, rate = each.partition("=")
        if not parted:
            raise SetupError(f"A rate is written EUR=97.20, not {each}.")
        if currency in rates:
            raise SetupError(f"{currency} has two rates, {rates[currency]} and {rate}: name one.")
        rates[currency] = rate
    return rates
