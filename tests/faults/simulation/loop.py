"""An event loop in virtual time, whose every step belongs to a process that may freeze or die before it.

Nothing sleeps: when nothing is ready, the time of the next timer is now. A frozen process keeps its steps until it is
thawed, as a stopped process does; a dead one never takes another. What belongs to no process is a server's or the
network's, and is not stopped.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from functools import partial
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Args = TypeVarTuple("Args")
CLOSES_MAX = 50


class TakenApart(BaseException):
    """The world is over; no `except Exception` may notice."""


class Process:
    """One simulated process: what it still has to do, and what becomes of it at which of its steps."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps = 0
        self.is_dead = False
        self.is_frozen = False
        self.fate: Callable[[], None] | None = None
        """What happens to it at its step `fate_at`, before the step is taken."""
        self.fate_at = 0
        self.kept: list[_Step] = []
        """Steps that wait for it to be thawed."""


current: ContextVar[Process | None] = ContextVar("process", default=None)
"""The process whose step is taken now; none: a server's or the network's."""


class _Step(asyncio.TimerHandle):
    """A callback that is due at some time, and the process that it belongs to; lean, for there are many."""

    __slots__ = ("_args", "_callback", "_cancelled", "_context", "_when", "process")

    def __init__(self, when: float, callback: Callable[..., object], args: Any, context: Context | None) -> None:
        self._when = when
        self._callback = callback
        self._args = args
        self._cancelled = False
        self._context = copy_context() if context is None else context
        self.process = self._context.get(current)

    def cancel(self) -> None:
        """Leave it out when it is due."""
        self._cancelled = True

    def take(self) -> None:
        """Call what is due."""
        self._context.run(self._callback, *self._args)


class SimulatedLoop(asyncio.AbstractEventLoop):
    """Runs simulated processes until somebody calls `end`."""

    def __init__(self) -> None:
        self.is_over = False
        self.steps = 0
        self._now = 1000.0
        self._ready: deque[_Step] = deque()
        self._timers: list[tuple[float, int, _Step]] = []
        self._numbers = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._outside = Context()

    def time(self) -> float:
        """Tell the virtual time in seconds."""
        return self._now

    def call_soon(self, callback: Callable[[*Args], object], *args: *Args, context: Context | None = None) -> "_Step":
        """Call back in the order of asking."""
        step = _Step(self._now, callback, args, context)
        self._ready.append(step)
        return step

    def call_later(
        self, delay: float, callback: Callable[[*Args], object], *args: *Args, context: Context | None = None
    ) -> "_Step":
        """Call back after some virtual seconds."""
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Args], object], *args: *Args, context: Context | None = None
    ) -> "_Step":
        """Call back at a virtual time."""
        step = _Step(when, callback, args, context)
        self._numbers += 1
        heapq.heappush(self._timers, (when, self._numbers, step))
        return step

    def outside(self, delay: float, callback: Callable[..., object], *args: Any) -> _Step:
        """Call back on behalf of no process, whatever becomes of the one that asks."""
        return self.call_later(delay, callback, *args, context=self._outside.copy())

    def create_future(self) -> "asyncio.Future[Any]":
        """Make a future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Any, *, name: object = None, context: Context | None = None, **_: Any
    ) -> "asyncio.Task[Any]":
        """Run a coroutine; it belongs to the process that asks, or to the context's."""
        task: asyncio.Task[Any] = asyncio.Task(
            coro, loop=self, name=None if name is None else str(name), context=context
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def spawn(self, process: Process, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine as a process's."""
        context = self._outside.copy()
        context.run(current.set, process)
        _ = self.create_task(work, context=context)  # the loop keeps it

    def drive(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a server's work at once, as far as it need not wait; a task would cost more than most of it."""
        self._drive(work, None)

    def _drive(self, work: Coroutine[Any, Any, None], _: object) -> None:
        try:
            waits_for = work.send(None)
        except StopIteration:
            return
        waits_for._asyncio_future_blocking = False
        waits_for.add_done_callback(partial(self._drive, work))

    def get_debug(self) -> bool:
        """Say that nothing is watched more closely."""
        return False

    def is_running(self) -> bool:
        """Say that the loop runs whenever anybody can ask."""
        return True

    def is_closed(self) -> bool:
        """Say that the loop is there."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Hear nothing of what the dead have left unsaid; what a step raises ends the run."""

    def end(self) -> None:
        """Take no further step."""
        self.is_over = True

    def freeze(self, process: Process, seconds: float) -> None:
        """Keep a process from taking any step for some time."""
        process.is_frozen = True
        self.outside(seconds, self._thaw, process)

    def _thaw(self, process: Process) -> None:
        process.is_frozen = False
        self._ready.extend(process.kept)
        process.kept.clear()

    def run(self, *, steps_max: int) -> bool:
        """Take steps until the end; tells whether it came within the bound."""
        asyncio._set_running_loop(self)
        try:
            while not self.is_over and self.steps < steps_max:
                if not self._ready:
                    self._now, _, step = heapq.heappop(self._timers)
                    self._take(step)
                    continue
                self._take(self._ready.popleft())
        finally:
            asyncio._set_running_loop(None)
        return self.is_over

    def _take(self, step: _Step) -> None:
        if step.cancelled():
            return
        process = step.process
        if process is not None:
            if process.is_dead:
                return
            if process.is_frozen:
                process.kept.append(step)
                return
            process.steps += 1
            if process.fate is not None and process.steps >= process.fate_at:
                fate, process.fate = process.fate, None
                fate()
                self._ready.appendleft(step)
                return
        self.steps += 1
        step.take()

    def close(self) -> None:
        """Take everything apart that will never end by itself: nobody lives to see what it does."""
        self._ready.clear()
        self._timers.clear()
        asyncio._set_running_loop(self)
        try:
            for _ in range(CLOSES_MAX):
                for task in list(self._tasks):
                    self._take_apart(task)
                if not self._tasks:
                    return
        finally:
            asyncio._set_running_loop(None)
        raise AssertionError(f"cannot be taken apart: {self._tasks}")

    def _take_apart(self, task: "asyncio.Task[Any]") -> None:
        work: Any = task.get_coro()
        if task.done():
            self._tasks.discard(task)
            return
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # asyncio's own way not to complain
        asyncio.tasks._enter_task(self, task)  # whatever it does as it ends, it does as itself
        try:
            work.throw(TakenApart())
        except BaseException:  # noqa: BLE001  # whatever it ends with, it has ended
            self._tasks.discard(task)
        finally:
            asyncio.tasks._leave_task(self, task)
