"""The tutorial, typed as it stands: every command works, and shows what the page says that it shows.

`...` in the page stands for what differs from run to run, alone on a line for any number of lines; days, moments, ids
and document numbers are not compared.
"""

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixtures.servers import TestServers
from tests.fixtures.system import System, start_system
from tests.system.test_readme import ROOT, STARTS_IT, environment, typed

PAGE = ROOT / "docs" / "tutorial.md"
SECONDS_MAX = 280
COLUMNS = "130"
_MARK = "=== command ==="
_VARYING = (
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?", "MOMENT"),
    (r"MOMENT │ \d+ +│", "MOMENT │ DAYS │"),  # whole days since then: one more after that time of the day
    (r"\d{4}-\d\d-\d\d", "DATE"),
    (r"(S007-\d+) │ \d+ +│", r"\1 │ DAYS │"),  # saved: other ones on another day of the week
    (r"S007(\d\d)\d{4}(\w{4})-\d{2,4}", r"S007\1DAY\2-YEAR"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One command, and what the page shows below it."""

    command: str
    shown: Sequence[str]


@pytest.fixture
def fresh(servers: TestServers, namespace: str, tmp_path: Path) -> Iterator[System]:
    """Run a system in which nobody has done anything yet."""
    with start_system(servers, tmp_path, f"{namespace}_tutorial") as running:
        yield running


def steps() -> list[Step]:
    """Read the page's commands and what it shows of each."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.rstrip("\n").split("\n")
            length = next(n for n in range(1, len(lines) + 1) if is_whole("\n".join(lines[:n])))
            found.append(Step("\n".join(lines[:length]), lines[length:]))
    return found


def is_whole(command: str) -> bool:
    """Tell whether a command ends here: bash would not wait for another line."""
    if command.endswith("\\"):
        return False
    return subprocess.run(["bash", "-n", "-c", command], capture_output=True, check=False).returncode == 0


def printed(system: System, commands: Sequence[str], screen: Path) -> list[list[str]]:
    """Type commands in one terminal; gives what each has printed."""
    script = "\n".join(line for command in commands for line in (f"echo '{_MARK}'", command))
    variables = {**environment(system), "COLUMNS": COLUMNS}
    with screen.open("wb") as output:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", typed(system, [script])],
            env=variables,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.PIPE,
            timeout=SECONDS_MAX,
            check=False,
        )
    said = screen.read_text()
    assert done.returncode == 0, f"{said[-2000:]}\n{done.stderr.decode()[-2000:]}"
    return [part.strip("\n").split("\n") if part.strip("\n") else [] for part in said.split(f"{_MARK}\n")[1:]]


def is_shown(page: Sequence[str], lines: Sequence[str]) -> bool:
    """Tell whether lines of the page stand for what was printed; `...` alone stands for any number of lines."""
    patterns = ["(?:[^\n]*\n)*?" if line == "..." else f"{_line(masked(line))} *\n" for line in page]
    seen = "".join(f"{masked(line)}\n" for line in lines)
    return re.fullmatch("".join(patterns), seen) is not None


def _line(known: str) -> str:
    return "[^\n]*".join(re.escape(text) for text in known.split("..."))


def masked(line: str) -> str:
    """Leave out what is another every day."""
    for varying, name in _VARYING:
        line = re.sub(varying, name, line)
    return line


@pytest.mark.timeout(SECONDS_MAX + 60)
def test_every_command_of_the_tutorial_works_and_shows_what_the_page_says(fresh: System, tmp_path: Path) -> None:
    typed_in = [step for step in steps() if not step.command.startswith(STARTS_IT)]

    screens = printed(fresh, [step.command for step in typed_in], tmp_path / "screen")

    assert len(screens) == len(typed_in)
    others = [
        f"{step.command}\nprinted\n" + "\n".join(lines)
        for step, lines in zip(typed_in, screens, strict=True)
        if not is_shown(step.shown, lines)
    ]
    assert others == [], "\n\n".join(others)
