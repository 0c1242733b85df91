"""Where things are, as people and programs are told: paths from the working directory, lines and columns from 1."""

from __future__ import annotations

from dockguard.record import dataclass
from dockguard.report import Run
from dockguard.source import Span


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file on disk. `path` is a workspace path; the end is exclusive; columns count code points."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


def place(span: Span) -> Place:
    """Where a span is in the file that holds it; places in embedded texts become places of their host."""
    outer = span.outer
    length = len(outer.source.text)
    start = min(outer.start, length)
    line, column = outer.source.position(start)
    end_line, end_column = outer.source.position(max(start, min(outer.end, length)))
    return Place(outer.source.path, line, column, end_line, end_column)


def from_here(path: str, run: Run) -> str:
    """A workspace path as the working directory sees it, `/`-separated.

    `run.prefix` leads from the workspace root down to the working directory. Where the root lies elsewhere,
    `run.extras["root"]` leads from the working directory to it.
    """
    root = run.extras.get("root", "")
    if root and not path.startswith("/"):
        return _tidy(f"{root}/{path}")
    if not run.prefix or path.startswith(("/", "<")) or path == "-":
        return path
    here, there = run.prefix.strip("/").split("/"), path.split("/")
    shared = 0
    while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:])


def _tidy(path: str) -> str:
    """A path without inner dots."""
    from posixpath import normpath

    return normpath(path)


def well_formed(text: str) -> str:
    """A text that every JSON reader accepts: lone surrogates, from undecodable file names, are replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
