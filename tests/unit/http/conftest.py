"""What every test of the HTTP door is given."""

from pathlib import Path

import pytest

from tests.unit.http.makers import Issuer


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    """Give an issuer with keys of its own."""
    return Issuer(tmp_path)
