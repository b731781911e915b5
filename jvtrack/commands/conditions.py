"""`jvtrack conditions`: how stock ages by the clock, and goods that are found in another condition."""

from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from deploy.errors import SetupError
from jvtrack.client import ConditionChange, ConditionLifespan, ConditionRuleTerms
from jvtrack.commands.caller import call
from jvtrack.commands.days import DAY_FORMATS, ValidFrom, read_day
from jvtrack.commands.shown import Json, Table, screen, show_done, show_json
from shared.types import Condition

app = typer.Typer()
conditions = typer.Typer(no_args_is_help=True)
app.add_typer(conditions, name="conditions", help="Supply conditions: how stock ages, and what was found otherwise.")

_LONGER = "longer"


@conditions.command()
def rules(*, as_json: Json = False) -> None:
    """List with how much life left your nation's stock is qualified (B) or short-lived (C), from which day on."""
    found = call(lambda jvtrack: jvtrack.inventory.condition_rules().all())
    if as_json:
        show_json(found)
        return
    table = Table("from", "whole life, months", "B with", "C under", "reason", "set by")
    for rule in found:
        for lifespan in rule.lifespans:
            bound = _LONGER if lifespan.total_months_max is None else f"up to {lifespan.total_months_max}"
            why = (escape(rule.reason), escape(rule.set_by))
            table.add_row(str(rule.valid_from), bound, lifespan.qualified, lifespan.short, *why)
    screen().print(table)


@conditions.command(name="set-rule")
def set_rule(
    *,
    valid_from: ValidFrom,
    lifespan: Annotated[
        list[str],
        typer.Option(help="Whole life in months up to which it holds, B with, C under: 5:P45D:P20D, longer:P6M:P3M."),
    ],
    reason: Annotated[str, typer.Option(help="Why.")],
    as_json: Json = False,
) -> None:
    """Say how your nation's stock ages from a day on; name every lifespan that is to hold."""
    terms = ConditionRuleTerms(lifespans=[_lifespan(each) for each in lifespan], reason=reason)
    rule = call(lambda jvtrack: jvtrack.inventory.put_condition_rule(valid_from.date(), terms))
    show_done(
        rule,
        f"From {rule.valid_from} on, stock of {rule.nation} ages by {len(rule.lifespans)} lifespans.",
        as_json=as_json,
    )


@conditions.command()
def change(
    *,
    site: Annotated[str, typer.Option(help="The depot: your own, or for quality any of its nation.")],
    part: Annotated[str, typer.Option(help="The part.")],
    was: Annotated[Condition, typer.Option("--from", help="The condition in which the books have them.")],
    becomes: Annotated[Condition, typer.Option("--to", help="The condition in which they are.")],
    quantity: Annotated[int, typer.Option(help="How much, in the part's quanta.")],
    reason: Annotated[str, typer.Option(help="What was found.")],
    lot: Annotated[str | None, typer.Option(help="The lot; none for stock that is kept without one.")] = None,
    inspect_by: Annotated[
        datetime | None, typer.Option(formats=DAY_FORMATS, help="New inspect-by day of an extendible life.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Move goods to the condition in which they are found; an extendible life is extended with --inspect-by."""
    found = ConditionChange(
        site=site,
        part=part,
        lot=lot,
        was=was,
        becomes=becomes,
        quantity=quantity,
        reason=reason,
        inspect_by=read_day(inspect_by),
    )
    movement = call(lambda jvtrack: jvtrack.inventory.change_condition(found))
    until = "" if found.inspect_by is None else f", to be inspected by {found.inspect_by}"
    show_done(movement, f"{quantity} of {part} at {site} are in condition {becomes.value} now{until}.", as_json=as_json)


def _lifespan(text: str) -> ConditionLifespan:
    bound, *left = text.split(":")
    if len(left) != 2 or not (bound == _LONGER or bound.isdigit()):
        raise SetupError(f"{text!r} is no lifespan: write 5:P45D:P20D, or longer:P6M:P3M.")
    return ConditionLifespan(
        total_months_max=None if bound == _LONGER else int(bound), qualified=left[0], short=left[1]
    )
