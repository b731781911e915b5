"""What was done to bring an order sooner, in words."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.orders.domain.expedited import why_expedited
from services.orders.domain.explaining import ReasonKind
from shared.events.expediting import OrderLentAsked, OrderSourceHurried, OrderSplit
from tests.unit.orders.makers import ORDER, a_work_order, an_order

ABOUT: dict[str, Any] = {"order": ORDER, "site": "D-01", "part": "ROTOR-BLADE", "ordered_by": "D-01"}
WHO: dict[str, Any] = {"reason": "Grounded.", "asked_by": "planner@IND"}
HURRIED = OrderSourceHurried(
    **ABOUT, **WHO, work_order=f"{ORDER}-W1", source="F-01", wanted_by=date(2026, 12, 20), due=date(2027, 1, 1)
)
ASKED = OrderLentAsked(**ABOUT, **WHO, lateral=f"{ORDER}-Z", depot="D-02", quantity=2, road_days=3, sourced_before=5)


def test_a_hurried_source_is_named_with_the_days_and_what_it_has_answered() -> None:
    silent = an_order(5, work_orders=(a_work_order(),))
    answered = an_order(5, work_orders=(a_work_order(due=date(2026, 12, 22)),))

    (waits,) = why_expedited(silent, [HURRIED], [], [])
    (moved,) = why_expedited(answered, [HURRIED], [], [])

    assert waits.kind is ReasonKind.HURRIED
    assert waits.text == (
        f"planner@IND asked F-01 to bring {ORDER}-W1 by 2026-12-20 instead of 2027-01-01: Grounded.; "
        "it has named no other day than 2027-01-01 since"
    )
    assert moved.text.endswith("it now says 2026-12-22")


def test_a_split_names_the_second_source_and_its_share() -> None:
    fact = OrderSplit(**ABOUT, **WHO, work_order=f"{ORDER}-W2", source="F-02", quantity=2, sourced_before=5)

    (reason,) = why_expedited(an_order(5), [], [fact], [])

    assert (reason.kind, reason.quantity, reason.site) == (ReasonKind.SPLIT, 2, "F-02")
    assert reason.text == f"planner@IND gave 2 to F-02 as {ORDER}-W2: Grounded."


def test_another_depot_is_named_with_what_has_come_of_the_asking() -> None:
    lent = a_work_order(1, 2, source="D-02", lateral=f"{ORDER}-Z", due_reason="held at D-02, 3 days on the road")
    gone = replace(lent, quantity=0)

    texts = [
        why_expedited(an_order(5, work_orders=works), [], [], [ASKED], standing=standing)[0].text.rpartition("; ")[2]
        for works, standing in (((), [ASKED.lateral]), ((), []), ((lent,), [ASKED.lateral]), ((gone,), []))
    ]

    assert texts == [
        "it has not answered yet",
        "it does not ship it",
        "it is to be here on 2027-01-01: held at D-02, 3 days on the road",
        "it does not ship it any more",
    ]
