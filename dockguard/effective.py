"""The resolved stack as one JSON value, for policy engines and tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dockguard.discover import Found
from dockguard.finding import Problem
from dockguard.formats import load
from dockguard.project import Projects
from dockguard.render.places import from_here
from dockguard.report import Run
from dockguard.run import whole
from dockguard.session import Session, begin
from dockguard.settings import Ask

MASK = "*******"


def document(ask: Ask, environment: Mapping[str, str], show_secrets: bool) -> dict[str, Any]:
    """`{"version": 1, "compose": […], "images": […], "sites": […], "errors": […]}`."""
    session = begin(ask)
    found = session.discovery()(session.paths)
    projects, problems = _compose(session, found, environment)
    stacks = Projects(session.workspace, load(), found.files)
    images, sites = _units(stacks)
    every = [*session.problems, *session.workspace.problems, *found.problems, *problems]
    ours = {"images": images, "sites": sites, "errors": [*map(_error, every)]}
    resolved = {"version": 1, "compose": projects, **_placed(ours, whole(session, found, (), ()))}
    return resolved if show_secrets else _masked(resolved)


def _compose(session: Session, found: Found, environment: Mapping[str, str]) -> tuple[list[Any], list[Problem]]:
    from dockguard.formats.compose.effective import resolve

    projects: list[Any] = []
    problems: list[Problem] = []
    for target in _targets(session, found):
        files, profiles, env_files = session.ask.compose_files, session.ask.compose_profiles, session.ask.env_files
        got, wrong = resolve(
            session.workspace, target, files=files, profiles=profiles, env_files=env_files, environment=environment
        )
        projects += got
        problems += wrong
    return projects, problems


def _targets(session: Session, found: Found) -> Iterator[Any]:
    """Folders as `docker compose` is run in them, and single files that were named."""
    yield from found.folders
    yield from ([path] for path, kind in found.files.items() if kind == "compose" and path in session.paths)


def _units(stacks: Projects) -> tuple[list[Any], list[Any]]:
    """Images and sites of all stacks, each once; an image says who asks for it."""
    found: dict[str, dict[int, Any]] = {"dockerfile": {}, "nginx": {}}
    for stack in stacks:
        for name in found:
            found[name].update({id(unit): unit for unit in stack.units.get(name, ())})
    values = {f.name: [f.effective(unit) for unit in found[f.name].values()] for f in load() if f.name in found}
    return _merged(values["dockerfile"], "requested_by"), _merged(values["nginx"], "")


def _merged(values: list[Any], key: str) -> list[Any]:
    """Values that differ in one list only become one with all of it."""
    found: dict[str, Any] = {}
    for value in values:
        rest = {name: inner for name, inner in value.items() if name != key}
        same = found.setdefault(json.dumps(rest, sort_keys=True, default=str), {**value, **({key: []} if key else {})})
        if key:
            same[key] = [*same[key], *(one for one in value[key] if one not in same[key])]
    return list(found.values())


def _placed(value: Any, run: Run) -> Any:
    """Paths as the working directory sees them."""
    if isinstance(value, dict):
        return {key: from_here(inner, run) if key == "path" else _placed(inner, run) for key, inner in value.items()}
    return [_placed(inner, run) for inner in value] if isinstance(value, list) else value


def _error(problem: Problem) -> dict[str, Any]:
    place = None
    if problem.span is not None:
        span = problem.span.outer
        place = {"path": span.source.path, "line": span.line}
    elif problem.path:
        place = {"path": problem.path}
    return {"code": problem.code, "message": problem.message, "location": place}


def _masked(value: Any, secret: bool = False) -> Any:
    """Values below secret-looking keys, and what looks like a secret anywhere, as stars; the shape stays."""
    from dockguard.common.secrets import name_is_secret

    if isinstance(value, dict):
        return {key: _masked(inner, secret or name_is_secret(str(key))) for key, inner in value.items()}
    if isinstance(value, list):
        return _masked_list(value, secret)
    if isinstance(value, str) and value:
        return MASK if secret else _hidden(value)
    return value


def _masked_list(items: list[Any], secret: bool) -> list[Any]:
    """A list of words is also read as one command line, where a flag tells what the next word is."""
    if not secret and items and all(isinstance(item, str) for item in items):
        line = " ".join(items)
        if _hidden(line) != line:
            return [_masked(item, _is_value(items, at)) for at, item in enumerate(items)]
    return [_masked(item, secret) for item in items]


def _is_value(words: list[Any], at: int) -> bool:
    from dockguard.common.secrets import name_is_secret

    return at > 0 and words[at - 1].startswith("-") and name_is_secret(words[at - 1].lstrip("-"))


def _hidden(text: str) -> str:
    from dockguard.common.secrets import find_in_text, mask

    return mask(text, [(found.start, found.end) for found in find_in_text(text)])
