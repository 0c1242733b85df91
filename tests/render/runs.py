"""Runs built by hand from real sources: what the engine would hand to an output."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from dockguard.finding import Confidence, Edit, Finding, Fix, Note, Problem, Safety, Severity
from dockguard.report import Report, Run, Suppression
from dockguard.rule import Rule
from dockguard.source import Origin, Source, Span

BODY = "# {title}\n\nIt takes every layer of isolation away. Nothing else matters then.\n\n## Fix\n\nRemove it.\n"


def never(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
    return iter(())


def rule(id: str = "compose/privileged-container", **given: Any) -> Rule:
    values: dict[str, Any] = {
        "title": "Service runs privileged",
        "severity": Severity.CRITICAL,
        "score": 9.8,
        "confidence": Confidence.HIGH,
        "each": "compose.service",
        "profile": "essential",
        "check": never,
        "tags": ("isolation", "cis-docker"),
        "peers": {"kics": ("privileged_containers_enabled",), "docker-bench": ("5.5",)},
        "standards": {"cwe": ("250",), "cis-docker": ("5.5",), "owasp": ("D04",)},
        "since": "0.1",
        **given,
    }
    values.setdefault("body", BODY.format(title=values["title"]))
    return Rule(id=id, **values)


def at(source: Source, text: str, nth: int = 0) -> Span:
    """The place of a text in a source."""
    start = source.text.index(text)
    for _ in range(nth):
        start = source.text.index(text, start + 1)
    return Span(source, start, start + len(text))


def report(rule: Rule, span: Span, message: str, subject: str = "services.web", **given: Any) -> Report:
    top = {name: given.pop(name) for name in ("severity", "variants", "suppressed", "fingerprint") if name in given}
    top.setdefault("severity", rule.severity)
    top.setdefault("fingerprint", f"fp-{rule.id}-{subject}-{span.start}")
    return Report(rule=rule, subject=subject, finding=Finding(span, message, **given), **top)


BASE = Source(
    "compose.yaml",
    "services:\n  web:\n    build: ./app\n  runner:\n    image: runner:1\n    privileged: true\n"
    "  proxy:\n    image: nginx:1.27\n  db:\n    image: postgres:16\n",
)
OVERLAY = Source("compose.override.yaml", "services:\n  web:\n    user: root\n")
DOCKERFILE = Source("app/Dockerfile", "FROM alpine:3.20 AS final\n" + "RUN true\n" * 10 + "USER app\n")

PRIVILEGED = rule()
ROOT = rule(
    "stack/user-explicit-root",
    title="Service is told to run as root",
    severity=Severity.HIGH,
    score=8.0,
    each="stack.service",
)
CAPS = rule(
    "compose/cap-drop-all-missing",
    title="Service keeps Docker's default capabilities",
    severity=Severity.MEDIUM,
    score=5.0,
    profile="recommended",
)
STYLE = rule(
    "dockerfile/maintainer",
    title="MAINTAINER is deprecated",
    severity=Severity.LOW,
    score=None,
    confidence=Confidence.MEDIUM,
    each="dockerfile.stage",
    profile="audit",
    tags=("style",),
    standards={},
)


def sample() -> Run:
    """A run with a bit of everything."""
    line = at(BASE, "    privileged: true\n")
    reports = [
        report(
            PRIVILEGED,
            at(BASE, "privileged: true"),
            "service `runner` runs privileged: every isolation layer is off",
            "services.runner",
            variants=("compose.yaml", "compose.yaml + compose.override.yaml"),
            fix=Fix("remove `privileged`", (Edit(line),), Safety.UNSAFE),
        ),
        report(
            ROOT,
            at(OVERLAY, "user: root"),
            "service `web` runs as root although its image drops privileges",
            notes=(
                Note(at(OVERLAY, "web"), "service `web` of the stack"),
                Note(at(DOCKERFILE, "USER app"), "without the overlay it would run as `app`"),
                Note(at(BASE, "./app"), "built here"),
            ),
        ),
        *(
            report(CAPS, at(BASE, name), f"service `{name}` keeps Docker's default capabilities", f"services.{name}")
            for name in ("web", "runner", "proxy", "db")
        ),
        report(
            STYLE,
            at(DOCKERFILE, "FROM alpine:3.20 AS final"),
            "nobody reads this",
            "stage final",
            suppressed=Suppression("comment", "legacy", datetime.date(2027, 3, 31), at(DOCKERFILE, "RUN true")),
        ),
    ]
    return Run(
        reports=tuple(reports),
        problems=(),
        files=(("app/Dockerfile", "dockerfile"), ("compose.override.yaml", "compose"), ("compose.yaml", "compose")),
        stacks=("compose.yaml", "compose.yaml + compose.override.yaml"),
        undecided=(("compose/image-tag", "`${TAG}` is not set"),) * 2,
    )


def troubled() -> Run:
    """A run that could not read everything."""
    conf = Source("nginx/nginx.conf", "http {\n  listen 80\n}\n")
    return Run(
        reports=(),
        problems=(
            Problem("nginx-syntax", "missing `;` after `listen 80`", at(conf, "listen 80"), help="add `;` here"),
            Problem("unreadable", "permission denied", path="nginx/private.conf"),
        ),
        files=(("nginx/nginx.conf", "nginx"),),
    )


def embedded(text: str, host: Source, at: int) -> Source:
    """A text that stands verbatim in a host."""
    return Source("inline", text, origin=Origin(Span(host, at, at + len(text)), ((0, at, len(text)),)))
