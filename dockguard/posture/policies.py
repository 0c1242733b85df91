"""Which services meet a policy, by the policy's own rules, options, severities and gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dockguard.config import Config
from dockguard.finding import Severity
from dockguard.formats.compose.model import Service
from dockguard.formats.compose.text.tree import is_unknown, unknown_names
from dockguard.policy.force import over, under
from dockguard.policy.model import Control, Policy
from dockguard.posture.judge import EVERYBODY, Asker, Heard
from dockguard.posture.model import BAD, OK, UNKNOWN, Cell
from dockguard.record import dataclass
from dockguard.rule import Rule
from dockguard.stack.link import Stack


@dataclass(frozen=True, slots=True)
class Verdict:
    """A policy as `check --policy` would have it with a configuration."""

    policy: Policy
    config: Config
    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, policy: Policy, config: Config, rules: Mapping[str, Rule], own: bool) -> Verdict:
        """`own` is whether the configuration itself names the policy, and so may change it."""
        asked = {id for control in policy.controls for id in control.rules} | policy.further
        laid = under(policy, config) if own else over(policy, config)
        return cls(policy, laid, tuple(rules[id] for id in sorted(asked)))

    def of_stack(self, stack: Stack, asker: Asker) -> Callable[[Service], Cell]:
        """What each service of a stack is under the policy."""
        heard = asker.services(stack, self.rules, self._options)
        return lambda service: self._cell(service, heard.get(service.name, heard.get(EVERYBODY, ())))

    def _options(self, rule: Rule) -> Mapping[str, Any]:
        return {**rule.options, **self.config.options.get(rule.id, {})}

    def _severity(self, heard: Heard) -> Severity:
        return self.config.severities.get(heard.rule.id, heard.severity)

    def _gate(self) -> Severity | None:
        word = self.config.fail_on or "high"
        return None if word == "never" else Severity.of(word)

    def _cell(self, service: Service, heard: Sequence[Heard]) -> Cell:
        gate = self._gate()
        failing = [one for one in heard if one.finding and gate is not None and self._severity(one) >= gate]
        if failing:
            failed = tuple(self._controls(failing))
            worst = max(failing, key=self._severity)
            assert worst.finding is not None
            text = f"fails {len(failed)}" if failed else "fails"
            rules = tuple(sorted({one.rule.id for one in failing}))
            why = "; ".join(failed) or worst.finding.message
            return Cell(BAD, text, worst.finding.span, self._severity(worst), why, rules, failed=failed)
        unknown = {control.name: why for control in self.policy.controls if (why := _unknown(control, service, heard))}
        if unknown:
            name, why = next(iter(unknown.items()))
            return Cell(UNKNOWN, "", service.span, why=f"{name}: {why}")
        return Cell(OK, "meets", service.span)

    def _controls(self, failing: Iterable[Heard]) -> list[str]:
        ids = {one.rule.id for one in failing}
        return [control.name for control in self.policy.controls if ids.intersection(control.rules)]


def _unknown(control: Control, service: Service, heard: Sequence[Heard]) -> str:
    """Why nobody can know whether a service meets a control: a rule could not decide, or an attribute is not known."""
    undecided = (one.unknown for one in heard if one.unknown and one.rule.id in control.rules)
    return (
        service.open or next(undecided, "") or next(filter(None, (_unset(service, name) for name in control.reads)), "")
    )


def _unset(service: Service, name: str) -> str:
    value = service.value.get(name)
    for path, inner in value.walk() if value is not None else ():
        for text in (inner.data, *path):
            if is_unknown(text):
                names = ", ".join(f"${{{one}}}" for one in dict.fromkeys(unknown_names(text)))
                return f"`{name}` holds {names}, which is not set"
    return ""
