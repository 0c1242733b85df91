"""Whole runs over texts, with rules of the tests' own: nothing here depends on what the built-in pages say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dockguard.config import Config
from dockguard.finding import Confidence, Finding, Severity
from dockguard.pack import FAMILIES, Pack
from dockguard.report import Run
from dockguard.rule import Rule
from dockguard.rulebook import Rulebook
from dockguard.run import check_session, every_kind
from dockguard.session import Session
from dockguard.settings import Ask
from dockguard.workspace import Workspace


def rule(id: str, check: Callable[[Any], Iterator[Finding]], each: str, level: str = "high", **more: Any) -> Rule:
    severity = Severity.of(level)

    def whole(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        return check(node)

    return Rule(id, id, severity, 7.0, Confidence.HIGH, each, "essential", "", whole, **more)


def privileged(service: Any) -> Iterator[Finding]:
    if service.privileged:
        yield Finding(service.privileged.span, f"{service.name} is privileged")


def user(image: Any) -> Iterator[Finding]:
    yield Finding(image.user.span, f"{image.subject} runs as {image.user.known.name if image.user.known else '?'}")


def root(container: Any) -> Iterator[Finding]:
    if container.runs_as_root:
        yield Finding(container.user.span, f"{container.name} is root")


PRIVILEGED = rule("compose/own-privileged", privileged, "compose.service", "critical")
USER = rule("dockerfile/own-user", user, "dockerfile.image", "medium")
ROOT = rule("stack/own-root", root, "stack.container", "low")
RULES = (PRIVILEGED, USER, ROOT)


def session(
    files: dict[str, str], *rules: Rule, config: Config | None = None, disk: Path | None = None, **ask: Any
) -> Session:
    """Over texts, or with `disk` over files that are written there."""
    wanted = Ask(profile="audit", **ask)
    packs = {family: Pack(tuple(r for r in rules or RULES if r.family == family), {}) for family in FAMILIES}
    book = Rulebook(every_kind(), (), False, packs)
    return Session(wanted, _workspace(files, disk), wanted.paths, "", book, config or Config())


def _workspace(files: dict[str, str], disk: Path | None) -> Workspace:
    for path, text in files.items() if disk else ():
        assert disk is not None
        (disk / path).parent.mkdir(parents=True, exist_ok=True)
        (disk / path).write_text(text)
    return Workspace(disk) if disk else Workspace(None, texts=files)


def job(files: dict[str, str], *rules: Rule, **more: Any) -> Run:
    return check_session(session(files, *rules, **more))


def said(run: Run) -> list[str]:
    """`rule subject path:line`, without the family."""
    return [
        f"{r.rule.id.partition('/own-')[2]} {r.subject} {r.span.outer.source.path}:{r.span.outer.line}"
        for r in run.reports
    ]
