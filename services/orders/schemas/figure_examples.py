"""How the answers of the figures' doors look."""

from typing import Any

FIGURES: dict[str, Any] = {
    "as_of": "2026-11-26T09:30:00Z",
    "first": "2026-10-01",
    "last": "2026-10-31",
    "rows": [
        {
            "month": "2026-10",
            "site": "D-01",
            "fill": {"asked": 40, "filled": 27, "short": 9, "pending": 3, "withdrawn": 1, "rate": 0.75},
            "backorders": {"orders": 14, "standing": 6, "days": 181.42},
            "receipt": {"orders": 31, "days_median": 1, "days_p95": 46},
            "promises": {
                "due": 8,
                "on_time": 5,
                "late": 3,
                "waiting": 1,
                "rate": 0.625,
                "slip_days_median": 12,
                "slip_days_p95": 90,
            },
        }
    ],
}
LINE: dict[str, Any] = {
    "order_id": "7201YA6288A001-2026",
    "ordered_by": "D-01",
    "site": "D-01",
    "part": "MI17-MAIN-GEARBOX",
    "platform": "MI-17V-5",
    "priority": 3,
    "quantity": 1,
    "state": "issued",
    "placed_at": "2026-10-15T06:10:00Z",
    "answered_at": "2026-10-15T06:10:00.120000Z",
    "met_at": "2026-11-20T10:00:00Z",
    "received_at": "2026-11-21T05:30:00Z",
    "receipt_days": 37,
    "backorders": 1,
    "backorder_days": 16.74,
    "first_promised_for": "2026-11-08",
    "slip_days": 12,
}
