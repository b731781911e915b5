"""What a factory says of its work orders at a prompt: taken on or not, late, offers, kits, what is in work."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from jvtrack.client import JVTrack, WorkOrder
from jvtrack.client.answers.production import EventAccepted
from jvtrack.commands.caller import call
from jvtrack.commands.days import DAY_FORMATS, Day, read_day
from jvtrack.commands.facts import EventId, made, post, told
from jvtrack.commands.shown import Json, show_done
from shared.events.factory import (
    FactoryDelayReported,
    FactoryFact,
    FactoryWorkOrderAccepted,
    FactoryWorkOrderRefused,
)
from shared.events.making import InProgress
from shared.events.workshop import (
    FactoryKitArrived,
    FactoryKitMissing,
    FactoryWorkInProgressDecided,
    FactoryWorkOrderCountered,
)

workshop = typer.Typer()

Named = Annotated[str, typer.Argument(metavar="WORK_ORDER", help="Such as 7201YA6327A001-2026-W1.")]
Kit = Annotated[str, typer.Argument(help="The kit, as the factory names it.")]
Reason = Annotated[str, typer.Option(help="Why; kept for ever.")]


@workshop.command()
def accept(work_order: Named, *, due: Day = None, event: EventId = None, as_json: Json = False) -> None:
    """Take a work order on, for the day that was asked for or for another."""
    _tell(
        work_order,
        lambda: FactoryWorkOrderAccepted(work_order=work_order, due=read_day(due)),
        event,
        as_json=as_json,
    )


@workshop.command()
def refuse(work_order: Named, *, reason: Reason, event: EventId = None, as_json: Json = False) -> None:
    """Say that what is not yet begun of a work order will not be made."""
    _tell(work_order, lambda: FactoryWorkOrderRefused(work_order=work_order, reason=reason), event, as_json=as_json)


@workshop.command()
def delay(
    work_order: Named,
    due: Annotated[datetime, typer.Argument(formats=DAY_FORMATS, help="The new day, such as 2027-02-15.")],
    *,
    cause: Annotated[str, typer.Option(help="Why.")],
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say that a work order will be delivered on another day than promised."""
    _tell(
        work_order,
        lambda: FactoryDelayReported(work_order=work_order, due=due.date(), cause=cause),
        event,
        as_json=as_json,
    )


@workshop.command()
def counter(
    work_order: Named,
    quantity: Annotated[int, typer.Argument(help="The most that the factory makes, in quanta of the part.")],
    *,
    due: Day = None,
    reason: Reason,
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Offer less of a work order than was asked for, or the same on another day."""
    _tell(
        work_order,
        lambda: FactoryWorkOrderCountered(work_order=work_order, quantity=quantity, due=read_day(due), reason=reason),
        event,
        as_json=as_json,
    )


@workshop.command()
def kit_missing(
    work_order: Named,
    kit: Kit,
    *,
    supplier: Annotated[str | None, typer.Option(help="Who is to send it.")] = None,
    expected_on: Day = None,
    due: Day = None,
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say that a work order waits for a kit, and on which day it will be delivered now."""
    _tell(
        work_order,
        lambda: FactoryKitMissing(
            work_order=work_order, kit=kit, supplier=supplier, expected_on=read_day(expected_on), due=read_day(due)
        ),
        event,
        as_json=as_json,
    )


@workshop.command()
def kit_arrived(work_order: Named, kit: Kit, *, event: EventId = None, as_json: Json = False) -> None:
    """Say that a kit that a work order waited for has come."""
    _tell(work_order, lambda: FactoryKitArrived(work_order=work_order, kit=kit), event, as_json=as_json)


@workshop.command()
def in_progress(
    work_order: Named,
    outcome: Annotated[InProgress, typer.Argument(help="What becomes of the pieces.")],
    quantity: Annotated[int, typer.Argument(help="How many pieces in work that were asked back.")],
    *,
    reused_for: Annotated[str | None, typer.Option(help="The work order that reused pieces go on as.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say what becomes of pieces that were in work when they were asked back."""
    _tell(
        work_order,
        lambda: FactoryWorkInProgressDecided(
            work_order=work_order, outcome=outcome, quantity=quantity, reused_for=reused_for, reason=reason
        ),
        event,
        as_json=as_json,
    )


def _tell(work_order: str, fact: Callable[[], FactoryFact], event: str | None, *, as_json: bool) -> None:
    said = made(fact)

    async def act(jvtrack: JVTrack) -> tuple[EventAccepted, WorkOrder]:
        factory = (await jvtrack.production.work_order(work_order)).factory
        return await post(jvtrack, factory, said, event), await jvtrack.production.work_order(work_order)

    accepted, now = call(act)
    show_done(
        accepted, f"{told(accepted)}: {now.work_order} is {now.status}, {now.quantity} due {now.due}.", as_json=as_json
    )
