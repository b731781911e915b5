"""Values of a published shape: any that it allows, and whether it allows a given one."""

import datetime
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from tests.contract.published_language import Schema

_BOUNDS = {"exclusiveMinimum", "format", "maximum", "maxLength", "minimum", "minLength", "pattern"}
_STRUCTURE = {"$defs", "$ref", "additionalProperties", "anyOf", "enum", "items", "properties", "required", "type"}
_KNOWN = _BOUNDS | _STRUCTURE | {"default", "description", "maxItems", "title"}
_FORMATS: Mapping[str, st.SearchStrategy[str]] = {
    "date": st.dates().map(datetime.date.isoformat),
    "date-time": st.datetimes(timezones=st.just(datetime.UTC)).map(datetime.datetime.isoformat),
    "uuid": st.uuids().map(str),
}
_PARSERS: Mapping[str, Callable[[str], object]] = {
    "date": datetime.date.fromisoformat,
    "date-time": datetime.datetime.fromisoformat,
    "uuid": uuid.UUID,
}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
_WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=20)


def values(shape: Schema, root: Schema | None = None) -> st.SearchStrategy[Any]:
    """Draw values that a shape allows."""
    root = root or shape
    shape = _resolved(shape, root)
    if "enum" in shape:
        return st.sampled_from(shape["enum"])
    if "anyOf" in shape:
        return st.one_of(*(values(option, root) for option in shape["anyOf"]))
    if shape.get("type") == "object":
        return _objects(shape, root)
    if shape.get("type") == "array":
        return st.lists(values(shape["items"], root), max_size=3)
    return _scalars(shape)


def faults(value: Any, shape: Schema, root: Schema | None = None) -> Iterator[str]:
    """Say what a shape does not allow about a value; fields that it does not know are read over."""
    root = root or shape
    shape = _resolved(shape, root)
    if "anyOf" in shape:
        if all(list(faults(value, option, root)) for option in shape["anyOf"]):
            yield f"{value!r} is none of {shape['anyOf']}"
        return
    if "enum" in shape and value not in shape["enum"]:
        yield f"{value!r} is none of {shape['enum']}"
    if "type" in shape and not isinstance(value, _TYPES[shape["type"]]):
        yield f"{value!r} is no {shape['type']}"
    elif isinstance(value, dict):
        yield from _field_faults(value, shape, root)
    elif isinstance(value, list):
        for item in value:
            yield from faults(item, shape["items"], root)
    else:
        yield from _bound_faults(value, shape)


def _resolved(shape: Schema, root: Schema) -> Schema:
    assert shape.keys() <= _KNOWN, f"not understood: {shape.keys() - _KNOWN}"
    if "$ref" in shape:
        definition: Schema = root["$defs"][shape["$ref"].removeprefix("#/$defs/")]
        return _resolved(definition, root)
    return shape


def _objects(shape: Schema, root: Schema) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: values(field, root) for name, field in shape.get("properties", {}).items()}
    if not fields:
        return st.dictionaries(_WORDS, _WORDS, min_size=1, max_size=3)
    required = set(shape.get("required", ()))
    return st.fixed_dictionaries(
        {name: field for name, field in fields.items() if name in required},
        optional={name: field for name, field in fields.items() if name not in required},
    )


def _scalars(shape: Schema) -> st.SearchStrategy[Any]:
    if shape.get("type") == "integer":
        lowest = shape.get("minimum", shape.get("exclusiveMinimum", -1000) + 1)
        return st.integers(lowest, shape.get("maximum", 1000))
    if shape.get("type") == "boolean":
        return st.booleans()
    if shape.get("type") == "null":
        return st.none()
    if "pattern" in shape:
        return st.from_regex(shape["pattern"].removeprefix("^").removesuffix("$"), fullmatch=True)
    return _FORMATS.get(shape.get("format", ""), _WORDS)


def _field_faults(value: Mapping[str, Any], shape: Schema, root: Schema) -> Iterator[str]:
    fields = shape.get("properties", {})
    for name in shape.get("required", ()):
        if name not in value:
            yield f"{name} is missing"
    for name in value.keys() & fields.keys():
        yield from faults(value[name], fields[name], root)


def _bound_faults(value: Any, shape: Schema) -> Iterator[str]:
    bounds: Mapping[str, Callable[[Any], bool]] = {
        "minimum": lambda bound: value >= bound,
        "exclusiveMinimum": lambda bound: value > bound,
        "maximum": lambda bound: value <= bound,
        "minLength": lambda bound: len(value) >= bound,
        "maxLength": lambda bound: len(value) <= bound,
        "pattern": lambda bound: re.fullmatch(bound, value) is not None,
        "format": lambda bound: bool(_PARSERS[bound](value)) or True,
    }
    for name, holds in bounds.items():
        if name in shape and not holds(shape[name]):
            yield f"{value!r} breaks {name} {shape[name]!r}"
