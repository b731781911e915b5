"""What a user may name is taken or refused in one sentence, and a password is never repeated."""

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from deploy.errors import SetupError, nobody_answers, users_mistake
from deploy.local.doors import door_addresses
from deploy.local.environment import Environment
from deploy.local.settings import StackSettings

NO_KAFKA = ["foo:bar", "kafka", "kafka:", ":9092", "a:1,b", "http://a:1", "a:1 b:2", "a:123456"]
NO_POSTGRES = [
    "127.0.0.1:5432",
    "postgresql://",
    "postgresql:///db",
    "mysql://u:secret@h/db",
    "postgresql://u:secret@h:port/db",
    "postgresql://u:se/cret@h:5432/db",
    "secret",
]


@pytest.mark.parametrize("value", NO_KAFKA)
def test_what_names_no_kafka_is_refused_in_one_sentence(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JVTRACK_KAFKA", value)

    with pytest.raises(ValidationError) as refused:
        StackSettings()

    assert users_mistake(refused.value) == (
        "JVTRACK_KAFKA: it names no Kafka; write HOST:PORT, several with commas between them."
    )


@pytest.mark.parametrize("value", NO_POSTGRES)
def test_what_names_no_postgresql_is_refused_without_repeating_it(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JVTRACK_POSTGRES", value)

    with pytest.raises(ValidationError) as refused:
        StackSettings()

    said = users_mistake(refused.value)
    assert said == "JVTRACK_POSTGRES: it names no PostgreSQL; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE."
    assert "secret" not in said


@pytest.mark.parametrize(
    "value", ["kafka:9092", "127.0.0.1:9392", "a:1,b:2, c:3", "[::1]:9092", "k-1.example.org:9092"]
)
def test_bootstrap_servers_are_taken_as_they_are_written(value: str) -> None:
    assert StackSettings(kafka=value).kafka_address == value


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://postgres:p%40ss@db:5432/postgres",
        "postgres://postgres@db/postgres",
        "postgresql+asyncpg://u:p@[::1]:5432/x",
        "postgresql://u@/db?host=/run/postgresql",
    ],
)
def test_a_dsn_that_is_taken_can_be_used(value: str) -> None:
    settings = StackSettings(postgres=value)

    assert settings.postgres == value
    assert make_url(value).database


def test_a_variable_that_is_set_to_nothing_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JVTRACK_KAFKA", "")
    monkeypatch.setenv("JVTRACK_POSTGRES", "")

    settings = StackSettings()

    assert (settings.kafka, settings.postgres, settings.servers_elsewhere) == (None, None, [])


def test_servers_elsewhere_are_told_without_their_password() -> None:
    settings = StackSettings(kafka="kafka:9092", postgres="postgresql://me:secret@db/postgres")

    assert settings.servers_elsewhere == ["Kafka at kafka:9092", "PostgreSQL at db:5432"]


def test_where_a_variable_names_a_server_that_is_away_nobody_is_told_to_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JVTRACK_KAFKA", raising=False)
    unnamed = str(nobody_answers("Kafka", "127.0.0.1:1", variable="JVTRACK_KAFKA"))
    monkeypatch.setenv("JVTRACK_KAFKA", "127.0.0.1:1")
    named = str(nobody_answers("Kafka", "127.0.0.1:1", variable="JVTRACK_KAFKA"))

    assert unnamed.startswith("No Kafka answers at 127.0.0.1:1: start the stack with `jvtrack up`")
    assert named.startswith("JVTRACK_KAFKA names 127.0.0.1:1, where no Kafka answers: start it there, correct")


@pytest.mark.parametrize("value", ["nonsense", "postgresql://db/jvtrack_orders", "postgresql://u:secret@h:port/db"])
def test_what_names_no_database_of_a_service_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JVTRACK_ORDERS_OWNER_DATABASE", value)

    with pytest.raises(SetupError, match=r"^JVTRACK_ORDERS_OWNER_DATABASE names no database: write postgresql://USER"):
        Environment(StackSettings(postgres="postgresql://a:b@c/d")).database("orders")


@pytest.mark.parametrize("value", ["nonsense", "ftp://h:1", "http://", "http://u:secret@h"])
def test_what_names_no_door_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JVTRACK_ORDERS_URL", value)

    with pytest.raises(SetupError, match=r"^JVTRACK_ORDERS_URL is no address: write http://HOST:PORT\.$"):
        door_addresses(StackSettings())
