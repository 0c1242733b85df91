"""The whole job: discover, judge, suppress, compare with the baseline."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from dockguard import baseline
from dockguard.discover import OTHER_KIND, Found
from dockguard.engine import Cause, Judge, places, reports
from dockguard.finding import Problem, Severity
from dockguard.formats import load as load_formats
from dockguard.formats.base import Kind
from dockguard.kinds import all_kinds
from dockguard.pack import BadRule
from dockguard.project import Projects, tree_problems
from dockguard.record import dataclass, field, replace
from dockguard.report import Report, Run
from dockguard.rule import Rule
from dockguard.rulebook import Rulebook, rulebook
from dockguard.session import Session, begin
from dockguard.settings import Ask
from dockguard.stack.link import Stack
from dockguard.stack.pieces import Deployment, Piece
from dockguard.suppress import KINDS as META_KINDS
from dockguard.suppress import Commented, Outcome, Terms, meta, suppress
from dockguard.workspace import Workspace

T = TypeVar("T")


def check(ask: Ask) -> Run:
    """The whole job."""
    return check_session(begin(ask))


def check_session(session: Session) -> Run:
    """A Run, which with problems of the settings is empty."""
    if session.problems:
        return whole(session, Found(), (), session.problems)
    found = session.discovery()(session.paths)
    found.problems += _empty(session, found)
    try:
        return _Job(session, found).run()
    except BadRule as error:
        return whole(session, found, (), (*found.problems, Problem("bad-rule", str(error))))


def stacks_of(session: Session, found: Found) -> Iterable[Stack]:
    """The stacks that something of what was named belongs to."""
    return _Job(session, found).stacks()


def survey(session: Session, make: Callable[[Stack], T]) -> tuple[list[T], tuple[Problem, ...]]:
    """What a function makes of each stack of what was named, and what keeps the picture from being whole."""
    found = session.discovery()(session.paths)
    found.problems += _empty(session, found)
    job = _Job(session, found)
    made = [make(stack) for stack in job.stacks()]
    return made, tuple(dict.fromkeys((*found.problems, *job.seen())))


def _empty(session: Session, found: Found) -> list[Problem]:
    ask = session.ask
    left_out = any(why == OTHER_KIND for _, why in found.skipped)
    if found.files or found.context or found.problems or ask.allow_empty or left_out:
        return []
    where = ", ".join(ask.paths)
    message = f"nothing to check in {where}: no Dockerfile, Compose file or nginx configuration"
    return [Problem("nothing-to-check", message, help="name files, set [kinds], or pass --allow-empty")]


@dataclass
class _Job:
    """One run in the making; `variants` fills while stacks go by."""

    session: Session
    found: Found
    variants: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        session = self.session
        self.projects = Projects(session.workspace, load_formats(), self._files(), self._given())

    def run(self) -> Run:
        """All of it, in the order of the house."""
        judge = self._judge()
        causes = [cause for cause in judge.causes(self.stacks()) if self._covered(cause)]
        said = baseline.stamp(reports(causes, self.session.config.severities))
        terms = self._terms()
        outcome = self._suppressed(said, terms)
        said = (*outcome.reports, *self._meta(outcome, terms, judge))
        problems = [*self.found.problems, *self.seen(), *judge.problems]
        run = whole(self.session, self.found, said, problems)
        run = replace(run, stacks=tuple(filter(None, self.variants)), undecided=tuple(sorted(judge.undecided)))
        return self._graded(_compared(self.session, run, self._was_judged))

    def stacks(self) -> Iterator[Stack]:
        """Without those that nothing of what was named belongs to."""
        for stack in self.projects:
            if any(self.found.covers(path) for path in stack.paths):
                self.variants.setdefault(stack.variant, set()).update(stack.paths)
                yield stack

    def seen(self) -> Iterator[Problem]:
        """What reading, assembling and linking could not make sense of."""
        seen = (*self.session.workspace.problems, *tree_problems(self.projects), *self.projects.problems)
        return filter(self._about, seen)

    def _files(self) -> Mapping[str, str]:
        return {**self.found.files, **self.session.discovery().ancestors(self.found)}

    def _given(self) -> list[Piece]:
        """Assumptions, and the deployments that the command line and the configuration name."""
        ask, workspace, config = self.session.ask, self.session.workspace, self.session.config
        given = tuple(workspace.relative(Path(path)) for path in ask.compose_files)
        env = tuple(workspace.relative(Path(path)) for path in ask.env_files)
        pieces: list[Piece] = list(config.assumptions)
        if given or env or ask.compose_profiles:
            pieces.append(Deployment("command line", given, ask.compose_profiles, env))
        for stack in config.stacks:
            pieces.append(Deployment(stack.name, stack.compose, stack.profiles, stack.env_files, stack.span))
        return pieces

    def _judge(self) -> Judge:
        """Pages are read family by family, where there is something to judge."""
        session = self.session
        return Judge(cache(self._rules), session.book.kinds, session.options, session.choice.at)

    def _rules(self, family: str) -> Sequence[Rule]:
        return [rule for rule in self.session.book.rules((family,)) if self.session.choice.anywhere(rule)]

    def _covered(self, cause: Cause) -> bool:
        return any(self.found.covers(span.outer.source.path) for span in places(cause.finding))

    def _about(self, problem: Problem) -> bool:
        """Whether a problem is about what was named, or keeps its context from being seen."""
        path = problem.span.outer.source.path if problem.span else problem.path
        return not path or self.found.covers(path) or problem.code in ("outside", "unreadable", "too-large")

    def _graded(self, run: Run) -> Run:
        """Without what lies below --min-severity; comments and the baseline have had their say by then."""
        word = self.session.ask.min_severity
        least = Severity.of(word) if word else self.session.config.min_severity
        return run if least is None else replace(run, reports=tuple(r for r in run.reports if r.severity >= least))

    def _terms(self) -> Terms:
        session = self.session
        config = replace(session.config, inline=False) if session.ask.no_ignores else session.config
        return Terms(session.catalogue, session.ask.today, config, self.variants, session.choice.at)

    def _suppressed(self, said: Sequence[Report], terms: Terms) -> Outcome:
        texts = list(self._texts())
        silent = not any("dockguard" in text.source.text for text in texts)
        if silent and not terms.config.suppressions and not terms.config.foreign:
            return Outcome(tuple(said))
        return suppress(said, texts, terms)

    def _texts(self) -> Iterator[Commented]:
        for tree_format, tree in self.projects.every_tree():
            yield Commented(tree.source, tuple(tree_format.comments(tree)))

    def _meta(self, outcome: Outcome, terms: Terms, judge: Judge) -> tuple[Report, ...]:
        """What the pages of `meta` say of the suppressions; comments cannot silence them."""
        if not outcome.directives or self.session.ask.no_ignores:
            return ()
        clerk = Judge(self._rules, self.session.book.kinds, self.session.options, self.session.choice.at)
        causes = [cause for cause in clerk.causes_of(outcome, "meta") if self._covered(cause)]
        judge.problems += clerk.problems
        return meta(baseline.stamp(reports(causes, self.session.config.severities)), terms)

    def _was_judged(self, entry: baseline.Entry) -> bool:
        """Whether a baseline entry's file and rule were looked at, so that its absence means something."""
        rule = self.session.catalogue.named(entry.rule)
        return self.found.covers(entry.path) and rule is not None and self.session.choice.at(rule, entry.path)


def _compared(session: Session, run: Run, judged: Callable[[baseline.Entry], bool]) -> Run:
    """With the known findings silenced."""
    path = session.baseline
    if not path:
        return run
    known = baseline.read(session.workspace, path)
    if isinstance(known, Problem):
        return replace(run, problems=(*run.problems, known))
    applied = baseline.apply(known, run.reports, judged)
    return replace(run, reports=applied.reports, known=applied.known, stale=applied.stale)


def whole(session: Session, found: Found, said: Iterable[Report], problems: Iterable[Problem]) -> Run:
    """A Run with what the settings say of it."""
    return Run(
        reports=tuple(said),
        problems=tuple(dict.fromkeys(problems)),
        files=tuple(sorted(found.files.items())),
        prefix=session.prefix,
        profile=session.choice.profile,
        gate=session.gate,
        config=session.config.path,
        notices=session.notices,
        tolerant=session.ask.allow_incomplete,
        extras=_way_to_root(session),
        policy=session.policy.name if session.policy else "",
        controls=session.policy.by_rule if session.policy else {},
    )


def _way_to_root(session: Session) -> Mapping[str, str]:
    """Where the working directory lies outside the root, the way from there to it."""
    root = session.workspace.root
    if root is None or not session.prefix.startswith(".."):
        return {}
    return {"root": Path(os.path.relpath(root, Path.cwd())).as_posix()}


def judge_texts(files: Mapping[str, str], rules: Sequence[Rule]) -> list[Report]:
    """What rules say about files that are only texts, as a run of profile `audit` would; for rule pages.

    Rules of `meta` are asked about the suppressions of all other rules. Raises RuntimeError when a rule crashes.
    """
    from dockguard.config import Context
    from dockguard.config import discover as find_config

    book = _builtin().adding(rules)
    workspace = Workspace(None, texts=files)
    loaded = find_config(workspace, "", Context(book.catalogue(), "0"))
    selected = None if any(rule.family == "meta" for rule in rules) else tuple(rule.id for rule in rules)
    ask = Ask(paths=(".",), profile="audit", select=selected)
    session = Session(ask, workspace, ("",), "", book, loaded.config, loaded.problems)
    run = check_session(session)
    crashes = [p for p in run.problems if p.code.endswith("-crashed") or p.code.startswith(("bad-rule", "config"))]
    if crashes:
        raise RuntimeError(crashes[0].message)
    wanted = {rule.id for rule in rules}
    return [report for report in run.reports if report.rule.id in wanted and report.suppressed is None]


@cache
def _builtin() -> Rulebook:
    """Our own pages, read once however many examples are judged."""
    return rulebook()


def every_kind() -> Mapping[str, Kind]:
    """All kinds, those of `meta` too."""
    return all_kinds(META_KINDS)
