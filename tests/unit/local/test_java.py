"""Kafka's Java: the machine's own where it is new enough, a wheel's where not, and one clear sentence where neither."""

from pathlib import Path

import pytest

from deploy.errors import SetupError
from deploy.local import jars
from deploy.local.java import home_for_others, java, version

NEW, OLD, VERY_OLD = 'openjdk version "21.0.5" 2024-10-15', 'openjdk version "11.0.2" 2019', 'java version "1.8.0_292"'


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a machine without any Java or Maven; what lies in the folder is on its PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr("deploy.local.java.wheel_home", lambda: None)
    return programs


@pytest.mark.parametrize(("says", "number"), [(NEW, 21), (OLD, 11), (VERY_OLD, 8), ("what?", None)])
def test_a_java_says_how_new_it_is(says: str, number: int | None, machine: Path) -> None:
    assert version(str(a_java(machine / "java", says))) == number


def test_the_java_on_the_path_is_taken(machine: Path) -> None:
    here = a_java(machine / "java", NEW)

    assert java() == str(here)
    assert home_for_others() == {}


def test_a_java_that_is_too_old_gives_way_to_the_wheels(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_java(machine / "java", OLD)
    wheel = a_java(machine.with_name("wheel") / "bin" / "java", NEW)
    monkeypatch.setattr("deploy.local.java.wheel_home", lambda: wheel.parents[1])

    assert java() == str(wheel)
    assert home_for_others() == {"JAVA_HOME": str(wheel.parents[1])}


def test_a_java_that_is_too_old_is_named_with_the_ways_out(machine: Path) -> None:
    old = a_java(machine / "java", VERY_OLD)

    with pytest.raises(SetupError) as refused:
        java()

    assert str(refused.value) == (
        f"Kafka needs Java 17 or newer and {old} is Java 8: install a Java runtime, let `scripts/bootstrap.sh "
        "servers` get one as a wheel, or point JVTRACK_KAFKA at a Kafka that already runs."
    )


def test_no_java_and_no_maven_are_told_in_one_go(machine: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"Java 17 or newer, and Maven .*neither is here: install both"):
        jars.kafka_jars(tmp_path / "kafka-libs")


def test_no_maven_alone_is_told_alone(machine: Path, tmp_path: Path) -> None:
    a_java(machine / "java", NEW)

    with pytest.raises(SetupError, match=r"^Kafka's jars are fetched with Maven: install Maven"):
        jars.kafka_jars(tmp_path / "kafka-libs")


def test_the_jars_of_another_program_are_missed_in_its_name_with_its_own_way_out(machine: Path, tmp_path: Path) -> None:
    a_java(machine / "java", NEW)
    other = jars.JarSet("Debezium", tmp_path / "pom.xml", "or measure without it")

    with pytest.raises(SetupError, match=r"^Debezium's jars are fetched with Maven: .*, or measure without it\.$"):
        jars.fetched(other, tmp_path / "debezium-libs")


def test_jars_of_an_older_pom_are_fetched_anew(machine: Path, tmp_path: Path) -> None:
    pom, there = tmp_path / "pom.xml", tmp_path / "libs"
    pom.write_text("<version>1</version>")
    there.mkdir()
    wanted = jars.JarSet("Debezium", pom, "or measure without it")
    (there / ".complete").write_text(jars.wanted(wanted))
    before = jars.fetched(wanted, there)
    pom.write_text("<version>2</version>")

    with pytest.raises(SetupError, match=r"^Debezium needs Java 17 or newer, and Maven .*, or measure without it"):
        jars.fetched(wanted, there)

    assert before == there


def test_jars_that_are_there_are_read_where_nothing_may_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout, home = tmp_path / "checkout" / "kafka-libs", tmp_path / "home"
    monkeypatch.setattr("deploy.local.jars.KAFKA_JARS", checkout)
    before = jars.jars_for(home)
    checkout.mkdir(parents=True)
    (checkout / ".complete").write_text(jars.wanted())
    checkout.parent.chmod(0o500)

    chosen = jars.kafka_jars(jars.jars_for(home))

    assert before == home / "kafka-libs"
    assert chosen == checkout
    assert [path.name for path in checkout.parent.iterdir()] == ["kafka-libs"]


def a_java(path: Path, says: str) -> Path:
    """Make a program that tells its version as Java does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    path.chmod(0o755)
    return path
