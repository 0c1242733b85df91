"""What a format brings: how its files look, parse, assemble, and what rules may ask about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from dockguard.finding import Edit, Problem
from dockguard.record import dataclass, field
from dockguard.source import Source, Span
from dockguard.stack.pieces import Piece
from dockguard.workspace import Workspace


class Node(Protocol):
    """What a rule is asked about: it has a place, and a name that does not change when lines move."""

    @property
    def span(self) -> Span:
        """Where it begins to be: the service's key, the `FROM` line, the head of the location."""
        ...

    @property
    def subject(self) -> str:
        """Its address: `services.web`, `stage final`, `server example.org / location /api`."""
        ...


class Unit(Protocol):
    """One assembled thing: a Compose project in one variant, an image, a site."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every text it was made of, the deciding one first; these files are claimed by it."""
        ...

    # A unit of a format with `heads` also has `project: str` and `variant: str`, as people read them.


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of node: what `each:` can name.

    `key` gives the index words of a node (`on: [curl, wget]`). `edit(node, verb, path, literal)` gives the edits of
    `fix: remove service.privileged` (verb `remove`, path `privileged`, literal None), or None where no edit is safe:
    the value came through an alias, a merge key, a variable or another file's lossy text.
    """

    type: type
    nodes: Callable[[Any], Iterable[Any]]
    key: Callable[[Any], Iterable[str]] | None = None
    edit: Callable[[Any, str, str, Any], tuple[Edit, ...] | None] | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, and what a `dockguard:` directive in it would cover."""

    span: Span  # from `#` to the end of the line
    line: Span | None  # `ignore`: the next instruction, node or directive; its own line when it trails one
    block: Span | None  # `ignore-block`: the stage, the mapping or item, the `{}` block that follows
    top: bool = False  # `ignore-file` is allowed here


def nothing(*_: Any) -> tuple[()]:
    """The default of the optional parts."""
    return ()


@dataclass(frozen=True, slots=True)
class Format:
    """A format is one folder and one word in `FORMATS`.

    parse: text to tree; pure, never raises on any text, keeps its problems in the tree.
    assemble(trees, workspace, above): the trees that stand alone, and what `above` (pieces of formats before this one
    in the same stack) asks for, as units. With `trees` empty only what `above` asks for; further files come from
    `workspace.tree(path, parse)`.
    lower: a unit's words for the stack. comments, problems: of a tree. unit_problems: of a unit.
    effective: a unit as the JSON value of `dockguard effective` (ux: `compose`, `images`, `sites`).
    """

    name: str
    language: str  # of a Markdown fence and of SARIF
    matches: Callable[[str], bool]  # by path
    parse: Callable[[Source], Any]
    assemble: Callable[[Sequence[Any], Workspace, Sequence[Piece]], Iterable[Any]]
    kinds: Mapping[str, Kind]
    lower: Callable[[Any], Iterable[Piece]] = nothing
    comments: Callable[[Any], Iterable[Comment]] = nothing
    problems: Callable[[Any], Iterable[Problem]] = nothing
    unit_problems: Callable[[Any], Iterable[Problem]] = nothing
    effective: Callable[[Any], Any] = nothing
    heads: bool = False  # each of its units starts a stack of its own (a Compose project in one variant)
    sniff: Callable[[str], bool] = field(default=lambda text: False)  # a file of an unknown name, by its text
    context: Callable[[str], bool] = field(default=lambda path: False)  # `.env`, `.dockerignore`: read, never judged
