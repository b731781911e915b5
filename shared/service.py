"""Runs one service: its loops, its HTTP door, and an orderly end.

On SIGTERM the door stops taking requests and finishes those it has; then the loops end their batch and leave.
"""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import uvicorn
import uvloop
from fastapi import FastAPI

from shared.db import Database
from shared.messaging.backbone import Backbone, Loop
from shared.messaging.settings import BackboneSettings
from shared.observe.logs import get_log
from shared.settings import DoorSettings

log = get_log()

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 30
RESTART_SECONDS = 1.0
GRACE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that one process runs."""

    name: str
    app: FastAPI
    backbone: Backbone
    database: Database
    door: DoorSettings
    settings: BackboneSettings
    background: Sequence[Loop] = ()
    """Loops of the service's own, besides the backbone's."""


def run(build: Callable[[], Service]) -> None:
    """Run a service until it is told to stop; it is built inside the event loop."""
    uvloop.run(_run(build))


def _tame_the_collector() -> None:
    """Collect seldom: what lives long was built at the start, and what a batch makes dies with it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _run(build: Callable[[], Service]) -> None:
    service = build()
    _tame_the_collector()
    stopping, draining = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    log.info("service_starting", service=service.name, port=service.door.port)
    server = _server(service)
    # Not serve(): it would take the signals for itself, and end the process before the loops have ended.
    serving = asyncio.create_task(server._serve(_shared(service.door)))
    loops = (*service.backbone.doors(), *service.backbone.loops(), *service.background)
    running = {asyncio.create_task(_kept_alive(each, draining)) for each in loops}
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    log.info("service_stopping", service=service.name)
    waiting.cancel()
    server.should_exit = True
    await asyncio.wait({serving}, timeout=service.settings.stop_seconds + GRACE_SECONDS)
    draining.set()
    unfinished = await _finish(running, service.settings.stop_seconds)
    await service.database.close()
    log.info("service_stopped", service=service.name, unfinished=unfinished)
    if serving.done():
        serving.result()


def _server(service: Service) -> uvicorn.Server:
    config = uvicorn.Config(
        service.app,
        host=service.door.host,
        port=service.door.port,
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(service.settings.stop_seconds),
        lifespan="off",
        ws="none",
    )
    return uvicorn.Server(config)


def _shared(door: DoorSettings) -> list[socket.socket] | None:
    """Listen where all replicas of the service do, and where only this one does; none leaves it to the server."""
    if door.own_port is None:
        return None
    listening = []
    for port in (door.port, door.own_port):
        place = socket.socket(socket.AF_INET6 if ":" in door.host else socket.AF_INET, socket.SOCK_STREAM)
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if port == door.port:
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        place.bind((door.host, port))
        listening.append(place)
    return listening


async def _finish(running: "set[asyncio.Task[None]]", seconds: float) -> int:
    """Let the loops end their batch; cancel those that take too long, and tell how many."""
    _, late = await asyncio.wait(running, timeout=seconds)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=GRACE_SECONDS)
    return len(late)


async def _kept_alive(loop: Loop, stopping: asyncio.Event) -> None:
    """Run a loop, and start it again after a fault that nobody foresaw; it is logged, never hidden."""
    while not stopping.is_set():
        try:
            await loop(stopping)
        except (Exception, asyncio.CancelledError):
            # A library may let the cancellation of a task of its own escape; only ours ends the loop.
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            log.exception("loop_fault", loop=getattr(loop, "__qualname__", repr(loop)))
            await asyncio.sleep(RESTART_SECONDS)
