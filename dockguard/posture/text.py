"""The posture in a terminal: at most 100 columns, a word in every cell, and colour that only repeats it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockguard.posture.grid import Column, Grid, Notes, Square, Writer, packed
from dockguard.posture.model import Posture
from dockguard.render.terminal import Look, head, room, safe, tail, wrap
from dockguard.report import Run

GAP = "  "
WIDEST = 30  # columns of one service or host
_STYLES = {"ok": "pass", "FAIL": "fail", "warn": "medium", "?": "low", "n/a": "dim", "meets": "pass", "fails": "fail"}


def render(posture: Posture, run: Run, *, color: bool = False, width: int = 100) -> str:
    """Every table with its notes, then the summary."""
    look, writer = Look.of(width, color), Writer(posture, run)
    blocks = []
    for table in posture.tables:
        notes = Notes()
        grids = list(writer.grids(table, notes))
        lines = wrap(writer.title(table), look.width, "", "  ")
        several = writer.variants(table)
        lines += wrap("variants: " + "; ".join(several), look.width, "  ", "    ") if several else []
        parts = [part for grid in grids for part in _parts(grid, look)]
        blocks += [lines, *parts]
        footnotes = [row for text, number in notes.texts.items() for row in _note(number, text, look)]
        blocks += [footnotes] if footnotes else []
    summary = writer.summary() or ["no services and no hosts"]
    blocks.append([row for line in summary for row in wrap(line, look.width, "", "  ")])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _note(number: int, text: str, look: Look) -> list[str]:
    mark = f"[{number}] "
    return wrap(f"{mark}{text}", look.width, "", " " * len(mark))


def _parts(grid: Grid, look: Look) -> Iterator[list[str]]:
    """The columns of a grid, as many side by side as fit."""
    left = max(map(len, grid.rows))
    widths = [_width(column, look.width - left - len(GAP)) for column in grid.columns]
    for some in packed([width + len(GAP) for width in widths], look.width - left):
        columns = [(grid.columns[index], widths[index]) for index in some]
        yield list(_part(grid, columns, left, look))


def _part(grid: Grid, columns: Sequence[tuple[Column, int]], left: int, look: Look) -> Iterator[str]:
    yield _line(grid.title, left, [(head(safe(column.name), width), width) for column, width in columns])
    yield _line("", left, [(tail(safe(column.place), width), width) for column, width in columns])
    yield GAP.join(["-" * left, *("-" * width for _, width in columns)])
    for name in grid.rows:
        cells = [_cell(column.squares[name], width, look) for column, width in columns]
        yield f"{name:<{left}}{GAP}{GAP.join(cells)}".rstrip()


def _line(name: str, left: int, texts: Sequence[tuple[str, int]]) -> str:
    return (f"{name:<{left}}" + "".join(f"{GAP}{text}{' ' * (width - room(text))}" for text, width in texts)).rstrip()


def _width(column: Column, most: int) -> int:
    """What a column needs, within bounds; its place may be cut at its beginning."""
    cells = [room(_plain(square)) for square in column.squares.values()]
    return min(most, WIDEST, max([room(safe(column.name)), *cells, min(18, room(safe(column.place)))]))


def _plain(square: Square) -> str:
    mark = f" [{square.note}]" if square.note else ""
    return " ".join(filter(None, (square.word, safe(square.text)))) + mark


def _cell(square: Square, width: int, look: Look) -> str:
    """A square, its text cut and its mark kept, its word in colour."""
    mark = f" [{square.note}]" if square.note else ""
    shown = head(" ".join(filter(None, (safe(square.word), safe(square.text)))), max(1, width - len(mark)))
    pad = " " * (width - room(shown) - len(mark))
    style = _STYLES.get(square.word.partition(" ")[0])
    if style and shown.startswith(square.word):
        shown = look.paint(square.word, style) + shown[len(square.word) :]
    return shown + mark + pad
