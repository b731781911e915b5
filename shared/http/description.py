"""What the API's description says of every door alike: who may use it, what it may answer, which headers it takes.

A route says what is its own; whatever follows from the guard, from paging or from versions is added here, so that no
door can forget to say it.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from shared.http.auth import rule_of
from shared.http.idempotency import KEY_HEADER
from shared.http.problems import MEDIA_TYPE
from shared.http.versions import AFTER_HEADER, VERSION_HEADERS, is_told_by

_Schema = dict[str, Any]  # a JSON document under change
_PROBLEM_CONTENT: _Schema = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_ANY_PROBLEM: _Schema = {"description": "A problem: why the request was not done.", "content": _PROBLEM_CONTENT}
_OF_THE_GUARD = {
    "401": "`token-missing`, `token-invalid`.",
    "403": "`role-forbidden`: the door is not for your role.",
    "409": "`version-not-yet-applied`: what `JVTrack-After` names has not arrived; ask again.",
    "422": "`request-invalid`, `token-malformed`, `stream-not-heard`.",
    "503": "`overloaded`, `database-away`: try again after `Retry-After` seconds.",
}
_OF_A_BODY = {
    "400": "`body-unreadable`.",
    "408": "`body-too-slow`.",
    "413": "`body-too-large`.",
    "415": "`media-type-unsupported`.",
    "422": "`name-repeated`.",
}
_OF_A_KEY = {"409": "`idempotency-key-reused`.", "422": "`idempotency-key-missing`, `idempotency-key-malformed`."}
_OF_A_LIST = {"422": "`cursor-malformed`."}
_LINK: _Schema = {
    "description": 'Where the next page starts, if there is one: `</v1/...?cursor=...>; rel="next"`.',
    "schema": {"type": "string"},
}
_AFTER: _Schema = {
    "name": AFTER_HEADER,
    "in": "header",
    "required": False,
    "description": "Versions to wait for, parted by commas, before this is answered, as `JVTrack-Version` told them.",
    "schema": {"type": "string", "examples": ["orders.v1/order:7201YA6327A001-2026@1"]},
}
_PROBLEM: _Schema = {
    "type": "object",
    "title": "Problem",
    "description": "Why a request was not done (RFC 9457). The facts of the case are further members.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": "What kind of no it is, for programs."},
        "title": {"type": "string", "description": "The same in a sentence, for people."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "The facts of this case."},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "trace_id": {"type": "string", "description": "Finds the request in the logs."},
        "errors": {
            "type": "array",
            "description": "Each field that does not fit.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Such as `lines[2].quantity` or `query limit`."},
                    "message": {"type": "string", "description": "What is wrong with it."},
                },
            },
        },
    },
    "example": {
        "type": "urn:jvtrack:problem:order-unknown",
        "title": "There is no such order.",
        "status": 404,
        "detail": "order: 7201YA6327A001-2026",
        "instance": "/v1/orders/7201YA6327A001-2026",
    },
}


def describe(app: FastAPI) -> _Schema:
    """Describe an app's routes in OpenAPI 3.1, every one with the problems it may answer."""
    schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas: _Schema = schema.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                _complete(schema["paths"][route.path_format][method.lower()], route)
    return schema


def _complete(operation: _Schema, route: APIRoute) -> None:
    responses: _Schema = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    _say_who(operation, route)
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    _say_problems(operation, names, is_guarded="security" in operation)
    _say_headers(operation, {"Link": _LINK} if "cursor" in names else {}, is_told_by(route.endpoint))
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == KEY_HEADER:
            parameter["required"] = True


def _say_who(operation: _Schema, route: APIRoute) -> None:
    rule = rule_of(route)
    if rule is not None:
        roles = sorted(role.value for role in rule.roles)
        operation["x-roles"] = roles
        operation["description"] = f"{operation.get('description', '')}\n\nOpen to: {', '.join(roles)}.".strip()
        operation.setdefault("parameters", []).append(_AFTER)


def _say_problems(operation: _Schema, names: set[str], *, is_guarded: bool) -> None:
    responses: _Schema = operation["responses"]
    applies = (
        (is_guarded, _OF_THE_GUARD),
        ("requestBody" in operation, _OF_A_BODY),
        (KEY_HEADER in names, _OF_A_KEY),
        ("cursor" in names, _OF_A_LIST),
    )
    for does_apply, problems in applies:
        if does_apply:
            _add(responses, problems)
    for status, response in responses.items():
        if status.startswith(("4", "5")):
            response.setdefault("content", _PROBLEM_CONTENT)
    responses["default"] = _ANY_PROBLEM


def _say_headers(operation: _Schema, told: _Schema, tells_versions: bool) -> None:  # noqa: FBT001  # said of the route
    headers = {**told, **VERSION_HEADERS} if tells_versions else told
    for status, response in operation["responses"].items():
        if status.startswith("2") and headers:
            response["headers"] = {**headers, **response.get("headers", {})}


def _add(responses: _Schema, problems: dict[str, str]) -> None:
    """Say what problems there are, beside what the route has said of the same status."""
    for status, text in problems.items():
        said = responses.setdefault(status, {"description": ""})
        said["description"] = " ".join(filter(None, (said["description"], text)))
