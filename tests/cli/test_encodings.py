"""The same finding at the same place, however the bytes of a file are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dockguard.run import check
from dockguard.settings import Ask

FILES = {
    "compose.yaml": (
        "# é😀 comment\nservices:\n  wéb:\n    image: nginx:1.27\n    privileged: true\n    labels: {a: b}\n",
        "compose/privileged-container",
        "privileged: true",
        (5, 5),
    ),
    "Dockerfile": (
        "# é😀 comment\nFROM debian:12\nLABEL a=é😀 b=c\nRUN echo é \\\n  && true\nUSER root\n",
        "dockerfile/final-user-root",
        "root",
        (6, 6),
    ),
    "nginx.conf": (
        'events {}\nhttp {\n  # é😀\n  server {\n    add_header X-A "é😀"; listen 80; autoindex on;\n  }\n}\n',
        "nginx/autoindex",
        "on",
        (5, 47),
    ),
}
WRITE: dict[str, Callable[[str], bytes]] = {
    "plain": lambda text: text.encode(),
    "bom": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "bom and crlf": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "latin-1": lambda text: text.replace("😀", "").encode("latin-1"),
    "no final newline": lambda text: text.rstrip("\n").encode(),
}


@pytest.mark.parametrize("how", WRITE)
@pytest.mark.parametrize("name", FILES)
def test_places_stay_right(tmp_path: Path, name: str, how: str) -> None:
    text, rule, words, (line, column) = FILES[name]
    (tmp_path / ".git").mkdir()
    (tmp_path / name).write_bytes(WRITE[how](text))
    run = check(Ask(paths=(str(tmp_path),), select=(rule,), isolated=True))
    assert [problem.message for problem in run.problems] == []
    (report,) = run.reports
    assert report.span.text.startswith(words)
    lost = 1 if how == "latin-1" and name == "nginx.conf" else 0
    assert report.span.source.position(report.span.start) == (line, column - lost)


def test_a_nul_byte_hides_nothing(tmp_path: Path) -> None:
    """BuildKit's parser goes on after it; a peer's drops the rest of the file."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_bytes(b"FROM debian:12\n# \0 here\nUSER root\n")
    run = check(Ask(paths=(str(tmp_path),), select=("dockerfile/final-user-root",), isolated=True))
    assert [(report.span.line, report.span.text) for report in run.reports] == [(3, "root")]
