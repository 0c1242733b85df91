"""What a run found: one report for each cause, and everything else that outputs tell."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from dockguard.finding import Finding, Problem, Severity
from dockguard.record import dataclass, field
from dockguard.rule import Rule
from dockguard.source import Span


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a report does not count. `by` is comment, config or baseline; `span` is where it is written."""

    by: str
    reason: str = ""
    until: datetime.date | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One cause: a rule, a subject and a deciding place, with the variants of the project that it holds in.

    `fingerprint` is made of the rule's first id, the path, the subject and an ordinal; no line, message or secret.
    `severity` is what the gate looks at: the rule's, lowered by the finding or set by the configuration.
    """

    rule: Rule
    subject: str
    finding: Finding
    severity: Severity
    variants: tuple[str, ...] = ()
    suppressed: Suppression | None = None
    fingerprint: str = ""

    @property
    def span(self) -> Span:
        """The deciding place."""
        return self.finding.span


@dataclass(frozen=True, slots=True)
class Run:
    """All that a `check` knows at its end; every output is a function of it."""

    reports: tuple[Report, ...]
    problems: tuple[Problem, ...]
    files: tuple[tuple[str, str], ...]  # (workspace path, kind), sorted
    prefix: str = ""  # from the workspace root to the working directory, for paths relative to the latter
    profile: str = "recommended"
    gate: Severity | None = Severity.HIGH  # None: never
    config: str = ""  # path of the configuration file, "" without one
    stacks: tuple[str, ...] = ()  # one line each for the header: "compose.yaml + compose.prod.yaml"
    undecided: tuple[tuple[str, str], ...] = ()  # (rule, why) that only the run time knows
    stale: int = 0  # baseline entries that no longer occur
    known: int = 0  # reports that the baseline silences
    notices: tuple[str, ...] = ()  # one line each, for stderr
    extras: Mapping[str, str] = field(default_factory=dict)
    tolerant: bool = False  # --allow-incomplete: problems are told, but do not fail the run
    policy: str = ""  # the policy in force, in place of a profile
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of the policy, by rule id

    @property
    def active(self) -> tuple[Report, ...]:
        """What counts: everything that is not suppressed."""
        return tuple(report for report in self.reports if report.suppressed is None)

    @property
    def failing(self) -> tuple[Report, ...]:
        """What is at or above the gate."""
        return tuple(r for r in self.active if self.gate is not None and r.severity >= self.gate)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings at or above the gate, 2 not trustworthy (wins)."""
        return 2 if self.problems and not self.tolerant else 1 if self.failing else 0
