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
    "material-consumed": {
        **_LOT,
        "material": "VKR-1615-SPAR",
        "kind": "component",
        "input_lot": "F-02:L-2026-0310",
        "origin": "RUS",
        "amount": "12",
        "unit_cost": "184000.00",
        "currency": "INR",
    },
    "work-order-countered": {
        "work_order": _WORK_ORDER,
        "quantity": 8,
        "due": "2027-02-15",
        "reason": "Spars for eight; the next lot of them comes in April.",
    },
    "kit-missing": {
        "work_order": _WORK_ORDER,
        "kit": "BEARING-KIT-7",
        "supplier": "VR-Tekhnika",
        "expected_on": "2027-01-20",
        "due": "2027-03-01",
    },
    "kit-arrived": {"work_order": _WORK_ORDER, "kit": "BEARING-KIT-7"},
    "work-in-progress-decided": {"work_order": _WORK_ORDER, "outcome": "for-stock", "quantity": 3},
}
_BOUGHT = "7201YA6327A001-2026-W2"
_SENT: dict[str, Any] = {
    "lot": "VR-26-118",
    "part": "MI17-TAIL-ROTOR-BLADE",
    "work_order": _BOUGHT,
    "shipment": "AWB-157-4471",
    "depot": "D-01",
    "quantity": 4,
    "reference": {"maker": "0VR3H", "number": "8-3922-00", "revision": "B"},
    "certificate": "EASA-1-118",
}
_PURCHASES: dict[str, dict[str, Any]] = {
    "purchase-placed": {
        "work_order": _BOUGHT,
        "due": "2027-02-15",
        "purchase": "PO-2026-0718",
        "unit_price": "14200.00",
        "currency": "EUR",
    },
    "purchase-promised": {"work_order": _BOUGHT, "due": "2027-02-20"},
    "purchase-slipped": {"work_order": _BOUGHT, "due": "2027-03-05", "cause": "The export licence is late."},
    "purchase-dispatched": _SENT,
    "purchase-cancelled": {"work_order": _BOUGHT, "reason": "The supplier has closed the line."},
    "purchase-event-voided": {"event": "PO-2026-0718-501", "reason": "Keyed in twice."},
    "purchase-event-corrected": {
        "event": "PO-2026-0718-503",
        "reason": "Three, not four.",
        "data": {**_SENT, "quantity": 3},
    },
    "purchase-offered": {"work_order": _BOUGHT, "quantity": 3, "reason": "One is promised to another customer."},
}


def examples() -> dict[str, dict[str, Any]]:
    """Give each example by the name of its type."""
    made = {
        name: _event(name, data, source="F-01", sender_id=f"2026-{number:06}", number=number)
        for number, (name, data) in enumerate(_DATA.items(), start=480)
    }
    bought = {
        name: _event(name, data, source="S-10", sender_id=f"PO-2026-0718-{number}")
        for number, (name, data) in enumerate(_PURCHASES.items(), start=500)
    }
    return made | bought


def _event(
    name: str, data: dict[str, Any], *, source: str, sender_id: str, number: int | None = None
) -> dict[str, Any]:
    family = "supplier" if name in _PURCHASES else "factory"
    event = {
        "specversion": "1.0",
        "id": sender_id,
        "source": source,
        "type": f"jvtrack.{family}.{name}.v1",
        "time": "2026-11-23T14:05:00+05:30",
    }
    return {**event, "data": data} if number is None else {**event, "sequence": str(number), "data": data}
