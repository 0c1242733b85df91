"""What a policy says, once it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockguard.finding import Problem, Severity
from dockguard.record import dataclass, field
from dockguard.rule import Rule

# Attributes of a Compose service that a control may depend on.
READABLE = (
    "build", "cap_add", "cap_drop", "cgroup", "command", "configs", "cpu_quota", "cpus", "deploy",
    "device_cgroup_rules", "devices", "entrypoint", "environment", "group_add", "healthcheck", "image", "ipc",
    "labels", "logging", "mem_limit", "memswap_limit", "network_mode", "networks", "oom_kill_disable", "pid",
    "pids_limit", "ports", "post_start", "pre_start", "pre_stop", "privileged", "read_only", "secrets",
    "security_opt", "sysctls", "tmpfs", "use_api_socket", "user", "userns_mode", "uts", "volumes", "volumes_from",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Control:
    """One control: it is met where none of its rules has a finding at or above the policy's gate."""

    name: str
    allowed: str = ""  # in words: what a service may say
    rules: tuple[str, ...] = ()  # ids; a finding fails the control
    warn: tuple[str, ...] = ()  # ids; a finding is told, and fails nothing
    reads: tuple[str, ...] = ()  # attributes of a service that leave it open while they are unknown


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy after `extends`. All rules are ids of rules that exist."""

    name: str
    title: str
    description: str = ""
    path: str = ""  # of its file; "" for one of ours
    extends: str = ""
    fail_on: str = "high"  # critical | high | medium | low | never
    controls: tuple[Control, ...] = ()
    further: frozenset[str] = frozenset()  # rules that belong to no control
    severities: Mapping[str, Severity] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def rules(self) -> frozenset[str]:
        """Every rule that it asks."""
        return self.further.union(*(control.rules + control.warn for control in self.controls))

    @property
    def gate(self) -> Severity | None:
        """The severity that fails it; None for never."""
        return None if self.fail_on == "never" else Severity.of(self.fail_on)

    def severity(self, rule: Rule) -> Severity:
        """A rule's severity under it."""
        return self.severities.get(rule.id, rule.severity)

    def options_of(self, rule: Rule) -> Mapping[str, Any]:
        """A rule's option values under it."""
        return {**rule.options, **self.options.get(rule.id, {})}

    @property
    def by_rule(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the controls that each rule belongs to."""
        found: dict[str, tuple[str, ...]] = {}
        for control in self.controls:
            for id in control.rules + control.warn:
                found[id] = (*found.get(id, ()), control.name)
        return found


@dataclass(frozen=True, slots=True)
class Read:
    """A policy, or None with what is wrong with it."""

    policy: Policy | None
    problems: tuple[Problem, ...] = ()
