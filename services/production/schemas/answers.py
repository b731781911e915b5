"""What the factory door answers, and how its API description shows what it takes."""

import json
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.production.domain.posted import Accepted
from services.production.schemas.events import READER
from services.production.schemas.examples import examples
from shared.types import LotId, WorkOrderId

EVENT = "application/cloudevents+json"
LINES = "application/x-ndjson"


class EventAnswer(BaseModel):
    """An event that stands in the books."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    status: Literal["accepted", "duplicate"]
    """Whether it was accepted now, or had been before."""
    event_id: UUID
    """Our own identity of the fact."""
    lot: LotId | None
    """The lot that it is about, if it is about one."""
    work_order: WorkOrderId | None
    """The work order that it is about, if it is about one itself."""
    version: str
    """The version that it made, as `JVTrack-After` takes it."""

    @classmethod
    def of(cls, accepted: Accepted, version: str) -> "EventAnswer":
        """Say what became of an accepted event."""
        return cls(
            status="duplicate" if accepted.is_duplicate else "accepted",
            event_id=accepted.event_id,
            lot=accepted.lot,
            work_order=accepted.work_order,
            version=version,
        )


class LineAnswer(BaseModel):
    """What became of one line."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    line: int
    """The line's number in the body, from 1."""
    status: Literal["accepted", "duplicate", "refused"]
    """What became of it."""
    id: str | None = None
    """The sender's id of the event, if the line could be read."""
    event_id: UUID | None = None
    """Our own identity of the fact, if it stands in the books."""
    problem: dict[str, Any] | None = None
    """Why it was refused (RFC 9457); with `retry_after` seconds where the same line is worth another try."""


class LinesSummary(BaseModel):
    """The last line of the answer."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    accepted: int = Field(ge=0)
    """Lines accepted."""
    duplicate: int = Field(ge=0)
    """Lines accepted before."""
    refused: int = Field(ge=0)
    """Lines refused."""


def request_body() -> dict[str, Any]:
    """Describe the bodies that the factory door takes."""
    shown = {name: {"summary": name, "value": event} for name, event in examples().items()}
    lines = "".join(json.dumps(event) + "\n" for event in examples().values())
    event = _inlined(READER.json_schema(), {})
    return {
        "required": True,
        "content": {
            EVENT: {"schema": event, "examples": shown},
            LINES: {"schema": {"type": "string", "description": "One event a line."}, "example": lines},
        },
    }


def lines_answer() -> dict[str, Any]:
    """Describe the streamed answer to lines."""
    lines = {"anyOf": [LineAnswer.model_json_schema(), LinesSummary.model_json_schema()]}
    example = '{"line":1,"status":"accepted","id":"2026-000480","event_id":"01a2..."}\n{"accepted":1,...}\n'
    return {
        "description": "The event had been accepted before; or, for lines, one answer a line and then their sum.",
        "content": {
            "application/json": {"schema": EventAnswer.model_json_schema()},
            LINES: {
                "schema": {"type": "string", "description": "One object a line.", "x-lines": lines},
                "example": example,
            },
        },
    }


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """Write a schema without references, which the API's description would look for elsewhere."""
    if isinstance(schema, list):
        return [_inlined(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    definitions = {**definitions, **schema.get("$defs", {})}
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    skipped = {"$defs", "discriminator"}
    return {name: _inlined(each, definitions) for name, each in schema.items() if name not in skipped}
