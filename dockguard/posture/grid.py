"""A table as people read it: words for states, short texts, and numbered notes with the deciding places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dockguard.finding import Severity
from dockguard.posture.model import BAD, NONE, OK, UNKNOWN, Cell, Posture, Row, Table, counts, met
from dockguard.record import dataclass, field
from dockguard.render.masking import masks_of
from dockguard.render.places import from_here, place
from dockguard.render.variants import label
from dockguard.report import Run

NAMED = 3  # variants that a note names


@dataclass(frozen=True, slots=True)
class Square:
    """One cell as shown: a word, what it is about, and the number of its note (0 for none)."""

    word: str
    text: str
    note: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """One service or host: its name, where it is written, and its squares by the row's name."""

    name: str
    place: str
    squares: Mapping[str, Square]


@dataclass(frozen=True, slots=True)
class Grid:
    """The services or the hosts of a table."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(slots=True)
class Notes:
    """The notes of one table, in the order in which they are asked for; the same text has one number."""

    texts: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """The number of a note; 0 for an empty one."""
        return self.texts.setdefault(text, len(self.texts) + 1) if text else 0


class Writer:
    """What the outputs for people have in common."""

    def __init__(self, posture: Posture, run: Run) -> None:
        self.posture, self._run = posture, run
        self._masks = masks_of(run)

    def grids(self, table: Table, notes: Notes) -> Iterator[Grid]:
        """Services and hosts, each where there are any."""
        if table.services:
            rows = (*table.services[0].cells, *self.posture.policies)
            columns = tuple(self._column(row, notes, row.variants, rows) for row in table.services)
            yield Grid("services", rows, columns)
        if table.hosts:
            rows = tuple(table.hosts[0].cells)
            columns = tuple(self._column(row, notes, row.variants, rows) for row in table.hosts)
            yield Grid("hosts", rows, columns)

    def _column(self, row: Row, notes: Notes, variants: Sequence[str], names: Iterable[str]) -> Column:
        squares = {}
        for name in names:
            cell = row.policies[name] if name in row.policies else row.cells[name]
            note = self._note(cell, row, policy=name in row.policies)
            squares[name] = self._square(cell, notes.number(note), policy=name in row.policies)
        return Column(row.name, self.where(row.span), squares)

    def _square(self, cell: Cell, note: int, policy: bool) -> Square:
        spans = [cell.span] if cell.span is not None else []
        text = self._masks.hide(cell.text, spans)
        return Square(text, "", note) if policy and cell.state != UNKNOWN else Square(word(cell), text, note)

    def _note(self, cell: Cell, row: Row, policy: bool) -> str:
        """Where the deciding place is, when it is not where the service or host begins; and why nobody knows."""
        if cell.state not in (BAD, UNKNOWN):
            return ""
        parts = []
        elsewhere = cell.span is not None and cell.span.outer.key != row.span.outer.key
        if cell.span is not None and elsewhere and not policy:
            parts.append(self.where(cell.span))
        if cell.state == UNKNOWN or policy:
            parts.append(self._masks.hide(cell.why, [cell.span] if cell.span is not None else []))
        if parts or cell.state == UNKNOWN:
            parts += _some(*([label(name, self._run) for name in names] for names in (cell.variants, row.variants)))
        return ", ".join(parts)

    def where(self, span: object) -> str:
        """`path:line`, as the working directory sees it."""
        here = place(span)  # type: ignore[arg-type]
        return f"{from_here(here.path, self._run)}:{here.line}"

    def title(self, table: Table) -> str:
        """The project, and which of its variants."""
        name = from_here(table.project, self._run) if table.project else "what no Compose project reaches"
        if len(table.variants) > 1 and self.posture.merged:
            return f"project {name}, the worst of {len(table.variants)} variants"
        return f"project {' '.join(label(one, self._run) for one in table.variants) or name}"

    def variants(self, table: Table) -> list[str]:
        """The variants behind a merged table, without what they share."""
        if len(table.variants) < 2:
            return []
        names = [label(name, self._run) for name in table.variants]
        return [_short(name, names[0]) for name in names]

    def summary(self) -> list[str]:
        """How many cells are fine, bad and unknown; how many services meet which policy."""
        lines = []
        for kind in ("services", "hosts"):
            rows = tuple(row for table in self.posture.tables for row in getattr(table, kind))
            if rows:
                lines.append(f"{len(rows)} {kind if len(rows) != 1 else kind[:-1]}: {_told(rows)}")
        rows = tuple(row for table in self.posture.tables for row in table.services)
        for policy in self.posture.policies if rows else ():
            found = met(rows, policy)
            unknown = f", {found[UNKNOWN]} nobody can tell" if found[UNKNOWN] else ""
            lines.append(f"policy {policy}: {found[OK]} of {len(rows)} meet it, {found[BAD]} fail{unknown}")
        return lines


def word(cell: Cell) -> str:
    """A state as a word: FAIL from high upward, warn below, ok, `?`, n/a."""
    if cell.state == BAD:
        return "FAIL" if (cell.severity or Severity.LOW) >= Severity.HIGH else "warn"
    return {OK: "ok", UNKNOWN: "?", NONE: "n/a"}[cell.state]


def _told(rows: Sequence[Row]) -> str:
    found = counts(tuple(rows))
    failing = sum(word(cell) == "FAIL" for row in rows for cell in row.cells.values())
    return (
        f"{found[OK]} ok, {found[BAD]} bad ({failing} FAIL, {found[BAD] - failing} warn), "
        f"{found[UNKNOWN]} unknown (not counted as ok), {found[NONE]} n/a"
    )


def _some(held: Sequence[str], every: Sequence[str]) -> list[str]:
    """In which variants it is so, where it is not so in all of them."""
    if len(held) >= len(every) or not held:
        return []
    if len(held) > NAMED:
        return [f"in {len(held)} of {len(every)} variants"]
    return [" and ".join(_how(name, every[0]) for name in held)]


def _how(name: str, base: str) -> str:
    """A variant after "so it is": with its overlays, or the base alone."""
    short = _short(name, base)
    return f"with {short[2:]}" if short.startswith("+ ") else f"with {short} alone"


def _short(name: str, base: str) -> str:
    """A variant without the base that all of them have."""
    head, plus, rest = name.partition(" + ")
    return f"+ {rest}" if plus and head == base.partition(" + ")[0] else name


def packed(widths: Sequence[int], room: int) -> Iterator[range]:
    """Columns that fit side by side, at least one at a time."""
    start = used = 0
    for index, width in enumerate(widths):
        if index > start and used + width > room:
            yield range(start, index)
            start, used = index, 0
        used += width
    if start < len(widths):
        yield range(start, len(widths))
