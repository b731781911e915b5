"""A what-if goes to its door with every scenario, and is shown side by side."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from deploy.errors import SetupError
from jvtrack.client import SourceOpens, SourceStops, WhatIf
from jvtrack.commands import what_if
from tests.unit.client.makers import ScriptedService, a_client, an_answer, printed_by

NOTHING = {"later": 0, "earlier": 0, "days_later": 0, "days_earlier": 0}
MOVED = {
    "order_id": "7201YA6327A001-2026",
    "ordered_by": "D-01",
    "part": "MI17-MAIN-GEARBOX",
    "priority": 2,
    "required_by": "2026-12-20",
    "before": "2027-02-15",
    "after": "2027-05-16",
    "days": 90,
    "sources_before": ["S-01"],
    "sources_after": ["S-01"],
    "why": "S-01 stops for 90 days",
}
DOWN = {
    "platform": "MI-17V-5",
    "tail_number": "ZP-5104",
    "before": "2027-02-15",
    "after": None,
    "days_down_before": 81,
    "days_down_after": 365,
}


def scenario(**changes: Any) -> dict[str, Any]:
    nothing = {"promises": NOTHING, "platforms": NOTHING, "unsourced_total": 0}
    return {**nothing, "moved": [], "unsourced": [], "releases": [], **changes}


STOPS = scenario(
    promises={"later": 1, "earlier": 0, "days_later": 90, "days_earlier": 0}, moved=[MOVED], releases=[DOWN]
)
ANSWER = {
    "today": "2026-11-26",
    "horizon_days": 365,
    "lines": 7,
    "grounded": 1,
    "scenarios": {"supposed": STOPS, "helped": scenario(moved=[{**MOVED, "after": "2027-02-10", "days": -5}])},
}


async def test_scenarios_go_to_their_door_by_name() -> None:
    service = ScriptedService(an_answer(ANSWER))
    opens = SourceOpens(part="GEARBOX", site="JV-1", opens_on=date(2027, 1, 11), lead_time_days=45)

    async with a_client(service) as jvtrack:
        found = await jvtrack.orders.what_if({"one": [SourceStops(site="S-01", days=90), opens]}, part="GEARBOX")

    (request,) = service.asked
    assert str(request.url).endswith("/v1/what-if?part=GEARBOX")
    assert request.extensions["timeout"]["read"] == 120  # it is not asked again while it is reckoned
    assert json.loads(request.content)["scenarios"]["one"] == [
        {"kind": "stop", "site": "S-01", "days": 90},
        {"kind": "open", "part": "GEARBOX", "site": "JV-1", "opens_on": "2027-01-11", "lead_time_days": 45},
    ]
    assert found.scenarios["supposed"].moved[0].days == 90


def test_scenarios_are_shown_side_by_side() -> None:
    shown = StringIO()

    for table in what_if.tables(WhatIf.model_validate(ANSWER)):
        Console(file=shown, width=250).print(table)

    lines = [line for line in shown.getvalue().splitlines() if "7201YA6327A001-2026" in line]
    assert len(lines) == 1
    for said in ("2027-02-15", "2027-05-16 (+90) S-01: S-01 stops for 90 days", "2027-02-10 (-5)"):
        assert said in lines[0]
    assert "no day (+284 days down)" in shown.getvalue()
    assert "1, 90 days" in shown.getvalue()


def test_where_nothing_moves_there_are_only_totals() -> None:
    calm = {**ANSWER, "scenarios": {"supposed": scenario()}}

    assert len(what_if.tables(WhatIf.model_validate(calm))) == 1


def test_where_a_rejected_lot_stands_is_asked_of_inventory_and_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [{"order_id": MOVED["order_id"], "quantity": 1}]
    stands = an_answer({"lot": "F-01:L-1", "coming": 2, "free": 3, "held": held})
    service = ScriptedService(stands, an_answer(ANSWER))

    said = printed_by(what_if, monkeypatch, service, "--reject-lot", "F-01:L-1", app=what_if.app)

    asked, supposed = service.asked
    assert str(asked.url).endswith("/v1/lots/F-01:L-1/holders")
    assert json.loads(supposed.content)["scenarios"]["supposed"] == [
        {"kind": "reject-lot", "lot": "F-01:L-1", "stands": {"coming": 2, "held": held}}
    ]
    assert "7 open lines" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Say what is supposed"),
        (["--stop", "S-01"], "S-01 is not written as S-01=90."),
        (["--stop", "S-01=long"], "S-01=long is not written as S-01=90."),
        (["--reject", "7201=3"], "7201=3 is not written as ORDER-W1=3."),
        (["--open", "GEARBOX/JV-1={}"], "is not written as PART/SITE="),
        (["--scenarios", "FILE"], "one.0: Input tag"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_one_sentence(words: list[str], said: str, tmp_path: Path) -> None:
    file = tmp_path / "scenarios.json"
    file.write_text('{"one": [{"kind": "miracle"}]}')

    done = CliRunner().invoke(what_if.app, [str(file) if word == "FILE" else word for word in words])

    assert isinstance(done.exception, SetupError)
    assert said in str(done.exception)
