"""`jvtrack report`: a file of factory events, posted line by line; again, it goes on where it was broken off."""

from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, JsonValue
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from deploy.errors import SetupError
from jvtrack.client import JVTrack, LineAnswer
from jvtrack.commands.caller import call
from jvtrack.commands.shown import Json, show_json

NOT_ALL_TAKEN = 1
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

app = typer.Typer()


class RefusedLine(BaseModel):
    """A line of the file that does not stand in the books."""

    line: int
    id: str | None
    problem: dict[str, JsonValue] | None


class Reported(BaseModel):
    """What became of a file's lines."""

    accepted: int = 0
    duplicate: int = 0
    refused: list[RefusedLine] = []


@dataclass(frozen=True, slots=True)
class Written:
    """An event as the file has it."""

    text: bytes

    def json(self) -> bytes:
        """Give it as it is written."""
        return self.text


@dataclass(slots=True)
class Reporting:
    """A file on its way: which of its lines are posted and not answered yet, and what became of the others."""

    file: Path
    shown: Progress
    task: TaskID
    reported: Reported = field(default_factory=Reported)
    _open: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By its number among those posted: a line's number in the file, and its length."""

    async def post(self, jvtrack: JVTrack) -> Reported:
        """Post the file's lines, each its own decision."""
        async with aclosing(jvtrack.production.post_many(self._events())) as answers:
            async for answer in answers:
                self._hear(answer)
        return self.reported

    def _events(self) -> Iterator[Written]:
        posted = 0
        with self.file.open("rb") as lines:
            for number, raw in enumerate(lines, start=1):
                text = (raw.removeprefix(_BYTE_ORDER_MARK) if number == 1 else raw).strip()
                # A blank line is none: the door would not answer it.
                if text:
                    posted += 1
                    self._open[posted] = number, len(raw)
                    yield Written(text)

    def _hear(self, answer: LineAnswer) -> None:
        number, length = self._open.pop(answer.line)
        self.shown.advance(self.task, length)
        match answer.status:
            case "accepted":
                self.reported.accepted += 1
            case "duplicate":
                self.reported.duplicate += 1
            case _:
                self.reported.refused.append(RefusedLine(line=number, id=answer.id, problem=answer.problem))
                whose = "" if answer.id is None else f" ({answer.id})"
                self.shown.console.print(escape(f"line {number}{whose}: {answer.refusal}"), soft_wrap=True)


@app.command()
def report(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="NDJSON: one CloudEvent a line.")],
    *,
    as_json: Json = False,
) -> None:
    """Report a file of factory events, each its own decision; again, it goes on: what stands is not told twice.

    A line that is refused is named with what is wrong with it, and the exit code is 1: mend it, and report again.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        reporting = Reporting(file, shown, shown.add_task(file.name, total=file.stat().st_size))
        try:
            call(reporting.post)
        except SetupError as error:
            raise SetupError(f"{error} {_sum(reporting)} The same command goes on.") from error
    if as_json:
        show_json(reporting.reported)
    else:
        typer.echo(_sum(reporting))
    if reporting.reported.refused:
        raise typer.Exit(NOT_ALL_TAKEN)


def _sum(reporting: Reporting) -> str:
    told = reporting.reported
    counts = f"{told.accepted} accepted, {told.duplicate} told before, {len(told.refused)} refused"
    return f"{reporting.file}: {counts}."
