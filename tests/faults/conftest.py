"""What every search has: no log lines, for there would be millions, and counts of what happened."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True, scope="session")
def silence() -> Iterator[None]:
    """Log nothing while worlds are played: their traces tell it better."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(wrapper_class=before)
