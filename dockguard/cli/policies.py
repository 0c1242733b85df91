"""Policies on the command line: found for `rules --policy` and `explain`, and shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from dockguard.finding import Problem
from dockguard.policy.model import Policy
from dockguard.record import replace
from dockguard.rule import Rule
from dockguard.rulebook import Rulebook


def named(name: str, book: Rulebook) -> Policy:
    """The policy of a name or a `.toml` file; raises ClickException with all that is wrong with it."""
    from dockguard import __version__
    from dockguard.config import Context
    from dockguard.policy.find import find
    from dockguard.settings import Ask, open_workspace

    workspace, _, _ = open_workspace(Ask(policy=name))
    path = workspace.relative(Path(name)) if name.endswith(".toml") else name
    read = find(workspace, path, "", Context(book.catalogue(), __version__))
    if read.policy is None:
        raise click.ClickException("\n".join(map(_told, read.problems)))
    return read.policy


def _told(problem: Problem) -> str:
    where = f"{problem.span.source.path}:{problem.span.line}: " if problem.span else ""
    return f"{where}{problem.message}{f' ({problem.help})' if problem.help else ''}"


def under(policy: Policy, rules: list[Rule]) -> list[Rule]:
    """The rules that a policy asks, with its severities and options."""
    return [
        replace(rule, severity=policy.severity(rule), options=policy.options_of(rule))
        for rule in rules
        if rule.id in policy.rules
    ]


def keys(policy: Policy) -> dict[str, dict[str, Any]]:
    """What the JSON list of rules says more under a policy, by rule id."""
    found = {id: {"policy": policy.name, "controls": list(names)} for id, names in policy.by_rule.items()}
    return {**{id: {"policy": policy.name, "controls": []} for id in policy.rules}, **found}


def page(policy: Policy) -> str:
    """A policy for people: its gate, and each control with what is allowed, its rules and their options."""
    head = [policy.name, policy.title, f"fails on {policy.fail_on} and above"]
    head += [f"extends {policy.extends}"] if policy.extends else []
    lines = [" · ".join(head), "", policy.description.strip()] if policy.description else [" · ".join(head)]
    for control in policy.controls:
        lines += ["", f"## {control.name}", *([control.allowed.strip()] if control.allowed else [])]
        lines += [line for id in control.rules for line in _rule(policy, id, "")]
        lines += [line for id in control.warn for line in _rule(policy, id, " (warns)")]
    controlled = policy.by_rule
    rest = sorted(id for id in policy.further if id not in controlled)
    lines += ["", f"and {len(rest)} more rules: dockguard rules --policy {policy.path or policy.name}"] if rest else []
    return "\n".join(lines)


def _rule(policy: Policy, id: str, note: str) -> Iterator[str]:
    level = policy.severities.get(id)
    yield f"- {id}{note}{f': {level.word}' if level else ''}"
    for name, value in policy.options.get(id, {}).items():
        yield f"    option {name} = {value!r}"
