"""Bad bodies over inventory's doors, each with the exact problem that it gets."""

import pytest

from shared.http.paging import encode
from tests.integration.inventory.house import House, a_receipt
from tests.unit.http.makers import slug

GOODS = {"site": "D-01", "part": "GEARBOX", "lot": "F-01:L-1"}
CHANGE = {**GOODS, "from": "A", "to": "F", "quantity": 1, "reason": "Any."}
SENDING = {"from_site": "D-01", "to_site": "D-02", "part": "GEARBOX", "quantity": 1}

BEFORE_TIME = encode(["0001-01-01T00:00:00+14:00", "01980f5e-7f7e-7c11-8a50-3f1c2f6d9b11"])
"""A cursor whose moment, in UTC, lies before the first year."""

BAD_BODIES = [
    ("/v1/receipts", {"site": "D-01"}, "lines"),
    ("/v1/receipts", {"site": "D-01", "lines": []}, "lines"),
    ("/v1/receipts", {"site": "d-01", "lines": [{"part": "GEARBOX", "quantity": 1}]}, "site"),
    ("/v1/receipts", a_receipt(0), "lines[0].quantity"),
    ("/v1/receipts", a_receipt(-1), "lines[0].quantity"),
    ("/v1/receipts", {**a_receipt(1), "colour": "red"}, "colour"),
    ("/v1/receipts", a_receipt(1.5), "lines[0].quantity"),
    ("/v1/receipts", a_receipt("1"), "lines[0].quantity"),
    ("/v1/receipts", a_receipt(True), "lines[0].quantity"),
    ("/v1/receipts", a_receipt(10**12 + 1), "lines[0].quantity"),
    ("/v1/receipts", a_receipt(1, lot="L-1"), "lines[0].lot"),
    ("/v1/receipts", a_receipt(1, condition="S"), "lines[0].condition"),
    ("/v1/receipts", a_receipt(1, lot=None, expires_on="2030-01-01"), "lines[0].lot"),
    ("/v1/receipts", a_receipt(1, expires_on="tomorrow"), "lines[0].expires_on"),
    ("/v1/receipts", a_receipt(1, expires_on=1893456000), "lines[0].expires_on"),
    ("/v1/receipts", a_receipt(1, expires_on="2030-01-01T00:00:00"), "lines[0].expires_on"),
    ("/v1/scraps", {**GOODS, "quantity": 1, "reason": "bent\x1b[2J"}, "reason"),
    ("/v1/receipts", a_receipt(1, serials=["A", "B"]), "lines[0].serials"),
    ("/v1/receipts", a_receipt(2, serials=["A", "A"]), "lines[0].serials"),
    ("/v1/receipts", a_receipt(1, shipment="S-1"), "shipment"),
    ("/v1/issues", {"order": "123", "quantity": 1}, "order"),
    ("/v1/issues", {"order": "7201YA6327A001-2026", "quantity": 1, "issued_to": " "}, "issued_to"),
    ("/v1/returns", {**GOODS, "quantity": 0}, "quantity"),
    ("/v1/counts", {**GOODS, "counted": 1}, "version"),
    ("/v1/counts", {**GOODS, "counted": -1, "version": 1}, "counted"),
    ("/v1/scraps", {**GOODS, "quantity": 1}, "reason"),
    ("/v1/condition-changes", {**CHANGE, "to": "A"}, "to"),
    ("/v1/condition-changes", {**CHANGE, "to": "Z"}, "to"),
    ("/v1/transfers", {**SENDING, "to_site": "D-01"}, "to_site"),
    ("/v1/transfers", {**SENDING, "shipment": "D-02:S-1"}, "shipment"),
    ("/v1/shipments/nonsense/close", {"reason": "Any."}, "path shipment"),
    ("/v1/shipments/F-01:S-1/close", {}, "reason"),
    ("/v1/movements/nonsense/reverse", {"reason": "Any."}, "path movement"),
    ("/v1/discrepancies/nonsense/resolve", {"reason": "Any."}, "path discrepancy"),
]


@pytest.mark.parametrize(("path", "body", "field"), BAD_BODIES)
async def test_a_body_that_does_not_fit_names_the_field(
    house: House, path: str, body: dict[str, object], field: str
) -> None:
    answer = await house.post(path, body)

    assert slug(answer) == "request-invalid"
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/v1/stock?colour=red", "request-invalid"),
        ("/v1/stock?limit=0", "request-invalid"),
        ("/v1/stock?condition=Z", "request-invalid"),
        ("/v1/stock?empty=yes", "request-invalid"),
        ("/v1/shipments?open=1", "request-invalid"),
        ("/v1/stock?group=part", "request-invalid"),
        ("/v1/stock?cursor=!", "cursor-malformed"),
        ("/v1/stock?cursor=WzFd", "cursor-malformed"),
        ("/v1/movements?cursor=WyJ4IiwxXQ", "cursor-malformed"),
        ("/v1/movements?reason=DROP%20TABLE", "request-invalid"),
        ("/v1/discrepancies?cursor=WyJ4IiwieSJd", "cursor-malformed"),
        (f"/v1/discrepancies?cursor={BEFORE_TIME}", "cursor-malformed"),
        ("/v1/shipments?shipment=S-1", "request-invalid"),
        ("/v1/parts/lower", "request-invalid"),
        ("/v1/sites?country=india", "request-invalid"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_by_name(house: House, path: str, problem: str) -> None:
    answer = await house.door.get(path, headers=house.bearer("depot", "D-01"))

    assert slug(answer) == problem


async def test_a_movement_needs_an_idempotency_key(house: House) -> None:
    headers = house.bearer("depot", "D-01")

    missing = await house.door.post("/v1/receipts", json=a_receipt(1), headers=headers)
    malformed = await house.door.post("/v1/receipts", json=a_receipt(1), headers={**headers, "Idempotency-Key": "\t"})

    assert slug(missing) == "idempotency-key-missing"
    assert slug(malformed) == "idempotency-key-malformed"


@pytest.mark.parametrize("role", ["factory", "planner", "procurement", "auditor"])
async def test_only_depots_move_stock(house: House, role: str) -> None:
    assert slug(await house.post("/v1/receipts", a_receipt(1), role=role)) == "role-forbidden"
