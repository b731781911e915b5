"""Material that went into a lot: told, voided, corrected, and never in the way of what is counted."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.production.domain.making import CostIncomplete
from shared.events.making import MaterialKind
from shared.events.production import LotEventVoided
from shared.events.progress import MaterialConsumed
from shared.events.workshop import FactoryMaterialConsumed
from tests.unit.production.makers import (
    LOT,
    PART,
    WORK_ORDER,
    a_correction,
    a_finish,
    a_floor,
    a_posted,
    a_start,
    a_void,
    a_work_order,
    folded,
)

NAME = "F-01:L-1"


def a_material(**values: Any) -> FactoryMaterialConsumed:
    named: dict[str, Any] = {"lot": LOT, "part": PART, "work_order": WORK_ORDER, "material": "SPAR"}
    told: dict[str, Any] = {"input_lot": "F-02:L-7", "origin": "RUS", "amount": "12", "unit_cost": "5.00"}
    return FactoryMaterialConsumed(**{**named, **told, "currency": "INR", **values})


def test_material_is_told_of_the_lot_that_it_went_into() -> None:
    floor = a_floor(work_orders=(a_work_order(10),))
    floor.decide(a_posted(a_start(10)))

    floor.decide(a_posted(a_material(kind=MaterialKind.KIT, unit="KG", amount="2.5")))

    told = floor.told[-1].event
    assert isinstance(told, MaterialConsumed)
    assert (told.lot, told.order, told.material, told.kind) == (NAME, "7201YA6327A001-2026", "SPAR", MaterialKind.KIT)
    assert (told.input_lot, told.origin, told.amount, told.unit) == ("F-02:L-7", "RUS", "2.5", "KG")
    assert (told.unit_cost, told.currency, told.out_of_order) == ("5.00", "INR", False)
    assert floor.work_orders[WORK_ORDER].quantity == 10


def test_material_before_its_lot_was_begun_is_out_of_order_and_accepted() -> None:
    floor = a_floor()

    floor.decide(a_posted(a_material()))

    assert floor.told[-1].event.model_dump()["out_of_order"] is True


def test_a_lot_names_its_heats_and_materials_once_each() -> None:
    lot = folded(a_start(10, heat="H-1"), a_finish(10, heat="H-1"), a_material(), a_material(input_lot="KIT-9"))

    assert lot.inputs == {"H-1": 2, "F-02:L-7": 1, "KIT-9": 1}


def test_voided_material_is_no_input() -> None:
    floor = a_floor()
    floor.decide(a_posted(a_material(), "material"))

    floor.decide(a_posted(a_void("material")))

    told = floor.told[-1].event
    assert isinstance(told, LotEventVoided)
    assert told.voided_type == MaterialConsumed.TYPE
    assert floor.lots[NAME].inputs == {"F-02:L-7": 0}


def test_corrected_material_is_what_the_correction_says() -> None:
    floor = a_floor()
    floor.decide(a_posted(a_material(), "material"))
    right = a_material(input_lot="F-02:L-8")

    floor.decide(a_posted(a_correction("material", right)), right)

    assert floor.lots[NAME].inputs == {"F-02:L-7": 0, "F-02:L-8": 1}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "0.000"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"origin": "Russia"}, "origin"),
    ],
)
def test_material_that_cannot_be_names_the_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        a_material(**values)


@pytest.mark.parametrize("half", [{"currency": None}, {"unit_cost": None}])
def test_half_a_cost_is_refused_also_as_a_correction(half: dict[str, Any]) -> None:
    floor = a_floor()
    floor.decide(a_posted(a_material(), "material"))
    wrong = a_material(**half)

    with pytest.raises(CostIncomplete):
        floor.decide(a_posted(wrong))
    with pytest.raises(CostIncomplete):
        floor.decide(a_posted(a_correction("material", wrong)), wrong)

    assert len(floor.told) == 1


@pytest.mark.parametrize("amount", ["1", "0.5", "0.05", "0.001", "12.500", "100000"])
def test_an_amount_is_exact_and_more_than_nothing(amount: str) -> None:
    assert a_material(amount=amount).amount == amount
