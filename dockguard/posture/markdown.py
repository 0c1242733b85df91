"""The posture as GitHub Markdown: one table for each project, nothing of a file taken for markup."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.posture.grid import Grid, Notes, Square, Writer
from dockguard.posture.model import Posture
from dockguard.render.terminal import safe
from dockguard.report import Run

COLUMNS = 6  # services side by side
_SPECIAL = frozenset("\\`*_{}[]<>#|~&@$:^")  # what GitHub reads as markup, mentions or links


def render(posture: Posture, run: Run, *, color: bool = False, width: int = 100) -> str:
    """Every table with its notes, then the summary."""
    writer = Writer(posture, run)
    blocks = ["# Posture"]
    for table in posture.tables:
        notes = Notes()
        grids = list(writer.grids(table, notes))
        blocks.append(f"## {escaped(writer.title(table))}")
        several = writer.variants(table)
        blocks += ["\n".join(f"- {escaped(name)}" for name in several)] if several else []
        blocks += [part for grid in grids for part in _parts(grid)]
        blocks += (
            ["\n".join(f"{number}. {escaped(text)}" for text, number in notes.texts.items())] if notes.texts else []
        )
    blocks.append("\n".join(f"- {escaped(line)}" for line in writer.summary() or ["no services and no hosts"]))
    return "\n\n".join(filter(None, blocks)) + "\n"


def _parts(grid: Grid) -> Iterator[str]:
    for start in range(0, len(grid.columns), COLUMNS):
        columns = grid.columns[start : start + COLUMNS]
        lines = [
            _row([grid.title, *(f"{escaped(column.name)}<br>{escaped(column.place)}" for column in columns)]),
            _row(["---"] * (len(columns) + 1)),
            *(_row([escaped(name), *(_cell(column.squares[name]) for column in columns)]) for name in grid.rows),
        ]
        yield "\n".join(lines)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(square: Square) -> str:
    word = f"**{square.word}**" if square.word in ("FAIL", "warn", "?") else escaped(square.word)
    mark = f"\\[{square.note}\\]" if square.note else ""
    return " ".join(filter(None, (word, escaped(square.text), mark)))


def escaped(text: str) -> str:
    """A text of one line in which nothing is markup."""
    shown = "".join(f"\\{char}" if char in _SPECIAL else char for char in safe(text))
    return f"\\{shown}" if shown[:1] in ("-", "+") else shown  # no list of its own
