"""What one run works with: workspace, settings, rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from posixpath import commonpath
from typing import Any

from dockguard import __version__
from dockguard.config import Config, Context, Loaded, discover, load
from dockguard.discover import Discovery
from dockguard.finding import Problem, Severity
from dockguard.formats import load as load_formats
from dockguard.glob import PathGlob
from dockguard.pack import BadRule
from dockguard.policy.model import Policy
from dockguard.record import dataclass, replace
from dockguard.rule import Rule
from dockguard.rulebook import Rulebook, rulebook
from dockguard.select import Catalogue, Choice, Layer, selector_problems
from dockguard.settings import BASELINE, Ask, open_workspace
from dockguard.workspace import Workspace, folder_of, join


@dataclass(frozen=True)
class Session:
    """One run's means; `problems` are those of the settings, and then nothing is checked."""

    ask: Ask
    workspace: Workspace
    paths: tuple[str, ...]
    prefix: str
    book: Rulebook
    config: Config
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    policy: Policy | None = None

    @cached_property
    def choice(self) -> Choice:
        """Which rules are wanted."""
        ask = self.ask
        top = Layer(ask.profile, ask.select, ask.extend_select, ask.ignore)
        if ask.policy and self.policy:
            top = replace(top, policy=self.policy.name, rules=self.policy.rules)
        return self.config.choice(top)

    @cached_property
    def catalogue(self) -> Catalogue:
        """All rules by name."""
        return self.book.catalogue()

    @property
    def gate(self) -> Severity | None:
        """At which severity a finding fails the run; None for never."""
        word = self.ask.fail_on or self.config.fail_on or "high"
        return None if word == "never" else Severity.of(word)

    @property
    def baseline(self) -> str:
        """The file of known findings: as asked, as configured, or here or at the root; "" for none."""
        if self.ask.baseline is not None:
            return self.workspace.relative(Path(self.ask.baseline)) if self.ask.baseline else ""
        if self.config.baseline or self.ask.isolated:
            return self.config.baseline
        places = (join(self.prefix, BASELINE), BASELINE)
        return next((path for path in places if self.workspace.entry(path) == "file"), "")

    def options(self, rule: Rule) -> Mapping[str, Any]:
        """A rule's option values."""
        return {**rule.options, **self.config.options.get(rule.id, {})}

    def discovery(self) -> Discovery:
        """How files are found."""
        globs = (*self.config.exclude, *(PathGlob(pattern, self.prefix) for pattern in self.ask.exclude))
        given = ((kind, PathGlob(pattern, self.prefix)) for kind, pattern in self.ask.kinds)
        kinds = (*given, *((kind, glob) for kind, globs in self.config.kinds.items() for glob in globs))

        def excluded(path: str) -> bool:
            return any(glob.matches(path) for glob in globs)

        return Discovery(self.workspace, load_formats(), kinds, excluded, strict=not self.ask.allow_unknown)


def begin(ask: Ask) -> Session:
    """Settings read and judged; nothing of the tree but the configuration is read yet."""
    workspace, paths, prefix = open_workspace(ask)
    book = rulebook([Path(folder) for folder in ask.rules], ask.allow_code)
    try:
        if ask.rules:
            book.rules()
        loaded = _config(ask, workspace, paths, book)
        loaded, policy = _policy(ask, workspace, loaded, book)
    except (BadRule, OSError) as error:
        loaded, policy = Loaded(Config(), (Problem("bad-rule", str(error)),)), None
    problems = [*loaded.problems, *_words(ask, book)]
    notices = (*_shadows(loaded), *_idle_policy(ask, loaded.config))
    return Session(ask, workspace, paths, prefix, book, loaded.config, tuple(problems), notices, policy)


def _shadows(loaded: Loaded) -> Iterable[str]:
    return (f"{path} is out of force: a configuration above it has root = true" for path in loaded.shadowed)


def _idle_policy(ask: Ask, config: Config) -> Iterable[str]:
    if config.policy is not None and ask.policy is None and ask.profile is not None:
        yield f"policy `{config.policy.name}` of the configuration is out of force: --profile {ask.profile}"


def _policy(ask: Ask, workspace: Workspace, loaded: Loaded, book: Rulebook) -> tuple[Loaded, Policy | None]:
    """The policy in force, and the configuration with it: the command line's, else the configuration's own.

    A profile on the command line puts the configuration's out of force.
    """
    named = loaded.config.policy
    if ask.policy is None and (named is None or ask.profile is not None):
        return loaded, None
    from dockguard.policy.find import find
    from dockguard.policy.force import over, under

    context = Context(book.catalogue(), __version__)
    if ask.policy is not None:
        name = workspace.relative(Path(ask.policy)) if ask.policy.endswith(".toml") else ask.policy
        read = find(workspace, name, "", context)
    elif named is not None:
        read = find(workspace, named.name, named.folder, context, named.span)
    if read.policy is None:
        return replace(loaded, problems=(*loaded.problems, *read.problems)), None
    config = over(read.policy, loaded.config) if ask.policy else under(read.policy, loaded.config)
    return replace(loaded, config=config), read.policy


def _config(ask: Ask, workspace: Workspace, paths: Sequence[str], book: Rulebook) -> Loaded:
    if ask.isolated:
        return Loaded(Config())
    context = Context(book.catalogue(), __version__)
    if ask.config:
        return load(workspace, workspace.relative(Path(ask.config)), context)
    return discover(workspace, _common_folder(workspace, paths), context)


def _common_folder(workspace: Workspace, paths: Sequence[str]) -> str:
    """The folder that holds all paths: one of several files must not bring the policy for the others."""
    folders = [path if workspace.entry(path) == "dir" else folder_of(path) for path in paths]
    common = commonpath(folders) if folders else ""
    return "" if common.startswith("..") or common == "." else common


def _words(ask: Ask, book: Rulebook) -> Iterable[Problem]:
    """Selectors on the command line that select nothing."""
    if ask.policy and ask.profile:
        yield Problem("usage", "--policy and --profile both say which rules count", help="give one of them")
    options = {"--select": ask.select or (), "--extend-select": ask.extend_select, "--ignore": ask.ignore}
    for option, words in options.items():
        if words:
            yield from selector_problems(words, book.catalogue(), option)
