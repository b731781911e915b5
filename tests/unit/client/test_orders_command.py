"""Orders at a prompt: what an order has become, and what of it a file asks for elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from jvtrack.commands import order_export, orders
from tests.unit.client.makers import ScriptedService, an_answer, an_order, printed_by

ORDER = "7201YA6327A001-2026"
WHEN = "2026-11-23T12:00:00Z"
REFERENCE = {"maker": "3VK1Y", "number": "VKR-1", "revision": "B"}
HAPPENED: list[tuple[str, dict[str, Any]]] = [
    ("placed", {"quantity": 5, "urgency": "C", "required_by": "2026-12-20"}),
    ("reduction-requested", {"before": 5, "quantity": 4, "reason": "One was found.", "asked_by": "depot@D-01"}),
    (
        "reprioritised",
        {"urgency_before": "C", "priority_before": 11, "urgency": "A", "priority": 1, "asked_by": "chief"},
    ),
    ("references-changed", {"before": [], "references": [REFERENCE], "asked_by": "chief"}),
    ("source-overridden", {"source": "F-02", "reason": "Nobody else.", "named_by": "planner"}),
    ("promised", {"before": None, "promised_for": "2027-02-15", "reason": "lead time of F-02"}),
    ("something-newer", {}),
]


def shown(monkeypatch: pytest.MonkeyPatch, **changes: object) -> str:
    """Show an order to which something has happened."""
    history = [
        {"version": version, "type": f"jvtrack.orders.order-{kind}.v1", "recorded_at": WHEN, "data": data}
        for version, (kind, data) in enumerate(HAPPENED, 1)
    ]
    service = ScriptedService(an_answer(an_order(**{"history": history, **changes})))
    return printed_by(orders, monkeypatch, service, "orders", "show", ORDER)


@pytest.mark.parametrize(
    "told",
    [
        ("placed", "5 C 2026-12-20"),
        ("reduction-requested", "depot@D-01", "One was found.", "5 -> 4"),
        ("reprioritised", "chief", "C 11 -> A 1"),
        ("references-changed", "any -> 3VK1Y/VKR-1/B"),
        ("source-overridden", "planner", "Nobody else.", "F-02"),
        ("promised", "lead time of F-02", "- -> 2027-02-15"),
        ("something-newer",),
    ],
    ids=lambda told: told[0],
)
def test_an_order_is_shown_with_what_has_happened_by_whom_and_why(
    told: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = shown(monkeypatch).splitlines()

    line = next(line for line in lines if "2026-11-23" in line and told[0] in line)
    assert all(word in line for word in told)


def test_an_order_is_shown_with_its_urgency_what_it_is_for_and_what_was_promised_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = {"platform": "MI-17V-5", "tail_number": "ZP-5104", "first_promised_for": "2026-12-14"}

    said = shown(monkeypatch, urgency="A", approved_by="chief@D-01", **known)
    bare = shown(monkeypatch)

    about = "urgency A approved by chief@D-01; for MI-17V-5 ZP-5104; first promised for 2026-12-14\n"
    assert f"version 1; {about}" in said
    assert "version 1; urgency C\n" in bare
    assert "earlier changes are not shown" not in bare


def test_what_the_quantities_are_is_said_below_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Quantities are in quanta of each part" in shown(monkeypatch)


def test_a_long_history_says_how_much_of_it_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    last = {"version": 8, "type": "jvtrack.orders.order-promised.v1", "recorded_at": WHEN, "data": None}

    assert "history; 7 earlier changes are not shown" in shown(monkeypatch, history=[last])


def exported(monkeypatch: pytest.MonkeyPatch, file: Path, *words: str) -> list[tuple[str, int]]:
    """Export orders of every sort; gives each one's number and quantity."""
    made = [
        an_order(part="OPEN", quantity=9, wanted=7, issued=3, reserved=4, cancelled=2),
        an_order(part="ISSUED", quantity=2, wanted=2, issued=2, state="issued"),
        an_order(part="CANCELLED", quantity=2, wanted=0, cancelled=2, state="cancelled"),
        an_order(part="CANCELLING", cancel_requested=True),
        an_order(part="LATERAL", supplies=ORDER),
        an_order(part="STOCK", for_stock=True),
    ]
    service = ScriptedService(an_answer([{**each, "order_id": ORDER} for each in made]))
    printed_by(order_export, monkeypatch, service, "orders", "export", str(file), *words, app=orders.app)
    return [(line["part"], line["quantity"]) for line in json.loads(file.read_text())]


def test_what_is_still_to_come_is_exported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert exported(monkeypatch, tmp_path / "orders.json") == [("OPEN", 4)]


def test_on_demand_every_order_of_a_depot_is_exported_as_it_was_ordered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = dict(exported(monkeypatch, tmp_path / "orders.json", "--all"))

    assert found == {"OPEN": 9, "ISSUED": 2, "CANCELLED": 2, "CANCELLING": 3, "LATERAL": 3}
