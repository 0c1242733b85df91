"""READ, ASSEMBLE and LINK: from discovered files to stacks, one for each variant."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from dockguard.finding import Problem
from dockguard.formats.base import Format, loaded
from dockguard.record import dataclass, field
from dockguard.stack.known import known_user
from dockguard.stack.link import Stack, link
from dockguard.stack.pieces import Piece
from dockguard.stack.program import programs
from dockguard.workspace import Workspace

T = TypeVar("T")


@dataclass(slots=True)
class Projects:
    """The stacks of a run, made one after the other; `problems` grows while they are made."""

    workspace: Workspace
    formats: Sequence[Format]
    files: Mapping[str, str]  # path to format: everything that is judged, and the heads that may reach it
    assumptions: Sequence[Piece] = ()
    problems: list[Problem] = field(default_factory=list)
    trees: dict[str, tuple[Format, Any]] = field(default_factory=dict)  # path to its tree

    def __iter__(self) -> Iterator[Stack]:
        """Stacks of the heads first, each alone; then what none of them reached."""
        self._read()
        claimed: set[str] = set()
        for format in self._read_formats():
            if format.heads:
                for unit in self._units(format, self._of(format), self.assumptions):
                    stack = self._kept(format, _deciding(unit), self._stack, format, unit)
                    if stack is not None:
                        claimed |= stack.paths
                        yield stack
        rest = [format for format in self._read_formats() if not format.heads]
        if any(path not in claimed for path, (format, _) in self.trees.items() if not format.heads):
            yield self._assemble("", "", {}, list(self.assumptions), rest, claimed)

    def every_tree(self) -> Iterator[tuple[Format, Any]]:
        """All trees that the run has parsed, those that units asked for too."""
        by_parse = {loaded(format.parse): format for format in self.formats}
        for parse, tree in self.workspace.trees():
            if parse in by_parse:
                yield by_parse[parse], tree

    def _read_formats(self) -> Iterable[Format]:
        """Formats that this run has anything of; the others stay unloaded."""
        present = set(self.files.values())
        heads = any(format.heads and format.name in present for format in self.formats)
        return [format for format in self.formats if heads or format.name in present]

    def _read(self) -> None:
        formats = {format.name: format for format in self.formats}
        for path, kind in self.files.items():
            tree = self._kept(formats[kind], path, self.workspace.tree, path, formats[kind].parse)
            if tree is not None:
                self.trees[path] = (formats[kind], tree)

    def _of(self, format: Format, claimed: Iterable[str] = ()) -> list[Any]:
        return [tree for path, (f, tree) in self.trees.items() if f is format and path not in claimed]

    def _stack(self, format: Format, unit: Any) -> Stack:
        pieces = [*self.assumptions, *self._lowered(format, unit)]
        rest = [other for other in self.formats if not other.heads]
        stack = self._assemble(unit.project, unit.variant or unit.project, {format.name: (unit,)}, pieces, rest, None)
        format.linked(unit, {one.name: one for one in programs(stack)})
        return stack

    def _assemble(
        self,
        project: str,
        variant: str,
        units: dict[str, tuple[Any, ...]],
        pieces: list[Piece],
        formats: Iterable[Format],
        claimed: set[str] | None,
    ) -> Stack:
        """One stack; with `claimed` also of the trees that nobody else claims."""
        for format in formats:
            trees = [] if claimed is None else self._of(format, claimed)
            if not trees and not format.asked(pieces):
                units[format.name] = ()
                continue
            found = tuple(self._units(format, trees, pieces))
            for unit in found:
                pieces += self._kept(format, _deciding(unit), self._lowered, format, unit) or []
            units[format.name] = found
        return link(project, variant, units, pieces, known_user)

    def _lowered(self, format: Format, unit: Any) -> list[Piece]:
        pieces = list(format.lower(unit))
        self._take(format.unit_problems(unit))
        return pieces

    def _units(self, format: Format, trees: Sequence[Any], pieces: Sequence[Piece]) -> Iterator[Any]:
        """What a format makes of its trees, up to where it crashes."""
        first = next((path for path, (of, _) in self.trees.items() if of is format), "")
        units = iter(self._kept(format, first, format.assemble, trees, self.workspace, pieces) or ())
        while (unit := self._kept(format, first, next, units, None)) is not None:
            yield unit

    def _kept(self, format: Format, path: str, make: Callable[..., T], *arguments: Any) -> T | None:
        """What it makes; a crash is a problem, and what does not hang on it is judged all the same."""
        try:
            return make(*arguments)
        except Exception as error:
            self._take([crash(format, path, error)])
            return None

    def _take(self, problems: Iterable[Problem]) -> None:
        known = {(problem.code, problem.message) for problem in self.problems}
        self.problems += [problem for problem in problems if (problem.code, problem.message) not in known]


def _deciding(unit: Any) -> str:
    return next((source.path for source in unit.sources), "")


def crash(format: Format, path: str, error: Exception) -> Problem:
    """The problem that an exception of a format's reader or model is; its place is that in our code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})" if trace else ""
    what = f"internal error in the model of {format.name}: {type(error).__name__}: {error}{at}"
    return Problem("model-crashed", what, path=path, help="a bug of dockguard, not of your file: please report it")


def tree_problems(projects: Projects) -> Iterator[Problem]:
    """What parsing could not make sense of, by path."""
    for format, tree in projects.every_tree():
        yield from format.problems(tree)
