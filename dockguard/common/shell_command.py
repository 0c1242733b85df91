"""One simple command: its name and words, what runs it, what surrounds it, and what becomes of its failure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockguard.common.shell_embed import interprets_input
from dockguard.common.shell_tree import PIPES, STOPS, Block, Element, Failure
from dockguard.common.shell_words import Assignment, HereDoc, Redirect, Word
from dockguard.common.shell_wrappers import Unwrapped, assignment, program, unwrap
from dockguard.lazy import cached_property
from dockguard.source import Source, Span

_DECLARE = frozenset(("export", "declare", "typeset", "local", "readonly", "set", "setx"))


class Command:
    """A simple command. `words` are as written; `name` and `args` are those of what really runs (`sudo`, `env` off).

    A command without a name only assigns or redirects, or its name is known only when it runs (`runs_unknown`).
    """

    def __init__(self, source: Source, element: Element, dialect: str = "sh") -> None:
        self.source = source
        self.dialect = dialect
        self.element = element
        self.words: tuple[Word, ...] = tuple(element.words)
        self.redirects: tuple[Redirect, ...] = tuple(element.redirects)

    def __repr__(self) -> str:
        return f"Command({self.span.text!r})"

    @cached_property
    def _call(self) -> Unwrapped:
        return unwrap(self.words, assignment)

    @property
    def span(self) -> Span:
        """All of it, from the first assignment to the last redirection."""
        return Span(self.source, self.element.start, self.element.end)

    @cached_property
    def name(self) -> str:
        """The program's base name; "" where there is none or only the run time knows it."""
        name = program(self._call.words)
        return name if self.dialect == "sh" else name.rpartition("\\")[2].lower().removesuffix(".exe")

    @property
    def head(self) -> Word | None:
        """The word that names the program, path included."""
        return self._call.words[0] if self._call.words else None

    @property
    def args(self) -> tuple[Word, ...]:
        """The words after the name."""
        return self._call.words[1:]

    @property
    def runs_unknown(self) -> bool:
        """Whether it runs a program that only the run time knows (`$CMD`, `"$@"`)."""
        return bool(self.words) and not self.name

    @property
    def wrappers(self) -> tuple[str, ...]:
        """The programs that run it, the outermost first: `sudo`, `env`, `timeout`."""
        return self._call.wrappers

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """`NAME=value` before the name, those of `env` and `sudo` too."""
        return (*self.element.assignments, *self._call.assignments)

    @property
    def sets(self) -> tuple[Assignment, ...]:
        """Every variable it gives a value: `A=1 make`, `A=1`, `export A=1`, `env A=1 make`."""
        made = (assignment(word) for word in self.args) if self.name in _DECLARE else ()
        return (*self.assignments, *(found for found in made if found is not None))

    @property
    def interprets_input(self) -> bool:
        """Whether it runs what is piped into it: `sudo sh`, `bash -s`, `python3 -`."""
        return interprets_input(self.words)

    @property
    def options(self) -> frozenset[str]:
        """Shell options in force: errexit, pipefail, xtrace, nounset."""
        return self.element.options

    @property
    def before(self) -> str:
        """The operator that joins it to the one before in its list: && || | |& ; & newline, "" at the beginning."""
        return self.element.before

    @property
    def after(self) -> str:
        """The operator behind it, "" at the end of its list."""
        return self.element.after

    @property
    def failure(self) -> Failure:
        """What becomes of the script when it fails."""
        return self.element.fate or STOPS

    @property
    def negated(self) -> bool:
        """Whether `!` turns its status around."""
        return self.element.negated

    @property
    def documents(self) -> tuple[HereDoc, ...]:
        """Its here-documents."""
        return tuple(redirect.doc for redirect in self.redirects if redirect.doc is not None)

    @cached_property
    def nesting(self) -> tuple[str, ...]:
        """What it stands in, the outermost first (at most 50): if, loop, group, subshell, function, substitution,
        process, condition, branch, script (`sh -c`).
        """
        found: list[str] = []
        for block in _blocks_of(self.element):
            if block.owner is not None:
                found.append(block.kind)
        return tuple(reversed(found))

    @property
    def host(self) -> Element | None:
        """The element whose word holds it: the `sh` of `sh -c '...'`, the `echo` of `echo $(...)`."""
        for block in _blocks_of(self.element):
            if block.kind in ("script", "substitution", "process", "trap"):
                return block.owner
        return None

    @property
    def upstream(self) -> tuple[Element, ...]:
        """What stands left of it in its pipelines (`curl` of `curl x | (cd y && sh)`), the nearest first."""
        found: list[Element] = []
        element: Element | None = self.element
        for block in _blocks_of(self.element):
            while element is not None and element.before in PIPES and element.index and len(found) < 50:
                element = block.elements[element.index - 1]
                found.append(element)
            if block.kind not in ("group", "subshell", "branch", "loop", "condition", "script"):
                break
            element = block.owner
        return tuple(found)

    @property
    def outputs(self) -> tuple[Word, ...]:
        """The files that its output is written to: by its own redirections, else by those of what it stands in
        (`{ echo a; echo b; } > file`).
        """
        found, at = _written(self.redirects), self.element
        for _ in range(50):
            owner = at.block.owner
            if found or owner is None or at.after in PIPES or at.block.kind not in _OPEN_BLOCKS:
                break
            found, at = _written(owner.redirects), owner
        return found

    def flag(self, *names: str) -> Word | None:
        """The argument that is one of these flags: `-k` (in `-sSLk` too), `--insecure`, `--insecure=...`, `/c`."""
        for word in self.options_and_operands:
            if any(_is_flag(word.text, name) for name in names):
                return word
        return None

    def option(self, *names: str) -> Word | None:
        """The value of one of these options: `--mirror=x`, `--mirror x`, `-m x`, `-mx`."""
        for value in self.values(*names):
            return value
        return None

    def values(self, *names: str) -> Iterator[Word]:
        """Every value of one of these options."""
        words = self.args
        for at, word in enumerate(words):
            text = word.text
            if text == "--":
                return
            for name in names:
                if text == name and at + 1 < len(words):
                    yield words[at + 1]
                elif text.startswith(name + "=") and name.startswith("--"):
                    yield word.cut(len(name) + 1)
                elif len(name) == 2 and name[0] == "-" != name[1] and len(text) > 2 and text.startswith(name):
                    yield word.cut(2)

    @property
    def options_and_operands(self) -> Iterator[Word]:
        """The arguments before `--`."""
        for word in self.args:
            if word.text == "--":
                return
            yield word


def _is_flag(text: str, name: str) -> bool:
    if text == name:
        return True
    if name.startswith("--"):
        return text.startswith(name + "=")
    short = len(name) == 2 and name[0] == "-"
    return short and text[:1] == "-" and text[1:2] not in ("-", "") and text[1:].isalpha() and name[1] in text[1:]


_OPEN_BLOCKS = frozenset(("group", "subshell", "branch", "loop"))  # whose commands write where the whole of it does


def _written(redirects: Iterable[Redirect]) -> tuple[Word, ...]:
    return tuple(one.target for one in redirects if one.writes and one.target is not None and one.fd != "2")


def _blocks_of(element: Element) -> Iterator[Block]:
    """The lists around an element, the innermost first; at most 50."""
    block: Block | None = element.block
    for _ in range(50):
        if block is None:
            return
        yield block
        block = block.owner.block if block.owner is not None else None
