"""What is seen of every request: its trace, one log line, and how long it took by route."""

from typing import Final

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import clock
from shared.observe import tracing
from shared.observe.logs import get_log
from shared.observe.metrics import HttpMetrics

_TRACEPARENT: Final = tracing.HEADER.encode()
_UNROUTED = "unrouted"
_SERIES_MAX = 2000

log = get_log()


class Watch:
    """Enters the caller's trace, then counts, times and logs its request.

    Requests that went well are logged at debug: a busy door says what it has done once per batch, not per request.
    """

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self._app = app
        self._seconds = metrics.request_seconds
        self._series: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Watch one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        tracing.enter(_traceparent(scope))
        started = clock.monotonic()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._tell(scope, status, clock.monotonic() - started)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method: str = scope["method"]
        route = getattr(scope.get("route"), "path", _UNROUTED)
        key = (route, method, status)
        series = self._series.get(key)
        if series is None:
            if len(self._series) >= _SERIES_MAX:
                return
            series = self._series[key] = self._seconds.labels(*map(str, key))
        series.observe(seconds)
        tell = log.debug if status < 400 else log.info
        tell(
            "request_answered", method=method, route=route, path=scope["path"], status=status, seconds=round(seconds, 6)
        )


def _traceparent(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == _TRACEPARENT:
            sent: bytes = value
            return sent.decode("latin-1")
    return None
