"""Settings of programs that switch a protection off or a debugger on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.common.switches import KINDS, of_command, of_variable
from dockguard.common.tables import load


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("POSTGRES_HOST_AUTH_METHOD", "trust", "no-auth"),
        ("POSTGRES_HOST_AUTH_METHOD", "Trust", "no-auth"),
        ("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256", None),
        ("MYSQL_ALLOW_EMPTY_PASSWORD", "anything", "no-auth"),
        ("MYSQL_ALLOW_EMPTY_PASSWORD", "", None),
        ("JUPYTER_TOKEN", "", "no-auth"),
        ("JUPYTER_TOKEN", "x", None),
        ("FLASK_DEBUG", "1", "development"),
        ("FLASK_DEBUG", "0", None),
        ("NODE_OPTIONS", "--inspect=0.0.0.0:9229", "debugger"),
        ("NODE_OPTIONS", "--inspect=127.0.0.1:9229", None),
        ("JAVA_OPTS", "-agentlib:jdwp=transport=dt_socket,server=y,address=*:5005", "debugger"),
        ("JAVA_OPTS", "-agentlib:jdwp=transport=dt_socket,server=y,address=localhost:5005", None),
        ("DEBUG", "true", None),
    ],
)
def test_variables(name: str, value: str, kind: str | None) -> None:
    setting = of_variable(name, value)
    assert (setting.kind if setting else None) == kind


@pytest.mark.parametrize(
    ("command", "near", "found"),
    [
        ("redis-server --protected-mode no", "", ["--protected-mode"]),
        ("redis-server --protected-mode yes", "", []),
        ("traefik --api.insecure=true", "", ["--api.insecure"]),
        ("traefik --api.insecure", "", ["--api.insecure"]),
        ("traefik --api.insecure=false", "", []),
        ("code-server --auth none", "", ["--auth"]),
        ("other --auth none", "", []),
        ("start --insecure", "cockroachdb/cockroach:v24", ["--insecure"]),
        ("curl --insecure https://x", "", []),
        ("elasticsearch -E xpack.security.enabled=false", "", ["xpack.security.enabled"]),
        ("python -m debugpy --listen 0.0.0.0:5678 app.py", "", ["python"]),
        ("dlv debug --listen=:2345", "", ["dlv"]),
        ("dlv exec /app --headless -l :2345", "", ["dlv"]),
        ("gdbserver 0.0.0.0:1234 /app", "", ["gdbserver"]),
        ("gdbserver localhost:1234 /app", "", []),
    ],
)
def test_commands(command: str, near: str, found: list[str]) -> None:
    assert [setting.name for setting in of_command(command.split(), near)] == found


def test_the_index_is_the_word_it_begins_at() -> None:
    words = ["sh", "-c", "node --inspect=0.0.0.0 x.js", "--noauth"]
    assert [(setting.name, setting.index) for setting in of_command(words)] == [("--noauth", 3), (words[2], 2)]


def test_every_row_is_of_a_known_kind_and_can_be_reached() -> None:
    table = load("switches")
    for row in table["variables"]:
        values = [value if value != "*" else "x" for value in row["values"]]
        assert row["kind"] in KINDS
        assert all(of_variable(row["name"], value) is not None for value in values)
    for row in table["options"]:
        assert row["kind"] in KINDS
        for value in row["values"]:
            words = [f"{row['name']}={value}" if value else row["name"]]
            assert list(of_command(words, row.get("near", "")))


@given(st.text(), st.text(), st.lists(st.text(max_size=20), max_size=8))
def test_never_raises(name: str, value: str, words: list[str]) -> None:
    of_variable(name, value)
    list(of_command(words, name))


def test_the_word_of_a_debugger_is_part_of_its_regex() -> None:
    assert [row for row in load("switches")["debuggers"] if row["word"] not in row["regex"]] == []
