"""Which configuration file counts: the nearest one upward, or the topmost with `root = true`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockguard.config.model import Config, Context, Loaded
from dockguard.finding import Problem
from dockguard.glob import PathGlob
from dockguard.record import dataclass, replace
from dockguard.source import Source
from dockguard.workspace import Workspace, folder_of

NAMES = (".dockguard.toml", "dockguard.toml", "pyproject.toml")
_FOREIGN_NAMES = (".dockguard.yaml", ".dockguard.yml")


def discover(workspace: Workspace, folder: str, context: Context) -> Loaded:
    """The settings for what lies in a folder: the nearest file upward, or the topmost one with `root = true`."""
    found: list[Source] = []
    chief = 0
    for place in _upward(folder):
        here = _in_folder(workspace, place)
        if here.problems:
            return Loaded(Config(), here.problems)
        if here.source is not None:
            found.append(here.source)
            chief = len(found) - 1 if here.root else chief
    if not found:
        return Loaded(Config())
    from dockguard.config import chain

    loaded = chain.load(workspace, found[chief], context)
    return replace(loaded, shadowed=tuple(lower.path for lower in found[:chief]))


def load(workspace: Workspace, path: str, context: Context) -> Loaded:
    """The settings of a named file; one that cannot be read is a problem."""
    source = workspace.read(path)
    if source is None:
        return Loaded(Config(), (Problem("config-file", f"configuration `{path}` cannot be read", path=path),))
    if not _ours(workspace, source):
        return Loaded(Config(), (Problem("config-file", f"`{path}` has no [tool.dockguard]", path=path),))
    from dockguard.config import chain

    return chain.load(workspace, source, context)


@dataclass(frozen=True, slots=True)
class _Here:
    """What one folder has."""

    source: Source | None = None
    root: bool = False
    problems: tuple[Problem, ...] = ()


def _upward(folder: str) -> Iterator[str]:
    folder = "" if folder == "." else folder.rstrip("/")
    yield folder
    while folder:
        folder = folder_of(folder)
        yield folder


def _in_folder(workspace: Workspace, folder: str) -> _Here:
    prefix = f"{folder}/" if folder else ""
    for name in _FOREIGN_NAMES:
        if workspace.entry(prefix + name) == "file":
            return _Here(problems=(_not_toml(prefix + name),))
    sources = [source for name in NAMES if (source := workspace.read(prefix + name)) and _ours(workspace, source)]
    if len(sources) > 1:
        both = " and ".join(f"`{source.path}`" for source in sources)
        problem = Problem("config-file", f"{both} are in one folder", sources[1].whole, help="keep one of them")
        return _Here(problems=(problem,))
    return _peek(workspace, sources[0]) if sources else _Here()


def _peek(workspace: Workspace, source: Source) -> _Here:
    from dockguard.config.chain import inner, section_of, toml

    data = workspace.parsed(source, toml)
    if isinstance(data, Problem):  # nobody can tell whether it has the last word
        return _Here(problems=(data,))
    ours = inner(data, section_of(source.path))
    return _Here(source, isinstance(ours, dict) and ours.get("root") is True)


def _not_toml(path: str) -> Problem:
    return Problem("config-file", f"`{path}` is not read", path=path, help="dockguard reads TOML: `.dockguard.toml`")


def _ours(workspace: Workspace, source: Source) -> bool:
    if source.path.rpartition("/")[2] != "pyproject.toml":
        return True
    if "dockguard" not in source.text:  # most are not for us, and tomllib costs more than the rest of a small run
        return False
    from dockguard.config.chain import inner, section_of, toml

    data = workspace.parsed(source, toml)
    return isinstance(data, Problem) or inner(data, section_of(source.path)) is not None


def idle_globs(config: Config, paths: Sequence[str]) -> tuple[PathGlob, ...]:
    """`[per-path]` globs that match none of the paths; only a run over the whole tree can tell."""
    return tuple(entry.glob for entry in config.per_path if not any(map(entry.glob.matches, paths)))
