"""What a stack shows: its own words, and in the foreground every process's log lines under its name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.text import Text

from shared.clock import now

_OWN_NAME = "jvtrack"
_OWN_STYLE = "bold"
_STYLES = ("cyan", "magenta", "green", "yellow", "blue", "red")
_WIDTH = 10
_READ_BYTES_MAX = 1024 * 1024


class Display(Protocol):
    """Where a stack's words and its processes' lines go."""

    def say(self, text: str) -> None:
        """Show a sentence of the stack itself."""

    def follow(self, name: str, log: Path) -> None:
        """Show from now on what a process writes to its log."""

    def show_news(self) -> None:
        """Show the lines written since the last call."""


class OwnWords:
    """Shows only what the stack itself says: a detached stack's processes have their own logs."""

    def say(self, text: str) -> None:
        """Show a sentence of the stack itself."""
        print(f"{now():%Y-%m-%dT%H:%M:%SZ} {text}", flush=True)  # noqa: T201 - its standard output is its log.

    def follow(self, name: str, log: Path) -> None:
        """Leave the process's lines in its log."""

    def show_news(self) -> None:
        """Show nothing of the processes."""


@dataclass(slots=True)
class _Followed:
    name: str
    style: str
    log: Path
    position: int
    rest: bytes = b""

    def lines(self) -> list[str]:
        """Read the whole lines that are new; a log that was emptied is read from its start."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as file:
            if self.log.stat().st_size < self.position:
                self.position = 0
            file.seek(self.position)
            new = file.read(_READ_BYTES_MAX)
        self.position += len(new)
        *whole, self.rest = (self.rest + new).split(b"\n")
        return [line.decode(errors="replace") for line in whole]


class Merged:
    """Shows the stack's words and all lines of its processes, each under its coloured name."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._followed: list[_Followed] = []

    def say(self, text: str) -> None:
        """Show a sentence of the stack itself, after the lines that came before it."""
        self.show_news()
        self._line(_OWN_NAME, _OWN_STYLE, text)

    def follow(self, name: str, log: Path) -> None:
        """Show from now on what a process writes to its log."""
        style = _STYLES[len(self._followed) % len(_STYLES)]
        self._followed.append(_Followed(name, style, log, position=log.stat().st_size if log.exists() else 0))

    def show_news(self) -> None:
        """Show the lines written since the last call."""
        for followed in self._followed:
            for line in followed.lines():
                self._line(followed.name, followed.style, line)

    def _line(self, name: str, style: str, text: str) -> None:
        self._console.print(Text.assemble((f"{name:>{_WIDTH}} | ", style), text))
