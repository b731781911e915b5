"""Grounded platforms at a prompt: what each waits for, what of it is late or on the road, and which only await word."""

from typing import Any

import pytest

from jvtrack.commands import platforms
from tests.unit.client.makers import ScriptedService, an_answer, printed_by

GROUNDED: dict[str, Any] = {
    "platform": "MI-17V-5",
    "tail_number": "ZP-1",
    "site": "D-01",
    "since": "2026-11-23T06:10:00Z",
    "cause": "Chips.",
}
LINE: dict[str, Any] = {
    "order_id": "7201YA6327A001-2026",
    "ordered_by": "D-01",
    "part": "HUB",
    "priority": 2,
    "state": "sourced",
    "missing": 1,
    "promised_for": "2026-11-20",
}


def printed(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> str:
    service = ScriptedService(an_answer([{**GROUNDED, **changes}]))
    return " ".join(printed_by(platforms, monkeypatch, service, "platforms").split())


def test_a_promise_that_was_not_kept_is_called_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "overdue" in printed(monkeypatch, blocking=[{**LINE, "overdue": True}])
    assert "overdue" not in printed(monkeypatch, blocking=[LINE])


def test_a_line_that_is_on_the_road_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "road" in printed(monkeypatch, blocking=[{**LINE, "on_road": True}])
    assert "sourced" in printed(monkeypatch, blocking=[LINE])


def test_a_platform_that_only_awaits_word_is_told_from_one_for_which_nothing_was_ordered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "Chips." not in printed(monkeypatch, ready=True)
    assert "Chips." in printed(monkeypatch)


@pytest.mark.parametrize(("quantity", "times"), [(None, 1), (2, 0)], ids=["some", "counted"])
def test_a_depot_hears_what_others_have_that_is_not_its_to_count_and_so_is_not_ranked(
    quantity: int | None, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranked = {"today": "2026-11-26", "horizon_days": 90, "expedite_percent": 50, "grounded": 1}
    service = ScriptedService(
        an_answer([{**GROUNDED, "blocking": [LINE]}]),
        an_answer([{"site": "D-02", "part": "HUB", "quantity": quantity}]),
        an_answer({**ranked, "options": [], "options_total": 0}),
    )

    said = printed_by(platforms, monkeypatch, service, "platforms", "actions")

    assert said.count("Other depots have some of HUB") == times
    assert said.count("jvtrack orders alternatives ORDER") == times
