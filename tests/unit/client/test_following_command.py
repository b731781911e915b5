"""What happens to orders, at a prompt: a line each, until whoever reads it has enough."""

import json

import httpx
import pytest

from jvtrack.client import ProblemError
from jvtrack.commands import following, orders
from tests.unit.client.makers import ScriptedService, a_problem, printed_by, stream_of

ORDER = "7201YA6327A001-2026"
PROMISED = {
    "order": ORDER,
    "site": "D-01",
    "ordered_by": "D-01",
    "part": "GEAR-OIL",
    "promised_for": "2027-02-15",
    "reason": "lead time of F-01",
    "version": 4,
    "event_id": "01990000-0000-7000-8000-000000000001",
    "recorded_at": "2026-11-23T12:00:00+00:00",
}
HIDDEN = {"site": "D-09", "recorded_at": "2026-11-23T12:00:01+00:00"}
TYPE = "jvtrack.orders.order-promised.v1"


def followed(monkeypatch: pytest.MonkeyPatch, service: ScriptedService, *words: str) -> list[str]:
    """Follow until Ctrl-C, which is where the service has no more to say; gives the lines."""
    return printed_by(following, monkeypatch, service, "orders", "follow", *words, app=orders.app).splitlines()


def a_stream() -> ScriptedService:
    """Tell two things, with a lost connection between them, then be interrupted."""
    first, second = stream_of(("0.1", TYPE, PROMISED)), stream_of(("0.2", TYPE, HIDDEN))
    return ScriptedService(first, httpx.ConnectError("refused"), second, KeyboardInterrupt())


def test_what_happens_is_a_line_each_across_a_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    service = a_stream()

    first, second = followed(monkeypatch, service, "--site", "D-01", "--kind", "promised")

    assert first.endswith(f"promised  {ORDER}  D-01  GEAR-OIL  for 2027-02-15  lead time of F-01")
    assert second.endswith("promised  an order  D-09")
    assert [request.headers.get("Last-Event-ID") for request in service.asked] == [None, "0.1", "0.1", "0.2"]
    assert dict(service.asked[0].url.params) == {"site": "D-01", "kind": "promised"}


def test_programs_read_a_line_of_json_each(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [json.loads(line) for line in followed(monkeypatch, a_stream(), "--json")]

    assert [(line["type"], line["order"], line["position"]) for line in lines] == [
        (TYPE, ORDER, "0.1"),
        (TYPE, None, "0.2"),
    ]


def test_a_no_of_the_service_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProblemError, match="request-invalid"):
        followed(monkeypatch, ScriptedService(a_problem("request-invalid", 422)), "--kind", "nonsense")
