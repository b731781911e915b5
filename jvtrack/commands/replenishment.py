"""`jvtrack replenishment`: reorder points, what is proposed for depots' shelves and why, and its release."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape

from jvtrack.client.answers.replenishment import (
    Replenishment,
    ReplenishmentFigures,
    ReplenishmentPolicy,
    ReplenishmentRule,
)
from jvtrack.commands.caller import call
from jvtrack.commands.days import Day, ValidFrom, read_day
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json

app = typer.Typer()
replenishment = typer.Typer(no_args_is_help=True)
app.add_typer(replenishment, name="replenishment", help="Reorder points, and what is proposed for depots' shelves.")

Proposal = Annotated[str, typer.Argument(help="The proposal, such as D-01:MI17-TAIL-ROTOR-BLADE:3.")]


@replenishment.command(name="list")
def list_replenishment(
    *,
    site: Annotated[str | None, typer.Option(help="Only at this depot.")] = None,
    part: Annotated[str | None, typer.Option(help="Only of this part.")] = None,
    state: Annotated[str | None, typer.Option(help="Only those whose newest proposal stands so: proposed ...")] = None,
    as_json: Json = False,
) -> None:
    """List parts at depots: reorder point, target, position, and the newest proposal."""
    found = call(lambda jvtrack: jvtrack.orders.replenishment.list(site=site, part=part, state=state).all())
    if as_json:
        show_json(found)
        return
    table = Table("proposal", "state", "quantity", "a week", "days", "reorder at", "target", "position", "order")
    for each in found:
        table.add_row(*_row(each))
    screen().print(table)


@replenishment.command()
def show(proposal: Proposal, *, as_json: Json = False) -> None:
    """Show a proposal with all its figures."""
    found = call(lambda jvtrack: jvtrack.orders.replenishment.get(proposal))
    if as_json:
        show_json(found)
        return
    console = screen()
    console.print(f"{found.proposal}: {found.state}, {_shown(found.quantity)} proposed on {_shown(found.proposed_on)}")
    if found.reason is not None:
        console.print(f"by {escape(_shown(found.decided_by))}: {escape(found.reason)}; until {_shown(found.until)}")
    if found.figures is not None:
        console.print(_figures(found.figures))


@replenishment.command()
def release(
    proposal: Proposal,
    *,
    document_number: Annotated[
        str | None, typer.Option("--number", help="The depot's document number; else its rule gives one.")
    ] = None,
    suffix: Annotated[str | None, typer.Option(help="One letter or digit beside the number.")] = None,
    required_by: Day = None,
    as_json: Json = False,
) -> None:
    """Order what is proposed."""
    day = read_day(required_by)
    now = call(
        lambda jvtrack: jvtrack.orders.replenishment.release(
            proposal, document_number=document_number, suffix=suffix, required_by=day
        )
    )
    show_done(now, f"{now.proposal}: {now.quantity} ordered as {now.order_id}.", as_json=as_json)


@replenishment.command()
def dismiss(
    proposal: Proposal,
    *,
    reason: Annotated[str, typer.Option(help="Why; kept for ever.")],
    until: Day = None,
    as_json: Json = False,
) -> None:
    """Want nothing of what is proposed, nor anything else of the part before a day."""
    day = read_day(until)
    now = call(lambda jvtrack: jvtrack.orders.replenishment.dismiss(proposal, reason, until=day))
    show_done(now, f"{now.proposal}: dismissed until {now.until}.", as_json=as_json)


@replenishment.command()
def review(*, as_json: Json = False) -> None:
    """Review the stock of one's nation now; by itself it is reviewed as the policy says."""
    done = call(lambda jvtrack: jvtrack.orders.replenishment.review())
    said = f"{done.reviewed} reviewed: {done.proposed} proposed, {done.withdrawn} withdrawn, {done.released} released"
    show_done(done, f"{said}, {done.without_source} without a source.", as_json=as_json)


@replenishment.command()
def policies(*, as_json: Json = False) -> None:
    """List what one's nation wants of its stock, by the days from which it does."""
    found = call(lambda jvtrack: jvtrack.orders.replenishment.policies().all())
    if as_json:
        show_json(found)
        return
    table = Table("nation", "from", "service level", "cover, days", "review, days", "history, weeks")
    for each in found:
        terms = (each.service_level, each.cover_days, each.review_days, each.history_weeks)
        table.add_row(each.nation, str(each.valid_from), *map(str, terms))
    screen().print(table)


@replenishment.command()
def policy(
    *,
    valid_from: ValidFrom,
    service_level: Annotated[str, typer.Option(help="Share of cycles in which nothing is missing: 0.95.")],
    cover_days: Annotated[int, typer.Option(help="Days of demand that one order covers.")] = 30,
    review_days: Annotated[int, typer.Option(help="Days between two reviews.")] = 1,
    history_weeks: Annotated[int, typer.Option(help="Weeks of demand that are looked at.")] = 52,
    as_json: Json = False,
) -> None:
    """Say what one's nation wants of its stock from a day on."""
    terms = ReplenishmentPolicy(
        service_level=service_level, cover_days=cover_days, review_days=review_days, history_weeks=history_weeks
    )
    said = call(lambda jvtrack: jvtrack.orders.replenishment.put_policy(valid_from.date(), terms))
    show_done(said, f"From {said.valid_from} on: {service_level}, {cover_days} days an order.", as_json=as_json)


@replenishment.command()
def rules(*, as_json: Json = False) -> None:
    """List the rules of depots."""
    found = call(lambda jvtrack: jvtrack.orders.replenishment.rules().all())
    if as_json:
        show_json(found)
        return
    table = Table("depot", "activity", "serial", "released up to", "currency")
    for each in found:
        table.add_row(each.site, each.activity, each.serial, _shown(each.release_cost_max), each.currency or "-")
    screen().print(table)


@replenishment.command()
def rule(
    site: Annotated[str, typer.Argument(help="The depot.")],
    *,
    activity: Annotated[str, typer.Option(help="The activity whose numbers are set aside.")],
    serial: Annotated[str, typer.Option(help="First letter or digit of their serials.")],
    release_cost_max: Annotated[str | None, typer.Option(help="Release without anybody up to this cost.")] = None,
    currency: Annotated[str | None, typer.Option(help="Its currency.")] = None,
    as_json: Json = False,
) -> None:
    """Say which numbers a depot sets aside for its replenishment, and what is released without anybody."""
    terms = ReplenishmentRule(activity=activity, serial=serial, release_cost_max=release_cost_max, currency=currency)
    said = call(lambda jvtrack: jvtrack.orders.replenishment.put_rule(site, terms))
    by_hand = f"released by hand{_beyond(release_cost_max, currency)}"
    show_done(said, f"{site}: orders are numbered {activity}....{serial}..., {by_hand}.", as_json=as_json)


_LEVEL = ("demand_per_week", "lead_time_days", "reorder_point", "target", "position")


def _beyond(release_cost_max: str | None, currency: str | None) -> str:
    return "" if release_cost_max is None else f" beyond {release_cost_max} {currency}"


def _row(each: Replenishment) -> Sequence[str]:
    level, name = each.level, each.proposal or f"{each.site}:{each.part}"
    figures = [_shown(level and getattr(level, each)) for each in _LEVEL]
    return (name, each.state, _shown(each.quantity), *figures, each.order_id or "-")


def _figures(figures: ReplenishmentFigures) -> Table:
    table = Table("figure", "", show_header=False)
    for name, value in figures:
        table.add_row(name.replace("_", " "), _shown(value))
    return table


def _shown(value: object) -> str:
    return "-" if value is None else str(value)
