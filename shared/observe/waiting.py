"""Where a task waits: for the log line that tells of one that does not go on."""

import asyncio
from typing import Any

_DEEPEST = 40
_FRAMES = ("cr_frame", "ag_frame", "gi_frame")
_AWAITED = ("cr_await", "ag_await", "gi_yieldfrom")


def waiting_at(task: "asyncio.Task[Any]") -> list[str]:
    """Name the places at which a suspended task waits, from the outermost in: `consumer.py:155 _consume`."""
    places: list[str] = []
    awaited: object = task.get_coro()
    while awaited is not None and len(places) < _DEEPEST:
        frame = _first(awaited, _FRAMES)
        if frame is None:
            places.append(type(awaited).__name__)
            break
        code = frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{frame.f_lineno} {code.co_name}")
        awaited = _first(awaited, _AWAITED)
    return places


def _first(of: object, names: tuple[str, ...]) -> Any:
    return next((found for name in names if (found := getattr(of, name, None)) is not None), None)
