"""Servers that are made for developers, by the command that starts them: `npm run dev`, `uvicorn --reload`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from dockguard.common.tables import load
from dockguard.lazy import regex
from dockguard.record import dataclass, replace

MAX_SCRIPT = 20_000
MAX_WORDS = 200
# Programs that run the one whose name follows.
_RUNNERS = frozenset(
    """
    -- -m exec run x env sudo nice php python python2 python3 ruby node bun deno npx bunx pnpx npm yarn pnpm dlx bundle
    poetry pipenv pdm uv hatch rye composer tini dumb-init init gosu su-exec dotenv doppler wait-for-it
    """.split()
)
_SHELLS = frozenset("sh bash dash ash zsh ksh".split())
_SHELL_FLAG = regex(r"-[a-z]{0,6}c")

_Told = Sequence[tuple[int, str]]  # words with their places in the command


@dataclass(frozen=True, slots=True)
class Server:
    """What is started: the words that say so, whose it is, and the word of the command that they begin at."""

    name: str
    product: str
    index: int


@dataclass(frozen=True, slots=True)
class _Row:
    """Words that follow each other, and one of the options, unless one of further words is there."""

    words: tuple[frozenset[str], ...]
    options: tuple[str, ...]
    left_out: frozenset[str]
    product: str

    def start(self, told: _Told) -> int | None:
        """Where the words stand: at the beginning, or behind a program that runs another one."""
        for at in range(len(told) - len(self.words) + 1):
            leads = at == 0 or told[at - 1][1] in _RUNNERS or told[at - 1][1].endswith(".sh")
            if leads and all(map(_is_among, (word for _, word in told[at:]), self.words)):
                return at
        return None

    def option(self, text: str) -> str | None:
        """The option that makes it a server for developers; "" where none has to, None where it is not there."""
        return next((option for option in self.options if f" {option} " in text), None if self.options else "")


def started(words: Sequence[str]) -> Iterator[Server]:
    """The servers for developers that a command starts, the script of `sh -c` opened."""
    script = next((index + 1 for index, word in enumerate(words[:-1]) if _SHELL_FLAG.fullmatch(word)), 0)
    if not script or words[0].rpartition("/")[2] not in _SHELLS:
        yield from filter(None, (server(words),))
        return
    from dockguard.common.shell import scan_text

    for command in scan_text(words[script][:MAX_SCRIPT]).commands:
        found = server((command.name, *(word.text for word in command.args)))
        if found is not None:
            yield replace(found, index=script)


def server(words: Sequence[str]) -> Server | None:
    """The server for developers that one simple command starts; None for none."""
    listed = [(index, word.rpartition("/")[2] or word) for index, word in enumerate(words[:MAX_WORDS])]
    bare = [pair for pair in listed if not pair[1].startswith("-")]
    names = frozenset(word for _, word in listed)
    text = f" {' '.join(words[:MAX_WORDS])} ".replace("=", " ")
    for row in _rows():
        if row.words[0].isdisjoint(names) or not row.left_out.isdisjoint(names):
            continue
        option = row.option(text)
        for told in (listed, bare) if option is not None else ():
            at = row.start(told)
            if at is not None:
                name = " ".join(word for _, word in told[at : at + len(row.words)])
                return Server(f"{name} {option}".rstrip(), row.product, told[at][0])
    return None


def _is_among(word: str, choices: frozenset[str]) -> bool:
    return word in choices or f"{word.partition(':')[0]}:*" in choices


@cache
def _rows() -> tuple[_Row, ...]:
    return tuple(
        _Row(
            tuple(frozenset(word.split("|")) for word in row["words"].split()),
            tuple(row.get("options", ())),
            frozenset(row.get("not", ())),
            row["product"],
        )
        for row in load("switches")["servers"]
    )
