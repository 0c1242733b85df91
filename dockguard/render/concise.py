"""One line for each finding: `path:line:column: severity rule: message`, for grep, editors and commit hooks."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.finding import Problem, Safety
from dockguard.render.masking import Masks, masks_of
from dockguard.render.places import from_here, place
from dockguard.render.rollup import ordered
from dockguard.render.terminal import Look, safe
from dockguard.report import Report, Run
from dockguard.source import Span


def render(run: Run, *, color: bool = False, width: int = 100, verbose: bool = False, suppressed: bool = False) -> str:
    """The findings, the worst first, then the errors. Lines are never cut; `[*]` marks a safe fix, `[*unsafe]` another.

    `suppressed` also lists what does not count, marked `[suppressed]`.
    """
    masks, look = masks_of(run), Look(color=color)
    shown = run.reports if suppressed else run.active
    lines = [_finding(report, run, masks, look) for report in ordered(shown)]
    return "".join(f"{line}\n" for line in (*lines, *_problems(run, masks, look)))


def _finding(report: Report, run: Run, masks: Masks, look: Look) -> str:
    message = safe(masks.words(report, report.finding.message))
    word = look.paint(report.severity.word, report.severity.word)
    fix = report.finding.fix
    mark = "" if fix is None else " [*]" if fix.safety is Safety.SAFE else " [*unsafe]"
    silent = " [suppressed]" if report.suppressed else ""
    return f"{_where(report.span, run)}: {word} {safe(report.rule.id)}: {message}{mark}{silent}"


def _problems(run: Run, masks: Masks, look: Look) -> Iterator[str]:
    for problem in run.problems:
        message = masks.hide(problem.message, [problem.span] if problem.span else [])
        text = f"{look.paint('error', 'error')} {safe(problem.code)}: {safe(message)}"
        yield f"{where}: {text}" if (where := _of(problem, run)) else text


def _of(problem: Problem, run: Run) -> str:
    return _where(problem.span, run) if problem.span else safe(from_here(problem.path, run))


def _where(span: Span, run: Run) -> str:
    here = place(span)
    return safe(f"{from_here(here.path, run)}:{here.line}:{here.column}")
