"""What the factory door answers, and how its API description shows what it takes."""

import json
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.production.domain.posted import Accepted
from services.production.schemas.events import READER
from services.production.schemas.examples import examples
from shared.http.file_bodies import inlined
from shared.types import LotId, WorkOrderId

EVENT = "application/cloudevents+json"
LINES = "application/x-ndjson"


_EVENT_ID = "01a2b3c4-0000-7000-8000-000000000480"
_ACCEPTED: dict[str, Any] = {
    "status": "accepted",
    "event_id": _EVENT_ID,
    "lot": "F-01:L-2026-0042",
    "version": "production.v1/lot:F-01:L-2026-0042@1",
}
_REFUSED: dict[str, Any] = {
    "line": 2,
    "status": "refused",
    "id": "2026-000481",
    "problem": {
        "type": "urn:jvtrack:problem:catalogue-behind",
        "title": "The catalogue here has not heard of this part or site yet; send the event again.",
        "status": 409,
        "detail": "part: MI17-TAIL-ROTOR-BLADE",
        "part": "MI17-TAIL-ROTOR-BLADE",
        "retry_after": 5,
    },
}
_LINES: list[dict[str, Any]] = [
    {"line": 1, "status": "accepted", "id": "2026-000480", "event_id": _EVENT_ID, "version": _ACCEPTED["version"]},
    _REFUSED,
]


class EventAnswer(BaseModel):
    """An event that stands in the books."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, json_schema_extra={"examples": [_ACCEPTED]})

    status: Literal["accepted", "duplicate"]
    """Whether it was accepted now, or had been before."""
    event_id: UUID
    """Our own identity of the fact."""
    lot: LotId | None = None
    """The lot that it is about, if it is about one."""
    work_order: WorkOrderId | None = None
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
    version: str | None = None
    """The version that it made, as `JVTrack-After` takes it, if it stands in the books."""
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
    event = inlined(READER.json_schema())
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
    told = (*_LINES, {"accepted": 1, "duplicate": 0, "refused": 1})
    example = "".join(json.dumps(each) + "\n" for each in told)
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
