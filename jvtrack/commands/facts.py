"""Facts as commands tell them: made of what was typed, and posted as one event of their site."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from deploy.errors import SetupError
from jvtrack.client import JVTrack, Report
from jvtrack.client.answers.production import EventAccepted
from shared.events.factory import FactoryFact
from shared.http.wording import worded
from shared.types import SiteId

EventId = Annotated[str | None, typer.Option("--id", help="Makes it one event: told again under it, it is the same.")]

F = TypeVar("F", bound=BaseModel)


def made(fact: Callable[[], F]) -> F:
    """Make a fact, or a part of one, of what was typed; what does not fit its form is one sentence."""
    try:
        return fact()
    except ValidationError as error:
        raise unfit(error) from error


def unfit(error: ValidationError) -> SetupError:
    """Say in one sentence what of a fact does not fit its form."""
    first = error.errors(include_url=False)[0]
    return SetupError(f"{'.'.join(map(str, first['loc']))}: {worded(first).rstrip('.')}.".removeprefix(": "))


async def post(jvtrack: JVTrack, source: SiteId, fact: FactoryFact, event: str | None) -> EventAccepted:
    """Post a fact of a site, under an id of the caller's own if there is one."""
    # Under such an id it must be the same event whenever it is told, so it names no moment.
    report = Report(source, fact) if event is None else Report(source, fact, id=event, time=None)
    return await jvtrack.production.post(report)


def told(accepted: EventAccepted) -> str:
    """Name the event that stands in the books, and whether it had been told before."""
    again = " (told before)" if accepted.status == "duplicate" else ""
    return f"{accepted.event_id}{again}"
