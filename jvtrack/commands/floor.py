"""What a factory says of its lots at a prompt: begun, inspected, finished, scrapped, sent, and what went into them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from deploy.errors import SetupError
from jvtrack.client import JVTrack, LotDetails, ProblemError
from jvtrack.client.answers.production import EventAccepted
from jvtrack.commands.caller import call
from jvtrack.commands.days import Day, read_day
from jvtrack.commands.facts import EventId, made, post, told
from jvtrack.commands.named import REFERENCE_FORM, read_reference
from jvtrack.commands.shown import Json, show_done
from shared.events.factory import (
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotInspected,
    FactoryLotScrapped,
    FactoryLotStarted,
    LotFact,
)
from shared.events.making import MaterialKind
from shared.events.workshop import FactoryMaterialConsumed
from shared.types import Condition, ScrapStage

floor = typer.Typer()

Named = Annotated[str, typer.Argument(metavar="LOT", help="Its factory and the factory's number: F-01:L-2026-0042.")]
Quantity = Annotated[int, typer.Argument(help="How much, in quanta of the part.")]
MadeFor = Annotated[
    str | None, typer.Option("--work-order", help="What it is made for; as told of the lot before if not given.")
]
OfPart = Annotated[
    str | None, typer.Option("--part", help="Its part; that of the work order, or as told before, if not given.")
]
MadeAs = Annotated[str | None, typer.Option("--reference", help=f"What is made: {REFERENCE_FORM}.")]
Heat = Annotated[str | None, typer.Option(help="Heat (melt) number of the material.")]
Serials = Annotated[list[str] | None, typer.Option("--serial", help="A serial number; may be repeated.")]
InCondition = Annotated[Condition, typer.Option(help="Supply condition.")]


@dataclass(frozen=True, slots=True)
class About:
    """What a fact is about, as far as it was typed."""

    lot: str
    work_order: str | None
    part: str | None
    event: str | None


@floor.command()
def started(  # an option each
    lot: Named,
    quantity: Quantity,
    *,
    work_order: MadeFor = None,
    part: OfPart = None,
    reference: MadeAs = None,
    heat: Heat = None,
    serial: Serials = None,
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say that work on a lot has begun."""
    about = About(lot, work_order, part, event)
    _tell(about, FactoryLotStarted, {"quantity": quantity, **_made_of(reference, heat, serial)}, as_json=as_json)


@floor.command()
def inspected(
    lot: Named,
    passed: Annotated[int, typer.Argument(help="How much conforms.")],
    failed: Annotated[int, typer.Argument(help="How much does not.")] = 0,
    *,
    note: Annotated[str | None, typer.Option(help="What was found.")] = None,
    work_order: MadeFor = None,
    part: OfPart = None,
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say what an inspection of pieces of a lot has found."""
    about = About(lot, work_order, part, event)
    _tell(about, FactoryLotInspected, {"passed": passed, "failed": failed, "note": note}, as_json=as_json)


@floor.command()
def finished(  # noqa: PLR0913  # an option each
    lot: Named,
    quantity: Quantity,
    *,
    work_order: MadeFor = None,
    part: OfPart = None,
    condition: InCondition = Condition.A,
    reference: MadeAs = None,
    heat: Heat = None,
    made_on: Day = None,
    expires_on: Day = None,
    inspect_by: Day = None,
    certificate: Annotated[str | None, typer.Option(help="Certificate of conformance.")] = None,
    serial: Serials = None,
    complete: Annotated[bool, typer.Option("--complete", help="Nothing more is made for the work order.")] = False,
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say that good pieces of a lot are on the factory's shelf, scrap not counted."""
    keeps = {"made_on": read_day(made_on), "expires_on": read_day(expires_on), "inspect_by": read_day(inspect_by)}
    states = {"condition": condition, "certificate": certificate, "completes_work_order": complete}
    said = {"quantity": quantity, **keeps, **_made_of(reference, heat, serial), **states}
    _tell(About(lot, work_order, part, event), FactoryLotFinished, said, as_json=as_json)


@floor.command()
def scrapped(  # an option each
    lot: Named,
    quantity: Quantity,
    *,
    stage: Annotated[
        ScrapStage, typer.Option(help="Whether it had been reported as finished.")
    ] = ScrapStage.IN_PROCESS,
    condition: Annotated[Condition, typer.Option(help="In which it stood, if it had been finished.")] = Condition.A,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    work_order: MadeFor = None,
    part: OfPart = None,
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say that pieces of a lot were scrapped."""
    said = {"quantity": quantity, "stage": stage, "condition": condition, "reason": reason}
    _tell(About(lot, work_order, part, event), FactoryLotScrapped, said, as_json=as_json)


@floor.command()
def dispatched(  # noqa: PLR0913  # an option each
    lot: Named,
    quantity: Quantity,
    *,
    shipment: Annotated[str, typer.Option(help="The factory's number of the consignment.")],
    depot: Annotated[str | None, typer.Option(help="Where it goes; where its work order is for if not given.")] = None,
    condition: InCondition = Condition.A,
    serial: Serials = None,
    work_order: MadeFor = None,
    part: OfPart = None,
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say that a lot, or part of one, has left for a depot."""
    goods = {"quantity": quantity, "condition": condition, "serials": tuple(serial or ())}
    about = About(lot, work_order, part, event)
    _tell(about, FactoryLotDispatched, {"shipment": shipment, "depot": depot, **goods}, as_json=as_json)


@floor.command()
def consumed(  # noqa: PLR0913  # an option each
    lot: Named,
    material: Annotated[str, typer.Argument(help="The number of the component, kit or raw material.")],
    amount: Annotated[str, typer.Argument(help="How much of it, in its own unit, such as 12.5.")],
    *,
    input_lot: Annotated[str, typer.Option(help="Its own lot, heat or kit; F-02:L-7 where it is followed here.")],
    origin: Annotated[str, typer.Option(help="Country that it comes from, such as RUS.")],
    kind: Annotated[MaterialKind, typer.Option(help="What sort of material.")] = MaterialKind.COMPONENT,
    unit: Annotated[str, typer.Option(help="Its unit.")] = "EA",
    unit_cost: Annotated[str | None, typer.Option(help="What one unit of it costs, such as 40.00.")] = None,
    currency: Annotated[str | None, typer.Option(help="Currency of the cost, such as INR.")] = None,
    work_order: MadeFor = None,
    part: OfPart = None,
    event: EventId = None,
    as_json: Json = False,
) -> None:
    """Say that a lot of a component, kit or raw material went into a lot."""
    named = {"material": material, "kind": kind, "input_lot": input_lot, "origin": origin}
    measured = {"amount": amount, "unit": unit, "unit_cost": unit_cost, "currency": currency}
    _tell(About(lot, work_order, part, event), FactoryMaterialConsumed, {**named, **measured}, as_json=as_json)


def _made_of(reference: str | None, heat: str | None, serials: Sequence[str] | None) -> Mapping[str, object]:
    read = None if reference is None else made(lambda: read_reference(reference))
    return {"reference": read, "heat": heat, "serials": tuple(serials or ())}


def _tell(about: About, kind: type[LotFact], said: Mapping[str, object], *, as_json: bool) -> None:
    factory, _, number = about.lot.partition(":")
    if not number:
        raise SetupError(f"{about.lot!r} names no factory: write F-01:L-2026-0042.")

    async def act(jvtrack: JVTrack) -> tuple[EventAccepted, LotDetails]:
        place = await _place(jvtrack, about)
        if "depot" in said:
            place["depot"] = said["depot"] or await _depot(jvtrack, place["work_order"])
        fact = made(lambda: kind.model_validate({**said, **place, "lot": number}))
        return await post(jvtrack, factory, fact, about.event), await jvtrack.production.lot(about.lot)

    accepted, now = call(act)
    show_done(
        accepted,
        f"{told(accepted)}: {now.lot} is {now.status}: {now.finished} finished, {now.dispatched} sent.",
        as_json=as_json,
    )


async def _place(jvtrack: JVTrack, about: About) -> dict[str, object]:
    """Say of which part and for which work order a lot is made: as typed, as ordered, or as told before."""
    if about.part is not None:
        return {"part": about.part, "work_order": about.work_order}
    if about.work_order is None:
        known = await _known(jvtrack, about.lot)
        return {"part": known.part, "work_order": known.work_order}
    ordered = await jvtrack.production.work_order(about.work_order)
    return {"part": ordered.part, "work_order": ordered.work_order}


async def _known(jvtrack: JVTrack, lot: str) -> LotDetails:
    try:
        return await jvtrack.production.lot(lot)
    except ProblemError as error:
        if error.slug != "lot-unknown":
            raise
        raise SetupError(f"Nothing was told of lot {lot} yet: name its --work-order, or its --part.") from error


async def _depot(jvtrack: JVTrack, work_order: object) -> str:
    if work_order is None:
        raise SetupError("The lot is made for no work order: name the --depot that it goes to.")
    return (await jvtrack.production.work_order(str(work_order))).depot
