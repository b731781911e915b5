"""What would have been lost is drawn as days on which platforms would still stand still."""

from datetime import date, timedelta
from typing import Any

from jvtrack.client import WhatIf
from jvtrack.demo.company import Supposed
from jvtrack.demo.scenes.drawing import supposed_down
from jvtrack.demo.scenes.supposing import days_as_it_is, days_down

TODAY = date(2026, 11, 26)
HORIZON_DAYS = 365
EXPECTED = {"ZP-5105": TODAY + timedelta(days=60), "ZP-5106": TODAY + timedelta(days=60), "ZP-5107": None}
NOTHING = {"later": 0, "earlier": 0, "days_later": 0, "days_earlier": 0}


def an_answer(**days_down_after: int) -> WhatIf:
    """Make an answer in which each named platform would stand still for so many days."""
    releases = [
        {
            "platform": "MI-17V-5",
            "tail_number": tail.replace("_", "-"),
            "before": TODAY + timedelta(days=60),
            "after": TODAY + timedelta(days=days),
            "days_down_before": 60,
            "days_down_after": days,
        }
        for tail, days in days_down_after.items()
    ]
    totals: dict[str, Any] = {"promises": NOTHING, "platforms": NOTHING, "unsourced_total": 0}
    scenario = {**totals, "moved": [], "unsourced": [], "releases": releases}
    return WhatIf.model_validate(
        {"today": TODAY, "horizon_days": HORIZON_DAYS, "lines": 3, "grounded": 3, "scenarios": {"without": scenario}}
    )


def test_a_platform_that_does_not_move_stands_still_as_long_as_it_does() -> None:
    found = an_answer(ZP_5105=150)

    assert days_as_it_is(found, EXPECTED) == {"ZP-5105": 60, "ZP-5106": 60, "ZP-5107": HORIZON_DAYS}
    assert days_down(found, "without", EXPECTED) == {"ZP-5105": 150, "ZP-5106": 60, "ZP-5107": HORIZON_DAYS}


def test_a_release_that_is_overdue_costs_no_day_more() -> None:
    assert days_as_it_is(an_answer(), {"ZP-5105": TODAY - timedelta(days=3)}) == {"ZP-5105": 0}


def test_each_scenario_is_a_line_that_goes_down_when_platforms_are_released() -> None:
    chart = supposed_down(Supposed(an_answer(ZP_5105=150), EXPECTED))

    assert {line.name: line.points for line in chart.lines} == {
        "as it is": [(0, 3), (60, 1), (HORIZON_DAYS, 0)],
        "without": [(0, 3), (60, 2), (150, 1), (HORIZON_DAYS, 0)],
    }
    assert chart.until == HORIZON_DAYS + 1
