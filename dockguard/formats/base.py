"""What a format brings: how its files look, parse, assemble, and what rules may ask about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
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


class Later:
    """A function of a module that is imported when it is called for the first time.

    A format's folder is imported whenever anything is checked, for its names; its models only where it has files.
    """

    __slots__ = ("_found", "_module", "_name")

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name
        self._found: Any = None

    @property
    def real(self) -> Any:
        """The function itself."""
        if self._found is None:
            self._found = getattr(import_module(self._module), self._name)
        return self._found

    @property
    def found(self) -> Any:
        """The function, None while nobody has asked for it."""
        return self._found

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """What the function says."""
        return self.real(*arguments, **keywords)


def loaded(function: Any) -> Any:
    """A function as it is known to others; a later one that nobody has called is known to nobody."""
    return function.found if isinstance(function, Later) else function


class LaterKinds(Mapping[str, "Kind"]):
    """The kinds of a format, from a function that is called when one of them is asked for."""

    def __init__(self, make: Callable[[], Mapping[str, Kind]]) -> None:
        self._make = make
        self._made: Mapping[str, Kind] | None = None

    def _kinds(self) -> Mapping[str, Kind]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, name: str) -> Kind:
        return self._kinds()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds())

    def __len__(self) -> int:
        return len(self._kinds())


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
    linked(unit, programs): what only the linker knows, told to a head before it is judged: by the containers' names
    what is known of the programs in them (`stack/program.py`).
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
    asked: Callable[[Sequence[Piece]], bool] = field(default=lambda above: True)  # whether `above` may ask for anything
    heads: bool = False  # each of its units starts a stack of its own (a Compose project in one variant)
    sniff: Callable[[str], bool] = field(default=lambda text: False)  # a file of an unknown name, by its text
    foreign: Callable[[str, str], bool] = field(default=lambda path, text: False)  # by its text something else
    context: Callable[[str], bool] = field(default=lambda path: False)  # `.env`, `.dockerignore`: read, never judged
    linked: Callable[[Any, Mapping[str, Any]], object] = nothing
