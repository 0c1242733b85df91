"""Exit codes and streams of the command line, in this process."""

from __future__ import annotations

import errno
import io
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from dockguard import __version__, cli
from dockguard.cli import check as command
from dockguard.settings import Ask

COMPOSE = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        cli.main([*arguments])
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def failing(error: BaseException) -> Callable[..., None]:
    def fail(*arguments: Any, **options: Any) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (click.Abort(), 130),
        (KeyboardInterrupt(), 130),
        (click.UsageError("no"), 2),
        (click.ClickException("no"), 2),
        (RuntimeError("ours"), 2),
        (RecursionError(), 2),
        (BrokenPipeError(), 141),
        (BrokenPipeError(errno.EPIPE, "closed"), 141),
    ],
)
def test_what_ends_a_run(project: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, exit_code: int) -> None:
    monkeypatch.setattr("dockguard.run.check", failing(error))
    monkeypatch.setattr(sys, "stderr", io.StringIO())  # a closed pipe closes or replaces it
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert code("check") == exit_code


def test_an_error_of_ours_says_so(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("dockguard.run.check", failing(RuntimeError("oops")))
    code("check")
    said = capsys.readouterr()
    assert said.out == ""
    assert "RuntimeError: oops" in said.err
    assert "this is an error in dockguard" in said.err


def test_codes_of_plain_runs(project: Path, capsys: Any) -> None:
    assert code("version") == 0
    assert capsys.readouterr().out == f"dockguard {__version__}\n"
    assert code("--version") == 0
    assert capsys.readouterr().out == f"dockguard {__version__}\n"
    assert code("check") == 1
    assert code("check", "--fail-on", "never") == 0
    assert code("check", "nowhere") == 2
    assert code("check", "--no-such-option") == 2
    assert code("no-such-command") == 2
    capsys.readouterr()
    assert code("--help") == 0
    out = capsys.readouterr().out
    assert [word for word in cli.COMMANDS if f"\n  {word} " not in out] == []


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX pipes")
def test_a_reader_that_goes_away(project: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        got = subprocess.run(
            [sys.executable, "-m", "dockguard", "check", "-f", "json"],
            cwd=project, stdout=closed, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert got.returncode == 141
    assert got.stderr == b""


def test_narrow_consoles_stop_nobody(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "compose.yaml").write_text(COMPOSE.replace("web", '"wéb→"'), encoding="utf-8")
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    assert code("check", "-f", "concise") == 1
    sys.stdout.flush()
    assert b"w\xe9b\\u2192" in raw.getvalue()


# --- options ---------------------------------------------------------------------------------------------------------


def asked(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """What a command line asks for."""
    from dockguard.report import Run

    asks: list[Ask] = []

    def check(ask: Ask) -> Run:
        asks.append(ask)
        return Run((), (), ())

    monkeypatch.setattr("dockguard.run.check", check)
    assert code("check", *arguments) == 0
    return asks[0]


def test_lists_of_words(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = asked(
        "--select", "a, b,", "--select", "c", "--ignore", "d,e", "--extend-select", "f", monkeypatch=monkeypatch
    )
    assert (ask.select, ask.ignore, ask.extend_select) == (("a", "b", "c"), ("d", "e"), ("f",))
    plain = asked(monkeypatch=monkeypatch)
    assert (plain.select, plain.ignore, plain.paths, plain.stdin) == (None, (), (".",), None)


def test_repeated_options(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = asked(
        "--compose-file", "a.yaml", "--compose-file", "b.yaml", "--compose-profile", "p", "--env-file", "x",
        "--exclude", "e", "--kind", "nginx=*.x=y", "--min-severity", "low", "--allow-empty",
        "--allow-unknown", "x", "y",
        monkeypatch=monkeypatch,
    )  # fmt: skip
    assert (ask.compose_files, ask.compose_profiles, ask.env_files) == (("a.yaml", "b.yaml"), ("p",), ("x",))
    assert (ask.exclude, ask.kinds, ask.paths) == (("e",), (("nginx", "*.x=y"),), ("x", "y"))
    assert (ask.min_severity, ask.allow_empty, ask.allow_incomplete) == ("low", True, False)
    assert ask.allow_unknown


@pytest.mark.parametrize("part", ["json", "json=", "=x", "yaml=x", "json:x"])
def test_reports_need_a_format_and_a_path(project: Path, part: str, capsys: Any) -> None:
    assert code("check", "--report", part) == 2
    assert f"`{part}` is not FORMAT=PATH" in " ".join(capsys.readouterr().err.split())


def test_a_report_that_cannot_be_written(project: Path, capsys: Any) -> None:
    assert code("check", "--report", "json=no/where.json") == 2
    assert "cannot write no/where.json: No such file" in capsys.readouterr().err
    (project / "link").symlink_to(project / "target")
    assert code("check", "--report", "json=link") == 2
    assert not (project / "target").exists()


def test_reports_are_the_same_text_as_stdout(project: Path, capsys: Any) -> None:
    assert code("check", "-f", "json", "--report", "json=a=b.json") == 1
    out = capsys.readouterr()
    assert json.loads(out.out)["findings"]
    assert (project / "a=b.json").read_text() == out.out
    assert out.err == ""  # only text has a header


def test_errors_are_told_beside_every_format(project: Path, capsys: Any) -> None:
    (project / "compose.yaml").write_text("services: [\n")
    assert code("check", "-f", "json") == 2
    said = capsys.readouterr()
    assert [error["code"] for error in json.loads(said.out)["errors"]] == ["compose-syntax"]
    assert "compose.yaml" in said.err


class Stream:
    def __init__(self, tty: bool) -> None:
        self.isatty = lambda: tty


@pytest.mark.parametrize(
    ("choice", "tty", "environment", "colored"),
    [
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"CLICOLOR_FORCE": "1"}, True),
        ("auto", True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("auto", True, {"TERM": "dumb"}, False),
    ],
)
def test_who_gets_colours(
    project: Path, monkeypatch: pytest.MonkeyPatch, choice: str, tty: bool, environment: dict[str, str], colored: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert command.colored(choice, Stream(tty)) is colored


@pytest.mark.parametrize(
    ("columns", "width"), [(None, 100), ("80", 80), ("20", 60), ("300", 100), ("wide", 100), ("", 100), ("60", 60)]
)
def test_widths(project: Path, monkeypatch: pytest.MonkeyPatch, columns: str | None, width: int) -> None:
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    assert command.width() == width


def test_explained_lines(project: Path, capsys: Any) -> None:
    (project / "compose.yaml").write_text("services:\n  web:\n    image: nginx\n    volumes:\n      - /:/host\n")
    assert code("explain", "compose.yaml:1") == 0
    assert capsys.readouterr().out == "nothing is found at compose.yaml:1\n"
    assert code("explain", "compose.yaml:5") == 0
    assert "compose.yaml:5" in capsys.readouterr().out
    assert code("explain", "gone.yaml:5") == 2
    assert "gone.yaml is no file" in capsys.readouterr().err
    assert code("explain", "nonsense") == 2
    assert "no rule, kind or FILE:LINE: nonsense; `dockguard rules` lists them" in capsys.readouterr().err


def test_explained_lines_are_of_the_named_file_alone(project: Path, monkeypatch: Any, capsys: Any) -> None:
    (project / "compose.yaml").write_text("services:\n  app:\n    build: app\n")
    (project / "app").mkdir()
    (project / "app" / "Dockerfile").write_text("FROM debian:12\nRUN x\nUSER root\n")
    monkeypatch.chdir(project / "app")
    assert code("explain", "../compose.yaml:3") == 0
    assert "user-explicit-root" not in capsys.readouterr().out
    for place in ("Dockerfile:3", "../compose.yaml:2", f"{project}/compose.yaml:2"):
        assert code("explain", place) == 0
        assert "stack/user-explicit-root" in capsys.readouterr().out, place


def test_rules_are_listed(project: Path, capsys: Any) -> None:
    assert code("rules", "-f", "json", "--select", "compose/privileged-container,@no-such-tag") == 2
    capsys.readouterr()
    assert code("rules", "-f", "json", "--select", "compose/privileged-container") == 0
    assert "compose/privileged-container" in capsys.readouterr().out
    assert code("rules", "--select", "stack") == 0
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if "compose/" in line.split()[:1]]
    assert any("stack/" in line for line in lines)


@pytest.mark.parametrize(("columns", "most"), [(72, 72), (300, 100)])
def test_the_output_fits_the_terminal(project: Path, columns: int, most: int) -> None:
    fcntl, pty, termios = (pytest.importorskip(name) for name in ("fcntl", "pty", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    arguments = [sys.executable, "-m", "dockguard", "check", "--profile", "audit", "--color", "never"]
    text = b""
    with subprocess.Popen(arguments, stdout=theirs, stderr=subprocess.DEVNULL, cwd=project) as process:
        os.close(theirs)
        while chunk := _read(ours):
            text += chunk
    os.close(ours)
    assert process.returncode == 1
    widest = max(map(len, text.decode().splitlines()))
    assert most - 12 < widest <= most


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux: the other end is closed
        return b""
