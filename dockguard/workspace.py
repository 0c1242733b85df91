"""The only reader: one root, limits, decoding, and a record of everything that was refused."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from posixpath import normpath
from typing import TypeVar

from dockguard.finding import Problem
from dockguard.source import Source, Span

T = TypeVar("T")

MAX_BYTES = 1024 * 1024  # the parsers' worst cases are quadratic in one huge line; BuildKit refuses such lines anyway

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def join(folder: str, path: str) -> str:
    """A path as written in a file of `folder`, as a workspace path: `/`-separated, without `.` and inner `..`."""
    path = path.replace("\\", "/") if os.name == "nt" else path
    return normpath(path if path.startswith("/") or not folder else f"{folder}/{path}")


def folder_of(path: str) -> str:
    """The folder of a workspace path; "" is the root."""
    return path.rpartition("/")[0]


class Workspace:
    """Files below one root, each read at most once; nothing else is ever opened.

    Paths are relative to the root; one that the user named outside of it begins with `..` (or is absolute where no
    relative one exists). `texts` stand in for files: stdin, and the examples of rule pages (then `root` may be None).
    """

    def __init__(
        self,
        root: Path | None,
        named: Iterable[Path] = (),
        texts: Mapping[str, str] | None = None,
        *,
        homes: Iterable[Path] = (),  # what is read of the root; nothing said: all of it
    ) -> None:
        self.root = None if root is None else Path(os.path.realpath(root))
        self._named = tuple(map(os.path.realpath, named))
        self._homes = tuple(map(os.path.realpath, homes)) or (() if self.root is None else (str(self.root),))
        self._allowed = (*self._homes, *self._named)
        self._texts = dict(texts or {})
        self._sources: dict[str, Source | None] = {}
        self._trees: dict[tuple[str, tuple[object, object]], object] = {}
        self._folders: dict[str, str] = {}
        self._listings: dict[str, tuple[tuple[str, bool], ...]] = {}
        self._links: dict[str, bool] = {}  # of what was listed: whether it is a link
        self._memo: dict[tuple[object, ...], object] = {}
        self._problems: dict[str, Problem] = {}

    @property
    def homes(self) -> tuple[str, ...]:
        """The folders in which context is looked for, as workspace paths."""
        return ("",) if self.root is None else tuple(self.relative(Path(home)) for home in self._homes)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was refused so far, by path."""
        return tuple(self._problems[path] for path in sorted(self._problems))

    def read(self, path: str, at: Span | None = None) -> Source | None:
        """The text of a file; None where there is none, and where it is refused (then `problems` says why).

        `at` is the place that asked for it.
        """
        if path not in self._sources:
            self._sources[path] = self._load(path, at)
        return self._sources[path]

    def tree(self, path: str, parse: Callable[[Source], T], at: Span | None = None) -> T | None:
        """The parsed file, parsed once however many ask."""
        source = self.read(path, at)
        return None if source is None else self.parsed(source, parse)

    def parsed(self, source: Source, parse: Callable[[Source], T]) -> T:
        """The parsed source; embedded ones are known by where they are written."""
        parse = getattr(parse, "real", parse)  # a format's parse may be one that is imported later
        host = source.origin.host.key if source.origin else ()
        key = (source.path, (parse, host))
        if key not in self._trees:
            self._trees[key] = parse(source)
        return self._trees[key]  # type: ignore[return-value]

    def trees(self) -> Iterator[tuple[object, object]]:
        """(parse, tree) of everything that was parsed, by path."""
        for (_, (parse, _)), tree in sorted(self._trees.items(), key=lambda item: (item[0][0], str(item[0][1][1]))):
            yield parse, tree

    def entry(self, path: str) -> str:
        """`file`, `dir`, or "" for what is missing, refused or neither."""
        if path in self._texts:
            return "file"
        if any(text.startswith(f"{path}/") or path in ("", ".") for text in self._texts):
            return "dir"
        real = self._real(path)
        if real is None:
            return ""
        return "file" if os.path.isfile(real) else "dir" if os.path.isdir(real) else ""

    def listing(self, folder: str) -> tuple[tuple[str, bool], ...]:
        """Names in a folder and whether each is a folder, sorted; empty where there is none."""
        if folder not in self._listings:
            found = {**dict(self._virtual(folder)), **self._listed(folder)}
            self._listings[folder] = tuple(sorted(found.items()))
        return self._listings[folder]

    def _listed(self, folder: str) -> dict[str, bool]:
        real, found = self._real(folder), dict[str, bool]()
        if real is None:
            return found
        try:
            with os.scandir(real) as entries:
                for entry in entries:
                    found[entry.name] = _is_folder(entry)
                    self._links[_inside(folder, entry.name)] = entry.is_symlink()
        except OSError as error:
            # What is only looked through for context may be closed.
            if os.path.isdir(real) and _below(real, self._named):
                self._refuse(folder, None, "unreadable", f"cannot be listed: {error.strerror or error}")
        return found

    def walk(self, folder: str, enter: Callable[[str], bool]) -> Iterator[str]:
        """Paths of files below a folder, sorted by folder; links to folders are not followed.

        `enter` is asked for each folder's path.
        """
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            folders = []
            for name, is_folder in self.listing(here):
                path = _inside(here, name)
                if not is_folder:
                    yield path
                elif enter(path) and not self._is_link(path):
                    folders.append(path)
            waiting += reversed(folders)

    def memo(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """A value that is made once for each key, such as the image of a build that several variants request."""
        if key not in self._memo:
            self._memo[key] = make()
        return self._memo[key]  # type: ignore[return-value]

    def inside(self, path: str) -> bool:
        """Whether a path may be looked at at all."""
        return path in self._texts or self._real(path) is not None

    def relative(self, place: Path) -> str:
        """The workspace path of a place on disk; a link from outside is where it leads."""
        assert self.root is not None
        real = os.path.abspath(place)
        real = real if _below(real, (str(self.root),)) else os.path.realpath(place)
        try:
            return Path(os.path.relpath(real, self.root)).as_posix()
        except ValueError:  # another drive
            return Path(real).as_posix()

    def _virtual(self, folder: str) -> Iterable[tuple[str, bool]]:
        prefix = "" if folder in ("", ".") else f"{folder}/"
        for path in self._texts:
            if path.startswith(prefix):
                name, slash, _ = path[len(prefix) :].partition("/")
                yield name, bool(slash)

    def _is_link(self, path: str) -> bool:
        """Whether a path below the root is a link; of what a listing has shown nobody has to ask again."""
        if path not in self._links and self.root is not None:
            return os.path.islink(os.path.join(self.root, path))
        return self._links.get(path, False)

    def _real(self, path: str) -> str | None:
        if self.root is None or "\0" in path:
            return None
        real = self._resolved(path)
        return real if _below(real, self._allowed) else None

    def _resolved(self, path: str) -> str:
        """The path with links followed. Folders are resolved once: `realpath` asks the system about each part."""
        folder, slash, name = path.rpartition("/")
        assert self.root is not None
        if name in ("", ".", "..") or (slash and not folder) or path.count("/") > 60 or os.name == "nt":
            return os.path.realpath(os.path.join(self.root, path))
        if folder not in self._folders:
            self._folders[folder] = self._resolved(folder) if folder else str(self.root)
        real = f"{self._folders[folder].rstrip('/')}/{name}"
        return os.path.realpath(real) if self._is_link(path) else real

    def _load(self, path: str, at: Span | None) -> Source | None:
        if path in self._texts:
            return Source(path, self._texts[path])
        if self.root is None:
            return None
        real = self._real(path)
        if real is None:
            self._refuse(path, at, "outside", "lies outside the project, so it is not read")
            return None
        try:
            return self._open(path, real, at)
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            self._refuse(path, at, "unreadable", f"cannot be read: {error.strerror or error}")
        return None

    def _open(self, path: str, real: str, at: Span | None) -> Source | None:
        # O_NONBLOCK: a FIFO must not hang us before fstat can refuse it.
        handle = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):  # `fdopen` refuses a folder, and leaves it open
            os.close(handle)
            return None
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(status.st_mode):
                self._refuse(path, at, "not-a-file", "is not a regular file, so it is not read")
                return None
            data = file.read(min(status.st_size, MAX_BYTES) + 1)  # memory for the largest takes longer than reading
            if len(data) > status.st_size:  # it grows, or its file system does not tell
                data += file.read(MAX_BYTES + 1 - len(data))
        if len(data) > MAX_BYTES:
            self._refuse(path, at, "too-large", f"is larger than {MAX_BYTES // 1024} KiB, so it is not read")
            return None
        return decode(path, data)

    def _refuse(self, path: str, at: Span | None, code: str, why: str) -> None:
        self._problems.setdefault(path, Problem(code, f"{path} {why}", at, path))


def _inside(folder: str, name: str) -> str:
    return name if folder in ("", ".") else f"{folder}/{name}"


def _below(real: str, places: Iterable[str]) -> bool:
    return any(real == place or real.startswith(place.rstrip(os.sep) + os.sep) for place in places)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder or a link to one; a link that may not be followed is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def decode(path: str, data: bytes) -> Source:
    """Bytes as a Source: UTF-8, UTF-16 with byte order mark, else UTF-8 with replacement characters."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            return Source(path, text, encoding, bom=True, lossy="\ufffd" in text)
    try:
        return Source(path, data.decode())
    except UnicodeDecodeError:
        return Source(path, data.decode("utf-8", "replace"), lossy=True)
