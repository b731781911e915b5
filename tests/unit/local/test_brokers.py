"""How many nodes the stack's Kafka has is said by one number, which the data then hold to."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.errors import SetupError, users_mistake
from deploy.kafka.copies import copies_among, in_sync_min
from deploy.local.brokers import brokers, node_of
from deploy.local.kafka import require_number
from deploy.local.ports import require_free
from deploy.local.settings import StackSettings

THREE = "1@127.0.0.1:9393,2@127.0.0.1:9493,3@127.0.0.1:9593"


def test_one_broker_is_enough_and_listens_where_it_always_did() -> None:
    settings = StackSettings()

    assert [tuple(each) for each in settings.kafka_brokers] == [("kafka", 1, 9392, 9393)]
    assert settings.kafka_address == "127.0.0.1:9392"
    assert settings.topic_copies == 1


def test_three_brokers_have_ports_of_their_own_and_are_all_told_to_clients() -> None:
    settings = StackSettings(brokers=3)

    assert [tuple(each) for each in settings.kafka_brokers] == [
        ("kafka.1", 1, 9392, 9393),
        ("kafka.2", 2, 9492, 9493),
        ("kafka.3", 3, 9592, 9593),
    ]
    assert settings.kafka_address == "127.0.0.1:9392,127.0.0.1:9492,127.0.0.1:9592"
    assert {"kafka.3": 9592, "kafka_controller.3": 9593}.items() <= settings.own_ports.items()
    assert settings.topic_copies == 3
    assert [node_of(name) for name in ("kafka", "kafka.2")] == [1, 2]


def test_a_kafka_that_runs_elsewhere_has_no_broker_here_and_decides_on_copies_unless_told() -> None:
    elsewhere = StackSettings(kafka="a:1,b:2,c:3", brokers=3)

    assert (elsewhere.kafka_brokers, elsewhere.topic_copies) == ([], None)
    assert StackSettings(kafka="a:1", kafka_replicas=2).topic_copies == 2


@pytest.mark.parametrize(("number", "copies", "least"), [(1, 1, 1), (2, 1, 1), (3, 3, 2), (5, 3, 2)])
def test_facts_are_kept_three_times_where_that_lets_a_broker_go(number: int, copies: int, least: int) -> None:
    assert copies_among(number) == copies
    assert in_sync_min(copies) == least


@pytest.mark.parametrize("number", ["0", "2", "4"])
def test_a_number_of_brokers_none_of_which_may_fail_is_refused(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JVTRACK_BROKERS", number)

    with pytest.raises(ValidationError) as refused:
        StackSettings()

    assert users_mistake(refused.value) == (
        "JVTRACK_BROKERS: write 1 or 3: with 3 any one of them may fail, with 2 none may."
    )


def test_a_port_of_the_third_broker_that_is_taken_names_the_option_that_moves_it() -> None:
    ports = {"postgres": 9592, **{each.name: each.port for each in brokers(3, 9392, 9393)}}

    with pytest.raises(SetupError, match=r"^Port 9592 is given to both postgres and kafka\.3: set JVTRACK_KAFKA_PORT "):
        require_free(ports)


@pytest.mark.parametrize(
    ("kept", "voters", "asked", "before"),
    [
        (["kafka"], "1@127.0.0.1:9393", 3, r"one broker, not 3: start with --brokers 1 \(or JVTRACK_BROKERS=1\)"),
        (["kafka.1", "kafka.2", "kafka.3"], THREE, 1, r"3 brokers, not 1: start with --brokers 3"),
        (["kafka.2"], THREE, 1, r"3 brokers, not 1: start with --brokers 3"),
    ],
)
def test_data_of_another_number_of_brokers_are_not_started_on(
    kept: list[str], voters: str, asked: int, before: str, tmp_path: Path
) -> None:
    for name in kept:
        a_node(tmp_path / name, voters)

    with pytest.raises(SetupError, match=before):
        require_number(tmp_path, asked)


def test_data_of_as_many_brokers_and_no_data_at_all_are_started_on(tmp_path: Path) -> None:
    require_number(tmp_path, 3)
    a_node(tmp_path / "kafka.1", THREE)
    (tmp_path / "kafka.2").mkdir()

    require_number(tmp_path, 3)


def a_node(folder: Path, voters: str) -> None:
    """Make the folder of a node whose storage was formatted."""
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "meta.properties").write_text("#\ncluster.id=J123\nversion=1\n")
    (folder / "server.properties").write_text(f"node.id=1\ncontroller.quorum.voters={voters}\n")
