"""Apache Kafka's jars: resolved once by Maven from the pinned `pom.xml`, then reused."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from pydantic import ValidationError

from deploy.errors import SetupError, users_mistake
from deploy.local.java import OLDEST, OR_ELSE, home_for_others, java
from deploy.local.leash import leashed
from deploy.local.locks import locked
from deploy.local.places import KAFKA_JARS
from deploy.local.settings import StackSettings

_POM = Path(__file__).with_name("pom.xml")
_STAMP = ".complete"
_FETCH_SECONDS_MAX = 600


def kafka_jars(directory: Path) -> Path:
    """Give the folder of Kafka's jars, fetching them when it is not there whole."""
    if not _is_whole(directory):
        with locked(directory.with_name(f"{directory.name}.lock")):
            if not _is_whole(directory):
                _fetch(directory)
                (directory / _STAMP).write_text(wanted())
    return directory


def jars_for(home: Path) -> Path:
    """Choose the folder for a stack's jars: those set up beside the sources will do for every stack."""
    return KAFKA_JARS if _is_whole(KAFKA_JARS) else home.absolute() / KAFKA_JARS.name


def _is_whole(directory: Path) -> bool:
    stamp = directory / _STAMP
    return stamp.exists() and stamp.read_text() == wanted()


def wanted() -> str:
    """Name the set of jars that the pom asks for."""
    return hashlib.sha256(_POM.read_bytes()).hexdigest()


def _fetch(directory: Path) -> None:
    maven = _maven()
    fresh = directory.with_name(f"{directory.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    options = ["-q", "-B", "-Dstyle.color=never", "-f", str(_POM), f"-DoutputDirectory={fresh}"]
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
        raise SetupError(f"Maven did not fetch Kafka's jars in time: check the network, {OR_ELSE}.") from None
    if done.returncode != 0:
        said = next((line for line in done.stdout.splitlines() if "ERROR" in line), "it did not say why")
        raise SetupError(f"Maven could not fetch Kafka's jars ({said.strip()[:300]}): check the network, {OR_ELSE}.")
    shutil.rmtree(directory, ignore_errors=True)
    fresh.rename(directory)


def _maven() -> str:
    """Find Maven and the Java that it needs, naming both when both are missing."""
    maven = shutil.which("mvn")
    try:
        java()
    except SetupError:
        if maven is None:
            raise SetupError(
                f"Kafka needs Java {OLDEST} or newer, and Maven (mvn) to fetch its jars, and neither is here: install "
                f"both, {OR_ELSE}."
            ) from None
        raise
    if maven is None:
        raise SetupError(f"Kafka's jars are fetched with Maven: install Maven (mvn), {OR_ELSE}.")
    return maven


if __name__ == "__main__":
    try:
        kafka_jars(jars_for(StackSettings().home))
        java()
    except (SetupError, ValidationError, OSError) as error:
        sys.exit(f"setup: {users_mistake(error) or error}")
