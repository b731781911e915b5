"""Where the local stack keeps its data, and what is downloaded for it."""

from pathlib import Path

_ROOT = Path(__file__).parents[2]

HOME = _ROOT / ".local" if (_ROOT / "pyproject.toml").exists() else Path.home() / ".local" / "share" / "jvtrack"
KAFKA_JARS = HOME / "kafka-libs"
