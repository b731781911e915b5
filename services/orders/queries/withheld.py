"""What of a fact is shown to nobody outside the services."""

from collections.abc import Mapping
from typing import Any


def shown(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what each source that was weighed was to bring already: it tells what other nations have ordered."""
    if not told.get("candidates"):
        return told
    candidates = [{name: value for name, value in each.items() if name != "load"} for each in told["candidates"]]
    return {**told, "candidates": candidates}
