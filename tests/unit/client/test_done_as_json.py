"""What a command has done, for programs: the record that it made, of each file of several."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from jvtrack.client import ProblemError
from jvtrack.commands import data_files, exports, imports, platforms, sources, stock
from tests.unit.client.makers import ScriptedService, a_problem, an_answer, calls_to, printed_by
from tests.unit.client.test_platforms import TAIL

KEEPS: dict[str, Any] = {
    "site": "D-01",
    "part": "HUB",
    "quantity": 2,
    "reason": "Winter.",
    "set_by": "planner@IND",
    "set_at": "2026-11-23T06:10:00Z",
    "version": 1,
}
OWNED: dict[str, Any] = {"site": "F-01", "partners": ["IND", "RUS"], "changed_by": "planner@IND"}
WEIGHED: dict[str, Any] = {
    "nation": "IND",
    "valid_from": "2026-12-01",
    "day": "1",
    "cost": "0",
    "import_content": "0",
    "resourcing": "by-hand",
}
UP = ("platforms", "up", "MI-17V-5", "ZP-5104")


@pytest.mark.parametrize(
    ("module", "words", "answer", "sentence"),
    [
        (stock, ("stock", "protect", "D-01", "HUB", "2", "--reason", "Winter."), KEEPS, "D-01 keeps 2 of HUB"),
        (exports, ("exports", "partners", "F-01", "IND", "RUS"), OWNED, "F-01: of IND and RUS."),
        (sources, ("sources", "weigh", "--from", "2026-12-01"), WEIGHED, "From 2026-12-01 on: 1 a day"),
        (platforms, UP, {**TAIL, "state": "up"}, "MI-17V-5 ZP-5104 is up"),
    ],
    ids=lambda each: each[1] if isinstance(each, tuple) else "",
)
def test_what_was_done_is_a_sentence_to_people_and_the_record_to_programs(
    monkeypatch: pytest.MonkeyPatch, module: Any, words: tuple[str, ...], answer: dict[str, Any], sentence: str
) -> None:
    to_people = printed_by(module, monkeypatch, ScriptedService(an_answer(answer)), *words)
    record = json.loads(printed_by(module, monkeypatch, ScriptedService(an_answer(answer)), *words, "--json"))

    assert sentence in to_people
    assert record == {**record, **answer}


def test_files_that_were_taken_are_told_even_where_a_later_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    taken, refused = tmp_path / "taken.csv", tmp_path / "refused.csv"
    for file in (taken, refused):
        file.write_text("part,site\nHUB,F-01\n")
    service = ScriptedService(an_answer({"lines": 1, "dry_run": False}), a_problem("import-invalid", 422))
    monkeypatch.setattr(data_files, "call", calls_to(service))

    done = CliRunner().invoke(imports.app, ["import", "sources", str(taken), str(refused), "--json"])

    assert isinstance(done.exception, ProblemError)
    assert [each["file"] for each in json.loads(done.stdout)] == [str(taken)]
