"""The build context: its folder, the `.dockerignore` that counts, and which files it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockguard.formats.dockerfile.files.ignore import Ignore, Pattern, matcher, parse
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Span
from dockguard.workspace import Workspace, folder_of, join

_MAX_PATTERNS = 300  # of one context that are looked for
_MAX_FILES = 5000  # of a context that are looked at
_MAX_PARENTS = 10  # folders above a Dockerfile that may be its context
_PRUNED = frozenset({"node_modules", "__pycache__", "venv", ".venv", "site-packages"})


@dataclass(eq=False)
class Context:
    """A build's context. `sure` when somebody names it; for a Dockerfile alone it is its own folder, presumably."""

    workspace: Workspace | None = None
    folder: str = ""
    dockerfile: str = ""
    sure: bool = False
    ignore: Ignore | None = None

    @property
    def readable(self) -> bool:
        """Whether its files can be looked at."""
        return self.workspace is not None and (not self.folder or self.workspace.entry(self.folder) == "dir")

    def workspace_path(self, path: str) -> str:
        """The workspace path of a path in the context; `..` cannot leave it."""
        inner = join("/", path).lstrip("/")
        return inner if self.folder in ("", ".") else f"{self.folder}/{inner}".rstrip("/")

    def entry(self, path: str) -> str:
        """`file`, `dir`, or "" for what is missing."""
        if self.workspace is None:
            return ""
        known = self._entries
        if path not in known:
            known[path] = self.workspace.entry(self.workspace_path(path) or ".")
        return known[path]

    @cached_property
    def _entries(self) -> dict[str, str]:
        return {}

    def ignored(self, path: str) -> Pattern | None:
        """The ignore pattern that keeps a file out."""
        return self.ignore.ignores(path) if self.ignore and path else None

    def files(self) -> Iterator[str]:
        """The files of the context that are sent, relative to it, at most some thousands; vendored folders left out."""
        if self.workspace is None:
            return
        prefix = "" if self.folder in ("", ".") else f"{self.folder}/"

        def enter(path: str) -> bool:
            return path.rpartition("/")[2] not in _PRUNED and self._may_hold(path[len(prefix) :])

        for number, path in enumerate(self.workspace.walk(self.folder, enter)):
            if number >= _MAX_FILES:
                return
            if not self.ignored(path[len(prefix) :]):
                yield path[len(prefix) :]

    def _may_hold(self, folder: str) -> bool:
        """Whether anything below a folder can be sent: an ignored one may have files that `!` lets in again."""
        if not self.ignored(folder):
            return True
        assert self.ignore is not None
        return any(pattern.exclusion for pattern in self.ignore.patterns)

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The files and folders of the context that a COPY source with wildcards names."""
        known = self._matched
        if pattern not in known:
            match = matcher(pattern.lstrip("/")) if len(known) < _MAX_PATTERNS else _nothing
            known[pattern] = tuple(filter(match, self._places))
        return known[pattern]

    @cached_property
    def _matched(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def _places(self) -> tuple[str, ...]:
        """The files and their folders, each once."""
        found: dict[str, None] = {}
        for path in self.files():
            parts = path.split("/")
            found.update(dict.fromkeys("/".join(parts[:end]) for end in range(1, len(parts) + 1)))
        return tuple(found)


def _nothing(path: str) -> bool:
    """Matches no path."""
    return False


def context_of(workspace: Workspace, folder: str, dockerfile: str, *, sure: bool, at: Span | None = None) -> Context:
    """The context of a build; `<Dockerfile>.dockerignore` wins over `.dockerignore` of the context."""
    folder = "" if folder == "." else folder
    for path in (f"{dockerfile}.dockerignore" if dockerfile else "", join(folder, ".dockerignore")):
        if path and workspace.entry(path) == "file":
            ignore = workspace.tree(path, parse, at)
            if ignore is not None:
                return Context(workspace, folder, dockerfile, sure, ignore)
    return Context(workspace, folder, dockerfile, sure)


def default_context(workspace: Workspace, dockerfile: str, sources: Iterable[str]) -> str:
    """Where a Dockerfile that nobody asks for is probably built: the nearest folder that holds what it copies."""
    own = folder_of(dockerfile)
    wanted = [path for path in sources if path.strip("./") and not any(mark in path for mark in "*?[$<:")]
    folder = own
    for _ in range(_MAX_PARENTS):
        if all(workspace.entry(join(folder, path.lstrip("/"))) for path in wanted):
            return folder
        if not folder or folder.startswith(("..", "/")):
            return own
        folder = folder_of(folder)
    return own
