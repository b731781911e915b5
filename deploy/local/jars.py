"""Apache Kafka's jars: resolved once by Maven from the pinned `pom.xml`, then reused."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.errors import SetupError
from deploy.local.leash import leashed
from deploy.local.locks import locked
from deploy.local.places import KAFKA_JARS

_POM = Path(__file__).with_name("pom.xml")
_STAMP = ".complete"
_FETCH_SECONDS_MAX = 600
_OR_ELSE = "or point JVTRACK_KAFKA at a Kafka that already runs"


def kafka_jars(directory: Path) -> Path:
    """Give the folder of Kafka's jars, fetching them when it is not there whole."""
    with locked(directory.with_name(f"{directory.name}.lock")):
        wanted = hashlib.sha256(_POM.read_bytes()).hexdigest()
        stamp = directory / _STAMP
        if not stamp.exists() or stamp.read_text() != wanted:
            _fetch(directory)
            stamp.write_text(wanted)
    return directory


def java() -> str:
    """Find the Java runtime."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin" if home else None) or shutil.which("java")
    if found is None:
        raise SetupError(f"Kafka needs Java 17 or newer: install a Java runtime, {_OR_ELSE}.")
    return found


def _fetch(directory: Path) -> None:
    java()
    maven = shutil.which("mvn")
    if maven is None:
        raise SetupError(f"Kafka's jars are fetched with Maven: install Maven (mvn), {_OR_ELSE}.")
    fresh = directory.with_name(f"{directory.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    options = ["-q", "-B", "-Dstyle.color=never", "-f", str(_POM), f"-DoutputDirectory={fresh}"]
    command = leashed([maven, *options, "dependency:copy-dependencies"])
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        raise SetupError(f"Maven did not fetch Kafka's jars in time: check the network, {_OR_ELSE}.") from None
    if done.returncode != 0:
        said = next((line for line in done.stdout.splitlines() if "ERROR" in line), "it did not say why")
        raise SetupError(f"Maven could not fetch Kafka's jars ({said.strip()[:300]}): check the network, {_OR_ELSE}.")
    shutil.rmtree(directory, ignore_errors=True)
    fresh.rename(directory)


if __name__ == "__main__":
    try:
        kafka_jars(KAFKA_JARS)
    except SetupError as error:
        sys.exit(f"setup: {error}")
