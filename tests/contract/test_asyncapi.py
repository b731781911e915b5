"""The AsyncAPI document says what services tell each other as it is: every stream, every fact, who tells, who hears."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.events.envelope import Event, Stream
from tests.contract.asyncapi import DOCUMENT, HEARERS, document, is_heard
from tests.contract.published_language import facts


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    """Read the document as it is published."""
    read: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return read


def test_what_is_published_is_what_the_services_do(written: dict[str, Any]) -> None:
    assert written == document(), "run `make schemas` and look at what changed"


def test_every_fact_of_a_stream_is_a_message_of_its_channel_with_its_frozen_schema(written: dict[str, Any]) -> None:
    for stream in Stream:
        channel = written["channels"][stream.name.lower()]
        told = {kind.TYPE for kind in facts() if issubclass(kind, Event) and kind.STREAM is stream}
        assert channel["messages"].keys() == told
        assert channel["address"] == f"{{namespace}}.{stream.topic}"
    for message in written["components"]["messages"].values():
        assert Path(DOCUMENT.parent, message["payload"]["$ref"]).resolve().is_file()


def test_who_hears_what_is_told(written: dict[str, Any]) -> None:
    operations = written["operations"]

    heard = operations["inventory-deciders-hears-production"]["messages"]

    assert {"$ref": "#/channels/production/messages/jvtrack.production.lot-finished.v1"} in heard
    assert {"$ref": "#/channels/production/messages/jvtrack.production.lot-started.v1"} not in heard
    assert {name for name in operations if name.startswith("monitor-")} == {
        f"monitor-projections-hears-{stream.name.lower()}" for stream in Stream
    }
    assert {name for name in operations if "-tells-" in name} == {
        *("inventory-tells-catalogue", "inventory-tells-stock", "orders-tells-orders"),
        "production-tells-production",
    }


def test_a_type_that_is_passed_over_is_not_heard() -> None:
    (deciders,) = HEARERS["inventory"]

    assert is_heard(deciders, "jvtrack.orders.order-placed.v1")
    assert not is_heard(deciders, "jvtrack.orders.order-sourced.v1")


def test_every_reference_within_the_document_leads_somewhere(written: dict[str, Any]) -> None:
    found = list(_references(written))

    assert len(found) > 100
    assert [reference for reference in found if reference.startswith("#") and not _leads(written, reference)] == []


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [each for value in part.values() for each in _references(value)]
    return [each for value in part for each in _references(value)] if isinstance(part, list) else []


def _leads(whole: dict[str, Any], reference: str) -> bool:
    part: Any = whole
    for word in reference.removeprefix("#/").split("/"):
        if word not in part:
            return False
        part = part[word]
    return True
