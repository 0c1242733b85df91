"""Rule pages as tests: for our own pages, and for a team's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from itertools import pairwise

from dockguard.finding import Edit, apply
from dockguard.lazy import regex
from dockguard.pack.page import FINDINGS, Example, Fence, Page
from dockguard.report import Report
from dockguard.source import Span

_CARETS = regex(r"^(?P<indent>\s*)#(?P<gap> *)(?P<carets>\^+) (?P<text>.+)$")
_LISTED = regex(r"^(?P<path>.+?):(?P<line>\d+):(?P<start>\d+)-(?P<end>\d+) (?P<text>.+)$")
NOTE = "note: "

Check = Callable[[Mapping[str, str]], Iterable[Report]]
"""Judges the files of one example by one rule."""


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """One place and what is said there. Lines and columns start at 1, `end` is exclusive."""

    path: str
    line: int
    start: int
    end: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.start}-{self.end} {self.text}"


@dataclass(frozen=True, slots=True)
class Case:
    """One example of a page, with the one before it (a `Fixed` is the `Bad` after its fix)."""

    page: Page
    example: Example
    before: Example | None

    @property
    def name(self) -> str:
        """The heading."""
        return self.example.title


def cases(page: Page) -> Iterator[Case]:
    """Every example of a page, in its order."""
    for before, example in pairwise((None, *page.examples)):
        assert example is not None
        yield Case(page, example, before)


def failure(case: Case, check: Check) -> str:
    """What is wrong with an example, for people; "" when it holds."""
    if case.example.role == "fixed":
        return _fixed_failure(case, check)
    wanted, got = sorted(expected(case.example)), sorted(found(bare(case.example), check))
    if case.example.role == "bad" and not wanted:
        return "a Bad example says where the finding is: `# ^^^ message` under the line (--accept writes it)"
    if case.example.role == "good" and got:
        return "a Good example stays silent, but:\n" + "\n".join(map(str, got))
    return _diff(map(str, wanted), map(str, got))


def bare(example: Example) -> dict[str, str]:
    """The files without caret comments."""
    return {path: _strip(text) for path, text in example.files.items()}


def expected(example: Example) -> set[Expected]:
    """What the carets and the `text findings` list of an example say."""
    places = set[Expected]()
    for fence in example.fences:
        places |= set(_listed(fence.text)) if fence.path == FINDINGS else set(_drawn(fence.path, fence.text))
    return places


def found(files: Mapping[str, str], check: Check) -> set[Expected]:
    """What a rule says about files, notes included."""
    places = set[Expected]()
    for report in check(files):
        places.add(_place(report.span, report.finding.message))
        places |= {_place(note.span, NOTE + note.text) for note in report.finding.notes}
    return places


def _place(span: Span, text: str) -> Expected:
    """A place as carets can draw it: on its first line, at least one column wide (in column 1 two: `#^`)."""
    span = span.outer
    line, start = span.source.position(span.start)
    width = max(len(span.text.split("\n")[0].rstrip("\r")), 2 if start == 1 else 1)
    return Expected(span.source.path, line, start, start + width, text)


def _drawn(path: str, text: str) -> Iterator[Expected]:
    """Caret comments under a line. A `#` that touches the carets counts as one, for things in column 1."""
    number = 0
    for line in text.split("\n"):
        if match := _CARETS.match(line):
            start = match.start("carets") + (1 if match["gap"] else 0)
            yield Expected(path, number, start, match.end("carets") + 1, match["text"].rstrip())
        else:
            number += 1


def _listed(text: str) -> Iterator[Expected]:
    for line in filter(None, text.split("\n")):
        match = _LISTED.match(line)
        if match is None:
            raise ValueError(f"not `path:line:col-col message`: {line}")
        yield Expected(match["path"], int(match["line"]), int(match["start"]), int(match["end"]), match["text"])


def _strip(text: str) -> str:
    return "".join(line for line in _lines(text) if not _CARETS.match(line.rstrip("\n")))


def _lines(text: str) -> list[str]:
    """Lines with their ends; as in a Source, "\\n" alone ends one."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _diff(wanted: Iterable[str], got: Iterable[str]) -> str:
    return "\n".join(list(unified_diff([*wanted], [*got], "the page says", "the rule says", lineterm="", n=0))[2:])


# --- fixes -----------------------------------------------------------------------------------------------------------


def fixed(files: Mapping[str, str], check: Check) -> dict[str, str]:
    """The files after every fix; raises AssertionError for a finding without one."""
    edits: dict[str, dict[tuple[int, int, str], Edit]] = {}
    for report in check(files):
        assert report.finding.fix is not None, f"no fix for: {report.finding.message}"
        for edit in report.finding.fix.edits:
            edits.setdefault(edit.span.source.path, {})[edit.span.start, edit.span.end, edit.text] = edit
    return {path: apply(text, edits.get(path, {}).values()) for path, text in files.items()}


def _fixed_failure(case: Case, check: Check) -> str:
    if case.before is None or case.before.role != "bad":
        return "a Fixed example follows its Bad one"
    after = fixed(bare(case.before), check)
    wanted = dict(case.example.files)
    lines = [_diff(wanted.get(p, "").split("\n"), after.get(p, "").split("\n")) for p in {**wanted, **after}]
    left = sorted(found(after, check))
    return "\n".join([*filter(None, lines), *(f"still said after the fix: {place}" for place in left)])


# --- --accept --------------------------------------------------------------------------------------------------------


def accepted(page: Page, check: Check) -> str:
    """The page with every Bad's places, and every Fixed, redrawn to what the rule says now."""
    text, shift = page.text, 0
    for case in cases(page):
        for fence, new in _redrawn(case, check):
            start = fence.start + shift
            text = text[:start] + new + text[start + len(fence.text) :]
            shift += len(new) - len(fence.text)
    return text


def _redrawn(case: Case, check: Check) -> Iterator[tuple[Fence, str]]:
    if case.example.role == "fixed" and case.before is not None:
        after = fixed(bare(case.before), check)
        yield from ((fence, after.get(fence.path, fence.text)) for fence in case.example.fences)
    elif case.example.role == "bad":
        files = bare(case.example)
        places = sorted(found(files, check))
        listed = any(fence.path == FINDINGS for fence in case.example.fences)
        for fence in case.example.fences:
            if fence.path == FINDINGS:
                yield fence, "".join(f"{place}\n" for place in places)
            elif not listed:
                yield fence, _draw(files[fence.path], [place for place in places if place.path == fence.path])


def _draw(text: str, places: Iterable[Expected]) -> str:
    lines = _lines(text)
    for place in sorted(places, reverse=True):
        width = place.end - place.start
        carets = "#" + "^" * max(1, width - 1) if place.start == 1 else "#" + " " * (place.start - 2) + "^" * width
        lines.insert(place.line, f"{carets} {place.text}\n")
    return "".join(lines)
