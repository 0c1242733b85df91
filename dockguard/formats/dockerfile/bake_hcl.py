"""`docker-bake.hcl` as far as it stands written: targets, literals, and variables with their defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dockguard.lazy import regex
from dockguard.source import Unknown

MAX_DEPTH = 20
MAX_TEXT = 200_000  # code points that are read
OPEN = Unknown("an expression of a bake file")

_GAP = regex(r"(?:[ \t\r]|/\*(?s:.*?)\*/)*")
_GAPS = regex(r"(?:[ \t\r\n]|/\*(?s:.*?)\*/|(?:#|//)[^\n]*)*")
_WORD = regex(r"[A-Za-z_][\w-]*")
_NUMBER = regex(r"-?\d+(?:\.\d+)?")
_PLAIN = regex(r'[^"\\$%\n]+|\\.|\$(?!\{)|%(?!\{)|\$\$\{|%%\{')
_NAMED = regex(r"\$\{[ \t]*([A-Za-z_]\w*)[ \t]*\}")
_HEREDOC = regex(r"<<-?[ \t]*([A-Za-z_]\w*)[ \t\r]*\n(?:(?s:.*?)\n)??[ \t]*\1\b")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class _Name(str):
    """A variable that stands for a value."""

    __slots__ = ()


class _End(Exception):
    """The text is no HCL from here on."""


def targets(text: str) -> Mapping[str, Mapping[str, Any]]:
    """Targets by name with their attributes: str, list, dict, None or Unknown; what cannot be read is left out."""
    found: dict[str, dict[str, Any]] = {}
    variables: dict[str, Any] = {}
    for labels, body in _blocks(_Reader(text[:MAX_TEXT])):
        if labels[:1] == ["target"] and len(labels) == 2:
            found.setdefault(labels[1], {}).update(body)
        elif labels[:1] == ["variable"] and len(labels) == 2:
            default = body.get("default", OPEN)
            variables[labels[1]] = default if isinstance(default, str) and not isinstance(default, _Name) else OPEN
        elif len(labels) == 1:
            variables.update({name: value for name, value in body.items() if isinstance(value, str)})
    return {name: {key: _resolved(value, variables) for key, value in body.items()} for name, body in found.items()}


def _resolved(value: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, _Name):
        return variables.get(value, OPEN)
    if isinstance(value, str):
        return _filled(value, variables)
    if isinstance(value, list):
        return [_resolved(item, variables) for item in value]
    if isinstance(value, dict):
        return {key: _resolved(item, variables) for key, item in value.items()}
    return value


def _filled(text: str, variables: Mapping[str, Any]) -> Any:
    known = _NAMED.sub(lambda match: str(variables.get(match[1])), text) if "${" in text else text
    unknown = any(not isinstance(variables.get(match[1]), str) for match in _NAMED.finditer(text))
    return OPEN if unknown or "${" in known or "%{" in known else known


def _blocks(reader: _Reader) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Blocks with their words (`target "app"`); an attribute of the file is a block of one word."""
    try:
        while not reader.done():
            name = reader.word()
            if reader.take("="):
                yield [""], {name: reader.value(0)}
            else:
                yield [name, *reader.labels()], reader.body(0)
    except _End:
        return


class _Reader:
    """A place in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def done(self) -> bool:
        """Whether nothing is left but gaps."""
        self.skip(_GAPS)
        return self.at >= len(self.text)

    def skip(self, gap: Any) -> None:
        """Over a gap."""
        self.at = gap.match(self.text, self.at).end()

    def take(self, sign: str, gap: Any = _GAP) -> bool:
        """Whether a sign is next, which is taken."""
        self.skip(gap)
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def word(self) -> str:
        """A name, or one in quotes."""
        self.skip(_GAPS)
        if self.text.startswith('"', self.at):
            return self.string()
        match = _WORD.match(self.text, self.at)
        if match is None:
            raise _End
        self.at = match.end()
        return match[0]

    def labels(self) -> Iterator[str]:
        """The words before a block."""
        while not self.take("{"):
            yield self.word()

    def body(self, depth: int) -> dict[str, Any]:
        """Attributes up to the closing brace, which is taken; blocks inside are passed over."""
        found: dict[str, Any] = {}
        if depth > MAX_DEPTH:
            raise _End
        while not self.take("}", _GAPS):
            name = self.word()
            if self.take("=") or self.take(":"):
                found[name] = self.value(depth + 1)
                self.take(",")
            else:
                list(self.labels())
                self.body(depth + 1)
        return found

    def value(self, depth: int) -> Any:
        """A literal or a name; Unknown for any other expression, which is passed over."""
        start = self.at
        found = self._literal(depth)
        self.skip(_GAP)
        if found is not OPEN and (self.at >= len(self.text) or self.text[self.at] in "\n,]}#/"):
            return found
        self.at = start
        self._pass_over()
        return OPEN

    def _literal(self, depth: int) -> Any:
        self.skip(_GAP)
        first = self.text[self.at : self.at + 1]
        if depth > MAX_DEPTH:
            raise _End
        if first == '"':
            return self.string()
        if first == "[":
            return self._list(depth)
        if first == "{":
            self.at += 1
            return self.body(depth)
        match = _WORD.match(self.text, self.at) or _NUMBER.match(self.text, self.at)
        if match is None:
            return OPEN
        self.at = match.end()
        plain = match[0] in ("true", "false") or not match[0][0].isalpha()
        return None if match[0] == "null" else match[0] if plain else _Name(match[0])

    def _list(self, depth: int) -> Any:
        found: list[Any] = []
        self.at += 1
        while not self.take("]", _GAPS):
            if self.at >= len(self.text):
                raise _End
            found.append(self.value(depth + 1))
            self.skip(_GAPS)
            if not self.take(",") and not self.text.startswith("]", self.at):
                raise _End
        return found

    def string(self, depth: int = 0) -> str:
        """A quoted text, its templates (`${…}`) as they stand."""
        found: list[str] = []
        self.at += 1
        while not self.text.startswith('"', self.at):
            match = _PLAIN.match(self.text, self.at)
            if match is not None:
                escaped = match[0][:1] == "\\"
                found.append(_ESCAPES.get(match[0][1:], match[0][1:]) if escaped else match[0])
                self.at = match.end()
            elif self.text[self.at : self.at + 2] in ("${", "%{"):
                start = self.at
                self.at += 2
                self._balanced("}", depth + 1)
                found.append(self.text[start : self.at])
            else:
                raise _End
        self.at += 1
        return "".join(found)

    def _balanced(self, end: str, depth: int) -> None:
        """Up to a closing sign, which is taken, brackets and quotes inside of it passed over."""
        stack = [end]
        while stack:
            sign = self.text[self.at : self.at + 1]
            if not sign or len(stack) + depth > MAX_DEPTH:
                raise _End
            if sign == '"':
                self.string(depth)
                continue
            if sign == stack[-1]:
                stack.pop()
            elif sign in "([{":
                stack.append(_CLOSING[sign])
            self.at += 1

    def _pass_over(self) -> None:
        """To the end of an expression."""
        while self.at < len(self.text) and self.text[self.at] not in "\n,]}":
            sign = self.text[self.at]
            if self.text.startswith("<<", self.at):
                self._heredoc()
            elif sign == '"':
                self.string()
            else:
                self.at += 1
                if sign in "([{":
                    self._balanced(_CLOSING[sign], 0)

    def _heredoc(self) -> None:
        match = _HEREDOC.match(self.text, self.at)
        if match is None:
            raise _End
        self.at = match.end()
