"""What operators see when all is over: whether all is well, in one line, and that the poisoned fact is forgotten."""

from collections.abc import Sequence
from contextlib import suppress

from jvtrack.client import Overview
from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding, NeverSeenError, seen


async def play(company: Company) -> Sequence[Finding]:
    """Look until all is well, for a bounded time; then say what was seen."""
    latest = await company.operator.monitor.overview()

    async def look() -> bool:
        nonlocal latest
        latest = await company.operator.monitor.overview()
        return latest.is_well

    with suppress(NeverSeenError):  # What is not well is said.
        await seen("all is well", look)
    return [Finding("operators ask whether all is well", _says(latest), holds=latest.is_well)]


def _says(overview: Overview) -> str:
    return overview.says.rstrip(".")
