"""What is shown: streams within the rights, numbers as stretches, and an API that describes itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.production.api.work_orders import shape_for
from services.production.main import build
from services.production.settings import ProductionSettings
from services.production.store.senders import multirange
from shared.events.production import LotStarted, WorkOrderOpened
from shared.http.places import Place
from shared.http.sse import TailEvent
from shared.http.tokens import Role
from shared.settings import CommonSettings, DoorSettings
from tests.unit.http.makers import Issuer
from tests.unit.production.makers import a_principal

NATIONS = {"F-01": "IND", "F-09": "RUS"}


def told(factory: str, kind: str = WorkOrderOpened.TYPE, **more: str) -> TailEvent:
    place, data = Place("production.v1", "0a", (1,)), json.dumps({"factory": factory, "quantity": 7, **more}).encode()
    return TailEvent(place, kind, data, version=2, event_id="id", recorded_at="then")


@pytest.mark.parametrize(
    ("role", "factory", "shown"),
    [
        (Role.FACTORY, "F-01", {"factory": "F-01", "quantity": 7}),
        (Role.FACTORY, "F-02", None),
        (Role.PLANNER, "F-01", {"factory": "F-01", "quantity": 7}),
        (Role.PLANNER, "F-09", None),
        (Role.OPERATOR, "F-09", {"factory": "F-09"}),
        (Role.AUDITOR, "F-01", {"factory": "F-01", "quantity": 7}),
        (Role.DEPOT, "F-02", None),
    ],
)
def test_a_stream_shows_what_the_rights_allow(role: Role, factory: str, shown: dict[str, Any] | None) -> None:
    sites = ["F-01"] if role is Role.FACTORY else ["D-01"]
    shape = shape_for(a_principal(role, *sites), NATIONS, None)

    seen = shape(told(factory))

    names = {"event_id": "id", "recorded_at": "then"}
    version = {"version": 2} if shown and "quantity" in shown else {}
    assert (None if seen is None else json.loads(seen)) == (shown and {**shown, **version, **names})


@pytest.mark.parametrize(
    ("role", "nation", "supplier", "depot", "is_shown"),
    [
        (Role.PROCUREMENT, "IND", "S-10", "D-01", True),
        (Role.PLANNER, "IND", "S-01", "D-01", True),
        (Role.PROCUREMENT, "IND", "S-10", "D-90", False),
        (Role.PROCUREMENT, "RUS", "S-10", "D-01", False),
        (Role.FACTORY, "IND", "S-10", "D-01", False),
        (Role.PLANNER, "IND", "F-09", "D-01", False),
    ],
)
def test_a_stream_shows_a_purchase_to_the_nation_that_has_bought(
    role: Role, nation: str, supplier: str, depot: str, *, is_shown: bool
) -> None:
    nations = {**NATIONS, "S-10": "POL", "S-01": "RUS", "D-01": "IND", "D-90": "RUS"}
    shape = shape_for(a_principal(role, nation=nation), nations, None, suppliers={"S-10", "S-01"})

    seen = shape(told(supplier, depot=depot))

    assert (seen is not None) is is_shown


def test_a_stream_of_work_orders_shows_no_lots() -> None:
    assert shape_for(a_principal(), NATIONS, None)(told("F-01", LotStarted.TYPE)) is None


def test_a_stream_can_be_narrowed_to_one_factory() -> None:
    shape = shape_for(a_principal(Role.FACTORY, "F-01", "F-02"), NATIONS, "F-02")

    assert shape(told("F-01")) is None
    assert shape(told("F-02")) is not None


@pytest.mark.parametrize(
    ("numbers", "written"),
    [([], "{}"), ([3], "{[3,4)}"), ([2, 1, 3], "{[1,4)}"), ([1, 7, 2, 9, 8], "{[1,3),[7,10)}")],
)
def test_numbers_that_follow_each_other_are_one_stretch(numbers: list[int], written: str) -> None:
    assert multirange(numbers) == written


async def test_the_api_describes_every_field_and_shows_every_type(tmp_path: Path) -> None:
    common = CommonSettings(kafka="127.0.0.1:1")
    door = DoorSettings(
        database="postgresql+asyncpg://nobody@127.0.0.1:1/none", relay_database="postgresql://127.0.0.1:1/none", port=1
    )
    service = build(common, door, Issuer(tmp_path).authenticator(), ProductionSettings())

    described = service.app.openapi()

    bodies = described["paths"]["/v1/events"]["post"]["requestBody"]["content"]
    assert len(bodies["application/cloudevents+json"]["examples"]) == 23
    own = [
        described["paths"][path] for path in described["paths"] if path.startswith(("/v1/e", "/v1/l", "/v1/w", "/v1/s"))
    ]
    models = [model for name, model in described["components"]["schemas"].items() if name in OWN_MODELS]
    assert len(models) == len(OWN_MODELS)
    assert [name for schema in (*own, *models) for name in undescribed(schema)] == []


OWN_MODELS = {
    "EventAnswer",
    "GapsRead",
    "Gap",
    "HistoryEntry",
    "LotRead",
    "LotSummary",
    "WorkOrderRead",
    "WorkOrderSummary",
}


def undescribed(schema: Any) -> list[str]:
    """Name the fields and parameters that nobody has described."""
    if isinstance(schema, list):
        return [name for each in schema for name in undescribed(each)]
    if not isinstance(schema, dict):
        return []
    fields = schema.get("properties", {})
    found = [name for name, field in fields.items() if isinstance(field, dict) and "description" not in field]
    found += [each["name"] for each in schema.get("parameters", []) if "description" not in each]
    return found + [name for name, each in schema.items() if name != "examples" for name in undescribed(each)]
