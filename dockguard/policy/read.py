"""Policy files, read as strictly as the configuration: every unknown word stops the run, all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from dockguard.config import Context
from dockguard.config.chain import toml
from dockguard.config.schema import (
    LEVEL,
    SELECTORS,
    SEVERITIES,
    Items,
    Keyed,
    Options,
    Reading,
    Table,
    Text,
    Word,
    known_rule,
    not_empty,
)
from dockguard.config.toml import Path, places
from dockguard.finding import Problem, Severity
from dockguard.policy.model import READABLE, Control, Policy, Read
from dockguard.record import dataclass, replace
from dockguard.rule import Rule
from dockguard.select import Catalogue, reach
from dockguard.source import Source

_RULES = Items(Text(known_rule))
FORM = Table(
    {
        "title": Text(not_empty),
        "description": Text(),
        "extends": Text(not_empty),
        "fail-on": Word((*SEVERITIES, "never")),
        "select": SELECTORS,
        "ignore": SELECTORS,
        "severity": Keyed(known_rule, LEVEL),
        "options": Options(),
        "control": Items(
            Table(
                {
                    "name": Text(not_empty),
                    "allowed": Text(not_empty),
                    "rules": _RULES,
                    "warn": _RULES,
                    "reads": Items(Word(READABLE)),
                },
                (("name",), ("rules", "warn")),
            )
        ),
    },
    (("title",),),
)


@dataclass(frozen=True, slots=True)
class File:
    """One policy file: its cleaned data, and the reading that cleaned it; `ours` is whether it comes with the tool."""

    reading: Reading
    data: Mapping[str, Any]
    ours: bool

    @property
    def name(self) -> str:
        """Its name: that of the file, without its suffix."""
        return self.reading.source.path.rpartition("/")[2].removesuffix(".toml")


def read(source: Source, context: Context, ours: bool) -> File:
    """One file; what is wrong with it is in the reading's problems."""
    data = toml(source)
    if isinstance(data, Problem):
        return File(Reading(source, {}, context, [data]), {}, ours)
    try:
        found: Mapping[Path, Any] = places(source.text)
    except (ValueError, IndexError, RecursionError):
        found = {}
    reading = Reading(source, found, context)
    return File(reading, reading.clean(data, FORM, ()), ours)


def combined(chain: Sequence[File]) -> Read:
    """A file over those that it extends, the oldest first; refuses a policy whose own words contradict its gate."""
    policy: Policy | None = None
    for file in chain:
        policy = _over(policy, file)
    assert policy is not None
    problems = tuple(_contradictions(policy, chain))
    return Read(None if problems else policy, problems)


def _over(below: Policy | None, file: File) -> Policy:
    data, catalogue = file.data, file.reading.context.catalogue
    base = below or Policy("", "")
    gone = _selected(data.get("ignore", ()), catalogue)
    controls = _controls(base.controls, [_control(table, catalogue) for table in data.get("control", ())])
    further = (base.further | _selected(data.get("select", ()), catalogue)) - gone
    return Policy(
        name=file.name,
        title=data["title"],
        description=data.get("description", ""),
        path="" if file.ours else file.reading.source.path,
        extends=base.name,
        fail_on=data.get("fail-on", base.fail_on),
        controls=tuple(filter(None, (_without(control, gone) for control in controls))),
        further=further,
        severities={**base.severities, **_levels(data.get("severity", {}), catalogue)},
        options=_options(base.options, data.get("options", {})),
    )


def _selected(words: Collection[str], catalogue: Catalogue) -> frozenset[str]:
    return frozenset(rule.id for rule in catalogue.rules.values() if any(reach(word, rule) for word in words))


def _control(table: Mapping[str, Any], catalogue: Catalogue) -> Control:
    ids = {key: tuple(map(catalogue.id_of, table.get(key, ()))) for key in ("rules", "warn")}
    return Control(table["name"], table.get("allowed", ""), ids["rules"], ids["warn"], tuple(table.get("reads", ())))


def _controls(below: Sequence[Control], own: Sequence[Control]) -> list[Control]:
    """Those below, and one's own: of the same name they become one; a rule is where its newest control puts it."""
    found = {control.name: control for control in below}
    for control in own:
        for name, other in found.items():
            found[name] = replace(
                other, rules=_minus(other.rules, control.warn), warn=_minus(other.warn, control.rules)
            )
        old = found.get(control.name, Control(control.name))
        found[control.name] = Control(
            control.name,
            control.allowed or old.allowed,
            _plus(old.rules, control.rules),
            _plus(old.warn, control.warn),
            _plus(old.reads, control.reads),
        )
    return list(found.values())


def _plus(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one + other))


def _minus(one: tuple[str, ...], other: Collection[str]) -> tuple[str, ...]:
    return tuple(word for word in one if word not in other)


def _without(control: Control, gone: Collection[str]) -> Control | None:
    """A control without rules that are ignored; None where none is left in it."""
    left = replace(control, rules=_minus(control.rules, gone), warn=_minus(control.warn, gone))
    return left if left.rules or left.warn else None


def _levels(table: Mapping[str, str], catalogue: Catalogue) -> dict[str, Severity]:
    return {catalogue.id_of(name): Severity.of(word) for name, word in table.items()}


def _options(
    below: Mapping[str, Mapping[str, Any]], own: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    return {id: {**below.get(id, {}), **own.get(id, {})} for id in sorted({*below, *own})}


def _contradictions(policy: Policy, chain: Sequence[File]) -> Iterator[Problem]:
    """Rules of a control that the gate would let through, and warnings that it would not."""
    gate = policy.gate
    if gate is None:
        return
    rules = chain[-1].reading.context.catalogue.rules
    for control in policy.controls:
        for id in control.rules:
            level = policy.severity(rules[id])
            if level < gate:
                what = f"`{id}` of control `{control.name}` is {level.word}, and the policy fails on {gate.word}"
                yield _at(chain, "rules", id, what, f'[severity] "{id}" = "{gate.word}", or list it under `warn`')
            yield from _hidden(policy, rules[id], gate, chain)
        for id in control.warn:
            level = policy.severity(rules[id])
            if level >= gate:
                what = f"`{id}` of control `{control.name}` is {level.word}, which fails the policy and does not warn"
                yield _at(chain, "warn", id, what, "give it a lower [severity], or list it under `rules`")


def _hidden(policy: Policy, rule: Rule, gate: Severity, chain: Sequence[File]) -> Iterator[Problem]:
    """A finding of another rule stands for this one's, and would not fail."""
    catalogue = chain[-1].reading.context.catalogue
    for id in sorted(policy.rules - {rule.id}):
        other = catalogue.rules[id]
        if policy.severity(other) < gate and rule.id in map(catalogue.id_of, other.supersedes):
            what = f"where `{id}` finds the same as `{rule.id}` it alone speaks, and is {policy.severity(other).word}"
            yield _at(chain, "rules", rule.id, what, f'[severity] "{id}" = "{gate.word}", or ignore it')


def _at(chain: Sequence[File], key: str, id: str, message: str, help: str) -> Problem:
    """The problem at the newest place that names the rule."""
    for file in reversed(chain):
        catalogue = file.reading.context.catalogue
        for number, table in enumerate(file.data.get("control", ())):
            for index, name in enumerate(table.get(key, ())):
                if catalogue.id_of(name) == id:
                    span = file.reading.span(("control", number, key, index))
                    return Problem("config", message, span, file.reading.source.path, help)
    source = chain[-1].reading.source
    return Problem("config", message, source.whole, source.path, help)
