"""Findings as a compiler prints them: caret excerpts with their causes, then a footer that ends with a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dockguard.finding import Confidence, Note, Problem
from dockguard.render.excerpt import Frame, Mark
from dockguard.render.footer import footer
from dockguard.render.masking import masks_of
from dockguard.render.places import from_here, place
from dockguard.render.remedy import remedy
from dockguard.render.rollup import grouped, name, noun, one_place
from dockguard.render.terminal import Look, head, room, safe, tail, wrap
from dockguard.render.variants import projects, told
from dockguard.report import Report, Run
from dockguard.source import Span

BLOCKS = 50  # excerpts of one rule; `verbose` shows all
NEAR = 6  # lines between two places of one excerpt
VARIANTS = 3  # variants that are named of one finding; `verbose` names all
NOTES = 8  # notes that are shown of one finding; `verbose` shows all


def render(run: Run, *, color: bool = False, width: int = 100, verbose: bool = False, suppressed: bool = False) -> str:
    """The findings and the footer, for stdout; `suppressed` (or `verbose`) also lists what does not count."""
    pen = _Pen(run, Look.of(width, color), verbose)
    shown, left = _shown(grouped(run.active), verbose)
    blocks = [pen.block(group) for group in shown]
    blocks += [
        [f"... and {count} more of {rule}: -v shows them, -f concise lists them"] for rule, count in left.items()
    ]
    silent = [report for report in run.reports if report.suppressed] if suppressed or verbose else []
    blocks += [pen.silenced(silent)] if silent else []
    blocks.append(footer(run, pen.look, pen.masks, verbose))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _shown(groups: Sequence[list[Report]], verbose: bool) -> tuple[list[list[Report]], dict[str, int]]:
    """What is drawn, and how many more there are of each rule: nobody reads thousands of excerpts."""
    shown: list[list[Report]] = []
    counts: dict[str, int] = {}
    left: dict[str, int] = {}
    for group in groups:
        rule = group[0].rule.id
        counts[rule] = counts.get(rule, 0) + 1
        if counts[rule] <= BLOCKS or verbose:
            shown.append(group)
        else:
            left[rule] = left.get(rule, 0) + len(group)
    return shown, left


def header(run: Run, *, color: bool = False, width: int = 100) -> str:
    """What was read and by which policy, with the notices, for stderr."""
    from dockguard import __version__

    look = Look.of(width, color)
    gate = run.gate.word if run.gate is not None else "never"
    lines = wrap(f"dockguard {__version__}", look.width)
    base = f"policy {run.policy}" if run.policy else f"profile {run.profile}"
    rest = f"{base} · fail-on {gate} · config {run.config or 'none'} · {_kinds(run)}"
    lines = wrap(f"{lines[0]} · {rest}", look.width, "", "  ")
    lines += [row for project in projects(run) for row in wrap(f"stack {project}", look.width, "", "  ")]
    lines += [row for notice in run.notices for row in wrap(f"note: {notice}", look.width, "", "  ")]
    return "\n".join(lines) + "\n"


def problems(run: Run, *, color: bool = False, width: int = 100) -> str:
    """What could not be read or judged, for stderr; empty when everything could."""
    pen = _Pen(run, Look.of(width, color), True)
    return "".join("\n".join(pen.problem(problem)) + "\n\n" for problem in run.problems)


def _kinds(run: Run) -> str:
    """How many files of which kind were read."""
    counts: dict[str, int] = {}
    for _, kind in run.files:
        counts[kind] = counts.get(kind, 0) + 1
    total = f"{len(run.files)} file{'s' * (len(run.files) != 1)}"
    return total + (f" ({', '.join(f'{counts[kind]} {kind}' for kind in sorted(counts))})" if counts else "")


class _Pen:
    """What the blocks of one output share."""

    def __init__(self, run: Run, look: Look, verbose: bool) -> None:
        self.run, self.look, self.verbose = run, look, verbose
        self.masks = masks_of(run)
        self._helped: set[str] = set()  # rules whose help has been given: once is enough

    def block(self, group: Sequence[Report]) -> list[str]:
        """One finding, or several that say the same."""
        return list(self._single(group) if one_place(group) else self._together(group))

    def silenced(self, reports: Sequence[Report]) -> list[str]:
        """The suppressed findings, one line each."""
        lines = ["suppressed:"]
        for report in reports:
            why = report.suppressed
            reason = f"{why.by}{f' until {why.until}' if why.until else ''}: {why.reason or 'no reason'}" if why else ""
            text = f"{self._where(report.span)}  {report.rule.id}  ({self.masks.words(report, reason)})"
            lines += wrap(text, self.look.width, "  ", "      ")
        return lines

    def problem(self, problem: Problem) -> Iterator[str]:
        """One thing that makes the result incomplete."""
        spans = [problem.span] if problem.span else []
        yield from self._title("error", problem.code, self.masks.hide(problem.message, spans), "error")
        frame = self._frame(spans)
        if problem.span:
            yield from self._excerpt(frame, [Mark(problem.span.outer, "", "error", "^")], "-->")
        elif problem.path:
            yield self._arrow("-->", safe(from_here(problem.path, self.run)), frame.gutter)
        if problem.help:
            yield from self._fact("help", problem.help, frame.gutter)

    def _single(self, group: Sequence[Report]) -> Iterator[str]:
        """One cause, and whom else it concerns."""
        report = group[0]
        finding, style = report.finding, report.severity.word
        notes = self._notes(report)
        frame = self._frame([report.span, *(note.span for note in notes)])
        yield from self._title(style, report.rule.id, self.masks.words(report, finding.message), style)
        main = Mark(report.span.outer, "", style, "^")
        marks = [Mark(note.span.outer, self.masks.words(report, note.text)) for note in notes]
        near, far = _split(main, marks)
        yield from self._excerpt(frame, near, "-->")
        for part in far:
            yield frame.blank()
            yield from self._excerpt(frame, part, ":::")
        facts = list(self._facts(group, len(finding.notes) - len(notes), frame.gutter))
        if facts:
            yield frame.blank()
            yield from facts

    def _together(self, group: Sequence[Report]) -> Iterator[str]:
        first, style = group[0], group[0].severity.word
        yield from self._title(style, first.rule.id, f"{first.rule.title}: {noun(first, len(group))}", style)
        places = [self._where(report.span) for report in group]
        wide = min(max(map(room, places)), self.look.width // 2)
        differ = len({member.variants for member in group}) > 1
        for report, where in zip(group, places, strict=True):
            row = f"{tail(where, wide)}{' ' * (wide - room(where))}   {safe(name(report))}"
            if differ:
                row += f"   ({safe(self._variants(report))})" if report.variants else ""
            yield "  " + self.look.paint("-->", "frame") + " " + head(row, self.look.width - 6)
        yield from self._facts(group, 0, 2)

    def _facts(self, group: Sequence[Report], more_notes: int, gutter: int) -> Iterator[str]:
        """The lines below an excerpt: the fix, what lowered the finding, and where it holds."""
        first = group[0]
        yield from self._also(group, gutter)
        yield from self._fix(group, gutter)
        yield from self._help(first, gutter)
        yield from self._levels(first, gutter)
        if len({report.variants for report in group}) == 1 and self._tell_variants(first):
            yield from self._fact("variants", self._variants(first), gutter)
        if more_notes > 0:
            yield from self._fact("note", f"{more_notes} more places (-v shows them)", gutter)

    def _levels(self, report: Report, gutter: int) -> Iterator[str]:
        """What the finding lowers of its rule's levels, and why; a confidence that is not high."""
        finding, rule = report.finding, report.rule
        why = self.masks.words(report, finding.why)
        confidence = finding.confidence or rule.confidence
        lowered = finding.severity is not None and finding.severity < rule.severity
        if why and lowered:
            yield from self._fact("severity", f"{report.severity.word}, not {rule.severity.word}: {why}", gutter)
        elif why and confidence >= rule.confidence:
            yield from self._fact("because", why, gutter)
        if confidence < Confidence.HIGH:
            reason = f", because {why}" if why and not lowered and confidence < rule.confidence else ""
            yield from self._fact("confidence", f"{confidence.word}{reason}", gutter)

    def _also(self, group: Sequence[Report], gutter: int) -> Iterator[str]:
        """Who else has the same cause."""
        others = list(dict.fromkeys(report.subject for report in group))[1:]
        if others and one_place(group):
            shown = others if self.verbose else others[:NOTES]
            more = f" and {len(others) - len(shown)} more" if len(others) > len(shown) else ""
            yield from self._fact("also", self.masks.words(group[0], ", ".join(shown) + more), gutter)

    def _variants(self, report: Report) -> str:
        return told(report.variants, self.run, len(report.variants) if self.verbose else VARIANTS)

    def _tell_variants(self, report: Report) -> bool:
        """Whether the variants say more than the place does, and the project has others."""
        if not report.variants or report.variants == (report.span.outer.source.path,):
            return False
        base = report.variants[0].partition(" + ")[0]
        project = tuple(stack for stack in self.run.stacks if stack.partition(" + ")[0] == base)
        return len(project) != 1 or report.variants != project

    def _fix(self, group: Sequence[Report], gutter: int) -> Iterator[str]:
        fixes = [(report, report.finding.fix) for report in group if report.finding.fix]
        if not fixes:
            return
        report, fix = fixes[0]
        assert fix is not None
        titles = dict.fromkeys(other.title for _, other in fixes if other)
        text = self.masks.words(report, fix.title)
        if len(fixes) < len(group) or len(titles) > 1:
            text += f" ({len(fixes)} of {len(group)} can be fixed" + (", each in its way)" if len(titles) > 1 else ")")
        yield from self._fact(f"fix ({fix.safety.value})", text, gutter)

    def _help(self, report: Report, gutter: int) -> Iterator[str]:
        """What to do, at the first finding of a rule that no edit removes."""
        text = remedy(report.rule.body)
        if text and report.finding.fix is None and report.rule.id not in self._helped:
            self._helped.add(report.rule.id)
            yield from self._fact("help", text, gutter)

    def _notes(self, report: Report) -> list[Note]:
        """The notes to show, each once."""
        notes = list(dict.fromkeys(report.finding.notes))
        return notes if self.verbose else notes[:NOTES]

    def _title(self, word: str, rule: str, message: str, style: str) -> Iterator[str]:
        """`severity[rule]: message`, wrapped."""
        lines = wrap(f"{word}[{rule}]: {message}", self.look.width, "", "    ")
        start = safe(f"{word}[{rule}]:")
        if lines[0].startswith(start):
            lines[0] = self.look.paint(start, style) + self.look.paint(lines[0][len(start) :], "bold")
            lines[1:] = [self.look.paint(line, "bold") for line in lines[1:]]
        yield from lines

    def _fact(self, key: str, text: str, gutter: int) -> Iterator[str]:
        lines = wrap(f"{key}: {text}", self.look.width, " " * gutter + " = ", " " * (gutter + 5))
        start = f"{' ' * gutter} = "
        yield self.look.paint(start, "frame") + lines[0][len(start) :]
        yield from lines[1:]

    def _excerpt(self, frame: Frame, marks: Sequence[Mark], arrow: str) -> Iterator[str]:
        yield self._arrow(arrow, self._where(marks[0].span), frame.gutter)
        yield frame.blank()
        yield from frame.lines(marks)

    def _arrow(self, arrow: str, where: str, gutter: int) -> str:
        cut = tail(where, self.look.width - gutter - len(arrow) - 1)
        return f"{' ' * gutter}{self.look.paint(arrow, 'frame')} {cut}"

    def _where(self, span: Span) -> str:
        """`path:line:column`, as editors follow it."""
        here = place(span)
        return safe(f"{from_here(here.path, self.run)}:{here.line}:{here.column}")

    def _frame(self, spans: Iterable[Span]) -> Frame:
        """A frame with room for the line numbers of some places."""
        widest = max((len(str(span.outer.line)) for span in spans), default=1)
        return Frame(self.masks, self.look, max(2, widest))


def _split(main: Mark, marks: Sequence[Mark]) -> tuple[list[Mark], list[list[Mark]]]:
    """The marks of the finding's own excerpt, and of the further excerpts, in order."""
    own, others = [main], list(marks)
    reach = [main.line, main.line]
    for mark in sorted(marks, key=lambda mark: abs(mark.line - main.line)):
        if mark.span.source is main.span.source and reach[0] - NEAR <= mark.line <= reach[1] + NEAR:
            reach = [min(reach[0], mark.line), max(reach[1], mark.line)]
            own.append(mark)
            others.remove(mark)
    same = [mark for mark in own[1:] if mark.span == main.span and mark.label]
    if same:
        own = [Mark(main.span, same[0].label, main.style, "^"), *(mark for mark in own[1:] if mark is not same[0])]
    return own, _parts(others)


def _parts(marks: Sequence[Mark]) -> list[list[Mark]]:
    """Marks by excerpt: neighbours in one source share theirs."""
    parts: list[list[Mark]] = []
    for mark in marks:
        last = parts[-1][-1] if parts else None
        if last and last.span.source is mark.span.source and abs(last.line - mark.line) <= NEAR:
            parts[-1].append(mark)
        else:
            parts.append([mark])
    return parts
