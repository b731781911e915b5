"""The fleet at a prompt: as it stands, one of it with what it waits for, and as a file that is imported again."""

import json
from pathlib import Path
from typing import Any

import pytest

from jvtrack.commands import fleet, platforms
from tests.unit.client.makers import ScriptedService, an_answer, printed_by
from tests.unit.client.test_platforms import TAIL

LINE: dict[str, Any] = {
    "order_id": "7201YA6327A001-2026",
    "ordered_by": "D-01",
    "part": "MI17-MAIN-GEARBOX",
    "priority": 2,
    "state": "sourced",
    "missing": 1,
    "promised_for": "2027-02-15",
    "source": "F-01",
}
PERIOD: dict[str, Any] = {
    "n": 1,
    "state": "up",
    "began_at": "2013-09-02T00:00:00Z",
    "ended_at": "2026-11-23T06:10:00Z",
    "awaiting_parts": False,
    "posted_by": "operator@command-line",
}


def fleet_printed(monkeypatch: pytest.MonkeyPatch, answer: object, *words: str) -> tuple[str, ScriptedService]:
    """Ask for the fleet at a prompt."""
    service = ScriptedService(an_answer(answer))
    return printed_by(fleet, monkeypatch, service, "platforms", *words, app=platforms.app), service


def test_the_whole_fleet_is_listed_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    said, service = fleet_printed(monkeypatch, [TAIL], "list", "--site", "D-01", "--state", "down")
    read, _ = fleet_printed(monkeypatch, [TAIL], "list", "--json")

    assert all(word in said for word in ("MI-17V-5", "ZP-5104", "D-01", "2013-09-02", "down", "Chips in oil."))
    assert dict(service.asked[0].url.params) == {"site": "D-01", "state": "down"}
    assert [each["tail_number"] for each in json.loads(read)] == ["ZP-5104"]


def test_one_is_shown_with_what_it_waits_for_and_how_it_stood_before(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {**TAIL, "expected_release": "2027-02-15", "blocking": [LINE], "history": [PERIOD]}

    said, service = fleet_printed(monkeypatch, whole, "show", "MI-17V-5", "ZP-5104")
    bare, _ = fleet_printed(monkeypatch, TAIL, "show", "MI-17V-5", "ZP-5104")
    read, _ = fleet_printed(monkeypatch, whole, "show", "MI-17V-5", "ZP-5104", "--json")

    assert service.asked[0].url.path == "/v1/platforms/MI-17V-5/ZP-5104"
    assert all(word in said for word in ("expected to be released on 2027-02-15", LINE["order_id"], "F-01", "history"))
    assert "waits for" not in bare
    assert json.loads(read)["blocking"][0]["missing"] == 1


@pytest.mark.parametrize("name", ["fleet.csv", "fleet.json"])
def test_the_fleet_is_written_to_a_file_as_other_exports_are(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / name

    said = printed_by(platforms, monkeypatch, ScriptedService(an_answer([TAIL])), "platforms", "export", str(file))

    row = {name: TAIL[name] for name in ("platform", "tail_number", "site", "in_service_since", "illustrative")}
    as_csv = ",".join(row) + "\n" + ",".join(str(each) for each in row.values()).replace("False", "false") + "\n"
    assert said == f"{file}: 1 lines written.\n"
    assert file.read_text() == (as_csv if name == "fleet.csv" else json.dumps([row], indent=1) + "\n")
