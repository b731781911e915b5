"""What is told of a field that does not fit its form: in the words of its sender, by an example where there is one."""

from collections.abc import Mapping
from typing import Any

from shared.types import examples


def worded(error: Mapping[str, Any]) -> str:
    """Say what pydantic found wrong with a field; its patterns mean nothing to people."""
    known = examples(error["ctx"]["pattern"]) if error["type"] == "string_pattern_mismatch" else ()
    if known:
        return f"is not written like {' or '.join(known)}"
    message: str = error["msg"]
    return message.removeprefix("Value error, ")
