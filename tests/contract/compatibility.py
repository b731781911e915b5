"""Whether two shapes of one fact understand each other, whichever of them writes and whichever reads.

Facts are kept for ever and services are deployed one by one, so both directions hold at once: within a version, all
that may change are words for people, and new fields that may be missing and say what their absence means.
"""

from collections.abc import Iterator
from typing import Any

from tests.contract.published_language import Schema

_WORDS = frozenset({"title", "description", "examples"})


def differences(earlier: Schema, later: Schema) -> list[str]:
    """Name what the later shape must not have changed; nothing if it may stand beside the earlier one."""
    return list(_compare(_resolved(earlier, earlier), _resolved(later, later), "the fact"))


def _resolved(node: Any, root: Schema) -> Any:
    """Put every referenced definition in the place that refers to it, and leave out the words for people."""
    if isinstance(node, list):
        return [_resolved(item, root) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        definition = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
        node = {**definition, **{name: value for name, value in node.items() if name != "$ref"}}
    resolved = {}
    for name, value in node.items():
        if name == "properties":
            resolved[name] = {field: _resolved(shape, root) for field, shape in value.items()}
        elif name not in _WORDS and name != "$defs":
            resolved[name] = _resolved(value, root)
    return resolved


def _compare(earlier: Any, later: Any, place: str) -> Iterator[str]:
    if not (isinstance(earlier, dict) and isinstance(later, dict)):
        if earlier != later:
            yield f"{place}: {earlier!r} became {later!r}"
        return
    yield from _compare_fields(earlier, later, place)
    yield from _compare_required(earlier, later, place)
    for name in sorted((earlier.keys() | later.keys()) - {"properties", "required"}):
        yield from _compare_keyword(name, (earlier.get(name), later.get(name)), place)


def _compare_keyword(name: str, values: tuple[Any, Any], place: str) -> Iterator[str]:
    before, after = values
    if name == "items":
        yield from _compare(before, after, f"{place}[]")
    elif name == "anyOf" and before and after and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from _compare(one, other, place)
    else:
        yield from _compare(before, after, f"{place}: {name}")


def _compare_fields(earlier: Schema, later: Schema, place: str) -> Iterator[str]:
    before, after = earlier.get("properties", {}), later.get("properties", {})
    for field in sorted(before.keys() - after.keys()):
        yield f"{place}: field {field} is gone"
    for field in sorted(after.keys() - before.keys()):
        if field in later.get("required", ()) or "default" not in after[field]:
            yield f"{place}: field {field} is new and says nothing of its absence"
    for field in sorted(before.keys() & after.keys()):
        yield from _compare(before[field], after[field], field if place == "the fact" else f"{place}.{field}")


def _compare_required(earlier: Schema, later: Schema, place: str) -> Iterator[str]:
    known = earlier.get("properties", {}).keys() & later.get("properties", {}).keys()
    before, after = known & set(earlier.get("required", ())), known & set(later.get("required", ()))
    for field in sorted(before ^ after):
        yield f"{place}: field {field} {'may now be missing' if field in before else 'may no longer be missing'}"
