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
from dockguard.record import dataclass
from dockguard.rule import Rule
from dockguard.rulebook import Rulebook, rulebook
from dockguard.select import Catalogue, Choice, Layer, selector_problems
from dockguard.settings import Ask, open_workspace
from dockguard.workspace import Workspace, folder_of


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

    @cached_property
    def choice(self) -> Choice:
        """Which rules are wanted."""
        ask = self.ask
        return self.config.choice(Layer(ask.profile, ask.select, ask.extend_select, ask.ignore))

    @cached_property
    def catalogue(self) -> Catalogue:
        """All rules by name."""
        return self.book.catalogue()

    @property
    def gate(self) -> Severity | None:
        """At which severity a finding fails the run; None for never."""
        word = self.ask.fail_on or self.config.fail_on or "high"
        return None if word == "never" else Severity.of(word)

    def options(self, rule: Rule) -> Mapping[str, Any]:
        """A rule's option values."""
        return {**rule.options, **self.config.options.get(rule.id, {})}

    def discovery(self) -> Discovery:
        """How files are found."""
        globs = (*self.config.exclude, *(PathGlob(pattern, self.prefix) for pattern in self.ask.exclude))
        given = ((kind, PathGlob(pattern, self.prefix)) for kind, pattern in self.ask.kinds)
        kinds = (*given, *((kind, glob) for kind, globs in self.config.kinds.items() for glob in globs))
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
    options = {"--select": ask.select or (), "--extend-select": ask.extend_select, "--ignore": ask.ignore}
    for option, words in options.items():
        if words:
            yield from selector_problems(words, book.catalogue(), option)
