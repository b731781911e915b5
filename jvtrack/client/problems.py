"""What can go wrong with a call: the service says no (RFC 9457), does not answer, or answers something unreadable."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

_PREFIX = "urn:jvtrack:problem:"
_MEMBERS = frozenset({"type", "title", "status", "detail", "errors", "instance", "trace_id", "retry_after"})
_BUSY = frozenset({429, 503})
_CONFLICT = 409
_LINES_MAX = 100
"""How many errors are said to people; programs have them all in `errors`."""


class JVTrackError(Exception):
    """A call has failed."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request."""

    field: str
    message: str


class ProblemError(JVTrackError):
    """A service said no; `slug` names the reason for programs, `str()` says it for people."""

    def __init__(
        self,
        type: str,  # noqa: A002  # as RFC 9457 names it
        title: str,
        status: int,
        *,
        detail: str = "",
        errors: Sequence[FieldError] = (),
        retry_after: float | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.facts = dict(facts or {})
        said = " ".join(part for part in (f"{status} {self.slug}: {title}", detail) if part)
        super().__init__(f"{said}{_listed(self._unsaid(), self.facts.get('wrong'))}")

    def _unsaid(self) -> list[FieldError]:
        """List the errors that say more than the problem itself: a refusal says its own title of its field."""
        return [each for each in self.errors if each.message != self.title]

    @property
    def slug(self) -> str:
        """Name the problem without its prefix: `order-already-issued`."""
        return self.type.removeprefix(_PREFIX)

    @property
    def is_passing(self) -> bool:
        """Tell whether the same request is worth another try."""
        return self.status in _BUSY or (self.status == _CONFLICT and self.retry_after is not None)

    @classmethod
    def of_members(
        cls, members: Mapping[str, object], *, status: int = 0, retry_after: float | None = None
    ) -> "ProblemError":
        """Read a problem from the members of its JSON."""
        said = members.get("retry_after")
        return cls(
            str(members.get("type", "about:blank")),
            str(members.get("title", "The service said no without a reason.")),
            _number(members.get("status"), status),
            detail=str(members.get("detail", "")),
            errors=_field_errors(members.get("errors")),
            retry_after=float(said) if isinstance(said, int | float) else retry_after,
            facts={name: value for name, value in members.items() if name not in _MEMBERS},
        )

    @classmethod
    def of_response(cls, response: httpx.Response) -> "ProblemError":
        """Read the problem of an answer; one that is no problem+json is still told by its status."""
        try:
            members = json.loads(response.content)
        except ValueError:
            members = None
        if not isinstance(members, dict):
            members = {"title": f"The server answered {response.reason_phrase or 'an error'}."}
        wait = _seconds(response.headers.get("retry-after"))
        return cls.of_members(members, status=response.status_code, retry_after=wait)


class UnreachableError(JVTrackError):
    """A service did not answer, or its answer broke off."""

    retry_after: float | None = None
    is_passing = True

    def __init__(self, service: str, reason: str, *, was_sent: bool) -> None:
        self.was_sent = was_sent
        """Whether the service may have got the request."""
        super().__init__(f"{service} did not answer: {reason}")


class TokenMissingError(JVTrackError):
    """The environment names nobody to speak for."""

    def __init__(self) -> None:
        super().__init__("JVTRACK_TOKEN is not set: put an access token into it, such as one of `jvtrack token`.")


class FileNameError(JVTrackError, ValueError):
    """A file's name does not say what the file holds."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: the name of a file to import or export must end in .csv or .json.")


class AnswerUnreadableError(JVTrackError):
    """A service answered something that this client cannot read."""


CallError = ProblemError | UnreachableError
"""What is said of a single try."""


def _listed(errors: Sequence[FieldError], found: object) -> str:
    """Say what is wrong with a field beside the problem; where it is several, each on a line of its own."""
    lines = [f"{error.field}: {error.message}" for error in errors]
    if len(lines) <= 1:
        return "".join(f" {line}" for line in lines)
    beyond = max(_number(found, 0), len(lines)) - len(lines[:_LINES_MAX])
    return "\n  ".join(["", *lines[:_LINES_MAX], *([f"... and {beyond} more"] if beyond > 0 else [])])


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdigit() else None


def _field_errors(value: object) -> list[FieldError]:
    if not isinstance(value, list):
        return []
    return [
        FieldError(str(each.get("field", "")), str(each.get("message", ""))) for each in value if isinstance(each, dict)
    ]
