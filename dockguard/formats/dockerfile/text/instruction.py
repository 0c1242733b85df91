"""One logical line to an instruction: name, flags, arguments, as BuildKit's parser dispatches them."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.formats.dockerfile.text import words as split
from dockguard.formats.dockerfile.text.tree import Flag, Heredoc, Instruction, Joined, Pair, Word
from dockguard.formats.dockerfile.variables.expand import shell_words, unquoted
from dockguard.lazy import regex
from dockguard.record import dataclass, field

_COMMAND = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL"})  # a JSON array, or one string
_LIST = frozenset({"COPY", "ADD", "VOLUME"})  # a JSON array, or words
_STRING = frozenset({"USER", "WORKDIR", "STOPSIGNAL", "MAINTAINER"})
_PAIRS = frozenset({"ENV", "LABEL"})
_HEREDOC = frozenset({"RUN", "COPY", "ADD"})
_MARK = regex(r"(\d*)<<(-?)[ \t]*([^<]+)")
_OPEN = regex(r"\d*<<-?")
_MAX_WORDS = 5000  # of one instruction
_MAX_NESTED = 3  # ONBUILD ONBUILD … is refused anyway


@dataclass(slots=True)
class Draft:
    """A logical line: lines are zero-based, `seen` is what dockerfile-parse makes of it."""

    joined: Joined
    first: int
    last: int
    heredocs: list[Heredoc] = field(default_factory=list)
    seen: tuple[str, str] | None = None


@dataclass(slots=True)
class _Arguments:
    words: list[split.Range] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    json: bool = False
    error: str = ""


def instruction(draft: Draft, escape: str) -> Instruction:
    """The instruction of a logical line."""
    return _instruction(draft, 0, escape, 0)


def _instruction(draft: Draft, start: int, escape: str, depth: int) -> Instruction:
    joined, text = draft.joined, draft.joined.text
    low, high = split.stripped(text, start, len(text))
    gap = split.BLANK.search(text, low, high)
    word_end, rest = (gap.start(), gap.end()) if gap else (high, high)
    name = draft.seen[0] if draft.seen and start == 0 else text[low:word_end].upper()
    marks, begin = split.flags(text, rest, high)
    begin, end = split.stripped(text, begin, high)
    trigger = None
    if name == "ONBUILD" and begin < end and depth < _MAX_NESTED:
        trigger = _instruction(draft, begin, escape, depth + 1)
        found = _Arguments()
    else:
        found = _arguments(joined, name, begin, end, escape)
    if len(found.words) > _MAX_WORDS:
        found.words, found.pairs = found.words[:_MAX_WORDS], found.pairs[:_MAX_WORDS]
        found.error = found.error or f"{name} has more than {_MAX_WORDS} arguments"
    keyword = joined.span(low, word_end)
    whole = joined.source.span(keyword.start, _end(draft, joined, high))
    words = tuple(Word(word, joined.span(a, b)) for word, a, b in found.words)
    return Instruction(
        name,
        keyword,
        whole,
        draft.first + 1,
        draft.last + 1,
        joined,
        start,
        (begin, end),
        tuple(_flag(joined, mark) for mark in marks),
        words,
        tuple(found.pairs),
        found.json,
        tuple(draft.heredocs),
        trigger,
        found.error,
    )


def _end(draft: Draft, joined: Joined, high: int) -> int:
    if draft.heredocs:
        return joined.source.line_span(draft.last + 1).end
    return joined.span(high, high).start if high == 0 else joined.span(high - 1, high).end


def _flag(joined: Joined, mark: split.Range) -> Flag:
    text, start, end = mark
    name, equals, value = text[2:].partition("=")
    return Flag(name, value if equals else None, joined.span(start, end))


def _arguments(joined: Joined, name: str, start: int, end: int, escape: str) -> _Arguments:
    text = joined.text
    if name in _PAIRS:
        return _name_values(joined, name, start, end, escape)
    if name == "ARG":
        found = split.quoted_words(text, start, end, escape)
        return _Arguments(found, [_pair(joined, word) for word in found])
    if name in _COMMAND or name in _LIST:
        return _maybe_json(text, name, start, end)
    if name == "HEALTHCHECK":
        return _health(text, start, end)
    if name in ("FROM", "EXPOSE"):
        return _Arguments(split.blank_separated(text, start, end))
    if name in _STRING:
        return _Arguments([(text[start:end], start, end)] if start < end else [])
    return _Arguments()


def _maybe_json(text: str, name: str, start: int, end: int) -> _Arguments:
    strings, error = split.json_array(text, start, end)
    if strings is not None or error:
        return _Arguments(strings or [], json=strings is not None, error=error)
    if name in _LIST:
        return _Arguments(split.blank_separated(text, start, end))
    return _Arguments([(text[start:end], start, end)] if start < end else [])


def _health(text: str, start: int, end: int) -> _Arguments:
    """`HEALTHCHECK CMD …`: the type is the first word, what follows is like CMD."""
    stop = start
    while stop < end and text[stop] not in split.WHITE:
        stop += 1
    rest, _ = split.stripped(text, stop, end)
    found = _maybe_json(text, "CMD", rest, end)
    if start < stop:
        found.words.insert(0, (text[start:stop], start, stop))
    return found


def _name_values(joined: Joined, name: str, start: int, end: int, escape: str) -> _Arguments:
    text = joined.text
    found = split.quoted_words(text, start, end, escape)
    if not found:
        return _Arguments()
    if "=" not in found[0][0]:
        gap = split.BLANK.search(text, start, end)
        if not gap:
            return _Arguments(found, error=f"{name} must have two arguments")
        first, value = (start, gap.start()), (gap.end(), end)
        words = [(text[a:b], a, b) for a, b in (first, value)]
        key, rest = (Word(text[a:b], joined.span(a, b)) for a, b in (first, value))
        return _Arguments(words, [Pair(key, rest, legacy=True)])
    wrong = next((word for word, _, _ in found if "=" not in word), None)
    error = f"{name}: can't find `=` in `{wrong[:40]}`, it must be of the form name=value" if wrong is not None else ""
    return _Arguments(found, [_pair(joined, word) for word in found if "=" in word[0]], error=error)


def _pair(joined: Joined, word: split.Range) -> Pair:
    text, start, end = word
    name, equals, value = text.partition("=")
    key = Word(name, joined.span(start, start + len(name)))
    if not equals:
        return Pair(key, None)
    return Pair(key, Word(value, joined.span(start + len(name) + 1, end)))


def heredoc_names(text: str, escape: str) -> Iterator[tuple[str, bool, bool, int]]:
    """(name, expand, chomp, descriptor) of the heredocs that a logical line opens."""
    if "<<" not in text or not _takes_heredocs(text):
        return
    for word in _with_gaps(shell_words(text)):
        mark = _MARK.fullmatch(word)
        names = unquoted(mark[3]) if mark else None
        if mark and names and len(names) == 1:
            quotes = mark[3].count("'") + mark[3].count('"')
            expand = quotes == names[0].count("'") + names[0].count('"')
            yield names[0], expand, mark[2] == "-", int(mark[1][:9] or 0)


def _with_gaps(words: list[str]) -> Iterator[str]:
    """`<< EOF` is one mark, written with a gap."""
    held = ""
    for word in words:
        if not held and _OPEN.fullmatch(word):
            held = word
            continue
        yield held + word
        held = ""


def _takes_heredocs(text: str) -> bool:
    low, high = split.stripped(text, 0, len(text))
    for _ in range(2):
        gap = split.BLANK.search(text, low, high)
        if not gap:
            return False
        name = text[low : gap.start()].upper()
        begin, end = split.stripped(text, split.flags(text, gap.end(), high)[1], high)
        if name in _HEREDOC:
            return split.json_array(text, begin, end)[0] is None
        if name != "ONBUILD":
            return False
        low = begin
    return False
