"""The resolved stack as one JSON value, for policy engines and tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dockguard.discover import Found
from dockguard.finding import Problem
from dockguard.formats import load
from dockguard.project import Projects
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
    whole = {"version": 1, "compose": projects, "images": images, "sites": sites, "errors": [*map(_error, every)]}
    return whole if show_secrets else _masked(whole)


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
    seen: dict[int, Any] = {}
    for stack in stacks:
        for units in stack.units.values():
            seen.update({id(unit): unit for unit in units})
    formats = {format.name: format for format in load()}
    images = [formats["dockerfile"].effective(unit) for unit in _named("dockerfile", seen, stacks)]
    sites = [formats["nginx"].effective(unit) for unit in _named("nginx", seen, stacks)]
    return images, sites


def _named(name: str, seen: Mapping[int, Any], stacks: Projects) -> Iterator[Any]:
    module = f"dockguard.formats.{name}"
    yield from (unit for unit in seen.values() if type(unit).__module__.startswith(module))


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
