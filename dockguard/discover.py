"""Which files a run is about: named ones, and those that a folder holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from dockguard.finding import Problem
from dockguard.formats.base import Format
from dockguard.glob import PathGlob
from dockguard.ignore import VENDORED, GitIgnore
from dockguard.record import dataclass, field
from dockguard.workspace import Workspace, folder_of

SNIFFED = (".yml", ".yaml", ".conf", ".template", ".tmpl", ".vhost", ".inc")  # unknown names worth a look inside

OTHER_KIND = "of another kind"  # why a named file is left out


@dataclass(slots=True)
class Found:
    """What discovery saw. `files` are judged, `skipped` are not (path, why)."""

    files: dict[str, str] = field(default_factory=dict)  # path to the name of its format
    context: set[str] = field(default_factory=set)  # named `.env`, `.dockerignore`: they select, and are not judged
    folders: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def covers(self, path: str) -> bool:
        """Whether findings at a path were asked for."""
        if path in self.files or path in self.context:
            return True
        return any(folder in ("", ".") or path.startswith(f"{folder}/") for folder in self.folders)


@dataclass(frozen=True, slots=True)
class Discovery:
    """How to look: `kinds` are (format, glob) that decide before names do; `excluded` tells by path."""

    workspace: Workspace
    formats: Sequence[Format]
    kinds: Sequence[tuple[str, PathGlob]] = ()
    excluded: Callable[[str], bool] = lambda path: False
    strict: bool = True  # a named file of another kind is a problem, not left out

    def __call__(self, paths: Iterable[str]) -> Found:
        """Look at each path: a file is taken whatever its name, a folder is searched."""
        found, ignore = Found(), GitIgnore(self.workspace)
        for path in paths:
            path = "" if path == "." else path
            entry = self.workspace.entry(path)
            if entry == "dir":
                found.folders.append(path)
                self._search(path, found, ignore)
            else:
                self._named(path, entry, found)
        return found

    def ancestors(self, found: Found) -> dict[str, str]:
        """Head files (Compose) in the folders above what was named: context that may reach it."""
        ignore, seen = GitIgnore(self.workspace), set[str]()
        context: dict[str, str] = {}
        for place in (*found.files, *found.context, *found.folders):
            folder = folder_of(place)
            while folder not in seen and not folder.startswith(".."):
                seen.add(folder)
                context.update(self._heads(folder, ignore, found))
                folder = folder_of(folder)
        return context

    def _heads(self, folder: str, ignore: GitIgnore, found: Found) -> Mapping[str, str]:
        heads = {}
        for name, is_folder in self.workspace.listing(folder):
            path = f"{folder}/{name}" if folder else name
            kind = "" if is_folder or path in found.files else self._by_name(path)
            if kind and any(f.heads for f in self.formats if f.name == kind) and not ignore.ignores(path):
                heads[path] = kind
        return heads

    def _named(self, path: str, entry: str, found: Found) -> None:
        if entry != "file":
            found.problems.append(self._missing(path))
        elif any(format.context(path) for format in self.formats):
            found.context.add(path)
        elif (kind := self._by_name(path) or self._by_text(path)) and not self._foreign(path, kind):
            found.files[path] = kind
        elif self.workspace.read(path) is not None and not self.strict:
            found.skipped.append((path, OTHER_KIND))
        elif self.workspace.read(path) is not None:
            message = f"{path} is neither a Dockerfile nor a Compose file nor an nginx configuration"
            found.problems.append(Problem("unknown-kind", message, None, path, "say what it is: --kind nginx=GLOB"))

    def _missing(self, path: str) -> Problem:
        if self.workspace.inside(path):
            return Problem("not-found", f"{path} does not exist", None, path)
        return Problem("outside", f"{path} lies outside the project, so it is not read", None, path)

    def _search(self, folder: str, found: Found, ignore: GitIgnore) -> None:
        def enter(path: str) -> bool:
            why = self._pruned(path, ignore)
            if why:
                found.skipped.append((path, why))
            return not why

        for path in self.workspace.walk(folder, enter):
            kind = self._by_name(path) or (self._by_text(path) if path.endswith(SNIFFED) else "")
            if kind and path not in found.files:
                why = "excluded" if self.excluded(path) else ".gitignore" if ignore.ignores(path) else ""
                why = why or ("something else by its text" if self._foreign(path, kind) else "")
                if why:
                    found.skipped.append((path, why))
                else:
                    found.files[path] = kind

    def _pruned(self, path: str, ignore: GitIgnore) -> str:
        if path.rpartition("/")[2] in VENDORED:
            return "vendored folder"
        if self.excluded(path):
            return "excluded"
        return ".gitignore" if ignore.ignores(path, folder=True) else ""

    def _by_name(self, path: str) -> str:
        for kind, glob in self.kinds:
            if glob.matches(path):
                return kind
        return next((format.name for format in self.formats if format.matches(path)), "")

    def _foreign(self, path: str, kind: str) -> bool:
        """Whether a file of another program only has a name that this format's files have."""
        if any(glob.matches(path) for _, glob in self.kinds):
            return False
        source = self.workspace.read(path)
        return source is not None and any(f.foreign(path, source.text) for f in self.formats if f.name == kind)

    def _by_text(self, path: str) -> str:
        if self.excluded(path):
            return ""
        source = self.workspace.read(path)
        if source is None:
            return ""
        return next((format.name for format in self.formats if format.sniff(source.text)), "")
