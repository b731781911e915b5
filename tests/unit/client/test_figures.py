"""Figures go to each service's door, and what comes back is put side by side."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.errors import SetupError
from jvtrack.client import JVTrack, Scope
from jvtrack.commands import figures
from tests.unit.client.makers import ScriptedService, a_client, a_problem, an_answer, printed_by

DEMAND: dict[str, Any] = {
    "fill": {"asked": 4, "filled": 3, "short": 1, "pending": 0, "withdrawn": 0, "rate": 0.75},
    "backorders": {"orders": 1, "standing": 1, "days": 12.5},
    "receipt": {"orders": 3, "days_median": 1, "days_p95": 40},
    "promises": {
        "due": 1,
        "on_time": 0,
        "late": 1,
        "waiting": 1,
        "rate": 0.0,
        "slip_days_median": 9,
        "slip_days_p95": 9,
    },
}
MAKING: dict[str, Any] = {"lots": 2, "good": 19, "scrapped_in_process": 1, "scrapped_finished": 0, "rate": 0.95}
STOCK: dict[str, Any] = {"stocks": 2, "days_min": 4.5, "days_median": 61.0, "empty": 0, "unused": 1}
ORDER: dict[str, Any] = {
    "order_id": "7201YA6288A001-2026",
    "ordered_by": "D-01",
    "site": "D-01",
    "part": "GEARBOX",
    "platform": None,
    "priority": 3,
    "quantity": 1,
    "state": "issued",
    "placed_at": "2026-10-15T06:10:00Z",
    "answered_at": None,
    "met_at": "2026-11-20T10:00:00Z",
    "received_at": None,
    "receipt_days": None,
    "backorders": 1,
    "backorder_days": 16.74,
    "first_promised_for": "2026-11-08",
    "slip_days": 12,
}
LOT: dict[str, Any] = {
    "lot": "F-01:L-1",
    "site": "F-01",
    "part": "GEARBOX",
    "status": "finished",
    "begun_at": "2026-10-05T06:10:00Z",
    "good": 19,
    "scrapped_in_process": 1,
    "scrapped_finished": 0,
    "rate": 0.95,
}
COVER: dict[str, Any] = {
    "site": "D-01",
    "part": "GEARBOX",
    "stock": 40,
    "expiring": 12,
    "issued": 45,
    "days": 90,
    "cover_days": 56.0,
}


def rows(*found: dict[str, Any]) -> dict[str, Any]:
    return {"as_of": "2026-11-26T09:30:00Z", "first": "2026-11-01", "last": "2026-11-26", "rows": list(found)}


async def test_figures_are_asked_for_by_period_and_grouping_and_read_to_the_last_page() -> None:
    more = {"Link": '</v1/figures?by=month&cursor=WyJ4Il0>; rel="next"'}
    service = ScriptedService(
        an_answer(rows({"month": "2026-10", **DEMAND}), headers=more), an_answer(rows({"month": "2026-11", **DEMAND}))
    )

    async with a_client(service) as jvtrack:
        found = await jvtrack.orders.figures.rows(Scope(begin=date(2026, 10, 1), site="D-01"), by="month")

    assert [row.month for row in found] == ["2026-10", "2026-11"]
    assert dict(service.asked[0].url.params) == {"from": "2026-10-01", "site": "D-01", "by": "month"}
    assert found[0].promises.slip_days_p95 == 9


@pytest.mark.parametrize(
    ("walk", "body", "asked"),
    [
        (
            lambda client: client.orders.counted("late", Scope(part="GEARBOX")),
            ORDER,
            "orders?part=GEARBOX&counted=late",
        ),
        (lambda client: client.production.counted(), LOT, "lots"),
        (lambda client: client.inventory.cover(Scope(end=date(2026, 11, 1))), COVER, "stock?to=2026-11-01"),
    ],
    ids=["orders", "lots", "stock"],
)
async def test_what_is_counted_is_walked_through(
    walk: Callable[[JVTrack], Any], body: dict[str, Any], asked: str
) -> None:
    service = ScriptedService(an_answer([body]))

    async with a_client(service) as jvtrack:
        (found,) = await walk(jvtrack).all()

    assert str(service.asked[0].url).endswith(f"/v1/figures/{asked}")
    assert found.part == "GEARBOX"


def printed(monkeypatch: pytest.MonkeyPatch, service: ScriptedService, *words: str) -> str:
    return printed_by(figures, monkeypatch, service, *words)


def test_rows_of_the_same_group_stand_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    demand, stock = ({"site": "D-01", **each} for each in (DEMAND, STOCK))
    answers = [an_answer(rows(each)) for each in (demand, {"site": "F-01", **MAKING}, stock)]

    said = printed(monkeypatch, ScriptedService(*answers), "--by", "site")

    (depot,) = (line for line in said.splitlines() if "D-01" in line)
    (factory,) = (line for line in said.splitlines() if "F-01" in line)
    for cell in ("75.0% of 4", "12.5, 1 stand", "1, p95 40", "0.0% of 1", "9, p95 9", "61.0, least 4.5"):
        assert cell in depot
    assert "95.0%" in factory
    assert "95.0%" not in depot


def test_what_has_no_months_or_may_not_be_seen_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [an_answer(rows({"month": "2026-11", **DEMAND})), a_problem("role-forbidden", 403)]

    said = printed(monkeypatch, ScriptedService(*answers), "--by", "month", "--json")

    assert '"making": null' in said
    assert '"stock": null' in said
    assert '"month": "2026-11"' in said


@pytest.mark.parametrize(
    ("listed", "body", "cells"),
    [
        ("late", ORDER, ["7201YA6288A001-2026", "16.74", "2026-11-20"]),
        ("lots", LOT, ["F-01:L-1", "95.0%"]),
        ("stock", COVER, ["GEARBOX", "56.0"]),
    ],
)
def test_what_is_counted_is_listed(
    monkeypatch: pytest.MonkeyPatch, listed: str, body: dict[str, Any], cells: list[str]
) -> None:
    said = printed(monkeypatch, ScriptedService(an_answer([body])), "--list", listed)

    assert all(cell in said for cell in cells)


def test_a_day_that_is_none_is_one_sentence() -> None:
    done = CliRunner().invoke(figures.app, ["--from", "last week"])

    assert done.exit_code == 2
    assert "'last week' does not match" in done.output


def test_figures_of_one_priority_are_those_of_orders_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    service = ScriptedService(an_answer({"rows": [DEMAND]}))
    listing = ScriptedService(an_answer([ORDER]))

    said = printed(monkeypatch, service, "--priority", "3")
    printed(monkeypatch, listing, "--list", "short", "--priority", "3")

    assert "75.0% of 4" in said
    assert [str(request.url).split("/v1/")[1] for request in service.asked] == ["figures?priority=3"]
    assert dict(listing.asked[0].url.params) == {"counted": "short", "priority": "3"}
    with pytest.raises(SetupError, match="--priority goes with orders, not with --list lots"):
        printed(monkeypatch, service, "--list", "lots", "--priority", "3")
