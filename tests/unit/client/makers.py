"""A service that answers as it is told, to watch what the client makes of it."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from jvtrack.client import JVTrack, Patience
from jvtrack.client.reports import Report
from shared.events.factory import FactoryLotStarted

Answer = httpx.Response | BaseException
QUICK = Patience(seconds_max=2.0, pause_seconds_first=0.001, pause_seconds_max=0.01)


class ScriptedService:
    """Gives its answers in turn, the last one for ever, and keeps what it was asked."""

    def __init__(self, *answers: Answer | Callable[[httpx.Request], httpx.Response]) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        await request.aread()
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)


def a_client(service: ScriptedService, *, patience: Patience = QUICK, reads_own_writes: bool = False) -> JVTrack:
    """Connect to a scripted service."""
    return JVTrack(
        token="a-token",
        patience=patience,
        transport=httpx.MockTransport(service.answer),
        reads_own_writes=reads_own_writes,
    )


def an_answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Answer JSON."""
    return httpx.Response(status, json=body, headers=headers)


def a_problem(slug: str, status: int, retry_after: int | None = None, **members: object) -> httpx.Response:
    """Answer problem+json."""
    content = {"type": f"urn:jvtrack:problem:{slug}", "title": "It does not.", "status": status, **members}
    headers = {"Content-Type": "application/problem+json"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return httpx.Response(status, content=json.dumps(content), headers=headers)


def lines_of(answers: Iterable[object]) -> httpx.Response:
    """Answer NDJSON."""
    return httpx.Response(200, content="".join(json.dumps(answer) + "\n" for answer in answers))


def stream_of(*events: tuple[str, str, object]) -> httpx.Response:
    """Answer server-sent events and end."""
    told = "".join(f"id: {place}\nevent: {kind}\ndata: {json.dumps(data)}\n\n" for place, kind, data in events)
    text = f"retry: 1000\n: connected\n\n{told}"
    return httpx.Response(200, text=text, headers={"Content-Type": "text/event-stream"})


def an_order(**changes: object) -> dict[str, object]:
    """Give an order as the service answers it."""
    return {
        "order_id": "7201YA6327A001-2026",
        "document_number": "7201YA6327A001",
        "ordered_by": "D-01",
        "site": "D-01",
        "part": "MI17-SWASHPLATE",
        "urgency": "C",
        "priority": 11,
        "required_by": "2026-12-20",
        "partial": True,
        "state": "reserved",
        "version": 1,
        "quantity": 3,
        "wanted": 3,
        "reserved": 3,
        "sourced": 0,
        "issued": 0,
        "cancelled": 0,
        "open": 0,
        "cancel_requested": False,
        **changes,
    }


def some_reports(count: int) -> Sequence[Report]:
    """Make reports of one sender."""
    return [
        Report("F-01", FactoryLotStarted(lot=f"L-{number}", part="MI17-SWASHPLATE", quantity=1), id=f"e-{number}")
        for number in range(1, count + 1)
    ]


def bodies(service: ScriptedService) -> list[list[str]]:
    """List the sender's ids in each body that the service got."""
    return [[json.loads(line)["id"] for line in request.content.splitlines()] for request in service.asked]


def calls_to(service: ScriptedService) -> Callable[[Callable[[JVTrack], Any]], Any]:
    """Let commands call a scripted service."""

    def call(what: Callable[[JVTrack], Any]) -> Any:
        async def run() -> Any:
            async with a_client(service) as jvtrack:
                return await what(jvtrack)

        return asyncio.run(run())

    return call


def printed_by(
    module: Any,
    monkeypatch: pytest.MonkeyPatch,
    service: ScriptedService,
    *words: str,
    app: Any = None,
    typed: str = "",
) -> str:
    """Run a module's commands against a scripted service; gives what they have written."""
    monkeypatch.setattr(module, "call", calls_to(service))
    wide = CliRunner(env={"COLUMNS": "250"})
    done = wide.invoke(app or module.app, list(words), input=typed, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout
