"""Stock at a prompt: rows as they stand, and what a depot keeps for its own orders."""

import json
from typing import Any

import pytest

from jvtrack.commands import stock
from tests.unit.client.makers import ScriptedService, an_answer, printed_by

OIL: dict[str, Any] = {
    "site": "D-01",
    "part": "GEAR-OIL",
    "lot": "F-01:L-1",
    "condition": "A",
    "on_hand": 1500,
    "reserved": 250,
    "available": 1250,
    "in_transit": 0,
    "produced": 0,
    "unit_of_issue": "LI",
    "quantity_scale": 2,
}
MINIMUM: dict[str, Any] = {
    "site": "D-01",
    "part": "GEAR-OIL",
    "quantity": 200,
    "reason": "For the alert flight.",
    "set_by": "depot@D-01",
    "set_at": "2026-11-23T09:30:00.120Z",
    "version": 3,
}


def printed(monkeypatch: pytest.MonkeyPatch, service: ScriptedService, *words: str) -> str:
    return printed_by(stock, monkeypatch, service, "stock", *words)


def test_stock_is_shown_in_its_unit_and_some_where_that_is_all_one_may_see(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = {"site": "D-02", "part": "GEAR-OIL", "availability": "some"}
    service = ScriptedService(an_answer({"as_of": "2026-11-26T09:30:00Z", "rows": [OIL, hidden]}))

    said = printed(monkeypatch, service, "list", "--part", "GEAR-OIL", "--sum")

    assert all(cell in said for cell in ("15.00", "2.50", "12.50", "LI", "some"))
    assert dict(service.asked[0].url.params) == {"part": "GEAR-OIL", "group": "part-site", "empty": "false"}


def test_what_is_kept_is_said_with_the_version_that_was_seen_and_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    service = ScriptedService(an_answer(MINIMUM))
    words = ("protect", "D-01", "GEAR-OIL", "200", "--reason", "For the alert flight.", "--version", "2")

    said = printed(monkeypatch, service, *words)
    listed = printed(monkeypatch, ScriptedService(an_answer([MINIMUM])), "minimums", "--site", "D-01")

    assert said == "D-01 keeps 200 of GEAR-OIL for its own orders (version 3).\n"
    assert json.loads(service.asked[0].content) == {"quantity": 200, "reason": "For the alert flight.", "version": 2}
    assert "For the alert flight." in listed
