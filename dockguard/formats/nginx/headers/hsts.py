"""Strict-Transport-Security as browsers read it (RFC 6797 section 6.1, and the preload list's demands)."""

from __future__ import annotations

import re

from dockguard.formats.nginx.headers.headers import Carried
from dockguard.lazy import cached_property
from dockguard.source import Fact, Many, Span, Unknown

YEAR = 31_536_000  # seconds
_KNOWN = ("max-age", "includesubdomains", "preload")


class Hsts(Carried):
    """One Strict-Transport-Security header."""

    @cached_property
    def value(self) -> Fact[str]:
        """Its text; unknown where the request decides among several. Where it can only be empty else, it is the one."""
        found = self._header.literal
        texts = {choice for choice in self._header.choices if choice.text} if not found.sure else set()
        only = texts.pop() if len(texts) == 1 else None
        return found if only is None or only.open else Fact(only.text, self._header.value.span)

    @cached_property
    def _parts(self) -> tuple[tuple[str, str | None, int, int], ...]:
        """(name in lower case, value or None, start, end in the text) of each directive."""
        found, at = [], 0
        for piece in (self.value.known or "").split(";"):
            text = piece.strip()
            start = at + len(piece) - len(piece.lstrip())
            if text:
                name, equals, value = text.partition("=")
                found.append((name.lower(), value if equals else None, start, start + len(text)))
            at += len(piece) + 1
        return tuple(found)

    def _place(self, start: int, end: int) -> Span:
        word = self._header.word
        return word.part(start, end) if word is not None and word.text == self.value.known else self._header.value.span

    def _part(self, name: str) -> tuple[str, str | None, int, int] | None:
        return next((part for part in self._parts if part[0].strip() == name), None)

    @property
    def max_age(self) -> Fact[int]:
        """Seconds that browsers remember it; absent where it is missing or no number."""
        if not self.value.sure:
            return Fact(Unknown("the value depends on the request"), self._header.value.span)
        part = self._part("max-age")
        digits = (part[1] or "").strip().strip('"') if part else ""
        if part is None or not re.fullmatch(r"[0-9]{1,18}", digits):
            return Fact(None, self._header.value.span)
        return Fact(int(digits), self._place(part[2], part[3]))

    @property
    def seconds(self) -> Fact[int]:
        """The same as max_age where it is more than nothing; absent for `max-age=0`."""
        return self.max_age.map(lambda seconds: seconds or None)

    @property
    def removes(self) -> bool:
        """Whether it tells browsers to forget (`max-age=0`)."""
        return self.max_age.known == 0

    @property
    def subdomains(self) -> bool:
        """Whether it says includeSubDomains."""
        return self._part("includesubdomains") is not None

    @property
    def preload(self) -> Fact[str]:
        """The word `preload`; absent without it."""
        if not self.value.sure:
            return Fact(Unknown("the value depends on the request"), self._header.value.span)
        part = self._part("preload")
        return Fact("preload", self._place(part[2], part[3])) if part else Fact(None, self._header.value.span)

    @property
    def preloadable(self) -> bool:
        """Whether the preload list's demands are met: a year or more, includeSubDomains, preload."""
        return (self.max_age.known or 0) >= YEAR and self.subdomains and self.preload.known is not None

    @cached_property
    def errors(self) -> Many[Fact[str]]:
        """What RFC 6797 does not allow, in words; browsers then ignore the header or the part."""
        if not self.value.sure:
            return Many((), self.span, "the value depends on the request")
        found = [fact for index, part in enumerate(self._parts) if (fact := self._error(index, part))]
        if self._part("max-age") is None:
            found.append(Fact("`max-age` is missing, so browsers ignore the header", self._header.value.span))
        return Many(tuple(found), self.span)

    @property
    def error(self) -> Fact[str]:
        """The first of its errors."""
        return next(iter(self.errors), Fact(Unknown(self.errors.open) if self.errors.open else None, self.span))

    def _error(self, index: int, part: tuple[str, str | None, int, int]) -> Fact[str] | None:
        name, value, start, end = part
        words = _wrong(name, value) or (
            f"`{name}` is repeated" if any(other[0] == name for other in self._parts[:index]) else ""
        )
        return Fact(words, self._place(start, end)) if words else None


def _wrong(name: str, value: str | None) -> str:
    if "," in name or (value is not None and "," in value):
        return "parts are separated by `;`, not by `,`"
    if name.strip() not in _KNOWN:
        return f"`{name.strip()}` is no part of the header"
    if name != name.strip():
        return f"blank before `=` in `{name.strip()}`"
    if name == "max-age" and not re.fullmatch(r'"?[0-9]{1,18}"?', (value or "").strip()):
        return "`max-age` needs a number of seconds"
    if name != "max-age" and value is not None:
        return f"`{name}` takes no value"
    return ""
