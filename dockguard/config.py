"""Settings: found from the linted path upward, read strictly, never executed, with places for every mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dockguard.config_build import File, build, outside, wrong
from dockguard.config_glob import PathGlob
from dockguard.config_model import Config, Entry, StackFiles
from dockguard.config_schema import TOP, Context, Reading
from dockguard.config_toml import Path, TooDeep, places
from dockguard.finding import Problem
from dockguard.source import Source, Span
from dockguard.workspace import Workspace, folder_of, join

__all__ = ["Config", "Context", "Entry", "Loaded", "StackFiles", "discover", "idle_globs", "load"]

NAMES = (".dockguard.toml", "dockguard.toml", "pyproject.toml")
MAX_TEXT = 256 * 1024  # characters: `tomllib` needs seconds for a megabyte
MAX_CHAIN = 10  # files that extend each other
_UNLOCKED = ("root", "extend", "required-version", "kinds", "stack")  # what may stand below a `root = true`
_FOREIGN_NAMES = (".dockguard.yaml", ".dockguard.yml")
_AT = re.compile(r"\(at line (\d+), column (\d+)\)$")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration, what is wrong with it, and files that a `root = true` above them puts out of force."""

    config: Config
    problems: tuple[Problem, ...] = ()
    shadowed: tuple[str, ...] = ()


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
    return replace(_load(workspace, found[chief], context), shadowed=tuple(lower.path for lower in found[:chief]))


def load(workspace: Workspace, path: str, context: Context) -> Loaded:
    """The settings of a named file; one that cannot be read is a problem."""
    source = workspace.read(path)
    if source is None:
        return Loaded(Config(), (Problem("config-file", f"configuration `{path}` cannot be read", path=path),))
    if _section(path) and "dockguard" not in source.text:
        return Loaded(Config(), (Problem("config-file", f"`{path}` has no [tool.dockguard]", path=path),))
    return _load(workspace, source, context)


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
    data = workspace.parsed(source, _toml)
    if isinstance(data, Problem):  # nobody can tell whether it has the last word
        return _Here(problems=(data,))
    inner = _inner(data, _section(source.path))
    return _Here(source, isinstance(inner, dict) and inner.get("root") is True)


def _not_toml(path: str) -> Problem:
    return Problem("config-file", f"`{path}` is not read", path=path, help="dockguard reads TOML: `.dockguard.toml`")


def _ours(workspace: Workspace, source: Source) -> bool:
    if not _section(source.path):
        return True
    if "dockguard" not in source.text:  # most are not for us, and tomllib costs more than the rest of a small run
        return False
    data = workspace.parsed(source, _toml)
    return isinstance(data, Problem) or _inner(data, _section(source.path)) is not None


def _section(path: str) -> Path:
    return ("tool", "dockguard") if path.rpartition("/")[2] == "pyproject.toml" else ()


def _inner(data: Any, section: Path) -> Any:
    for key in section:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _toml(source: Source) -> dict[str, Any] | Problem:
    import tomllib

    if len(source.text) > MAX_TEXT:
        why = f"longer than {MAX_TEXT // 1024} Ki characters, so it is not read"
        return Problem("config-syntax", why, source.whole, source.path)
    try:
        places(source.text)
    except TooDeep as error:
        return Problem("config-syntax", f"{source.path}: {error}", source.whole, source.path)
    except (ValueError, IndexError, RecursionError):
        pass  # not TOML: tomllib says why
    try:
        return tomllib.loads(source.text)
    except (ValueError, RecursionError) as error:
        return Problem("config-syntax", f"not TOML: {_reason(error)}", _spot(source, str(error)), source.path)


def _reason(error: Exception) -> str:
    return str(error).partition(" (at ")[0] if isinstance(error, ValueError) else "nested too deeply"


def _spot(source: Source, message: str) -> Span:
    match = _AT.search(message)
    if match is None or int(match[1]) > len(source.line_starts):
        return source.span(len(source.text), len(source.text))
    line = source.line_span(int(match[1]))
    return source.span(min(line.start + int(match[2]) - 1, line.end), line.end)


def _load(workspace: Workspace, source: Source, context: Context) -> Loaded:
    """The file and what it extends, the oldest ancestor first."""
    chain: list[File] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    following: Source | None = source
    while following is not None:
        seen.add(following.path)
        file = _read(workspace, following, context)
        chain.append(file)
        problems += file.reading.problems
        following = _parent(workspace, file, seen, problems)
    config = Config()
    for file in reversed(chain):
        problems += _locked(config, file)
        built = build(workspace, file, problems)
        config = _over(config, built)
    return Loaded(replace(config, root=chain[0].data.get("root", False) is True), tuple(problems))


def _read(workspace: Workspace, source: Source, context: Context) -> File:
    data = workspace.parsed(source, _toml)
    section = _section(source.path)
    if isinstance(data, Problem):
        return File(Reading(source, {}, context, [data]), section, {})
    try:
        reading = Reading(source, places(source.text), context)
    except (ValueError, IndexError, RecursionError):
        reading = Reading(source, {}, context)
    return File(reading, section, reading.clean(_inner(data, section) or {}, TOP, section))


def _parent(workspace: Workspace, file: File, seen: set[str], problems: list[Problem]) -> Source | None:
    written = file.data.get("extend")
    if written is None:
        return None
    at = (*file.section, "extend")
    path = join(file.folder, written)
    if path in seen or len(seen) >= MAX_CHAIN:
        why = "extends itself" if path in seen else f"is one of more than {MAX_CHAIN} files that extend each other"
        problems.append(wrong(file, at, f"`{written}` {why}"))
        return None
    source = workspace.read(path, file.reading.span(at))
    if source is None:
        problems.append(wrong(file, at, f"`{written}` cannot be read", outside(workspace, path)))
    return source


def _locked(parent: Config, file: File) -> list[Problem]:
    """A file that extends a `root = true` may describe its files, but not change the policy."""
    if not parent.root:
        return []
    free = set(_UNLOCKED)
    return [
        Problem(
            "config-locked",
            f"`{key}` cannot be set here: `{parent.path}` has `root = true`",
            file.reading.span((*file.section, key), key=True),
            file.reading.source.path,
        )
        for key in file.data
        if key not in free
    ]


def _over(below: Config, above: Config) -> Config:
    """The settings of a file over those it extends: lists grow, tables are merged by key, the rest is replaced."""
    return replace(
        above,
        root=below.root or above.root,
        layers=below.layers + above.layers,
        fail_on=above.fail_on or below.fail_on,
        min_severity=above.min_severity or below.min_severity,
        exclude=below.exclude + above.exclude,
        baseline=above.baseline or below.baseline,
        severities={**below.severities, **above.severities},
        options={key: {**below.options.get(key, {}), **above.options.get(key, {})} for key in _keys(below, above)},
        per_path=below.per_path + above.per_path,
        kinds={**below.kinds, **above.kinds},
        stacks=below.stacks + above.stacks,
        assumptions=below.assumptions + above.assumptions,
        suppressions=below.suppressions + above.suppressions,
        inline=below.inline and above.inline,
        foreign=above.foreign or below.foreign,
    )


def _keys(below: Config, above: Config) -> list[str]:
    return sorted({*below.options, *above.options})


def idle_globs(config: Config, paths: Sequence[str]) -> tuple[PathGlob, ...]:
    """`[per-path]` globs that match none of the paths; only a run over the whole tree can tell."""
    return tuple(entry.glob for entry in config.per_path if not any(map(entry.glob.matches, paths)))
