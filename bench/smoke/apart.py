"""Runs a module as a process of its own, so that what loads does not wait for what is measured."""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any


async def run_apart(module: str, order: Mapping[str, Any]) -> dict[str, float]:
    """Give a module its order as JSON, and read what it has found."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate(json.dumps(order).encode())
    if process.returncode:
        raise RuntimeError(f"{module} ended with {process.returncode}")
    found: dict[str, float] = json.loads(said)
    return found
