"""A file of events at a prompt: posted as it is written, each refused line named, and gone on with after a break."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from typer.testing import CliRunner, Result

from deploy.errors import SetupError
from jvtrack.client import JVTrack, JVTrackError
from jvtrack.commands import report
from tests.unit.client.makers import ScriptedService, a_client, a_problem, bodies, lines_of

T = TypeVar("T")
INVALID = {
    "type": "urn:jvtrack:problem:request-invalid",
    "title": "It does not fit.",
    "status": 422,
    "errors": [{"field": "data.quantity", "message": "must be more than nothing"}],
}


def answer(line: int, status: str, **more: object) -> dict[str, object]:
    return {"line": line, "status": status, "id": f"e-{line}", **more}


def a_file(folder: Path, *lines: str) -> Path:
    written = folder / "shift.ndjson"
    written.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return written


def reported(monkeypatch: pytest.MonkeyPatch, service: ScriptedService, *words: str) -> Result:
    def call(what: Callable[[JVTrack], Awaitable[T]]) -> T:
        async def run() -> T:
            async with a_client(service) as jvtrack:
                return await what(jvtrack)

        try:
            return asyncio.run(run())
        except JVTrackError as error:
            raise SetupError(str(error)) from error

    monkeypatch.setattr(report, "call", call)
    return CliRunner().invoke(report.app, list(words))


def test_lines_go_as_they_are_written_and_a_refused_one_is_named_by_its_place_in_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = a_file(tmp_path, '{"id": "e-1",  "more": 1}', "", '{"id": "e-2"}', '{"id": "e-3"}')
    answers = [answer(1, "accepted"), answer(2, "refused", problem=INVALID), answer(3, "duplicate")]
    service = ScriptedService(lines_of(answers))

    done = reported(monkeypatch, service, str(file), "--json")

    assert bodies(service) == [["e-1", "e-2", "e-3"]]
    assert b'{"id": "e-1",  "more": 1}\n' in service.asked[0].content
    assert "line 3 (e-2): 422 request-invalid: It does not fit. data.quantity: must be more than" in done.stderr
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["accepted"], told["duplicate"], [each["line"] for each in told["refused"]]) == (1, 1, [3])


@pytest.mark.parametrize("failure", [httpx.ConnectError("away"), a_problem("token-expired", 401)], ids=["away", "no"])
def test_a_report_that_breaks_off_says_how_far_it_came_and_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failure: httpx.Response | Exception
) -> None:
    file = a_file(tmp_path, '{"id": "e-1"}', '{"id": "e-2"}')
    service = ScriptedService(lines_of([answer(1, "accepted")]), failure)

    done = reported(monkeypatch, service, str(file))

    assert isinstance(done.exception, SetupError)
    assert f"{file}: 1 accepted, 0 told before, 0 refused. The same command goes on." in str(done.exception)
