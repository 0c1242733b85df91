"""Host paths that matter when a container sees them, compared segment by segment: `/etcetera` is not `/etc`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Any

from dockguard.common.imageref import variables
from dockguard.lazy import regex
from dockguard.record import dataclass

MAX_PATH = 4096
_DRIVE = regex(r"[A-Za-z]:(?:/|$)")
_PIPE = regex(r"//[.?]/pipe/(.+)", re.IGNORECASE)
_RUNTIME_DIR = regex(r"\$(?:XDG_RUNTIME_DIR\b|\{XDG_RUNTIME_DIR(?::?[-?+][^{}]{0,200})?\})")
_HOME = regex(r"\$(?:HOME\b|USERPROFILE\b|\{(?:HOME|USERPROFILE)(?::?[-?+][^{}]{0,200})?\})")


class Danger(Enum):
    """What a container gains by a host path, worst first."""

    SOCKET = "socket"  # a runtime's control socket, or a folder that holds one: who writes there owns the host
    ROOT = "root"  # writing there is root on the host
    SECRETS = "secrets"  # credentials of the host or its users
    HOST = "host"  # configuration and state of the host, or somebody's home folder


@dataclass(frozen=True, slots=True)
class HostPath:
    """Why a host path matters.

    `path` is its normal form, `entry` the table's path that decided, `why` says what lies there in words that go after
    "exposes ". `holds` is True where the danger lies below the path (`/run` holds `/run/docker.sock`).
    """

    path: str
    danger: Danger
    entry: str
    why: str
    holds: bool = False


def normalize(path: str) -> str:
    """A path without `.`, `..`, double and trailing slashes, and with `/` for Windows' backslashes.

    `~`, `$HOME` and `$USERPROFILE` become `~`; `$XDG_RUNTIME_DIR` becomes `/run/user/*`. Other variables stay. A `..`
    that climbs out of a relative path stays in front; above `/` it is dropped, as the kernel does.
    """
    text = _RUNTIME_DIR.sub("/run/user/*", _HOME.sub("~", path[:MAX_PATH].strip()))
    if "\\" in text and (_DRIVE.match(text.replace("\\", "/")) or text.startswith(("\\\\", ".\\", "..\\"))):
        text = text.replace("\\", "/")
    if _PIPE.match(text):
        return text.lower()
    head = _head(text)
    segments = _segments(text[len(head) :], rooted=bool(head))
    rest = "/".join(segments)
    return f"./{rest}" if not head and _head(rest) else head + rest or "."  # `./~` is a file of that name


def is_inside(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies below it, by whole segments; both are normalised."""
    inner, outer = normalize(path), normalize(folder)
    return inner == outer or (outer == "/" and inner.startswith("/")) or inner.startswith(outer.rstrip("/") + "/")


def runtime_socket(path: str) -> str | None:
    """The runtime (`Docker`, `Podman`, `containerd`, `CRI-O`, …) whose control socket a path is; None for any other."""
    found = _socket(normalize(path))
    return found["runtime"] if found else None


def holds_runtime_socket(path: str) -> str | None:
    """The runtime whose control socket a path is or holds, however far below (`/`, `/var`, `/run`); None for others."""
    text = normalize(path)
    held = _held(text)
    return runtime_socket(text) or (held[0] if held else None)


def judge(path: str, read_only: bool = False) -> HostPath | None:
    """Why a host path matters to whoever mounts it; None for a path of no concern.

    A socket is as dangerous read-only. What is dangerous to write (`/usr`) and harmless to read is None, read-only.
    Relative paths, names of volumes and paths that begin with an unknown variable are None, but for a path that ends
    in a runtime's socket (`${DIR}/docker.sock`).
    """
    text = normalize(path)
    return _as_socket(text) or _as_folder_of_sockets(text) or _as_entry(text, read_only)


def is_harmless(path: str) -> bool:
    """Whether a host path is commonly and safely mounted: `/etc/localtime`, `/dev/null`, the CA certificates."""
    text = normalize(path)
    return any(text == entry or text.startswith(entry + "/") for entry in _table()["harmless"])


def device_danger(path: str) -> str | None:
    """What a host device gives (`raw disk`, `memory`, …); None for a device of no concern and for `/dev/null`."""
    text = normalize(path)
    for row in _table()["devices"]:
        if _device(row["pattern"]).fullmatch(text):
            return str(row["gives"])
    return None


def _head(text: str) -> str:
    """What anchors a path: `/`, `C:/`, `~/`, or nothing."""
    if text.startswith("/"):
        return "/"
    if _DRIVE.match(text):
        return text[:2].upper() + "/"
    return "~/" if text == "~" or text.startswith("~/") else ""


def _segments(text: str, rooted: bool) -> list[str]:
    kept: list[str] = []
    for segment in _split(text):
        if segment in ("", "."):
            continue
        if segment == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif segment != ".." or not rooted:
            kept.append(segment)
    return kept


def _split(text: str) -> list[str]:
    """A path at its slashes, but not at those inside `${…}`."""
    segments, last, spans = [], 0, iter((*variables(text), (len(text), len(text))))
    start, end = next(spans)
    for place, character in enumerate(text):
        while place >= end and end < len(text):
            start, end = next(spans)
        if character == "/" and not start <= place < end:
            segments.append(text[last:place])
            last = place + 1
    return [*segments, text[last:]]


@cache
def _table() -> Any:
    from dockguard.common.tables import load

    return load("paths")


@cache
def _device(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _below(text: str, entry: str) -> bool:
    """Whether a path lies in an entry, or is it."""
    return text == entry or text.startswith(entry + "/")


def _variants(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A path's segments as they stand, and with each one segment replaced by `*`, as the table has it."""
    yield parts
    for at in range(1, len(parts)):
        yield (*parts[:at], "*", *parts[at + 1 :])


def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.split("/"))


@cache
def _sockets() -> dict[tuple[str, ...], Any]:
    return {_parts(path): row for row in _table()["sockets"] for path in row["paths"]}


@cache
def _holders() -> dict[tuple[str, ...], tuple[str, str]]:
    """Every folder above a socket, with the first runtime whose socket it holds and where."""
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for row in _table()["sockets"]:
        for path in row["paths"]:
            for depth in range(1, path.count("/") + 1):
                found.setdefault(_parts(path)[:depth], (row["runtime"], path))
    return found


@cache
def _entries() -> dict[tuple[str, ...], Any]:
    return {_parts(row["path"]): row for row in _table()["entries"]}


def _socket(text: str) -> Any:
    pipe = _PIPE.match(text)
    if pipe:
        return next((row for row in _table()["sockets"] if row.get("pipe") == pipe[1]), None)
    found = (_sockets().get(parts) for parts in _variants(_parts(text)))
    return next((row for row in found if row), None) or _socket_by_name(text)


def _socket_by_name(text: str) -> Any:
    """`${DIR}/docker.sock`, `../../run/docker.sock`: the name is enough where the folder is not known."""
    folder, slash, name = text.rpartition("/")
    if not slash or not ("$" in folder or folder.startswith("..")):
        return None
    return next((row for row in _table()["sockets"] if name in row.get("names", ())), None)


def _as_socket(text: str) -> HostPath | None:
    row = _socket(text)
    return HostPath(text, Danger.SOCKET, text, f"{row['runtime']}'s control socket") if row else None


def _as_folder_of_sockets(text: str) -> HostPath | None:
    """`/run`, `/run/user/1000`, `~/.docker/run`: what they hold appears in the container with them."""
    found = _held(text)
    if found is None:
        return None
    runtime, place = found
    if not _below(text, "/run") and not _below(text, "/var/run") and place.count("/") != text.count("/") + 1:
        return None  # far above the socket (`/var`, `/home`): what else lies there is judged by the table
    return HostPath(text, Danger.SOCKET, place, f"a folder that holds {runtime}'s control socket", holds=True)


def _held(text: str) -> tuple[str, str] | None:
    """The first runtime whose socket lies below a folder, and where."""
    if not text.startswith(("/", "~")):
        return None
    folder = ("",) if text == "/" else _parts(text.rstrip("/"))
    found = (_holders().get(parts) for parts in _variants(folder))
    return next((held for held in found if held), None)


def _as_entry(text: str, read_only: bool) -> HostPath | None:
    if is_harmless(text) and (read_only or not text.startswith("/etc")):
        return None
    parts = _parts(text.lower() if _DRIVE.match(text) else text)
    for depth in range(min(len(parts), 12), 0, -1):
        for variant in _variants(parts[:depth]):
            row = _entries().get(variant)
            if row and (depth == len(parts) or row.get("below", True)):
                return _verdict(text, row, read_only)
    return None


def _verdict(text: str, row: Any, read_only: bool) -> HostPath | None:
    word = row["read"] if read_only else row["write"]
    return HostPath(text, Danger(word), row["path"], row["why"]) if word else None
