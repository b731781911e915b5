"""`jvtrack simulate` writes the same plan whenever it is asked, and refuses what cannot be played."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.errors import SetupError
from jvtrack.commands import simulate

PLAN = ("--seed", "7", "--parts", "5", "--end", "2026-11-25", "--dry-run")


def run(*words: str) -> str:
    done = CliRunner().invoke(simulate.app, words)
    if isinstance(done.exception, SetupError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_plan_is_written_line_by_line_and_is_the_same_again() -> None:
    first, second = run(*PLAN), run(*PLAN)
    kinds = {json.loads(line)["kind"] for line in first.splitlines()}

    assert first == second
    assert kinds == {"part", "source", "tail", "opening-stock", "order", "stock-lot"}


def test_a_plan_is_the_same_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"

    run(*PLAN, "--to", str(path))

    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = [row["document_number"] for row in rows if row["kind"] == "order"]
    asked = [json.loads(line) for line in run(*PLAN).splitlines()]
    assert numbers == [each["document_number"] for each in asked if each["kind"] == "order"]


def test_a_plan_has_one_of_two_forms(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"\.ndjson or \.csv"):
        run(*PLAN, "--to", str(tmp_path / "plan.xml"))


@pytest.mark.parametrize("end", ["2020-01-01", "2999-01-01"])
def test_a_year_is_played_whose_last_day_is_just_over(end: str) -> None:
    with pytest.raises(SetupError, match="not playable"):
        run("--end", end)


def test_a_year_that_is_too_large_is_refused_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "ORDERS_MAX", 10)

    with pytest.raises(SetupError, match="fewer parts"):
        run(*PLAN)
