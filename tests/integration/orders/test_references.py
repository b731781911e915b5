"""What a depot accepts: placed with the order, widened and narrowed by an amendment, and sourced accordingly."""

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared import clock
from shared.events.catalogue import Interchange, MakerReference, PartDefined, SiteDefined
from shared.events.stock import DemandReserved, LossReason, ReservationLost
from shared.types import SiteKind
from tests.integration.orders.house import PART, House, inventory_said, slug
from tests.integration.orders.test_expediting import WHY, expedite

OLD: dict[str, Any] = {"maker": "S1KH4", "number": "BP-1", "revision": "03"}
NEW: dict[str, Any] = {"maker": "3VK1Y", "number": "VKR-1", "revision": "B"}
CLAIM: dict[str, Any] = {"maker": "0VR3H", "number": "WRS-1", "revision": None}
CAGES = {"F-01": "3VK1Y", "F-02": None}


@pytest_asyncio.fixture(loop_scope="session")
async def known(house: House) -> House:
    """Let the service hear of a part's references, and of the codes of those who make them."""
    today = clock.now().date()
    references = [
        MakerReference(**OLD, approved_on=today),
        MakerReference(**NEW, approved_on=today),
        MakerReference(**CLAIM, approved_on=today + timedelta(days=1), interchange=Interchange.ONE_WAY),
    ]
    sites = [
        SiteDefined(site_id=site, name=site, kind=SiteKind.FACTORY, organisation="Any", country="IND", cage=cage)
        for site, cage in CAGES.items()
    ]
    await house.ear.hear(PartDefined(part_id=PART, name=PART, unit_of_issue="EA", references=references), *sites)
    return house


async def change(house: House, order_id: str, **changes: Any) -> Any:
    """Amend an order."""
    return await house.send("PATCH", f"/v1/orders/{order_id}", json={"reason": "Any.", **changes})


async def test_an_order_keeps_the_references_that_it_accepts_and_tells_them(known: House) -> None:
    body = known.body(references=[{**OLD, "number": "\u0412\u0420-1"}], substitutes=True)

    placed = await known.send("POST", "/v1/orders", json=body)
    again = await known.send("POST", "/v1/orders", json={**body, "references": [OLD, OLD]})
    other = await known.send("POST", "/v1/orders", json={**body, "substitutes": False})

    assert (placed.status_code, again.status_code, slug(other)) == (201, 200, "document-number-reused")
    shown = await known.order(placed.json()["order_id"])
    assert placed.json()["references"] == again.json()["references"] == shown["references"] == [NEW, OLD]
    assert shown["history"][0]["data"]["references"] == [NEW, OLD]


async def test_an_order_that_names_none_accepts_any(known: House) -> None:
    shown = await known.order(await known.place())

    assert shown["references"] == []


@pytest.mark.parametrize(
    ("slip", "problem", "field"),
    [
        ({"references": [{**OLD, "revision": "04"}]}, "reference-unknown", None),
        ({"substitutes": True}, "request-invalid", "references"),
        ({"references": [{**OLD, "maker": "short"[:3]}]}, "request-invalid", "references[0].maker"),
        ({"references": [OLD] * 21}, "request-invalid", "references"),
        ({"references": "any"}, "request-invalid", "references"),
    ],
    ids=["unknown", "nothing-to-replace", "no-maker", "too-many", "no-list"],
)
async def test_references_that_cannot_be_accepted_are_refused(
    known: House, slip: dict[str, Any], problem: str, field: str | None
) -> None:
    answer = await known.send("POST", "/v1/orders", json=known.body(**slip))

    assert (answer.status_code, slug(answer)) == (422, problem)
    if field is None:
        assert answer.json()["references"] == "S1KH4/BP-1/04"
        assert answer.json()["known"] == "0VR3H/WRS-1/-, 3VK1Y/VKR-1/B, S1KH4/BP-1/03"
    else:
        assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_a_part_whose_references_were_not_heard_of_yet_is_worth_another_try(house: House) -> None:
    await house.owner.execute('UPDATE part_copy SET "references" = NULL')
    order_id = await house.place()

    placed = await house.send("POST", "/v1/orders", json=house.body(references=[OLD]))
    changed = await change(house, order_id, references=[OLD], reason="Only the original.")

    assert [slug(each) for each in (placed, changed)] == ["catalogue-behind"] * 2
    assert placed.headers["Retry-After"]


async def test_a_substitute_is_allowed_with_actor_reason_before_and_after(known: House) -> None:
    order_id = await known.place(references=[OLD])
    allowed = {"references": [OLD], "substitutes": True, "reason": "The original is late."}

    changed = await change(known, order_id, **allowed)
    again = await change(known, order_id, **allowed)
    any_will_do = await change(known, order_id, references=[], reason="The helicopter waits.")

    history = (await known.order(order_id))["history"]
    assert [each.status_code for each in (changed, again, any_will_do)] == [202] * 3
    assert (changed.json()["references"], any_will_do.json()["references"]) == ([NEW, OLD], [])
    assert [each["type"].split(".")[2] for each in history] == ["order-placed", *["order-references-changed"] * 2]
    told = history[1]["data"]
    assert (told["references"], told["before"], told["reason"]) == ([NEW, OLD], [OLD], "The original is late.")
    assert told["asked_by"]


async def test_what_a_substitute_would_bring_is_shown_and_what_may_replace_is_accepted_then(known: House) -> None:
    order_id = await known.place(references=[OLD])
    await known.ear.hear(inventory_said(order_id, DemandReserved))
    act = {"kind": "substitute", "stock": {"gets": 5, "losers": []}}

    price = (await expedite(known, order_id, act, dry_run="true")).json()["price"]
    before = await known.order(order_id)
    done = await expedite(known, order_id, {"kind": "substitute", "references": [NEW]}, role="depot")
    again = await expedite(known, order_id, act)

    assert (price["references"], before["references"]) == ([NEW, OLD], [OLD])
    assert [(move["order_id"], move["after"]) for move in price["moved"]] == [(order_id, str(clock.now().date()))]
    assert (done.status_code, slug(again)) == (202, "nothing-new-accepted"), done.text
    shown = await known.order(order_id)
    assert shown["references"] == [NEW, OLD]
    told = shown["history"][-1]["data"]
    assert (told["before"], told["reason"], told["asked_by"]) == ([OLD], WHY["reason"], "depot@D-01")


async def test_references_change_for_a_reason_and_not_of_what_is_over(known: House) -> None:
    order_id = await known.place()
    silent = await change(known, order_id, references=[OLD], reason=None)
    await known.send("POST", f"/v1/orders/{order_id}/cancel")
    late = await change(known, order_id, references=[OLD], reason="Too late.")

    assert (silent.status_code, slug(late)) == (422, "order-cancelled")


async def test_an_amendment_of_what_was_seen_is_refused_once_somebody_else_has_changed_it(known: House) -> None:
    order_id = await known.place()
    first = await change(known, order_id, quantity=4, version=1)

    stale = await change(known, order_id, quantity=2, version=1)
    harmless = await change(known, order_id, quantity=4, version=1)
    fresh = await change(known, order_id, quantity=2, version=2)

    assert [each.status_code for each in (first, stale, harmless, fresh)] == [202, 409, 202, 202]
    assert slug(stale) == "version-stale"
    assert {name: stale.json()[name] for name in ("seen", "version", "quantity")} == {
        "seen": 1,
        "version": 2,
        "quantity": 4,
    }
    assert (await known.order(order_id))["wanted"] == 2


async def test_a_source_that_makes_nothing_accepted_is_passed_over_until_a_substitute_is_allowed(known: House) -> None:
    await known.approve("F-01")
    await known.approve("F-02", lead_time_days=5)
    order_id = await known.place(references=[OLD])
    await known.ear.hear(inventory_said(order_id, DemandReserved))
    waiting = await known.order(order_id)
    why = await known.send("GET", f"/v1/orders/{order_id}/explanation")

    await change(known, order_id, references=[NEW], reason="The licence-built one will do.")
    await known.ear.hear(inventory_said(order_id, DemandReserved))

    sourced = await known.order(order_id)
    assert (waiting["open"], waiting["work_orders"]) == (5, [])
    words = [each["text"] for each in why.json()["why_not_earlier"] if each["kind"] == "excluded"]
    assert len(words) == 2
    assert all("is not known to make a reference that the order accepts" in each for each in words)
    assert [each["source"] for each in sourced["work_orders"]] == ["F-01"]


async def test_what_is_not_accepted_any_more_is_explained_as_a_loss(known: House) -> None:
    order_id = await known.place()
    await known.ear.hear(inventory_said(order_id, DemandReserved, reserved=5))

    lost = inventory_said(order_id, ReservationLost, taken=5, reason=LossReason.CONDITION_CHANGED, unaccepted=True)
    await known.ear.hear(lost)

    why = await known.send("GET", f"/v1/orders/{order_id}/explanation")
    (loss,) = [each for each in why.json()["why_this_much"] if each["kind"] == "lost"]
    assert loss["text"] == (
        "5 were taken from what was held: it is of a reference that the order does not accept"
    )  # fmt: skip


async def test_what_is_being_made_and_not_accepted_any_more_is_asked_back(known: House) -> None:
    await known.approve("F-01")
    order_id = await known.place(references=[NEW])
    await known.ear.hear(inventory_said(order_id, DemandReserved))

    await change(known, order_id, references=[OLD], reason="The original alone.")

    assert (await known.told_of(order_id))[-2:] == ["order-references-changed", "order-sourcing-reduced"]
