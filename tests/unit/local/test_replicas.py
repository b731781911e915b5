"""How many processes run a service is said in a few words, and each has a port of its own."""

import pytest
from pydantic import ValidationError

from deploy.errors import users_mistake
from deploy.local.settings import StackSettings


def test_a_service_runs_once_at_its_own_port_unless_more_is_said() -> None:
    settings = StackSettings(replicas="inventory=2, orders=1")

    assert [(each.name, each.service, each.port, each.is_alone) for each in settings.service_replicas] == [
        ("orders", "orders", 8101, True),
        ("production", "production", 8102, True),
        ("inventory.1", "inventory", 8203, False),
        ("inventory.2", "inventory", 8303, False),
        ("monitor", "monitor", 8104, True),
    ]
    assert {"inventory": 8103, "inventory.1": 8203, "inventory.2": 8303}.items() <= settings.own_ports.items()


@pytest.mark.parametrize("said", ["inventory", "inventory=0", "inventory=10", "stores=2", "orders=2,orders=3", "a b=1"])
def test_what_says_not_how_many_of_which_is_refused_in_one_sentence(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JVTRACK_REPLICAS", said)

    with pytest.raises(ValidationError) as refused:
        StackSettings()

    assert users_mistake(refused.value) == (
        "JVTRACK_REPLICAS: write SERVICE=NUMBER, several with commas between them, of orders, production, inventory, "
        "monitor, each once, from 1 to 9."
    )
