"""The end of a text output: counts, what does not count, what nobody could see, the verdict, and what to type next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockguard.finding import Problem, Safety, Severity
from dockguard.render.masking import Masks
from dockguard.render.places import from_here, place
from dockguard.render.rollup import ordered
from dockguard.render.terminal import Look, room, safe, wrap
from dockguard.report import Run

_STRICTER = {"essential": "recommended", "recommended": "strict"}
REASONS = 20  # lines about what could not be seen


def footer(run: Run, look: Look, masks: Masks, verbose: bool) -> list[str]:
    """The lines of the footer."""
    parts = [_counts(run), *_uncounted(run), *_unseen(run, masks, verbose)]
    lines = [row for part in parts for row in wrap(part, look.width, _indent(part), _indent(part) + "  ")]
    verdict = _verdict(run)
    word = verdict.partition(" ")[0]
    first, *rest = wrap(verdict[len(word) :], look.width, word + "  ", "      ")
    lines += ["", look.paint(word, word.lower()) + first[len(word) :], *rest]
    return lines + _rows("next:", _next(run), look.width)


def plural(count: int, word: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{count} {word}{'s' * (count != 1)}"


def _indent(text: str) -> str:
    return text[: len(text) - len(text.lstrip(" "))]


def _counts(run: Run) -> str:
    """How many findings of which severity, and how many of them a fix removes."""
    active = run.active
    if not active:
        return f"no findings in {plural(len(run.files), 'file')}"
    counts = {level: sum(report.severity == level for report in active) for level in sorted(Severity, reverse=True)}
    safety = [report.finding.fix.safety for report in active if report.finding.fix]
    text = f"{plural(len(active), 'finding')}: {', '.join(f'{n} {level.word}' for level, n in counts.items() if n)}"
    fixes = ", ".join(f"{safety.count(kind)} {kind.value}" for kind in Safety if kind in safety)
    return text + (f"; fixable: {fixes}" if fixes else "")


def _uncounted(run: Run) -> Iterator[str]:
    """What a comment, the configuration or the baseline silences."""
    silent = [report.suppressed for report in run.reports if report.suppressed and report.suppressed.by != "baseline"]
    if silent:
        by = sorted({why.by for why in silent})
        text = ", ".join(f"{sum(why.by == word for why in silent)} by {word}" for word in by)
        dates = [why.until for why in silent if why.until]
        yield f"suppressed: {text}" + (f"; the next expires on {min(dates)}" if dates else "")
    if run.known or run.stale:
        gone = f", {run.stale} no longer {'occur' if run.stale != 1 else 'occurs'}" if run.stale else ""
        yield f"baseline: {run.known} known{gone}"


def _unseen(run: Run, masks: Masks, verbose: bool) -> Iterator[str]:
    """What could not be read, and what only the run time knows."""
    if run.problems:
        yield f"not seen: {plural(len(run.problems), 'error')} (this run is not the whole picture)"
        yield from _some([_line(problem, run, masks) for problem in run.problems], verbose)
    if run.undecided:
        hint = "" if verbose else " (-v lists them)"
        yield f"not decided: {plural(len(run.undecided), 'question')} that only the run time can answer{hint}"
    if run.undecided and verbose:
        yield from _some(_reasons(run.undecided), verbose)


def _line(problem: Problem, run: Run, masks: Masks) -> str:
    """A problem in one line."""
    message = masks.hide(problem.message, [problem.span] if problem.span else [])
    if not problem.span:
        where = f"{from_here(problem.path, run)}: " if problem.path else ""
        return f"  {where}{message} [{problem.code}]"
    here = place(problem.span)
    return f"  {from_here(here.path, run)}:{here.line}:{here.column}: {message} [{problem.code}]"


def _reasons(undecided: Iterable[tuple[str, str]]) -> list[str]:
    """Each reason once, with the rules that were silent for it."""
    rules: dict[str, dict[str, int]] = {}
    for rule, why in undecided:
        counts = rules.setdefault(why, {})
        counts[rule] = counts.get(rule, 0) + 1
    return [
        f"  {why or 'unknown'}: {', '.join(f'{rule} x{n}' if n > 1 else rule for rule, n in sorted(counts.items()))}"
        for why, counts in sorted(rules.items())
    ]


def _some(lines: list[str], verbose: bool) -> list[str]:
    """All lines, or the first of many."""
    if verbose or len(lines) <= REASONS:
        return lines
    return [*lines[:REASONS], f"  and {len(lines) - REASONS} more (-v lists them)"]


def _verdict(run: Run) -> str:
    """PASS or FAIL, why, and what lies below the gate."""
    failing, active = len(run.failing), len(run.active)
    policy = f" of policy {run.policy}" if run.policy else ""
    if run.gate is None:
        text = f"the gate{policy} is off; {plural(active, 'finding')}"
    elif failing:
        text = f"{plural(failing, 'finding')} at or above `{run.gate.word}`; {active - failing} below the gate{policy}"
    elif not active:
        text = f"nothing found{policy and f' by policy {run.policy}'}"
    else:
        text = f"nothing at or above `{run.gate.word}`; {plural(active, 'finding')} below the gate{policy}"
    if run.problems:
        return f"FAIL {plural(len(run.problems), 'error')}, so the result is incomplete; {text}"
    return f"{'FAIL' if failing else 'PASS'} {text}"


def _next(run: Run) -> list[str]:
    """Commands worth typing now."""
    worst = ordered(run.active)[:1]
    commands = [f"dockguard explain {report.rule.id}" for report in worst]
    if run.stale:
        commands.append("dockguard baseline prune")
    elif run.failing and not run.known:
        commands.append("adopting? dockguard baseline create")
    if not run.policy and not run.failing and not run.problems and (stricter := _STRICTER.get(run.profile)):
        commands.append(f"dockguard check --profile {stricter}")
    return commands


def _rows(title: str, commands: list[str], width: int) -> list[str]:
    """Commands side by side where they fit, else below each other; a command is never broken inside."""
    text = f"{title} {'        '.join(map(safe, commands))}"
    if not commands:
        return []
    if room(text) <= width:
        return [text]
    below = " " * (len(title) + 1)
    rows = [row for line in commands for row in wrap(line, width, below, below)]
    return [title + rows[0][len(title) :], *rows[1:]]
