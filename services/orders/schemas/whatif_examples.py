"""What the what-if door is asked and answers, as the API's description shows it."""

from typing import Any

_STOP: dict[str, Any] = {"kind": "stop", "site": "S-01", "days": 90}
ASKED: tuple[dict[str, Any], ...] = (
    {
        "scenarios": {
            "gearboxes stop": [_STOP],
            "a joint venture helps": [
                _STOP,
                {
                    "kind": "open",
                    "part": "MI17-MAIN-GEARBOX",
                    "site": "F-07",
                    "opens_on": "2027-01-11",
                    "lead_time_days": 45,
                    "capacity_per_week": 2,
                },
            ],
        }
    },
    {"suppositions": [{"kind": "capacity", "site": "F-01", "percent": 50}]},
    {
        "suppositions": [
            {
                "kind": "reject-lot",
                "lot": "F-01:L-2026-0042",
                "stands": {"coming": 2, "held": [{"order_id": "7201YA6327A001-2026", "quantity": 1}]},
            }
        ]
    },
)
ANSWER: dict[str, Any] = {
    "today": "2026-11-26",
    "horizon_days": 365,
    "lines": 1240,
    "grounded": 4,
    "scenarios": {
        "supposed": {
            "promises": {"later": 1, "earlier": 0, "days_later": 90, "days_earlier": 0},
            "platforms": {"later": 1, "earlier": 0, "days_later": 90, "days_earlier": 0},
            "unsourced_total": 0,
            "moved": [
                {
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
            ],
            "unsourced": [],
            "releases": [
                {
                    "platform": "MI-17V-5",
                    "tail_number": "ZP-5104",
                    "before": "2027-02-15",
                    "after": "2027-05-16",
                    "days_down_before": 81,
                    "days_down_after": 171,
                }
            ],
        }
    },
}
