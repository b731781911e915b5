"""A program of one's own that uses the client."""

import asyncio
import sys
from collections.abc import Coroutine

from jvtrack.client.problems import JVTrackError


def run(program: Coroutine[object, object, None]) -> None:
    """Run a program to its end; a no of JVTrack's ends it with that sentence and exit code 1."""
    try:
        asyncio.run(program)
    except JVTrackError as error:
        sys.exit(str(error))
