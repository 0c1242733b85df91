"""What the configuration says, once it is read."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from dockguard.finding import Problem, Severity
from dockguard.glob import PathGlob
from dockguard.record import dataclass, field
from dockguard.select import Catalogue, Choice, Layer, PathLayer
from dockguard.source import Span
from dockguard.stack.pieces import Assumption

ASSUMABLE: Mapping[str, type] = {
    "user": str,
    "workdir": str,
    "entrypoint": list,
    "cmd": list,
    "ports": list,
    "volumes": list,
    "healthcheck": bool,
    "nginx": str,  # its version
}


@dataclass(frozen=True, slots=True)
class Context:
    """What the configuration is judged by: the rules that exist, our own version, and the words of the formats.

    `assumable` maps the attributes that `[[assume]]` may give to the type of their value.
    """

    catalogue: Catalogue
    version: str
    kinds: Sequence[str] = ("compose", "dockerfile", "nginx")
    assumable: Mapping[str, type] = field(default_factory=lambda: ASSUMABLE)


@dataclass(frozen=True, slots=True)
class StackFiles:
    """One `[[stack]]`: the files of a deployment, as workspace paths; `nginx` maps services to main configs."""

    name: str
    compose: tuple[str, ...]
    profiles: tuple[str, ...]
    env_files: tuple[str, ...]
    nginx: tuple[tuple[str, str], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """One `[[suppress]]`: a rule's id, and globs for where it is silenced; `places` maps `path`, `service`, … to them.

    `folder` is what `path` is relative to. All places that are given must fit.
    """

    rule: str
    places: Mapping[str, str]
    span: Span
    rule_span: Span
    folder: str = ""
    reason: str = ""
    until: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class PolicyName:
    """A policy as a configuration names it: one of ours, or a file relative to `folder`."""

    name: str
    folder: str
    span: Span


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one run, after `extend`. Paths are workspace paths; `path` is "" without a file."""

    path: str = ""
    root: bool = False
    layers: tuple[Layer, ...] = ()  # the extended file first, the nearest last
    fail_on: str | None = None  # critical | high | medium | low | never
    min_severity: Severity | None = None
    exclude: tuple[PathGlob, ...] = ()
    baseline: str = ""
    severities: Mapping[str, Severity] = field(default_factory=dict)  # by rule id
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by rule id; only what is set
    per_path: tuple[PathLayer, ...] = ()
    kinds: Mapping[str, tuple[PathGlob, ...]] = field(default_factory=dict)
    stacks: tuple[StackFiles, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    suppressions: tuple[Entry, ...] = ()
    inline: bool = True
    foreign: tuple[str, ...] = ()
    policy: PolicyName | None = None  # None where a profile that is named nearer by is in force

    def choice(self, command_line: Layer | None = None) -> Choice:
        """Which rules are wanted, the command line over the file."""
        return Choice(self.layers, self.per_path, command_line)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration, what is wrong with it, and files that a `root = true` above them puts out of force."""

    config: Config
    problems: tuple[Problem, ...] = ()
    shadowed: tuple[str, ...] = ()
