"""No module needs, at run time, one that needs it: not by an import in a function, either."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.repo.checkout import ROOT, run

FILES = sorted((ROOT / "dockguard").rglob("*.py"))

RESOLVE = """
from importlib import import_module
from dockguard.language.typecheck import members, shape_of
kinds = import_module("dockguard.formats.{}").FORMAT.kinds
left, seen = [kind.type for kind in kinds.values()], set()
while left:
    owner = left.pop()
    if owner not in seen:
        seen.add(owner)
        left += [one for kind in members(owner).values() for one in shape_of(kind).types if isinstance(one, type)]
print(len(seen))
"""


def module(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module(file) for file in FILES}


def imports(node: ast.AST) -> Iterator[str]:
    """The modules that a text imports, those left out that only the type checker sees."""
    for below in ast.iter_child_nodes(node):
        if isinstance(below, ast.If) and ast.unparse(below.test) == "TYPE_CHECKING":
            for other in below.orelse:
                yield from imports(other)
        elif isinstance(below, ast.ImportFrom) and below.module:
            for alias in below.names:
                inner = f"{below.module}.{alias.name}"
                yield inner if inner in MODULES else below.module
        elif isinstance(below, ast.Import):
            yield from (alias.name for alias in below.names)
        else:
            yield from imports(below)


def circle(needs: dict[str, set[str]]) -> list[str]:
    """One circle, each module before the one that needs it; empty where there is none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_needs_itself() -> None:
    trees = {module(file): ast.parse(file.read_text(encoding="utf-8")) for file in FILES}
    assert circle({name: (set(imports(tree)) & MODULES) - {name} for name, tree in trees.items()}) == []


def test_an_import_in_a_function_counts() -> None:
    late = "def f():\n    from dockguard.source import Span\n"
    typed = "if TYPE_CHECKING:\n    from dockguard.source import Span\n"
    assert (list(imports(ast.parse(late))), list(imports(ast.parse(typed)))) == (["dockguard.source"], [])
    assert circle({"a": {"b"}, "b": {"a"}}) != []


@pytest.mark.parametrize("family", ["dockerfile", "compose", "nginx"])
def test_a_format_alone_resolves_what_pages_may_ask(family: str) -> None:
    done = run([sys.executable, "-c", RESOLVE.format(family)])
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 20
