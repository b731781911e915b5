"""The shapes that facts have now, beside every shape that they were published in: none of those may break."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.contract.compatibility import differences
from tests.contract.published_language import (
    PUBLISHED,
    Schema,
    ever_published,
    facts,
    published,
    read,
    schema_of,
    type_of,
)


@pytest.mark.parametrize("fact", facts(), ids=type_of)
def test_a_fact_still_has_the_shape_we_published(fact: type[BaseModel]) -> None:
    assert read(published(fact)) == schema_of(fact), "run `make schemas` and look at what changed"


def test_no_published_fact_has_disappeared() -> None:
    types = {type_of(fact) for fact in facts()}

    kept = {path.stem for path in PUBLISHED.glob("*.json")}
    kept |= {path.parent.name for path in PUBLISHED.glob("history/*/*.json")}

    assert kept == types


@pytest.mark.parametrize(("fact", "path"), list(ever_published()), ids=lambda part: getattr(part, "stem", None))
def test_no_shape_that_was_ever_published_is_broken(fact: type[BaseModel], path: Path) -> None:
    assert differences(read(path), schema_of(fact)) == []


@pytest.mark.parametrize("fact", facts(), ids=type_of)
def test_a_fact_and_each_of_its_fields_say_what_they_mean(fact: type[BaseModel]) -> None:
    schema = schema_of(fact)

    silent = [
        f"{shape.get('title')}.{name}"
        for shape in (schema, *schema.get("$defs", {}).values())
        for name, field in shape.get("properties", {}).items()
        if not field.get("description")
    ]
    unnamed = [name for name, shape in schema.get("$defs", {}).items() if shape and not shape.get("description")]

    assert fact.__doc__ is not None
    assert schema["description"] == fact.__doc__.strip()
    assert silent == []
    assert unnamed == []


def shape(**fields: Any) -> Schema:
    required = [name for name, field in fields.items() if "default" not in field]
    return {"type": "object", "additionalProperties": False, "properties": fields, "required": required}


QUANTITY = {"type": "integer", "minimum": 0}
NOTE = {"anyOf": [{"type": "string", "maxLength": 500}, {"type": "null"}], "default": None}
NESTED = {"type": "array", "items": {"$ref": "#/$defs/Line"}}
BEFORE = shape(quantity=QUANTITY, note=NOTE, state={"enum": ["open", "closed"]})


@pytest.mark.parametrize(
    ("later", "said"),
    [
        pytest.param(shape(note=NOTE, state={"enum": ["open", "closed"]}), "quantity is gone", id="removed field"),
        pytest.param(
            {**shape(**BEFORE["properties"], site={"type": "string"})},
            "site is new and says nothing",
            id="new required",
        ),
        pytest.param(
            {**BEFORE, "properties": {**BEFORE["properties"], "site": {"type": "string"}}},
            "site is new and says nothing",
            id="new field without a default",
        ),
        pytest.param(
            shape(**{**BEFORE["properties"], "quantity": {"type": "integer", "minimum": 1}}),
            "minimum",
            id="narrower bound",
        ),
        pytest.param(shape(**{**BEFORE["properties"], "quantity": {"type": "integer"}}), "minimum", id="wider bound"),
        pytest.param(
            shape(**{**BEFORE["properties"], "quantity": {"type": "string", "minimum": 0}}), "type", id="another type"
        ),
        pytest.param(
            shape(**{**BEFORE["properties"], "note": {"type": "string", "maxLength": 500, "default": ""}}),
            "anyOf",
            id="no longer nullable",
        ),
        pytest.param(
            shape(**{**BEFORE["properties"], "note": {**NOTE, "default": "none"}}), "default", id="another default"
        ),
        pytest.param(
            shape(**{**BEFORE["properties"], "state": {"enum": ["open"]}}), "enum", id="value taken from a choice"
        ),
        pytest.param(
            shape(**{**BEFORE["properties"], "state": {"enum": ["open", "closed", "late"]}}),
            "enum",
            id="value that earlier readers do not know",
        ),
        pytest.param({**BEFORE, "required": ["quantity"]}, "state may now be missing", id="no longer required"),
        pytest.param(
            {**BEFORE, "required": ["quantity", "note", "state"]}, "note may no longer be missing", id="now required"
        ),
    ],
)
def test_a_change_that_would_break_a_reader_is_caught(later: Schema, said: str) -> None:
    found = differences(BEFORE, later)

    assert any(said in each for each in found), found


def test_a_change_inside_a_list_of_parts_is_caught() -> None:
    before = {**shape(lines=NESTED), "$defs": {"Line": shape(quantity=QUANTITY)}}
    later = {**shape(lines=NESTED), "$defs": {"Line": shape(amount=QUANTITY)}}

    found = differences(before, later)

    assert found == [
        "lines[]: field quantity is gone",
        "lines[]: field amount is new and says nothing of its absence",
    ]


def test_a_new_field_that_may_be_missing_and_new_words_are_no_break() -> None:
    later = {**shape(**BEFORE["properties"], heat={**NOTE, "description": "Heat number."}), "title": "Lot"}

    assert differences(BEFORE, later) == []
