"""The whole job: from what the user asks to a Run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dockguard import __version__
from dockguard.config import Config, Loaded
from dockguard.discover import Discovery, Found
from dockguard.engine import Cause, Judge, places, reports
from dockguard.finding import Problem, Severity
from dockguard.formats import load as load_formats
from dockguard.pack import BadRule
from dockguard.project import Projects, tree_problems
from dockguard.report import Report, Run
from dockguard.rule import Rule
from dockguard.rulebook import Rulebook, rulebook
from dockguard.select import Choice, Layer, selector_problems
from dockguard.settings import Ask, open_workspace
from dockguard.stack.link import Stack
from dockguard.stack.pieces import Deployment, Piece
from dockguard.workspace import Workspace


@dataclass(frozen=True)
class Session:
    """What one run works with; `problems` are those of the settings, and then nothing is checked."""

    ask: Ask
    workspace: Workspace
    paths: tuple[str, ...]
    prefix: str
    book: Rulebook
    config: Config
    problems: tuple[Problem, ...]
    notices: tuple[str, ...] = ()

    @property
    def choice(self) -> Choice:
        """Which rules are wanted."""
        select = None if self.ask.select is None else tuple(self.ask.select)
        return self.config.choice(Layer(self.ask.profile, select, self.ask.extend_select, self.ask.ignore))

    @property
    def gate(self) -> Severity | None:
        """At which severity a finding fails the run; None for never."""
        word = self.ask.fail_on or self.config.fail_on or "high"
        return None if word == "never" else Severity.of(word)

    def discovery(self) -> Discovery:
        """How files are found."""
        from dockguard.config_glob import PathGlob

        globs = (*self.config.exclude, *(PathGlob(pattern, self.prefix) for pattern in self.ask.exclude))
        kinds = (*self.ask.kinds, *((kind, glob.pattern) for kind, all in self.config.kinds.items() for glob in all))
        return Discovery(self.workspace, load_formats(), kinds, lambda path: any(glob.matches(path) for glob in globs))


def begin(ask: Ask) -> Session:
    """Settings read and judged; nothing of the tree but the configuration is read yet."""
    workspace, paths, prefix = open_workspace(ask)
    book = rulebook([Path(folder) for folder in ask.rules], ask.allow_code)
    try:
        if ask.rules:
            book.rules()
        loaded = _config(ask, workspace, paths, book)
    except (BadRule, OSError) as error:
        loaded = Loaded(Config(), (Problem("bad-rule", str(error)),))
    problems = [*loaded.problems, *_words(ask, book)]
    notices = tuple(f"{path} is out of force: a configuration above it has root = true" for path in loaded.shadowed)
    return Session(ask, workspace, paths, prefix, book, loaded.config, tuple(problems), notices)


def _config(ask: Ask, workspace: Workspace, paths: Sequence[str], book: Rulebook) -> Loaded:
    if ask.isolated:
        return Loaded(Config())
    from dockguard import config
    from dockguard.workspace import folder_of

    context = config.Context(book.catalogue(), __version__)
    if ask.config:
        return config.load(workspace, workspace.relative(Path(ask.config)), context)
    first = paths[0] if paths else ""
    folder = first if workspace.entry(first) == "dir" else folder_of(first)
    return config.discover(workspace, "" if folder.startswith("..") else folder, context)


def _words(ask: Ask, book: Rulebook) -> Iterable[Problem]:
    """Selectors on the command line that select nothing."""
    options = {"--select": ask.select or (), "--extend-select": ask.extend_select, "--ignore": ask.ignore}
    for option, words in options.items():
        if words:
            yield from selector_problems(words, book.catalogue(), option)


def check(ask: Ask) -> Run:
    """The whole job."""
    return check_session(begin(ask))


def check_session(session: Session) -> Run:
    """Discover, judge, suppress: a Run, which with problems of the settings is empty."""
    if session.problems:
        return _run(session, Found(), (), session.problems)
    found = session.discovery()(session.paths)
    found.problems += _empty(session, found)
    try:
        return _judged(session, found)
    except BadRule as error:
        return _run(session, found, (), (*found.problems, Problem("bad-rule", str(error))))


def _empty(session: Session, found: Found) -> list[Problem]:
    if found.files or found.context or found.problems or session.ask.allow_empty:
        return []
    where = ", ".join(session.ask.paths)
    message = f"nothing to check in {where}: no Dockerfile, Compose file or nginx configuration"
    return [Problem("nothing-to-check", message, help="name files, set [kinds], or pass --allow-empty")]


def _judged(session: Session, found: Found) -> Run:
    projects = _projects(session, found)
    judge = _judge(session, projects)
    mine = _relevant(projects, found) if _narrow(found) else projects
    causes = [cause for cause in judge.causes(mine) if _covered(cause, found)]
    said = _graded(session, reports(causes, session.config.severities))
    problems = [*session.workspace.problems, *found.problems, *tree_problems(projects), *projects.problems]
    problems = [p for p in problems if _about(p, found)] + judge.problems
    return _run(session, found, said, tuple(problems), judge, projects)


def stacks_of(session: Session, found: Found) -> Iterable[Stack]:
    """The stacks that something of what was named belongs to."""
    return _relevant(_projects(session, found), found)


def _projects(session: Session, found: Found) -> Projects:
    discovery = session.discovery()
    files = {**found.files, **discovery.ancestors(found)}
    given = tuple(session.workspace.relative(Path(path)) for path in session.ask.compose_files)
    pieces: list[Piece] = list(session.config.assumptions)
    if given or session.ask.compose_profiles or session.ask.env_files:
        env = tuple(session.workspace.relative(Path(path)) for path in session.ask.env_files)
        pieces.append(Deployment("command line", given, session.ask.compose_profiles, env))
    for stack in session.config.stacks:
        pieces.append(Deployment(stack.name, stack.compose, stack.profiles, stack.env_files, stack.span))
    return Projects(session.workspace, load_formats(), files, pieces)


def _judge(session: Session, projects: Projects) -> Judge:
    kinds = set(projects.files.values())
    heads = {format.name for format in load_formats() if format.heads}
    families = [*kinds] if not kinds & heads else [format.name for format in load_formats()]
    rules = [rule for rule in session.book.rules((*families, "stack")) if session.choice.anywhere(rule)]
    options = session.config.options

    def option(rule: Rule) -> Mapping[str, Any]:
        return {**rule.options, **options.get(rule.id, {})}

    return Judge(rules, session.book.kinds, option, session.choice.at)


def _narrow(found: Found) -> bool:
    return not any(folder in ("", ".") for folder in found.folders)


def _relevant(projects: Projects, found: Found) -> Iterable[Stack]:
    """Without the stacks that nothing of what was named belongs to."""
    for stack in projects:
        if any(found.covers(path) for path in stack.paths):
            yield stack


def _covered(cause: Cause, found: Found) -> bool:
    return any(found.covers(span.outer.source.path) for span in places(cause.finding))


def _about(problem: Problem, found: Found) -> bool:
    path = problem.span.outer.source.path if problem.span else problem.path
    return not path or found.covers(path) or problem.code in ("outside", "unreadable", "too-large", "not-a-file")


def _graded(session: Session, said: list[Report]) -> list[Report]:
    """Without what lies below --min-severity."""
    word = session.ask.min_severity
    least = Severity.of(word) if word else session.config.min_severity
    return said if least is None else [report for report in said if report.severity >= least]


def _run(
    session: Session,
    found: Found,
    said: Sequence[Report],
    problems: Sequence[Problem],
    judge: Judge | None = None,
    projects: Projects | None = None,
) -> Run:
    run = Run(
        reports=tuple(said),
        problems=tuple(dict.fromkeys(problems)),
        files=tuple(sorted(found.files.items())),
        prefix=session.prefix,
        profile=session.choice.profile,
        gate=session.gate,
        config=session.config.path,
        undecided=tuple(sorted(judge.undecided)) if judge else (),
        notices=session.notices,
        tolerant=session.ask.allow_incomplete,
    )
    return run if projects is None else _accounted(session, run, projects)


def _accounted(session: Session, run: Run, projects: Projects) -> Run:
    """With stacks named, and later comments and the baseline applied."""
    stacks = dict.fromkeys(variant for report in run.reports for variant in report.variants)
    return replace(run, stacks=tuple(stacks))


def judge_texts(files: Mapping[str, str], rules: Sequence[Rule]) -> list[Report]:
    """What rules say about files that are only texts; raises RuntimeError when a rule crashes."""
    from dockguard.kinds import all_kinds

    workspace = Workspace(None, texts=files)
    found = Discovery(workspace, load_formats())([""])
    projects = Projects(workspace, load_formats(), found.files)
    judge = Judge(rules, all_kinds())
    causes = judge.causes(projects)
    if judge.problems:
        raise RuntimeError(judge.problems[0].message)
    return reports(causes, {})
