"""The resolved stack: what is masked, what is listed, and what it cannot show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dockguard.effective import MASK, _masked, document
from dockguard.settings import Ask

PASSWORD = "Kq7" + "-vR2mX9zLpT4wB8"  # in parts, so that no scanner takes it for a real one
TOKEN = "gh" + "p_" + "wJalrXUtnFEMIK7MDENGbPxRfiCYzK3q9Qe1"


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ({"DB_PASSWORD": "x", "PORT": "80"}, {"DB_PASSWORD": MASK, "PORT": "80"}),
        ({"password": {"a": ["x", {"b": "y"}], "n": 1}}, {"password": {"a": [MASK, {"b": MASK}], "n": 1}}),
        ({"DB_PASSWORD": ""}, {"DB_PASSWORD": ""}),
        ({"DB_PASSWORD": None, "on": True}, {"DB_PASSWORD": None, "on": True}),
        (["app", "--password", "x1y2z3"], ["app", "--password", MASK]),
        (["--password", PASSWORD, "--port", "80"], ["--password", MASK, "--port", "80"]),
        (["password", "x1y2z3"], ["password", "x1y2z3"]),
        (["app", "--port", "80"], ["app", "--port", "80"]),
        ([{"a": "b"}, "c", 1], [{"a": "b"}, "c", 1]),
        ("plain", "plain"),
        (7, 7),
    ],
)
def test_masking(value: Any, masked: Any) -> None:
    assert _masked(value) == masked


@pytest.mark.parametrize("text", [f"postgres://app:{PASSWORD}@db/app", f"x {TOKEN} y"])
def test_secrets_in_texts_go_and_their_surroundings_stay(text: str) -> None:
    hidden = _masked({"a": [text], "b": text})
    assert PASSWORD not in str(hidden)
    assert TOKEN not in str(hidden)
    assert hidden["a"] == [hidden["b"]]
    assert hidden["b"][:1] == text[:1]
    assert "*" in hidden["b"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text("FROM debian:12\nUSER app\n")
    (tmp_path / "compose.yaml").write_text(
        f"services:\n  web:\n    build: app\n    environment: {{DB_PASSWORD: {PASSWORD}, TAG: '${{TAG}}'}}\n"
    )
    (tmp_path / "other.yaml").write_text("services:\n  web:\n    image: other\n    profiles: [x]\n")
    (tmp_path / "nginx.conf").write_text("events {}\nhttp { server { listen 80; } }\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_document(project: Path) -> None:
    found = document(Ask(isolated=True), {"TAG": "7"}, False)
    assert [*found] == ["version", "compose", "images", "sites", "errors"]
    assert (found["version"], found["errors"]) == (1, [])
    (compose,) = found["compose"]
    assert compose["services"]["web"]["environment"] == {"DB_PASSWORD": MASK, "TAG": "7"}
    assert len(found["images"]) == 1
    assert len(found["sites"]) == 1
    assert PASSWORD not in str(found)
    assert PASSWORD in str(document(Ask(isolated=True), {}, True))


def test_files_that_are_named(project: Path) -> None:
    (project / "compose.yaml").unlink()
    found = document(Ask(paths=("other.yaml",), isolated=True, compose_profiles=("x",)), {}, False)
    assert [one["services"]["web"]["image"] for one in found["compose"]] == ["other"]
    assert (found["images"], found["sites"]) == ([], [])
    alone = document(Ask(paths=("app/Dockerfile",), isolated=True), {}, False)
    assert (alone["compose"], len(alone["images"]), alone["errors"]) == ([], 1, [])


def test_errors_have_places(project: Path) -> None:
    (project / "other.yaml").write_text("a\nservices: [\n")
    found = document(Ask(paths=("other.yaml", "gone"), isolated=True), {}, False)
    errors = {error["code"]: error["location"] for error in found["errors"]}
    assert errors["not-found"] == {"path": "gone"}
    assert [place["path"] for code, place in errors.items() if code != "not-found" and place] != []
