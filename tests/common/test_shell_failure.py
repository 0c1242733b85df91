"""What becomes of a failure: said by us, and shown by bash itself."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from dockguard.common.shell import Script, scan_text, shell_options

LONG = int(os.environ.get("DOCKGUARD_LONG", "0"))


def effect(text: str, name: str, options: frozenset[str] = frozenset()) -> str:
    return next(scan_text(text, options=options).named(name)).failure.effect


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("a", "a", "stops"),
        ("a && b", "a", "stops"),
        ("a; b", "a", "lost"),
        ("a\nb", "a", "lost"),
        ("a &\nb", "a", "lost"),
        ("a | b", "a", "lost"),
        ("a | b", "b", "stops"),
        ("a || true", "a", "lost"),
        ("a || :", "a", "lost"),
        ("a || echo no", "a", "lost"),
        ("a || exit 1", "a", "stops"),
        ("a || exit", "a", "stops"),
        ("a || exit 0", "a", "lost"),
        ("a || { echo no; exit 1; }", "a", "stops"),
        ("a || (echo no; exit 3)", "a", "stops"),
        ("a || (exit 3); b", "a", "lost"),
        ("{ a || exit 1; b; } | c", "a", "lost"),
        ("f() { set -e; a; b; }; c", "a", "unknown"),
        ("a || b", "a", "unknown"),
        ("a || b", "b", "stops"),
        ("a && b || true", "a", "lost"),
        ("a || false && b", "a", "stops"),
        ("! a", "a", "lost"),
        ("if a; then b; fi", "a", "lost"),
        ("if a; then b; fi", "b", "stops"),
        ("if x; then a; fi; b", "a", "lost"),
        ("while a; do b; done", "a", "lost"),
        ("for x in 1 2; do a; done", "a", "lost"),
        ("for x in 1 2; do a || exit 1; done", "a", "stops"),
        ("set -e; a; b", "a", "stops"),
        ("set -e; a && b; c", "a", "lost"),  # the trap of `set -e`
        ("set -e; a && b; c", "b", "stops"),
        ("set -e; a && b", "a", "stops"),
        ("set -e; a | b; c", "a", "lost"),
        ("set -eo pipefail; a | b; c", "a", "stops"),
        ("set -o errexit -o pipefail; a | b; c", "a", "stops"),
        ("set -euxo pipefail\na | b\nc", "a", "stops"),
        ("set -e; set +e; a; b", "a", "lost"),
        ("set -e; if a; then b; fi; c", "a", "lost"),
        ("set -e; { a; b; } || c", "a", "lost"),
        ("set -e; for x in 1; do a; done; b", "a", "stops"),
        ("set -e; (a; b); c", "a", "stops"),
        ("(set -e; a; b); c", "a", "lost"),
        ("(set -e); a; b", "a", "lost"),
        ("(a; b)", "b", "stops"),
        ("(a && b) | c", "a", "lost"),
        ("X=$(a)", "a", "stops"),
        ("X=$(a); b", "a", "lost"),
        ("set -e; X=$(a); b", "a", "stops"),
        ("set -e; export X=$(a); b", "a", "lost"),  # export's own status counts
        ("set -e; local X=$(a); b", "a", "lost"),
        ("echo $(a)", "a", "lost"),
        ("b <(a)", "a", "lost"),
        ("set -e; X=$(a; b); c", "a", "unknown"),
        ("f() { a; }; f", "a", "unknown"),
        ("sh -c 'a; b'", "a", "lost"),
        ("sh -c 'a; b'", "b", "stops"),
        ("sh -ec 'a; b'", "a", "stops"),
        ("set -e; sh -c 'a; b'; c", "a", "lost"),
        ("sh -c 'a' || true", "a", "lost"),
        ("bash -e <<E\na\nb\nE\n", "a", "stops"),
        ("trap 'a' EXIT; b", "a", "lost"),
        ("eval 'a'", "a", "stops"),
        ("#!/bin/sh -e\na\nb", "a", "stops"),
        ("#!/bin/sh\na\nb", "a", "lost"),
        ("#!/usr/bin/env -S bash -e\na\nb", "a", "stops"),
    ],
)
def test_what_becomes_of_a_failure(text: str, name: str, expected: str) -> None:
    assert effect(text, name) == expected


def test_options_of_the_shell_instruction() -> None:
    pipefail = shell_options(["/bin/bash", "-o", "pipefail", "-c"])
    assert pipefail == {"pipefail"}
    assert effect("a | b", "a", pipefail) == "stops"
    assert shell_options(["/bin/bash", "-eo", "pipefail", "-c"]) == {"errexit", "pipefail"}
    assert shell_options(["/bin/sh", "-xc"]) == {"xtrace"}


def test_options_in_force() -> None:
    script = scan_text("a; set -ex; b; (set +x; c); d")
    assert {c.name: sorted(c.options) for c in script.commands if c.name != "set"} == {
        "a": [],
        "b": ["errexit", "xtrace"],
        "c": ["errexit"],
        "d": ["errexit", "xtrace"],
    }


def test_why_names_the_cause() -> None:
    assert "pipe" in next(scan_text("a | b").named("a")).failure.why
    assert "|| true" in next(scan_text("a || true").named("a")).failure.why


# bash as the judge: random scripts, in which one command fails the first time it runs

PRELUDE = """f() { echo "$1" >> log; if [ "$1" = "$FAIL" ] && [ ! -e mark ]; then : > mark; return 1; fi; }
"""


class Grower:
    def __init__(self, dice: random.Random) -> None:
        self.dice, self.count = dice, 0

    def command(self) -> str:
        self.count += 1
        return f"c{self.count - 1}"

    def element(self, depth: int) -> str:
        kind = self.dice.randint(0, 11) if depth else 0
        inner = lambda: self.list(depth - 1)  # noqa: E731
        return {
            5: lambda: f"( {inner()} )",
            6: lambda: f"{{ {inner()}; }}",
            7: lambda: f"if {inner()}; then {inner()}; fi",
            8: lambda: f"for x in 1 2; do {inner()}; done",
            9: lambda: f"X=$( {inner()} )",
            10: lambda: f"{self.command()} $( {inner()} )",
            11: lambda: f"bash -c '{inner()}'" if depth == 2 else self.command(),
        }.get(kind, self.command)()

    def pipeline(self, depth: int) -> str:
        return " | ".join(self.element(depth) for _ in range(self.dice.choice((1, 1, 1, 2))))

    def and_or(self, depth: int) -> str:
        text = self.pipeline(depth)
        for _ in range(self.dice.choice((0, 0, 1, 1, 2))):
            text += self.dice.choice((" && ", " && ", " || true && ", " || ")) + self.pipeline(depth)
        return text + self.dice.choice(("", "", "", " || exit 1", " || true"))

    def list(self, depth: int) -> str:
        return "; ".join(self.and_or(depth) for _ in range(self.dice.choice((1, 1, 2))))


def run(text: str, count: int, fail: int, folder: Path) -> tuple[bool, set[str]]:
    """Whether the script succeeded, and which commands ran."""
    for name in ("log", "mark"):
        (folder / name).unlink(missing_ok=True)
    functions = "".join(f"c{n}() {{ f {n}; }}\n" for n in range(count))
    exported = "export -f f " + " ".join(f"c{n}" for n in range(count)) + "\n"
    script = PRELUDE + functions + exported + text
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env={**os.environ, "FAIL": str(fail)}, capture_output=True, check=False
    )
    log = folder / "log"
    return done.returncode == 0, set(log.read_text().split()) if log.exists() else set()


def test_bash_agrees(tmp_path: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    dice = random.Random(7)
    judged = 0
    for _ in range((LONG and 400) or 60):
        grower = Grower(dice)
        text = dice.choice(("", "set -e; ", "set -eo pipefail; ", "set -o pipefail; ")) + grower.list(2)
        if grower.count <= 9 and run(text, grower.count, -1, tmp_path)[0]:
            judged += sum(judge(scan_text(text), text, grower.count, n, tmp_path) for n in range(grower.count))
    assert judged > 50


def judge(script: Script, text: str, count: int, number: int, folder: Path) -> bool:
    commands = list(script.named(f"c{number}"))
    assert len(commands) == 1, text
    succeeded, ran = run(text, count, number, folder)
    said = commands[0].failure.effect
    if str(number) not in ran or said == "unknown":
        return False
    assert succeeded == (said == "lost"), (text, number, commands[0].failure)
    return True
