"""What cannot be done to expedite an order is refused, alike when it is asked and when it is priced."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.orders.house import House, slug
from tests.integration.orders.test_expediting import WHY, in_days, lateral, sourced

UNHEARD_OF = {"maker": "S1KH4", "number": "BP-9"}


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ({"kind": "hurry", "work_order": "7201YA6327A001-2026-W9", "wanted_by": in_days(9)}, 404, "work-order-unknown"),
        ({"kind": "hurry", "wanted_by": in_days(90)}, 422, "hurry-not-sooner"),
        ({"kind": "hurry", "wanted_by": in_days(-1)}, 422, "wanted-by-past"),
        ({"kind": "split", "source": "F-02", "quantity": 9}, 422, "split-beyond-need"),
        ({"kind": "split", "source": "F-02", "quantity": 1}, 404, "source-unknown"),
        ({"kind": "split", "source": "S-01", "quantity": 1}, 409, "source-not-suitable"),
        ({"kind": "lateral", "depot": "D-02", "quantity": 9}, 422, "lent-beyond-need"),
        ({"kind": "lateral", "depot": "D-01", "quantity": 1}, 422, "lent-to-itself"),
        ({"kind": "lateral", "depot": "F-01", "quantity": 1}, 422, "site-not-depot"),
        ({"kind": "lateral", "depot": "D-09", "quantity": 1}, 403, "site-forbidden"),
        ({"kind": "lateral", "depot": "D-77", "quantity": 1}, 409, "catalogue-behind"),
        ({"kind": "lateral", "depot": "D-02", "quantity": 0}, 422, "request-invalid"),
        ({"kind": "raise", "urgency": "A"}, 403, "urgency-unapproved"),
        ({"kind": "raise", "urgency": "C"}, 422, "raise-not-higher"),
        ({"kind": "lateral", "depot": "D-02", "quantity": 1, "version": 1}, 409, "version-stale"),
        ({"kind": "bring-forward", "required_by": in_days(90)}, 422, "needed-no-earlier"),
        ({"kind": "bring-forward", "required_by": in_days(-1)}, 422, "required-by-past"),
        ({"kind": "substitute"}, 409, "nothing-new-accepted"),
        ({"kind": "substitute", "references": [UNHEARD_OF]}, 422, "reference-unknown"),
        ({"kind": "cannibalise", "donor": "ZP-2"}, 409, "no-platform-waits"),
        ({"kind": "cannibalise", "donor": "zp 2"}, 422, "request-invalid"),
        ({"kind": "emergency-use"}, 403, "emergency-use-unapproved"),
        ({"kind": "steal"}, 422, "request-invalid"),
        ({"kind": "lateral", "depot": "D-02", "quantity": 1, "reason": ""}, 422, "request-invalid"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_done_is_refused_alike_when_it_is_asked_and_when_it_is_priced(
    house: House, body: dict[str, Any], status: int, problem: str
) -> None:
    await house.approve()
    await house.approve("S-01", lead_time_days=1)
    order_id = await sourced(house, urgency="C")
    asked = {"work_order": f"{order_id}-W1", **body} if body["kind"] == "hurry" else body
    before = await house.told_of(order_id)
    headers = {"Idempotency-Key": str(uuid4())}
    path = f"/v1/orders/{order_id}/expedite"

    for query in ({}, {"dry_run": "true"}):
        answer = await house.send(
            "POST", path, role="planner", site=None, scope="", json={**WHY, **asked}, headers=headers, params=query
        )
        assert (answer.status_code, slug(answer)) == (status, problem), answer.text
    assert await house.told_of(order_id) == before


async def test_who_may_neither_order_nor_plan_for_the_depot_expedites_nothing(house: House) -> None:
    order_id = await sourced(house)
    headers = {"Idempotency-Key": str(uuid4())}
    path, body = f"/v1/orders/{order_id}/expedite", {**WHY, **lateral(1)}

    theirs = await house.send("POST", path, site="D-02", json=body, headers=headers)
    partner = await house.door.post(
        path, json=body, headers={**house.bearer("planner", nation="RUS"), "Idempotency-Key": str(uuid4())}
    )
    factory = await house.send("POST", path, role="factory", site="F-01", json=body, headers=headers)

    assert (theirs.status_code, slug(theirs)) == (404, "order-unknown")
    assert (partner.status_code, slug(partner)) == (404, "order-unknown")
    assert factory.status_code == 403
