"""Answers of the platform doors as the API's description shows them."""

from typing import Any

_ABOUT: dict[str, Any] = {"platform": "MI-17V-5", "tail_number": "ZP-5104", "site": "D-01"}
_DOWN: dict[str, Any] = {"since": "2026-11-23T00:40:00Z", "cause": "Chips in oil."}
_LINE: dict[str, Any] = {
    "order_id": "7201YA6327A001-2026",
    "ordered_by": "D-01",
    "part": "MI17-MAIN-GEARBOX",
    "priority": 2,
    "state": "sourced",
    "missing": 1,
    "reserved": 0,
    "promised_for": "2027-02-15",
    "promise_reason": "accepted by F-01",
    "overdue": False,
    "foreseen": "2027-02-15",
    "source": "F-01",
    "on_road": False,
}
_HOURS: dict[str, Any] = {"hours": 720.0, "up_hours": 646.67, "awaiting_parts_hours": 73.33, "availability": 0.8981}
TAIL: dict[str, Any] = {
    **_ABOUT,
    **_DOWN,
    "in_service_since": "2013-09-02T00:00:00Z",
    "state": "down",
    "awaiting_parts": True,
    "illustrative": True,
    "version": 2,
    "changed_at": "2026-11-23T00:55:12.200Z",
    "changed_by": "depot@D-01",
}
TAIL_IN_FULL: dict[str, Any] = {
    **TAIL,
    "expected_release": "2027-02-15",
    "ready": False,
    "blocking": [_LINE],
    "history": [
        {
            "n": 2,
            "state": "down",
            "began_at": "2026-11-23T00:40:00Z",
            "ended_at": None,
            "cause": "Chips in oil.",
            "awaiting_parts": True,
            "posted_by": "depot@D-01",
            "recorded_at": "2026-11-23T00:55:12.200Z",
        }
    ],
}
GROUNDED: dict[str, Any] = {**_ABOUT, **_DOWN, "expected_release": "2027-02-15", "ready": False, "blocking": [_LINE]}
AVAILABILITY: dict[str, Any] = {
    "counted_from": "2026-10-27T00:00:00Z",
    "counted_to": "2026-11-26T00:00:00Z",
    "fleets": [{**_HOURS, "platform": "MI-17V-5", "site": "D-01", "tails": 1}],
    "tails": [{**_HOURS, **_ABOUT}],
}
