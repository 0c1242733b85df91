"""Parts of an instruction as rules see them: flags, mounts, variables it sets or misses, texts it writes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from dockguard.formats.dockerfile.parts import FlagValue, MountFlag, Undefined, Variable
from dockguard.formats.dockerfile.text.tree import COPIES, UNEXPANDED, Pair, Word
from dockguard.formats.dockerfile.text.words import csv_fields
from dockguard.formats.dockerfile.variables.expand import expand
from dockguard.formats.dockerfile.variables.scope import PLATFORM, Expanded
from dockguard.lazy import regex
from dockguard.source import Fact, Span

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.model import Step

_PREDEFINED = PLATFORM | frozenset("HTTP_PROXY HTTPS_PROXY FTP_PROXY NO_PROXY ALL_PROXY".split()) | {"TARGETSTAGE"}
_NEVER = frozenset({"", "@", "*", "#", "?", "-", "$", "!", "PATH"})  # no variable that a file declares
_USE = regex(r"\$(?:(\w+)|\{(\w+)\}?)")
_SPECIAL = frozenset("$'\"")
_REFUSED = ("unexpected end", "syntax error", "unsupported modifier")  # not what `${X:?…}` says
MAX_REFERENCE = 500  # characters of a reference that are looked at
_MAX_CLOSE = 30  # misspelled names of one file that are compared
_MAX_NAMES = 2000  # that are compared with a misspelled one


def flag_values(step: Step) -> Iterator[FlagValue]:
    """The flags, variables replaced where BuildKit replaces them."""
    for flag in step.node.flags:
        if flag.value is None:
            yield FlagValue(flag.name, Fact("true", flag.span), flag.span)
        else:
            fact = step.expand(Word(flag.value, flag.span)).fact
            yield FlagValue(flag.name, fact, flag.span)


def variables(step: Step) -> Iterator[Variable]:
    """The variables that it sets, each with its value and as it stands in the file."""
    for pair in step.node.pairs:
        name = step.expand(pair.name).fact.known or pair.name.text
        where = pair.name.span
        if pair.value is not None:
            where = where.source.span(where.start, max(where.end, pair.value.span.end))
        yield Variable(name, value_of(step, pair), written(step, pair), step, where, pair.name.span)


def mounts(step: Step) -> Iterator[MountFlag]:
    """The mounts of a RUN; a flag that is no CSV line is left out."""
    for flag in step.node.all_flags("mount"):
        fields = {}
        for part in csv_fields(flag.value or ""):
            name, _, value = part.partition("=")
            fields[name.strip().lower()] = value if "=" in part else "true"
        yield _mount(step, fields, flag.span)


def _mount(step: Step, fields: dict[str, str], span: Span) -> MountFlag:
    def fact(*names: str) -> Fact[str]:
        value = next((fields[name] for name in names if name in fields), None)
        return Fact(None, span) if value is None else step.expand(Word(value, span)).fact

    source = fact("source", "src")
    kind = fields.get("type", "bind")
    identity = fact("id").or_else(source if kind in ("secret", "ssh") else Fact(None, span))
    read_only = kind in ("bind", "secret") and "rw" not in fields and fields.get("readwrite") != "true"
    read_only = read_only or any(fields.get(name) == "true" for name in ("ro", "readonly"))
    target = fact("target", "dst", "destination")
    return MountFlag(
        kind, source, target, fact("from"), identity, fact("mode"), fact("env"), read_only, step, span
    )  # fmt: skip


def value_of(step: Step, pair: Pair) -> Fact[str]:
    """What a variable is set to: for an ARG what the build gives it, its default, or the global one."""
    if step.name == "ARG":
        fact = step.scope.get(pair.name.text, step.at + 1)
        return Fact(None, pair.name.span) if fact is None else fact
    assert pair.value is not None
    return expanded(step, pair).fact


def expanded(step: Step, pair: Pair) -> Expanded:
    """The value of a pair after replacement; the legacy form is a single word, its quotes kept by BuildKit's parser."""
    assert pair.value is not None
    return step.expand(pair.value)


def written(step: Step, pair: Pair) -> Fact[str]:
    """The value as written, without its quotes, variables left as they are."""
    if pair.value is None:
        return Fact(None, pair.name.span)
    found = expand(pair.value.text, lambda name: None, step.escape)
    text = pair.value.text.strip("\"'") if "$" in pair.value.text else found.value
    return Fact(text, pair.value.span)


def texts(step: Step) -> Iterator[Fact[str]]:
    """The joined line as one text, and each heredoc's body."""
    yield Fact(step.node.text, step.span)
    for heredoc in step.node.heredocs:
        yield Fact(heredoc.body.text, heredoc.span)


def words(step: Step) -> Iterator[Word]:
    """The words in which BuildKit replaces variables."""
    if step.name in ("ENV", "LABEL", "ARG"):
        for pair in step.node.pairs:
            yield pair.name
            if pair.value is not None:
                yield pair.value
    elif step.name not in UNEXPANDED:
        yield from step.node.words
    if step.name in COPIES:
        yield from (Word(flag.value, flag.span) for flag in step.node.flags if flag.value and flag.name != "from")


def fault(step: Step) -> Fact[str]:
    """Why BuildKit refuses an instruction, at its place: for what it is, else for a word of it."""
    from dockguard.formats.dockerfile.text import validity

    found = validity.fault(step.node, onbuild=step.onbuild)
    if found.written or step.onbuild or not step.is_built:
        return found
    for word in words(step) if _SPECIAL & set(step.node.text) else ():
        error = "" if word.text.startswith("<<") else step.expand(word).error
        if error.startswith(_REFUSED):
            return Fact(error, word.span)
    return _no_image(step) if step.name == "FROM" else found


def _no_image(step: Step) -> Fact[str]:
    """Why what a FROM names can be no image; templates, which are filled in before the build, are left alone."""
    from dockguard.common.imageref import parse

    word = step.node.words[0]
    known = step.stage is not None and step.stage.parent is None and not any(mark in word.text for mark in "${}%<>@~")
    parsed = parse(word.text.strip("\"'")) if known and len(word.text) < MAX_REFERENCE else None
    wrong = parsed.error if parsed is not None else ""
    return Fact(f"`{word.text}` is no image: {wrong}" if wrong else None, word.span)


def undefined(step: Step) -> Iterator[Undefined]:
    """Variables that nothing declares, each once."""
    seen: set[str] = set()
    for word in words(step):
        missing = step.expand(word).undeclared if "$" in word.text else ()
        places = _places(word.span) if missing else {}
        for name in missing:
            if name not in seen and name not in _NEVER and not name.isdigit():
                seen.add(name)
                yield _undefined(step, name, places.get(name, word.span))


def _undefined(step: Step, name: str, place: Span) -> Undefined:
    is_global = name in step.scope.outer or (step.name != "FROM" and step.stage is not None and name in _PREDEFINED)
    sure = not step.scope.open or is_global
    return Undefined(name, _near(step, name), is_global, sure, place)


def _near(step: Step, name: str) -> str:
    """A declared name that looks alike; of a file with very many undeclared ones only the first are compared."""
    file = step.scope if step.stage is None else step.stage.globals
    file.compared += 1
    if file.compared > _MAX_CLOSE:
        return ""
    from difflib import get_close_matches

    known = islice((other for other in dict.fromkeys(step.scope.names()) if other != name), _MAX_NAMES)
    return next(iter(get_close_matches(name, known, 1, 0.88)), "")


def _places(span: Span) -> dict[str, Span]:
    """Where each variable stands first in a word: `$NAME`, `${NAME}`, or the beginning of `${NAME:-…}`."""
    found: dict[str, Span] = {}
    for match in _USE.finditer(span.text):
        found.setdefault(match[1] or match[2], span.source.span(span.start + match.start(), span.start + match.end()))
    return found
