"""One example of each event that factories post, as the API's description shows it."""

from typing import Any

_WORK_ORDER = "7201YA6327A001-2026-W1"
_LOT = {"lot": "L-2026-0042", "part": "MI17-TAIL-ROTOR-BLADE", "work_order": _WORK_ORDER}
_REFERENCE = {"maker": "3VK1Y", "number": "VKR-1615-3922", "revision": "D"}
_DATA: dict[str, dict[str, Any]] = {
    "lot-started": {**_LOT, "quantity": 12, "reference": _REFERENCE, "heat": "H-88121"},
    "lot-inspected": {**_LOT, "passed": 11, "failed": 1, "note": "One blade outside static moment limits."},
    "lot-finished": {
        **_LOT,
        "quantity": 11,
        "condition": "A",
        "reference": _REFERENCE,
        "made_on": "2026-11-20",
        "certificate": "COC-2026-1187",
    },
    "lot-scrapped": {**_LOT, "quantity": 1, "stage": "in_process", "reason": "Outside static moment limits."},
    "lot-dispatched": {**_LOT, "shipment": "S-2026-0311", "depot": "D-01", "quantity": 11},
    "work-order-accepted": {"work_order": _WORK_ORDER, "due": "2027-02-15"},
    "work-order-refused": {"work_order": _WORK_ORDER, "reason": "The die is worn out until spring."},
    "delay-reported": {"work_order": _WORK_ORDER, "due": "2027-03-01", "cause": "The forge stood still for two weeks."},
    "event-voided": {"event": "2026-000481", "reason": "Keyed in twice."},
    "event-corrected": {
        "event": "2026-000484",
        "reason": "Ten, not eleven.",
        "data": {**_LOT, "shipment": "S-2026-0311", "depot": "D-01", "quantity": 10},
    },
}


def examples() -> dict[str, dict[str, Any]]:
    """Give each example by the name of its type."""
    return {
        name: {
            "specversion": "1.0",
            "id": f"2026-{number:06}",
            "source": "F-01",
            "type": f"jvtrack.factory.{name}.v1",
            "time": "2026-11-23T14:05:00+05:30",
            "sequence": str(number),
            "data": data,
        }
        for number, (name, data) in enumerate(_DATA.items(), start=480)
    }
