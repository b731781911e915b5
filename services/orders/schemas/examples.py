"""Answers of the order doors as the API's description shows them."""

from pydantic import JsonValue

_PROMISE: dict[str, JsonValue] = {
    "promised_for": "2027-02-15",
    "reason": "accepted by F-02",
    "recorded_at": "2026-11-24T07:12:31.400Z",
}
_WORK_ORDER: dict[str, JsonValue] = {
    "work_order": "7201YA6327A001-2026-W1",
    "source": "F-02",
    "sourced": 2,
    "quantity": 2,
    "due": "2027-02-15",
    "due_reason": "accepted by F-02",
    "asked_back": 0,
    "given_back": 0,
    "state": "accepted",
    "declined": False,
    "making": {
        "offered": None,
        "kits_missing": [{"kit": "BEARING-KIT-7", "supplier": "VR-Tekhnika", "expected_on": "2027-01-20"}],
        "for_stock": 0,
        "scrapped": 0,
        "reused": 0,
    },
    "wanted_by": "2027-01-20",
    "lateral": None,
}
_CHANGE: dict[str, JsonValue] = {
    "version": 2,
    "type": "jvtrack.orders.order-sourced.v1",
    "recorded_at": "2026-11-23T09:30:00.480Z",
    "data": {"order": "7201YA6327A001-2026", "work_order": "7201YA6327A001-2026-W1", "source": "F-02", "quantity": 2},
}
ORDER: dict[str, JsonValue] = {
    "order_id": "7201YA6327A001-2026",
    "document_number": "7201YA6327A001",
    "ordered_by": "D-01",
    "site": "D-01",
    "part": "MI17-TAIL-ROTOR-BLADE",
    "urgency": "B",
    "priority": 4,
    "approved_by": "sqn-ldr.mehra",
    "required_by": "2026-12-20",
    "partial": True,
    "conditions": ["A", "C"],
    "references": [],
    "platform": "MI-17V-5",
    "tail_number": "ZP-5104",
    "for_stock": False,
    "placed_at": "2026-11-23T09:30:00.120Z",
    "placed_by": "depot@D-01",
    "version": 2,
    "state": "sourced",
    "quantity": 3,
    "wanted": 3,
    "cancel_requested": False,
    "reserved": 1,
    "sourced": 2,
    "issued": 0,
    "cancelled": 0,
    "open": 0,
    "promised_for": "2027-02-15",
    "promise_reason": "accepted by F-02",
    "first_promised_for": "2026-12-14",
    "overdue": False,
    "supplies": None,
}
ORDER_IN_FULL: dict[str, JsonValue] = {
    **ORDER,
    "work_orders": [_WORK_ORDER],
    "promises": [_PROMISE],
    "history": [_CHANGE],
}
