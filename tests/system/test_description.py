"""Every service describes itself: each field, each operation, a page that needs no internet, its metrics."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.local.settings import SERVICES
from tests.fixtures.catalogue import Trade
from tests.fixtures.doors import members

pytestmark = pytest.mark.asyncio(loop_scope="session")

METHODS = ("get", "put", "post", "patch", "delete")
METRICS = {
    "jvtrack_outbox_pending",
    "jvtrack_outbox_age_seconds",
    "jvtrack_published_total",
    "jvtrack_applied_total",
    "jvtrack_duplicates_total",
    "jvtrack_lag_events",
    "jvtrack_lag_seconds",
    "jvtrack_event_age_seconds_bucket",
    "jvtrack_blocked_keys",
    "jvtrack_batch_size_bucket",
    "jvtrack_relay_leader",
    "jvtrack_http_request_seconds_bucket",
}
PUBLISHED = {"jvtrack_published_total"}
"""What a service shows that tells anything."""
OPEN_TO = re.compile(r"Open to: (?:factory|depot|planner|procurement|operator|auditor|quality)")
PROBLEM = re.compile(r"`[a-z]+(?:-[a-z]+)+`")
VERSIONED = {
    "orders": [
        "post /v1/orders",
        "get /v1/orders/{order_id}",
        "patch /v1/orders/{order_id}",
        "post /v1/orders/{order_id}/cancel",
        "post /v1/orders/{order_id}/decline",
    ],
    "production": [
        "post /v1/events",
        "post /v1/first-articles",
        "post /v1/first-articles/{first_article}/pass",
        "post /v1/first-articles/{first_article}/fail",
        "post /v1/first-articles/{first_article}/reopen",
    ],
    "inventory": [
        "post /v1/receipts",
        "post /v1/issues",
        "post /v1/counts",
        "put /v1/parts/{part}",
        "put /v1/sites/{site}",
    ],
    "monitor": [],
}
DECLARED = {"jvtrack_parked_keys", "jvtrack_forks", "jvtrack_fenced_batches", "jvtrack_holes"}
"""Metrics that have values only when something is wrong."""


@pytest.mark.parametrize("service", SERVICES)
async def test_every_operation_has_a_summary_and_a_description_of_every_parameter(trade: Trade, service: str) -> None:
    described = await description(trade, service)

    bare = [
        f"{method} {path} {parameter['name']}"
        for path, method, operation in operations(described)
        for parameter in operation.get("parameters", ())
        if not parameter.get("description") and not parameter["schema"].get("description")
    ]

    assert [f"{method} {path}" for path, method, each in operations(described) if not each.get("summary")] == []
    assert bare == []


@pytest.mark.parametrize("service", SERVICES)
async def test_every_field_of_every_body_has_a_description(trade: Trade, service: str) -> None:
    described = await description(trade, service)

    bare = sorted(set(undescribed(described["components"]["schemas"], described["paths"])))

    assert bare == []


@pytest.mark.parametrize("service", SERVICES)
async def test_every_body_that_is_asked_for_comes_with_an_example(trade: Trade, service: str) -> None:
    described = await description(trade, service)
    schemas = described["components"]["schemas"]

    bare = [
        f"{method} {path}"
        for path, method, operation in operations(described)
        if "requestBody" in operation and "/operations/" not in path
        for media in operation["requestBody"]["content"].values()
        if not has_example(media, schemas)
    ]

    assert bare == []


@pytest.mark.parametrize("service", ["orders", "production"])
async def test_every_answer_is_shown_by_an_example(trade: Trade, service: str) -> None:
    described = await description(trade, service)
    schemas = described["components"]["schemas"]

    bare = [
        f"{method} {path} {status}"
        for path, method, operation in operations(described)
        if path.startswith("/v1") and "/operations/" not in path
        for status, answer in operation["responses"].items()
        if status.startswith("2")
        for media in answer.get("content", {"nothing": {"schema": {}}}).values()
        if not has_example(media, schemas)
    ]

    assert bare == []


@pytest.mark.parametrize("service", SERVICES)
async def test_every_door_says_who_may_use_it_and_how_it_says_no(trade: Trade, service: str) -> None:
    described = await description(trade, service)
    guarded = [each for each in operations(described) if "security" in each[2]]

    silent = [f"{method} {path}" for path, method, each in guarded if not OPEN_TO.search(each["description"])]
    nameless = [
        f"{method} {path} {status}"
        for path, method, operation in guarded
        for status in ("401", "403", "409", "422", "503")
        if not PROBLEM.search(operation["responses"].get(status, {}).get("description", ""))
    ]
    formless = [
        f"{method} {path} {status}"
        for path, method, operation in guarded
        for status, answer in operation["responses"].items()
        if status[0] in "45" and "application/problem+json" not in answer["content"]
    ]

    assert len(guarded) > 3
    assert (silent, nameless, formless) == ([], [], [])


@pytest.mark.parametrize("service", SERVICES)
async def test_every_header_of_an_answer_is_described(trade: Trade, service: str) -> None:
    described = await description(trade, service)

    told = {
        f"{method} {path}": {name for answer in each["responses"].values() for name in answer.get("headers", {})}
        for path, method, each in operations(described)
    }
    paged = {
        f"{method} {path}"
        for path, method, each in operations(described)
        if any(parameter["name"] == "cursor" for parameter in each.get("parameters", ()))
    }

    assert {door for door, headers in told.items() if "Link" in headers} == paged
    assert {door for door in VERSIONED[service] if "JVTrack-Version" not in told[door]} == set()
    assert ("JVTrack-Position" in told.get("get /v1/work-orders", ())) is (service == "production")


@pytest.mark.parametrize("service", ["orders", "inventory"])
async def test_every_import_shows_its_columns_and_a_file_of_each_form(trade: Trade, service: str) -> None:
    described = await description(trade, service)
    imports = [each for path, _, each in operations(described) if path.endswith("/import")]

    assert len(imports) == (5 if service == "orders" else 2)
    for operation in imports:
        body = operation["requestBody"]
        for kind in body["content"]["text/csv"]["examples"].values():
            header = kind["value"].splitlines()[0].split(",")
            assert [name for name in header if f"`{name}`" not in body["description"]] == []
        assert body["content"]["application/json"]["examples"].keys() == body["content"]["text/csv"]["examples"].keys()


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("orders", "/v1/sources/import"),
        ("orders", "/v1/activities/import"),
        ("orders", "/v1/platforms/import"),
        ("inventory", "/v1/catalogue/import"),
        ("inventory", "/v1/stock/import"),
    ],
)
async def test_the_files_that_are_shown_are_taken(trade: Trade, service: str, path: str) -> None:
    content = (await description(trade, service))["paths"][path]["post"]["requestBody"]["content"]
    token = trade.system.token("operator")

    answers = []
    for media_type, shown in content.items():
        for example in shown["examples"].values():
            written = example["value"] if media_type == "text/csv" else json.dumps(example["value"])
            headers = {"Content-Type": media_type}
            answers.append(
                await trade.doors.ask(
                    service, "POST", f"{path}?dry_run=true", token=token, headers=headers, content=written
                )
            )

    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]


@pytest.mark.parametrize("service", SERVICES)
async def test_the_page_to_try_a_service_out_asks_nothing_of_the_internet(trade: Trade, service: str) -> None:
    address = trade.system.url(service)

    page = await trade.doors.http.get(f"{address}/docs")
    needs = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    found = [await trade.doors.http.get(f"{address}/{need}") for need in needs]

    assert [need for need in needs if "//" in need] == []
    assert {answer.status_code for answer in found} == {200}
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_token_can_be_entered_on_the_page(trade: Trade, service: str) -> None:
    described = await description(trade, service)

    schemes = described["components"]["securitySchemes"].values()

    assert [(each["type"], each["scheme"]) for each in schemes] == [("http", "bearer")]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_loop_shows_its_metrics(trade: Trade, service: str) -> None:
    await trade.placed(await trade.stocked(("D-01", 1)))
    await trade.dispatched(trade.part(), 1, depot="D-01")
    await trade.quiet()

    shown = (await trade.doors.http.get(f"{trade.system.url(service)}/metrics")).text

    names = set(re.findall(r"^(\w+)(?:\{|\s)", shown, re.MULTILINE))
    declared = set(re.findall(r"^# TYPE (\w+?)(?:_total)? ", shown, re.MULTILINE))
    assert METRICS - names == (PUBLISHED if service == "monitor" else set())
    assert DECLARED - declared == set()


async def description(trade: Trade, service: str) -> dict[str, Any]:
    """Read a service's description of itself."""
    return members(await trade.doors.http.get(f"{trade.system.url(service)}/openapi.json"))


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Walk through the operations, with their paths and methods."""
    for path, item in described["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def undescribed(*nodes: Any) -> Iterator[str]:
    """Name the fields without a description, anywhere below."""
    for node in nodes:
        if isinstance(node, list):
            yield from undescribed(*node)
        elif isinstance(node, dict):
            for name, field in (node.get("properties") or {}).items():
                if isinstance(field, dict) and not field.get("description"):
                    yield f"{node.get('title', '?')}.{name}"
            yield from undescribed(*node.values())


def has_example(media: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Tell whether a body is shown, beside or within its schema, or by one of its items."""
    if "example" in media or "examples" in media or "examples" in media["schema"]:
        return True
    choices = [media["schema"], media["schema"].get("items", {}), *media["schema"].get("anyOf", ())]
    names = [str(each["$ref"]).rpartition("/")[2] for each in choices if "$ref" in each]
    return any("examples" in schemas[name] or "example" in schemas[name] for name in names)
