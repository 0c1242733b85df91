"""What all rules say on files, without places; and which rules are about the very form that a change touches."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from dockguard.rule import Rule
from dockguard.rulebook import rulebook
from dockguard.run import judge_texts
from tests.metamorphic.change import Change

ABOUT_FORM = Path(__file__).with_name("about_form.toml")
_LINE = re.compile(r"\b(line|lines) \d+")
_QUOTED = re.compile(r"`[^`]*`")
_FORMS = (
    (re.compile(r"[\"']"), ""),
    (re.compile(r"\$\{(\w+)\}"), r"$\1"),
    (re.compile(r"\$\{DG_UNSET:-([^}]*)\}"), r"\1"),
    (re.compile(r"\bCAP_", re.I), ""),
    (re.compile(r"(\*|\b0\.0\.0\.0):(?=\d)"), ""),
    (re.compile(r"^`(no-new-privileges|seccomp|apparmor|label|systempaths)="), r"`\1:"),
)

Said = Counter[tuple[str, str]]  # (rule, message)


@cache
def rules() -> Sequence[Rule]:
    """Every rule but those about suppressions."""
    return [rule for rule in rulebook().rules() if rule.family != "meta"]


def verdict(files: Mapping[str, str], variant: str = "") -> Said:
    """(rule, message) of everything that profile `audit` finds, in variants of that name."""
    found = (r for r in judge_texts(files, rules()) if not any(r.variants) or any(variant in v for v in r.variants))
    return Counter((r.rule.id, message(r.finding.message)) for r in found)


def message(text: str) -> str:
    """A message without its places, and with what it quotes in one form: no quotes, no braces, in lower case."""
    return _QUOTED.sub(lambda quoted: _in_one_form(quoted[0]), _LINE.sub(r"\1", text))


def _in_one_form(quoted: str) -> str:
    for pattern, plain in _FORMS:
        quoted = pattern.sub(plain, quoted)
    return quoted.lower()


@cache
def about_form() -> Mapping[str, Mapping[str, str]]:
    """By change: rules that are about what it changes, each with the reason."""
    return tomllib.loads(ABOUT_FORM.read_text(encoding="utf-8"))


def difference(change: Change, before: Said, after: Said) -> list[str]:
    """What is said on one side only, a line each."""
    ours = {**about_form().get("any", {}), **about_form().get(change.name, {})}
    if change.coarse:
        before, after = _rules_of(before), _rules_of(after)
    lost, new = before - after, after - before
    signed = [("-", item, count) for item, count in lost.items()] + [("+", item, count) for item, count in new.items()]
    return sorted(f"{sign} {rule}: {said} (x{count})" for sign, (rule, said), count in signed if rule not in ours)


def _rules_of(said: Said) -> Said:
    return Counter({(rule, ""): 1 for rule, _ in said})
