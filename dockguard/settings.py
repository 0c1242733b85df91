"""What the user asks of one run, the command line over the configuration."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path

from dockguard.record import dataclass, field
from dockguard.workspace import Workspace

BASELINE = ".dockguard-baseline.json"  # the file of known findings, where nobody says another


@dataclass(frozen=True, slots=True)
class Ask:
    """The command line of `check`, as typed; None and () are "not said"."""

    paths: tuple[str, ...] = (".",)
    profile: str | None = None
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    min_severity: str | None = None
    exclude: tuple[str, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    config: str | None = None
    isolated: bool = False
    no_ignores: bool = False
    rules: tuple[str, ...] = ()
    allow_code: bool = False
    allow_incomplete: bool = False
    allow_empty: bool = False
    allow_unknown: bool = False
    baseline: str | None = None  # "" for none, whatever the configuration says
    compose_files: tuple[str, ...] = ()
    compose_profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    stdin: str | None = None  # the text of `-`
    stdin_filename: str = ""
    today: datetime.date = field(default_factory=datetime.date.today)
    policy: str | None = None  # one of ours, or a `.toml` file


def open_workspace(ask: Ask) -> tuple[Workspace, tuple[str, ...], str]:
    """The workspace, its paths for the named ones, and the way from the root to the working directory.

    The root is the home of the named paths. Where they have several, it is the folder above all of these, and only the
    homes are read.
    """
    named = [Path(path) for path in ask.paths if path != "-"]
    homes = list(dict.fromkeys(map(_home, named or [Path(ask.stdin_filename or ".")])))
    root = Path(os.path.commonpath(homes)) if _one_drive(homes) else homes[0]
    texts = {}
    if ask.stdin is not None:
        texts[_relative(root, Path(ask.stdin_filename or "stdin"))] = ask.stdin
    further = [
        Path(path)
        for path in (*ask.compose_files, *ask.env_files, *filter(None, (ask.config, ask.baseline, _file(ask.policy))))
    ]
    workspace = Workspace(root, (*named, *further), texts, homes=[root] if root in homes else homes)
    paths = tuple(workspace.relative(path) for path in named) + tuple(texts)
    prefix = workspace.relative(Path.cwd())
    return workspace, paths, "" if prefix == "." else prefix


def _file(policy: str | None) -> str:
    return policy if policy is not None and policy.endswith(".toml") else ""


def _home(path: Path) -> Path:
    """The project that a path belongs to.

    That is the nearest folder above it with a `.git`, else the working directory, else (it lies elsewhere, or all of
    the disk lies below the working directory) its own folder.
    """
    real = Path(os.path.realpath(path))
    here = Path(os.path.realpath("."))
    is_ours = real.is_relative_to(here) and here != Path(here.anchor)
    return _repository(path) or (here if is_ours else real if real.is_dir() else real.parent)


def _one_drive(folders: list[Path]) -> bool:
    return len({folder.drive for folder in folders}) == 1


def _relative(root: Path, path: Path) -> str:
    return Path(os.path.relpath(os.path.abspath(path), os.path.realpath(root))).as_posix()


def _repository(path: Path) -> Path | None:
    """The nearest folder at or above a path with a `.git` (a file in worktrees)."""
    return next((folder for folder in _upward(Path(os.path.realpath(path))) if (folder / ".git").exists()), None)


def _upward(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield path
    yield from path.parents
