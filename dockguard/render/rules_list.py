"""The list of rules: a table for people, and the one machine-readable source of everything that rules say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dockguard.render.terminal import Look, head, room, safe
from dockguard.rule import Rule

VERSION = 1


def table(rules: Iterable[Rule], *, color: bool = False, width: int = 100) -> str:
    """One line for each rule by id: id, severity, profile, whether it has a fix, title; then how many there are."""
    look = Look.of(width, color)
    known = sorted(rules, key=lambda rule: rule.id)
    wide = min(max((room(safe(rule.id)) for rule in known), default=0), look.width // 2)
    lines = [_row(rule, wide, look) for rule in known]
    count = f"{len(known)} rule{'s' * (len(known) != 1)}"
    return "".join(f"{line}\n" for line in (*lines, *([""] if lines else []), count))


def as_json(rules: Iterable[Rule], more: Mapping[str, Mapping[str, Any]] | None = None) -> str:
    """The same with every field, version 1 of the contract; `more` adds keys to rules, by id."""
    from dockguard.render.indented import indented

    return indented(document(rules, more)) + "\n"


def document(rules: Iterable[Rule], more: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """The JSON object as Python values, keys in the contract's order."""
    known = sorted(rules, key=lambda rule: rule.id)
    return {"version": VERSION, "rules": [{**entry(rule), **(more or {}).get(rule.id, {})} for rule in known]}


def entry(rule: Rule) -> dict[str, Any]:
    """One rule; weaknesses are numbers, other standards' items are written as the standards do."""
    return {
        "id": rule.id,
        "aliases": list(rule.aliases),
        "title": rule.title,
        "severity": rule.severity.word,
        "score": rule.score,
        "profile": rule.profile,
        "tags": list(rule.tags),
        "each": rule.each,
        "confidence": rule.confidence.word,
        "status": rule.status,
        "options": dict(rule.options),
        "peers": {peer: list(ids) for peer, ids in rule.peers.items()},
        **{standard: list(rule.standards.get(standard, ())) for standard in ("cis-docker", "cis-nginx", "owasp")},
        "cwe": weaknesses(rule),
        "fix": rule.safety.value if rule.safety else "none",
        "since": rule.since,
        "help": rule.body,
    }


def weaknesses(rule: Rule) -> list[int]:
    """The CWE numbers of a rule, however the page writes them (`250`, `CWE-250`)."""
    return [int(digits) for item in rule.standards.get("cwe", ()) if (digits := str(item).rpartition("-")[2]).isdigit()]


def _row(rule: Rule, wide: int, look: Look) -> str:
    name = head(safe(rule.id), wide)
    fix = f"fix: {rule.safety.value}" if rule.safety else ""
    status = "" if rule.status == "stable" else f"({rule.status}) "
    left = f"{name}{' ' * (wide - room(name))}  "
    middle = f"{rule.severity.word:<8}  {rule.profile:<11}  {fix:<11}  "
    title = head(safe(f"{status}{rule.title}"), max(1, look.width - room(left) - len(middle)))
    painted = look.paint(rule.severity.word, rule.severity.word) + middle[len(rule.severity.word) :]
    return head(f"{left}{middle}{title}", look.width).rstrip() if not look.color else f"{left}{painted}{title}".rstrip()
