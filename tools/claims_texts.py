"""Proofs that stand in files of no format of dockguard's: scripts, Prometheus' targets, alert rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dockguard.formats.compose.scripts import places
from dockguard.source import Span
from tools.claims_seen import Evidence, Mark, Proof, Seen, counted


def text(seen: Seen) -> Evidence:
    """A file that matches `files` has text that matches each of `patterns`."""
    found, where = Evidence(), []
    for pattern in seen.given["patterns"]:
        span = next(_matches(seen, pattern), None)
        if span is None:
            found.unknown.append(f"{seen.given['else']}")
        else:
            where.append(f"`{span.source.path.removeprefix(seen.path(''))}:{span.line}`")
    found.unknown = sorted(set(found.unknown))
    return found.settle(", ".join(where))


def _matches(seen: Seen, pattern: str) -> Iterator[Span]:
    for path in seen.files(seen.given["files"]):
        source = seen.workspace.read(path)
        match = re.search(pattern, _code(source.text), re.M) if source is not None else None
        if source is not None and match is not None:
            yield source.span(match.start(), match.end())


def _code(text: str) -> str:
    """A script without its comments, at the same places."""
    return re.sub(r"^[ \t]*#.*", lambda match: " " * len(match[0]), text, flags=re.M)


def sets(seen: Seen) -> Evidence:
    """A script runs a set of files for each of the words that `words` names."""
    found, runs = Evidence(), []
    for files, span in places(seen.workspace):
        if span.source.path.startswith(seen.path("")):
            runs.append((" + ".join(file.removeprefix(seen.path("")) for file in files), span))
    for word in seen.given["words"]:
        if not any(word in label for label, _ in runs):
            (found.bad if runs else found.unknown).append(_no(word, runs) if runs else f"what runs {word}")  # type: ignore[arg-type]
    scripts = sorted({span.source.path.removeprefix(seen.path("")) for _, span in runs})
    return found.settle(f"`{'`, `'.join(scripts)}` runs {counted(len({label for label, _ in runs}), 'set')} of files")


def _no(word: str, runs: list[tuple[str, Span]]) -> Mark:
    return Mark(f"no script runs a set with `{word}`", runs[0][1])


def targets(seen: Seen) -> Evidence:
    """Every target of Prometheus is a service of the sets that monitor."""
    found, jobs = Evidence(), 0
    data, span = _load(seen, "monitoring/prometheus.yml")
    if span is None:
        found.unknown.append("what Prometheus asks: `monitoring/prometheus.yml` is not here")
        return found
    services = {service.name for service, _ in seen.services()}
    for job in data.get("scrape_configs", ()):
        jobs += 1
        for group in job.get("static_configs", ()):
            for target in group.get("targets", ()):
                host = re.sub(r"^https?://", "", target).partition(":")[0]
                if host != "localhost" and host not in services:
                    found.bad.append(Mark(f"Prometheus asks `{host}`, which nobody runs", _at(span, target)))
    return found.settle(f"{counted(jobs, 'job')}, and each asks a service that runs")


def alerts(seen: Seen) -> Evidence:
    """There are alerts of the category whose names match `pattern`."""
    found, names = Evidence(), []
    for path in seen.files(["monitoring/rules/*.yml"]):
        data, _ = _load(seen, path.removeprefix(seen.path("")))
        for group in data.get("groups", ()):
            for rule in group.get("rules", ()):
                category = f"{group.get('name')} {rule.get('labels', {}).get('category', '')}"
                if "alert" in rule and re.search(seen.given["pattern"], category):
                    names.append(rule["alert"])
    if not names:
        found.unknown.append("whether there are such alerts: no group of rules is called so")
    return found.settle(f"{counted(len(names), 'alert')}: {', '.join(names[:3])}…")


def nobody(seen: Seen) -> Evidence:
    """No file that dockguard reads can tell."""
    return Evidence(unknown=[str(seen.given["else"])])


def _load(seen: Seen, name: str) -> tuple[Any, Span | None]:
    from ruamel.yaml import YAML

    source = seen.workspace.read(seen.path(name)) if seen.workspace.entry(seen.path(name)) == "file" else None
    if source is None:
        return {}, None
    return YAML(typ="safe", pure=True).load(source.text) or {}, source.whole


def _at(whole: Span, word: str) -> Span:
    start = max(0, whole.source.text.find(word))
    return whole.source.span(start, start + len(word))


PROOFS: dict[str, Proof] = {
    "text": text,
    "sets": sets,
    "targets": targets,
    "alerts": alerts,
    "nobody": nobody,
}
