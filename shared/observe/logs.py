"""JSON logs on standard output: one snake_case event name per line, with fields.

What libraries log through the standard library comes out in the same form, as `library_log` with its text in
`message`. Every line says its time (UTC), level and service, and the trace and principal it belongs to.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, cast

import structlog
from structlog.typing import FilteringBoundLogger, Processor

from shared import clock
from shared.observe import tracing

Log = FilteringBoundLogger
_Line = MutableMapping[str, Any]  # structlog's own type of a line under way
_QUIET_LIBRARIES = ("aiokafka", "alembic", "asyncio", "httpx", "uvicorn.access")
_OWN_HANDLERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "alembic", "fastapi")
_REPEATED_BY_UVICORN = "Exception in ASGI application"


def get_log() -> Log:
    """Give a logger whose form is decided by `configure`, also when that runs later."""
    return cast(Log, structlog.get_logger())


def configure(service: str, *, level: str = "INFO", json: bool = True) -> None:
    """Send all logs of this process to standard output in one form."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    render: Processor = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _stamp(service),
        structlog.processors.add_log_level,
    ]
    last: list[Processor] = [structlog.processors.format_exc_info, render] if json else [render]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    _take_over_the_standard_library(threshold, shared=shared, last=last)


def bind(**fields: object) -> None:
    """Put fields on every later line of the current task."""
    structlog.contextvars.bind_contextvars(**fields)


def _stamp(service: str) -> Processor:
    def stamp(_logger: object, _method: str, line: _Line) -> _Line:
        line["timestamp"] = clock.now().isoformat()
        line["service"] = service
        trace = tracing.current.get()
        if trace is not None:
            line.setdefault("trace_id", trace.trace_id)
        return line

    return stamp


def _name_library_line(_logger: object, _method: str, line: _Line) -> _Line:
    record: logging.LogRecord = line["_record"]
    line["message"] = line["event"]
    line["event"] = "library_log"
    line["logger"] = record.name
    return line


def _is_told_once(record: logging.LogRecord) -> bool:
    """Drop uvicorn's copy of a failure that the HTTP door has already logged with its traceback."""
    return not str(record.msg).startswith(_REPEATED_BY_UVICORN)


def _take_over_the_standard_library(threshold: int, *, shared: list[Processor], last: list[Processor]) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(_is_told_once)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _name_library_line],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(threshold)
    for name in _OWN_HANDLERS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
    logging.captureWarnings(True)
