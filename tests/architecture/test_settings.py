"""What can be set is written down for its users, and nothing else is."""

import re
from pathlib import Path

import pytest

from deploy.local.settings import SERVICES, StackSettings
from services.monitor.settings import MonitorSettings
from services.orders.settings import OrdersSettings
from shared.settings import CommonSettings, DoorSettings

WRITTEN = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
STACK = {f"JVTRACK_{name.upper()}" for name in StackSettings.model_fields}
COMMON = {f"JVTRACK_{name.upper()}" for name in CommonSettings.model_fields}
DOORS = {f"JVTRACK_<SERVICE>_{name.upper()}" for name in DoorSettings.model_fields} - {"JVTRACK_<SERVICE>_PORT"}
OF_ORDERS = {f"JVTRACK_ORDERS_{name.upper()}" for name in OrdersSettings.model_fields}
OF_MONITOR = {f"JVTRACK_MONITOR_{name.upper()}" for name in MonitorSettings.model_fields}
OF_CLIENTS = {"JVTRACK_TOKEN", "JVTRACK_DEMO_KILLER", *(f"JVTRACK_{name.upper()}_URL" for name in SERVICES)}
OF_MIGRATIONS = {"JVTRACK_<SERVICE>_OWNER_DATABASE"}


@pytest.mark.parametrize("variable", sorted(STACK | COMMON | DOORS))
def test_a_setting_is_written_down(variable: str) -> None:
    assert f"`{variable}`" in WRITTEN


def test_whatever_is_written_down_can_be_set() -> None:
    named = set(re.findall(r"`(JVTRACK_[A-Z_<>]+)`", WRITTEN))

    assert named - OF_ORDERS - OF_MONITOR == STACK | COMMON | DOORS | OF_CLIENTS | OF_MIGRATIONS


def test_what_holds_when_nothing_is_set_is_what_is_written() -> None:
    ports = [str(port) for port in StackSettings.model_construct().own_ports.values()]

    assert {*re.findall(r"\b\d{4}\b", WRITTEN)} == {*ports}
