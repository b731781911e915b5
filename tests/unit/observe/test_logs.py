"""Every line on standard output is one event in JSON, whoever wrote it."""

import json
import logging
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import structlog

from shared.observe import logs, tracing

TOUCHED = ("", "uvicorn", "uvicorn.error", "uvicorn.access", "aiokafka", "asyncio", "httpx", "alembic", "fastapi")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).handlers[:]) for name in TOUCHED}
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(False)
    tracing.current.set(None)
    for name, (level, handlers) in before.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).handlers = handlers


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_is_an_event_with_its_fields_and_surroundings(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("inventory")
    trace = tracing.enter(None)
    logs.bind(principal="depot-1")

    logs.get_log().info("lot_received", lot_id="F-01:L-1", quantity=3)

    (line,) = told(capsys)
    stamp = datetime.fromisoformat(str(line.pop("timestamp")))
    assert stamp.utcoffset() == timedelta(0)
    assert line == {
        "event": "lot_received",
        "level": "info",
        "service": "inventory",
        "principal": "depot-1",
        "trace_id": trace.trace_id,
        "lot_id": "F-01:L-1",
        "quantity": 3,
    }


def test_a_library_is_heard_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("orders")

    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    logging.getLogger("aiokafka.consumer").info("chatter")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("mind the gap", UserWarning, stacklevel=1)

    started, warned = told(capsys)
    assert (started["event"], started["message"]) == ("library_log", "Started server process [7]")
    assert (started["logger"], started["service"], started["level"]) == ("uvicorn.error", "orders", "info")
    assert "mind the gap" in str(warned["message"])


def test_a_failure_is_told_with_its_traceback_and_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("orders")
    error = ValueError("a bug")

    logs.get_log().error("request_failed", exc_info=error)
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=error)

    (line,) = told(capsys)
    assert "ValueError: a bug" in str(line["exception"])


def test_what_is_below_the_level_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("orders", level="warning")

    logs.get_log().info("batch_applied")
    logging.getLogger("anything").info("text")
    logs.get_log().warning("batch_retried")

    assert [line["event"] for line in told(capsys)] == ["batch_retried"]


def test_a_developer_can_read_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("orders", json=False)

    logs.get_log().info("batch_applied", size=3)

    out = capsys.readouterr().out
    assert "batch_applied" in out
    assert "size=3" in out
