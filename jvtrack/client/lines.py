"""Many events in one request: NDJSON, with an answer a line as the service decides it."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from contextlib import aclosing
from typing import Protocol

from pydantic import ValidationError

from jvtrack.client.answers.production import LineAnswer
from jvtrack.client.door import Call, Door
from jvtrack.client.patience import Tries
from jvtrack.client.problems import AnswerUnreadableError, CallError, ProblemError, UnreachableError

LINES_MAX = 5_000
BYTES_MAX = 8 * 1024 * 1024
_HEADERS = {"Content-Type": "application/x-ndjson"}
_A_LINE = '"line"'


class Line(Protocol):
    """What is posted as one line: a report, or an event as a file has it."""

    def json(self) -> bytes:
        """Write the event on one line."""
        raise NotImplementedError


async def post(
    door: Door, path: str, reports: Iterable[Line] | AsyncIterable[Line], *, lines_max: int
) -> AsyncGenerator[LineAnswer, None]:
    """Post reports in bodies of a bounded size, and give the answer of each."""
    async for lines in _bodies(reports, lines_max):
        async with aclosing(_Body(door, path, lines).answers()) as answers:
            async for answer in answers:
                yield answer


async def _bodies(reports: Iterable[Line] | AsyncIterable[Line], lines_max: int) -> AsyncIterator[dict[int, bytes]]:
    """Number the lines from 1 and cut them into bodies."""
    lines: dict[int, bytes] = {}
    size = number = 0
    async for report in _each(reports):
        number += 1
        line = report.json() + b"\n"
        if lines and (len(lines) == lines_max or size + len(line) > BYTES_MAX):
            yield lines
            lines, size = {}, 0
        lines[number] = line
        size += len(line)
    if lines:
        yield lines


async def _each(reports: Iterable[Line] | AsyncIterable[Line]) -> AsyncIterator[Line]:
    if isinstance(reports, AsyncIterable):
        async for report in reports:
            yield report
    else:
        for report in reports:
            yield report


class _Body:
    """Lines that are posted together, again and again, until each has a final answer."""

    def __init__(self, door: Door, path: str, lines: dict[int, bytes]) -> None:
        self._door = door
        self._path = path
        self._open = lines
        self._passing: dict[int, LineAnswer] = {}
        self._failure: CallError = UnreachableError(door.name, "the answer ended early", was_sent=True)

    async def answers(self) -> AsyncGenerator[LineAnswer, None]:
        """Give a final answer of each line; the last one got, once the patience is over."""
        tries = Tries(self._door.patience)
        while self._open:
            async with aclosing(self._post_once()) as answers:
                async for answer in answers:
                    yield answer
            if not self._open:
                return
            try:
                await tries.pause(self._failure)
            except (ProblemError, UnreachableError):
                if len(self._passing) < len(self._open):
                    raise
                for answer in self._passing.values():
                    yield answer
                return

    async def _post_once(self) -> AsyncGenerator[LineAnswer, None]:
        numbers = list(self._open)
        call = Call("POST", self._path, headers=_HEADERS, body=b"".join(self._open.values()))
        self._passing.clear()
        try:
            async with self._door.open(call) as response:
                async for text in response.aiter_lines():
                    if _A_LINE not in text:
                        continue  # The sum, after the last line.
                    answer = self._read(text, numbers)
                    if self._is_final(answer):
                        del self._open[answer.line]
                        yield answer
        except (ProblemError, UnreachableError) as failure:
            if not failure.is_passing:
                raise
            self._failure = failure

    def _read(self, text: str, numbers: list[int]) -> LineAnswer:
        try:
            answer = LineAnswer.model_validate_json(text)
        except ValidationError as error:
            raise AnswerUnreadableError(f"{self._door.name} {self._path}: {error}") from error
        return answer.model_copy(update={"line": numbers[answer.line - 1]})

    def _is_final(self, answer: LineAnswer) -> bool:
        refusal = answer.refusal
        if refusal is None or not refusal.is_passing:
            return True
        self._passing[answer.line] = answer
        self._failure = refusal
        return False
