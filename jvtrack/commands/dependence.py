"""`jvtrack dependence`: what is imported, of whom alone the nation buys, what was taken over at home."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape

from jvtrack.client import Concentration, LotContent, LotFact
from jvtrack.client.answers.dependence import ContentFigure
from jvtrack.commands.caller import call
from jvtrack.commands.days import FirstDay, LastDay, ValidFrom, read_day
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json
from shared.types import Platform

app = typer.Typer()
dependence = typer.Typer(no_args_is_help=True)
app.add_typer(dependence, name="dependence", help="Indigenous content, few sources, what was taken over from imports.")

OfPart = Annotated[str | None, typer.Option(help="Only of this part.")]
AtFactory = Annotated[str | None, typer.Option(help="Only made there.")]
ForPlatform = Annotated[Platform | None, typer.Option(help="Only for this platform.")]


class By(StrEnum):
    """What lots are taken together by."""

    PART = "part"
    PLATFORM = "platform"
    FACTORY = "factory"
    MONTH = "month"


@dependence.command()
def content(
    *,
    by: Annotated[By, typer.Option(help="What lots are taken together by.")] = By.PART,
    first: FirstDay = None,
    last: LastDay = None,
    part: OfPart = None,
    factory: AtFactory = None,
    platform: ForPlatform = None,
    as_json: Json = False,
) -> None:
    """Show the indigenous content of what was made: (price - imported) / price."""
    days = {"begin": read_day(first), "end": read_day(last)}
    found = call(
        lambda jvtrack: jvtrack.orders.dependence.content(by, part=part, factory=factory, platform=platform, **days)
    )
    if as_json:
        show_json(found)
        return
    money = found.currency or "no one currency"
    table = Table(by.value, "lots", "unknown", f"price, {money}", "imported", "indigenous", "asked for", "met")
    for figure in (*found.figures, found.total):
        table.add_row(*_figure(figure))
    console = screen()
    console.print(f"{found.nation}, {found.first} to {found.last}")
    console.print(table)


@dependence.command()
def lots(
    *,
    first: FirstDay = None,
    last: LastDay = None,
    part: OfPart = None,
    factory: AtFactory = None,
    platform: ForPlatform = None,
    as_json: Json = False,
) -> None:
    """List the lots behind the figures, each with what its content was worked out from."""
    days = {"begin": read_day(first), "end": read_day(last)}
    found = call(
        lambda jvtrack: jvtrack.orders.dependence.lots(part=part, factory=factory, platform=platform, **days).all()
    )
    if as_json:
        show_json(found)
        return
    table = Table("lot", "part", "finished", "good", "price", "imported", "indigenous", "taken from", "met", "facts")
    for lot in found:
        table.add_row(*_lot(lot))
    screen().print(table)


@dependence.command()
def facts(
    *,
    first: FirstDay = None,
    last: LastDay = None,
    kind: Annotated[str | None, typer.Option(help="Only finished, scrapped, dispatched or consumed.")] = None,
    part: OfPart = None,
    factory: AtFactory = None,
    lot: Annotated[str | None, typer.Option(help="Only about this lot.")] = None,
    as_json: Json = False,
) -> None:
    """List the facts behind the figures: what was finished, scrapped, dispatched and consumed."""
    days = {"begin": read_day(first), "end": read_day(last)}
    found = call(
        lambda jvtrack: jvtrack.orders.dependence.facts(kind=kind, part=part, factory=factory, lot=lot, **days).all()
    )
    if as_json:
        show_json(found)
        return
    table = Table("fact", "recorded", "what", "lot", "part", "quantity", "to", "material", "origin", "unit cost")
    for fact in found:
        table.add_row(*_fact(fact))
    screen().print(table)


@dependence.command()
def sources(*, platform: ForPlatform = None, as_json: Json = False) -> None:
    """Show on how few sources the parts depend whose lack grounds a platform."""
    found = call(lambda jvtrack: jvtrack.orders.dependence.sources(platform))
    if as_json:
        show_json(found)
        return
    console = screen()
    for table in _few(found):
        console.print(table)


@dependence.command()
def takeovers(*, first: FirstDay = None, last: LastDay = None, as_json: Json = False) -> None:
    """Show what each factory at home took over from imports, against the period before."""
    days = {"begin": read_day(first), "end": read_day(last)}
    found = call(lambda jvtrack: jvtrack.orders.dependence.takeovers(**days))
    if as_json:
        show_json(found)
        return
    table = Table("part", "factory", "sent", "sent before", "imported", "imported before", "taken over")
    for each in found:
        figures = (each.dispatched, each.dispatched_before, each.imported, each.imported_before, each.taken_over)
        table.add_row(each.part, each.factory, *map(str, figures))
    screen().print(table)


@dependence.command()
def thresholds(*, as_json: Json = False) -> None:
    """List what indigenous content the nation asks for, by the days from which it does."""
    found = call(lambda jvtrack: jvtrack.orders.dependence.thresholds())
    if as_json:
        show_json(found)
        return
    table = Table("nation", "from", "at least", "changed by")
    for each in found:
        table.add_row(each.nation, str(each.valid_from), _percent(each.minimum), escape(each.changed_by))
    screen().print(table)


@dependence.command()
def ask(
    minimum: Annotated[str, typer.Argument(help="The least share of the price, such as 0.50.")],
    *,
    valid_from: ValidFrom,
    as_json: Json = False,
) -> None:
    """Say what indigenous content the nation asks for from a day on."""
    asked = call(lambda jvtrack: jvtrack.orders.dependence.put_threshold(valid_from.date(), minimum))
    said = f"From {asked.valid_from} on, {asked.nation} asks for {_percent(asked.minimum)}."
    show_done(asked, said, as_json=as_json)


def _figure(figure: ContentFigure) -> Sequence[str]:
    money = (f"{figure.price:,}", f"{figure.imported:,}")
    judged = (_percent(figure.indigenous), _percent(figure.minimum), _met(figure))
    return (figure.name, str(figure.lots), str(figure.unknown), *money, *judged)


def _lot(lot: LotContent) -> Sequence[str]:
    basis = lot.basis if lot.lacking is None else f"{lot.basis}: {lot.lacking}"
    money = [("" if each is None else f"{each:,} {lot.currency}") for each in (lot.price, lot.imported)]
    about = (lot.lot, lot.part, str(lot.finished_on), str(lot.good))
    return (*about, *money, _percent(lot.indigenous), basis, _met(lot), str(len(lot.events)))


def _fact(fact: LotFact) -> Sequence[str]:
    material = "" if fact.material is None else f"{fact.amount} {fact.unit} {fact.material} ({fact.input_lot})"
    cost = "" if fact.unit_cost is None else f"{fact.unit_cost} {fact.currency}"
    about = (str(fact.event_id), str(fact.recorded_on), fact.kind, fact.lot, fact.part)
    return (*about, _shown(fact.quantity), _shown(fact.depot), escape(material), _shown(fact.origin), cost)


def _few(found: Concentration) -> Sequence[Table]:
    shares = Table("platform", "critical", "nobody", "one source", "one country", "one country abroad")
    for figure in found.figures:
        counted = (
            (figure.unsourced, figure.unsourced_share),
            (figure.single_source, figure.single_source_share),
            (figure.single_country, figure.single_country_share),
            (figure.single_country_abroad, figure.single_country_abroad_share),
        )
        shown = [f"{parts} ({_percent(share)})" if share is not None else str(parts) for parts, share in counted]
        shares.add_row(figure.name, str(figure.critical), *shown)
    parts = Table("part", "grounds", "may be asked", "one source", "one country")
    for part in found.parts:
        asked = ", ".join(f"{each.site} {each.country}" for each in part.sources)
        about = (part.part, ", ".join(part.grounds), asked or "nobody")
        parts.add_row(*about, "yes" if part.single_source else "", _shown(part.single_country))
    return shares, parts


def _percent(share: Decimal | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _met(judged: ContentFigure | LotContent) -> str:
    return "" if judged.meets is None else ("yes" if judged.meets else "no")


def _shown(value: object) -> str:
    return "" if value is None else str(value)
