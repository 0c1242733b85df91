"""The JSON contract, version 1: other programs read it, so keys are added and never changed."""

from __future__ import annotations

from typing import Any

from dockguard.finding import Problem, Severity
from dockguard.render.edits import edits
from dockguard.render.masking import Masks, masks_of
from dockguard.render.places import from_here, place, well_formed
from dockguard.render.rollup import ordered
from dockguard.render.variants import label
from dockguard.report import Report, Run
from dockguard.source import Span

VERSION = 1


def render(run: Run, *, color: bool = False, width: int = 100, verbose: bool = False, suppressed: bool = False) -> str:
    """One object; the same bytes for the same run, whatever the keywords say (suppressed findings are always in it)."""
    from dockguard.render.indented import indented

    return indented(document(run)) + "\n"


def document(run: Run) -> dict[str, Any]:
    """The object as Python values, keys in the contract's order."""
    from dockguard import __version__

    masks = masks_of(run)
    return {
        "version": VERSION,
        "tool": {"name": "dockguard", "version": __version__},
        "files": [{"path": _path(path, run), "kind": kind} for path, kind in run.files],
        "findings": [_finding(report, run, masks) for report in ordered(run.reports)],
        "errors": [error(problem, run, masks) for problem in run.problems],
        "summary": _summary(run),
        **({"policy": well_formed(run.policy)} if run.policy else {}),
    }


def location(span: Span, run: Run) -> dict[str, Any]:
    """A place: lines and columns from 1, the end exclusive, columns in code points."""
    here = place(span)
    return {
        "path": _path(here.path, run),
        "line": here.line,
        "column": here.column,
        "end_line": here.end_line,
        "end_column": here.end_column,
    }


def _finding(report: Report, run: Run, masks: Masks) -> dict[str, Any]:
    finding = report.finding
    return {
        "rule": report.rule.id,
        "severity": report.severity.word,
        "confidence": (finding.confidence or report.rule.confidence).word,
        "message": well_formed(masks.words(report, finding.message)),
        "subject": well_formed(report.subject),
        "variants": [well_formed(label(variant, run)) for variant in report.variants],
        "location": location(report.span, run),
        "related": [
            {**location(note.span, run), "message": well_formed(_note(masks.words(report, note.text)))}
            for note in finding.notes
        ],
        "fix": _fix(report, run, masks),
        "suppressed": _suppressed(report, run, masks),
        "fingerprint": report.fingerprint,
        **({"controls": list(run.controls.get(report.rule.id, ()))} if run.policy else {}),
    }


def _note(text: str) -> str:
    return text if text.startswith("note: ") else f"note: {text}"


def _fix(report: Report, run: Run, masks: Masks) -> dict[str, Any] | None:
    """The fix with offsets into the decoded text without BOM; null where there is none that a program may apply."""
    fix, changes = report.finding.fix, edits(report, masks)
    if fix is None or not changes:
        return None
    return {
        "title": well_formed(masks.words(report, fix.title)),
        "safety": fix.safety.value,
        "edits": [
            {
                "path": _path(edit.span.source.path, run),
                "start": edit.span.start,
                "end": edit.span.end,
                "text": well_formed(edit.text),
            }
            for edit in changes
        ],
    }


def _suppressed(report: Report, run: Run, masks: Masks) -> dict[str, Any] | None:
    why = report.suppressed
    if why is None:
        return None
    here = place(why.span) if why.span else None
    return {
        "by": why.by,
        "reason": well_formed(masks.words(report, why.reason)),
        "until": why.until.isoformat() if why.until else None,
        "path": _path(here.path, run) if here else None,
        "line": here.line if here else None,
    }


def error(problem: Problem, run: Run, masks: Masks) -> dict[str, Any]:
    """A problem; the message names the path where there is no place to point to."""
    message = masks.hide(problem.message, [problem.span] if problem.span else [])
    path = from_here(problem.path, run)
    if problem.span is None and path and path not in message:
        message = f"{path}: {message}"
    return {
        "code": problem.code,
        "message": well_formed(message),
        "location": location(problem.span, run) if problem.span else None,
    }


def _summary(run: Run) -> dict[str, int]:
    counts = {level.word: 0 for level in sorted(Severity, reverse=True)}
    for report in run.active:
        counts[report.severity.word] += 1
    return {**counts, "suppressed": len(run.reports) - len(run.active), "files": len(run.files)}


def _path(path: str, run: Run) -> str:
    return well_formed(from_here(path, run))
