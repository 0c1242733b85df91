"""What a posture is made of: cells with a state, rows of them for each service and host, tables of one project."""

from __future__ import annotations

from collections.abc import Mapping

from dockguard.finding import Problem, Severity
from dockguard.record import dataclass, field
from dockguard.source import Span

OK, BAD, UNKNOWN, NONE = "ok", "bad", "unknown", "n/a"
WORST, EACH = "worst", "each"  # how the variants of a project are shown
STATES = (OK, BAD, UNKNOWN, NONE)


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says of one control: a short text, the deciding place, and why nobody can know.

    `absent` is why the control does not apply (`built here`, `plain HTTP`); `bad` is the text where rules find
    something, with `{}` for how many things.
    """

    text: str
    span: Span | None = None
    unknown: str = ""
    absent: str = ""
    bad: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One control of one service or host; `variants` are those that it holds in."""

    state: str  # OK, BAD, UNKNOWN or NONE
    text: str
    span: Span | None = None  # the deciding place; None where nothing is written
    severity: Severity | None = None  # of the worst finding
    why: str = ""  # that finding's message, or why nobody can know
    rules: tuple[str, ...] = ()  # whose findings make it bad, or that could not decide
    history: tuple[tuple[Span, str], ...] = ()  # what the value passed through, the newest first
    lacking: tuple[int, int] | None = None  # of a host: contexts that lack it, of how many
    failed: tuple[str, ...] = ()  # of a policy: the controls that are not met
    variants: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int, int]:
        """How bad it is: a finding by its severity, then what nobody knows, then what is fine."""
        if self.state == BAD:
            return 3, int(self.severity or 0), len(self.failed)
        return {UNKNOWN: 2, OK: 1, NONE: 0}[self.state], 0, 0


@dataclass(frozen=True, slots=True)
class Row:
    """A service or a host, with its cells by control; `policies` are its cells by the policies' names."""

    name: str
    span: Span
    cells: Mapping[str, Cell]
    policies: Mapping[str, Cell] = field(default_factory=dict)
    site: str = ""  # of a host: the configuration's first file
    container: str = ""  # of a host: what runs it
    variants: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What makes it the same in several variants."""
        place = self.span.outer.key if self.site else ("", 0, 0)
        return self.name, self.site, place[0], place[1]


@dataclass(frozen=True, slots=True)
class Table:
    """One project: in one variant, or the worst of several."""

    project: str
    variants: tuple[str, ...]
    services: tuple[Row, ...]
    hosts: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Posture:
    """All projects, and what keeps the picture from being whole. Paths lead from `prefix`, as in a Run."""

    tables: tuple[Table, ...]
    problems: tuple[Problem, ...] = ()
    policies: tuple[str, ...] = ()
    merged: bool = True  # whether each table is the worst of its variants

    @property
    def exit_code(self) -> int:
        """0, or 2 for a picture that is not whole."""
        return 2 if self.problems else 0


def counts(rows: tuple[Row, ...]) -> dict[str, int]:
    """How many cells are in which state; policies are counted apart."""
    found = dict.fromkeys(STATES, 0)
    for row in rows:
        for cell in row.cells.values():
            found[cell.state] += 1
    return found


def met(rows: tuple[Row, ...], policy: str) -> dict[str, int]:
    """How many services meet a policy, fail it, or may do either."""
    found = dict.fromkeys((OK, BAD, UNKNOWN), 0)
    for row in rows:
        found[row.policies[policy].state] += 1
    return found
