"""Stacks out of files: who asks whom, what is claimed, and which problems are told once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from dockguard.finding import Problem
from dockguard.formats.base import Format, Later
from dockguard.project import Projects, tree_problems
from dockguard.record import dataclass, replace
from dockguard.source import Fact, Many, Source, absent
from dockguard.stack.pieces import Assumption, Image, Piece
from dockguard.workspace import Workspace
from tests.engine import toy
from tests.engine.toy import FORMAT

LOG: list[str] = []


@dataclass(frozen=True)
class Leaf:
    sources: tuple[Source, ...]


def _assemble(trees: Sequence[toy.Tree], workspace: Workspace, above: Sequence[Piece]) -> Iterator[Leaf]:
    """Trees that stand alone; and for every container the file of its name."""
    LOG.append(f"{len(trees)} trees, {len(above)} above")
    yield from (Leaf((tree.source,)) for tree in trees)
    for name in [piece.name for piece in above if hasattr(piece, "mounts")]:
        tree = workspace.tree(f"{name}.leaf", toy.Tree)
        if tree is not None:
            yield Leaf((tree.source,))


def _lower(unit: Leaf) -> Iterator[Piece]:
    at, none = unit.sources[0].whole, Many[Any]((), unit.sources[0].whole)
    yield Image(None, unit.sources[0].path, at, "leaf", absent(at), Fact(None, at), none, none)


def leaf(name: str = "leaf", asked: Any = lambda above: True) -> Format:
    return Format(
        name=name, language="x", matches=lambda path: path.endswith(f".{name}"), parse=toy.Tree, assemble=_assemble,
        kinds={}, lower=_lower, asked=asked,
        problems=lambda tree: [Problem("leaf", tree.source.text)] if "?" in tree.source.text else (),
        unit_problems=lambda unit: [Problem("unit", unit.sources[0].path)] if "!" in unit.sources[0].text else (),
    )  # fmt: skip


def projects(files: dict[str, str], *formats: Format, assumptions: Sequence[Piece] = ()) -> Projects:
    LOG.clear()
    every = formats or (FORMAT, leaf())
    kinds = {path: next((f.name for f in every if f.matches(path)), "") for path in files}
    named = {path: kind for path, kind in kinds.items() if kind}
    return Projects(Workspace(None, texts=files), every, named, assumptions)


def stacks(found: Projects) -> list[tuple[str, list[str]]]:
    return [(stack.variant, sorted(stack.paths)) for stack in found]


POD = "pod web user=a\n"


def test_what_a_stack_reaches_is_not_judged_alone() -> None:
    files = {"a.toy": POD, "web.leaf": "x", "alone.leaf": "y"}
    assert stacks(projects(files)) == [("base", ["a.toy", "web.leaf"]), ("", ["alone.leaf"])]
    assert stacks(projects({"a.toy": POD, "web.leaf": "x"})) == [("base", ["a.toy", "web.leaf"])]
    assert stacks(projects({"web.leaf": "x", "b.leaf": "y"})) == [("", ["b.leaf", "web.leaf"])]


def test_what_one_variant_reaches_is_claimed() -> None:
    files = {"a.toy": POD, "p.over.toy": "pod more user=b\n", "more.leaf": "x"}
    assert stacks(projects(files)) == [
        ("base", ["a.toy"]), ("base + p.over.toy", ["a.toy", "more.leaf", "p.over.toy"]),
    ]  # fmt: skip


def test_a_stack_sees_its_own_trees_only() -> None:
    """A file that lies about is no part of a project that does not ask for it."""
    stacks(projects({"a.toy": POD, "alone.leaf": "y"}))
    assert LOG == ["0 trees, 1 above", "1 trees, 0 above"]


def test_assumptions_are_above_everything() -> None:
    assumed = Assumption("x", "user", "root", Source("c", "").whole)
    stacks(projects({"a.toy": POD, "alone.leaf": "y"}, assumptions=[assumed]))
    assert LOG == ["0 trees, 2 above", "1 trees, 1 above"]


def test_later_formats_see_the_pieces_of_earlier_ones() -> None:
    stacks(projects({"web.leaf": "x", "a.toy": POD}, FORMAT, leaf(), leaf("twig")))
    assert LOG == ["0 trees, 1 above", "0 trees, 2 above"]


def test_formats_that_nobody_asks_are_not_assembled() -> None:
    found = list(projects({"a.toy": POD, "web.leaf": "x", "b.leaf": "y"}, FORMAT, leaf(asked=lambda above: False)))
    assert LOG == ["2 trees, 0 above"]
    assert found[0].units["leaf"] == ()
    assert sorted(found[1].paths) == ["b.leaf", "web.leaf"]


def test_units_by_format() -> None:
    (stack,) = projects({"a.toy": POD, "web.leaf": "x"})
    assert {name: len(units) for name, units in stack.units.items()} == {"toy": 1, "leaf": 1}
    assert (stack.project, [running.name for running in stack.containers]) == ("toy", ["web"])


def test_problems_of_units_are_told_once() -> None:
    files = {"a.toy": POD, "p.over.toy": "pod b\n", "web.leaf": "!", "alone.leaf": "!"}
    found = projects(files)
    stacks(found)
    assert [(problem.code, problem.message) for problem in found.problems] == [
        ("unit", "web.leaf"), ("unit", "alone.leaf"),
    ]  # fmt: skip


def test_problems_of_trees_that_units_asked_for() -> None:
    twig = Format(
        name="twig", language="x", matches=lambda path: False, parse=Later("tests.engine.toy", "Tree"),
        assemble=lambda trees, workspace, above: (), kinds={},
    )  # fmt: skip
    found = projects({"a.toy": POD + "!!", "web.leaf": "x"}, FORMAT)
    stacks(found)
    assert [problem.code for problem in tree_problems(found)] == ["toy-syntax"]
    unasked = projects({"a.toy": "x"}, FORMAT, twig)
    stacks(unasked)
    assert list(tree_problems(unasked)) == []


@pytest.mark.parametrize("files", [{}, {"README": "x"}])
def test_nothing_is_no_stack(files: dict[str, str]) -> None:
    assert stacks(projects(files)) == []


@pytest.mark.parametrize("stage", ["parse", "assemble", "lower", "unit_problems"])
def test_a_crash_of_one_format_leaves_the_others(stage: str) -> None:
    def broken(*arguments: Any) -> Any:
        raise OverflowError("too much")

    found = projects(
        {"a.toy": POD, "alone.leaf": "y"}, FORMAT, replace(leaf(asked=lambda above: False), **{stage: broken})
    )
    assert stacks(found)[0][0] == "base"
    (problem,) = found.problems
    assert (problem.code, problem.path) == ("model-crashed", "alone.leaf")
    assert problem.message.startswith("internal error in the model of leaf: OverflowError: too much (test_project.py:")


def test_a_crash_is_told_at_the_file_that_it_is_about() -> None:
    def broken(unit: Leaf) -> Iterator[Piece]:
        if unit.sources[0].path == "b.leaf":
            raise OverflowError("too much")
        return _lower(unit)

    found = projects({"a.leaf": "x", "b.leaf": "y", "c.leaf": "z"}, FORMAT, replace(leaf(), lower=broken))
    assert stacks(found) == [("", ["a.leaf", "b.leaf", "c.leaf"])]
    assert [problem.path for problem in found.problems] == ["b.leaf"]
