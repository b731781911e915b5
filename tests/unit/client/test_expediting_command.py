"""Expediting at a prompt: its price is shown first, it is done if that is meant, and nothing that is said is lost."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from deploy.errors import SetupError
from jvtrack.commands import expediting, orders
from tests.unit.client.makers import ScriptedService, an_answer, an_order, printed_by

ORDER = "7201YA6327A001-2026"
LOSER = "7201YA6327A002-2026"
UNASKED = "Nobody is asked where JSON is written: add --yes, or --dry-run to see what it would cost."
TOTALS = {"later": 0, "earlier": 1, "days_later": 0, "days_earlier": 9}
PRICE: dict[str, Any] = {
    "today": "2026-11-23",
    "horizon_days": 180,
    "priority": 2,
    "required_by": "2026-12-20",
    "references": [],
    "conditions": ["A", "C", "N"],
    "promises": TOTALS,
    "platforms": TOTALS,
    "losers": [],
    "unsourced": [],
    "moved": [],
    "releases": [],
}
HURRY = ("--hurry", f"{ORDER}-W1", "--by", "2026-12-20", "--reason", "Grounded.")


def expedited(monkeypatch: pytest.MonkeyPatch, service: ScriptedService, *words: str, typed: str = "") -> str:
    """Expedite an order at a prompt."""
    typed_words = ("orders", "expedite", ORDER, *words)
    return printed_by(expediting, monkeypatch, service, *typed_words, app=orders.app, typed=typed)


def dry_runs(service: ScriptedService) -> Sequence[bool]:
    """Tell of each time that something was asked whether it was only to be looked at."""
    return ["dry_run" in request.url.params for request in service.asked]


def a_service() -> ScriptedService:
    """Give a price, then do it."""
    done = an_answer({"order": an_order()})
    return ScriptedService(an_answer({"order": an_order(), "price": PRICE}), done)


def test_the_price_is_shown_and_it_is_done_once_that_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    service = a_service()

    said = expedited(monkeypatch, service, *HURRY, typed="y\n")

    assert "what it would do" in said
    assert f"Do that for {ORDER}?" in said
    assert dry_runs(service) == [True, False]


def test_a_script_says_yes_and_is_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    service = ScriptedService(an_answer({"order": an_order()}))

    said = json.loads(expedited(monkeypatch, service, *HURRY, "--yes", "--json"))

    assert said["order"]["order_id"] == an_order()["order_id"]
    assert dry_runs(service) == [False]


def test_a_dry_run_does_nothing_whatever_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    service = a_service()

    said = expedited(monkeypatch, service, *HURRY, "--dry-run", "--yes")

    assert "what it would do" in said
    assert dry_runs(service) == [True]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("--urgency", "A"), {"kind": "raise", "urgency": "A"}),
        (("--required-by", "2026-12-20"), {"kind": "bring-forward", "required_by": "2026-12-20"}),
        (
            ("--accept-reference", "3VK1Y/VKR-1/B"),
            {"kind": "substitute", "references": [{"maker": "3VK1Y", "number": "VKR-1", "revision": "B"}]},
        ),
        (("--with-substitutes",), {"kind": "substitute", "references": []}),
        (("--emergency-use",), {"kind": "emergency-use"}),
    ],
    ids=" ".join,
)
def test_what_a_stronger_need_takes_of_stock_is_asked_as_it_would_be_and_handed_over(
    words: Sequence[str], asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    priced = an_answer({"order": an_order(), "price": PRICE})
    stock = {"gets": 2, "losers": [{"order_id": LOSER, "quantity": 2}], "unnamed": 0, "unnamed_quantity": 0}
    service = ScriptedService(priced, an_answer(stock), priced)

    said = expedited(monkeypatch, service, *words, "--reason", "Grounded.", "--dry-run")

    first, of_stock, last = (json.loads(request.content) for request in service.asked)
    assert first == {**asked, "reason": "Grounded."}
    assert of_stock == {"priority": 2, "required_by": "2026-12-20", "references": [], "emergency_use": True}
    assert last["stock"] == {"gets": 2, "losers": [{"order_id": LOSER, "quantity": 2}]}
    assert LOSER in said


def test_the_platform_that_gives_its_part_is_named_and_what_that_costs_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = a_service()

    said = expedited(monkeypatch, service, "--cannibalise", "ZP-2", "--reason", "It waits until May.", typed="y\n")

    assert "what it would do" in said
    assert [json.loads(request.content) for request in service.asked] == [
        {"kind": "cannibalise", "donor": "ZP-2", "reason": "It waits until May."}
    ] * 2


def test_who_does_not_mean_it_has_changed_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    service = a_service()

    with pytest.raises(AssertionError, match="Aborted"):
        expedited(monkeypatch, service, *HURRY, typed="n\n")

    assert dry_runs(service) == [True]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--urgency", "A", "--by", "2026-12-20"), "--by goes with --hurry, not with --urgency."),
        (("--urgency", "A", "--quantity", "2"), "--quantity goes with --from-depot or --split, not with --urgency."),
        ((*HURRY, "--quantity", "2"), "--quantity goes with --from-depot or --split, not with --hurry."),
        (("--split", "F-02", "--quantity", "2", "--by", "2026-12-20"), "--by goes with --hurry, not with --split."),
        (("--split", "F-02"), "Say --quantity too, such as --quantity 1."),
        (
            (*HURRY, "--json"),
            "Nobody is asked where JSON is written: add --yes, or --dry-run to see what it would cost.",
        ),
    ],
    ids=" ".join,
)
def test_what_does_not_belong_together_is_refused_before_anything_is_asked(
    words: Sequence[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = a_service()

    with pytest.raises(SetupError) as refused:
        expedited(monkeypatch, service, *words, "--reason", "Grounded.")

    assert str(refused.value) == said
    assert service.asked == []
