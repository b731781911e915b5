"""W3C trace context: one identity that follows a request from HTTP through Kafka into every log line.

`current` is set by whoever takes work in (the HTTP door for a request, a consumer for an event) and read by
whoever passes it on (the outbox) or writes about it (the logs). Work runs in a task of its own, so that nobody
needs to set it back.
"""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

HEADER = "traceparent"
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SIZE_MAX = 256
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a piece of work stands in its trace."""

    trace_id: str
    span_id: str
    flags: int = _SAMPLED

    def child(self) -> "Trace":
        """Open the next step of the same trace."""
        return Trace(self.trace_id, secrets.token_hex(8), self.flags)

    def header(self) -> str:
        """Write the trace as a `traceparent` value."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"


current: ContextVar[Trace | None] = ContextVar("jvtrack_trace", default=None)


def new() -> Trace:
    """Start a trace that nobody began before."""
    return Trace(secrets.token_hex(16), secrets.token_hex(8))


def parse(header: str | None) -> Trace | None:
    """Read a `traceparent` value; what the standard calls invalid reads as none."""
    if header is None or len(header) > _SIZE_MAX:
        return None
    match = _FORM.fullmatch(header)
    if match is None:
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    is_invalid = version == "ff" or (version == "00" and rest is not None)
    if is_invalid or not trace_id.strip("0") or not span_id.strip("0"):
        return None
    return Trace(trace_id, span_id, int(flags, 16) & _SAMPLED)


def enter(header: str | None) -> Trace:
    """Make the caller's trace, or a new one, the current trace of this task."""
    caller = parse(header)
    trace = new() if caller is None else caller.child()
    current.set(trace)
    return trace
