"""One configuration file and what it extends, read and laid over each other."""

from __future__ import annotations

from typing import Any

from dockguard.config.build import File, build, outside, wrong
from dockguard.config.model import Config, Context, Loaded
from dockguard.config.schema import TOP, Reading
from dockguard.config.toml import Path, TooDeep, places
from dockguard.finding import Problem
from dockguard.lazy import regex
from dockguard.record import replace
from dockguard.source import Source, Span
from dockguard.workspace import Workspace, join

MAX_TEXT = 256 * 1024  # characters: `tomllib` needs seconds for a megabyte
MAX_CHAIN = 10  # files that extend each other
_UNLOCKED = ("root", "extend", "required-version", "kinds", "stack")  # what may stand below a `root = true`
_AT = regex(r"\(at line (\d+), column (\d+)\)$")


def section_of(path: str) -> Path:
    """The table of a file that is ours; () is all of it."""
    return ("tool", "dockguard") if path.rpartition("/")[2] == "pyproject.toml" else ()


def inner(data: Any, section: Path) -> Any:
    """What is in that table, None where there is none."""
    for key in section:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def toml(source: Source) -> dict[str, Any] | Problem:
    """The data of a TOML text, or why there is none."""
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


def load(workspace: Workspace, source: Source, context: Context) -> Loaded:
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
    data = workspace.parsed(source, toml)
    section = section_of(source.path)
    if isinstance(data, Problem):
        return File(Reading(source, {}, context, [data]), section, {})
    try:
        reading = Reading(source, places(source.text), context)
    except (ValueError, IndexError, RecursionError):
        reading = Reading(source, {}, context)
    ours = inner(data, section) or {}
    if isinstance(ours, dict) and {"profile", "policy"} <= ours.keys():
        reading.complain(
            (*section, "policy"), "`policy` and `profile` both say which rules count", "keep one", key=True
        )
    return File(reading, section, reading.clean(ours, TOP, section))


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
        policy=above.policy or (None if any(layer.profile for layer in above.layers) else below.policy),
    )


def _keys(below: Config, above: Config) -> list[str]:
    return sorted({*below.options, *above.options})
