"""Jars, Apache Kafka's above all: resolved once by Maven from a pinned pom, then reused."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from deploy.errors import SetupError, users_mistake
from deploy.local.java import OLDEST, OR_ELSE, home_for_others, java
from deploy.local.leash import leashed
from deploy.local.locks import locked
from deploy.local.places import KAFKA_JARS
from deploy.local.settings import StackSettings

_STAMP = ".complete"
_FETCH_SECONDS_MAX = 600


@dataclass(frozen=True, slots=True)
class JarSet:
    """The jars that a program needs, and what else there is to do for whoever cannot have them."""

    whose: str
    pom: Path
    or_else: str = OR_ELSE


_KAFKA = JarSet("Kafka", Path(__file__).with_name("pom.xml"))


def kafka_jars(directory: Path) -> Path:
    """Give the folder of Kafka's jars, fetching them when it is not there whole."""
    return fetched(_KAFKA, directory)


def fetched(jars: JarSet, directory: Path) -> Path:
    """Give the folder of a set of jars, fetching them when it is not there whole."""
    if not _is_whole(directory, jars):
        with locked(directory.with_name(f"{directory.name}.lock")):
            if not _is_whole(directory, jars):
                _fetch(jars, directory)
                (directory / _STAMP).write_text(wanted(jars))
    return directory


def jars_for(home: Path) -> Path:
    """Choose the folder for a stack's jars: those set up beside the sources will do for every stack."""
    return KAFKA_JARS if _is_whole(KAFKA_JARS, _KAFKA) else home.absolute() / KAFKA_JARS.name


def _is_whole(directory: Path, jars: JarSet) -> bool:
    stamp = directory / _STAMP
    return stamp.exists() and stamp.read_text() == wanted(jars)


def wanted(jars: JarSet = _KAFKA) -> str:
    """Name the jars that the pom asks for."""
    return hashlib.sha256(jars.pom.read_bytes()).hexdigest()


def _fetch(jars: JarSet, directory: Path) -> None:
    maven = _maven(jars)
    fresh = directory.with_name(f"{directory.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    options = ["-q", "-B", "-Dstyle.color=never", "-f", str(jars.pom), f"-DoutputDirectory={fresh}"]
    missing = f"{jars.whose}'s jars"
    try:
        done = subprocess.run(
            leashed([maven, *options, "dependency:copy-dependencies"]),
            env={**os.environ, **home_for_others()},
            capture_output=True,
            text=True,
            timeout=_FETCH_SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SetupError(f"Maven did not fetch {missing} in time: check the network, {jars.or_else}.") from None
    if done.returncode != 0:
        said = next((line for line in done.stdout.splitlines() if "ERROR" in line), "it did not say why")
        raise SetupError(f"Maven could not fetch {missing} ({said.strip()[:300]}): check the network, {jars.or_else}.")
    shutil.rmtree(directory, ignore_errors=True)
    fresh.rename(directory)


def _maven(jars: JarSet) -> str:
    """Find Maven and the Java that it needs, naming both when both are missing."""
    maven = shutil.which("mvn")
    try:
        java()
    except SetupError:
        if maven is None:
            raise SetupError(
                f"{jars.whose} needs Java {OLDEST} or newer, and Maven (mvn) to fetch its jars, and neither is here: "
                f"install both, {jars.or_else}."
            ) from None
        raise
    if maven is None:
        raise SetupError(f"{jars.whose}'s jars are fetched with Maven: install Maven (mvn), {jars.or_else}.")
    return maven


if __name__ == "__main__":
    try:
        kafka_jars(jars_for(StackSettings().home))
        java()
    except (SetupError, ValidationError, OSError) as error:
        sys.exit(f"setup: {users_mistake(error) or error}")
