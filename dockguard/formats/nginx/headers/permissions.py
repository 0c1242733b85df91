"""Permissions-Policy as browsers read it: a dictionary of structured fields (RFC 9651) of allowlists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockguard.formats.nginx.directives.table import nearest
from dockguard.formats.nginx.headers.headers import Carried
from dockguard.lazy import cached_property, regex
from dockguard.source import Fact, Span, Unknown

# Features of the specifications that browsers implement; used to find misspelt ones, not to judge new ones.
FEATURES = frozenset(
    """
    accelerometer ambient-light-sensor attribution-reporting autoplay battery bluetooth browsing-topics camera
    captured-surface-control clipboard-read clipboard-write compute-pressure cross-origin-isolated deferred-fetch
    display-capture document-domain encrypted-media execution-while-not-rendered execution-while-out-of-viewport
    fullscreen gamepad geolocation gyroscope hid identity-credentials-get idle-detection interest-cohort keyboard-map
    language-detector local-fonts magnetometer microphone midi navigation-override on-device-speech-recognition
    otp-credentials payment picture-in-picture private-state-token-issuance private-state-token-redemption
    publickey-credentials-create publickey-credentials-get screen-wake-lock serial shared-storage speaker-selection
    storage-access summarizer sync-xhr translator unload usb vibrate vr wake-lock web-share window-management
    xr-spatial-tracking
    """.split()
)
_KEY = regex(r"[a-z*][a-z0-9_\-.*]*")
_MEMBER = regex(r"([^=\s;,]+)(\s*)(=?)(\s*)(.*)", re.S)
_STRING = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
_TOKEN = r"[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]*"
_ITEM = rf"(?:{_STRING}|{_TOKEN}|\?[01])"
_PARAMETERS = rf"(?:;[ ]*[a-z*][a-z0-9_\-.*]*(?:={_ITEM})?)*"
_VALUE = regex(rf"(?:{_ITEM}|\([ ]*(?:{_ITEM}(?:[ ]+{_ITEM})*)?[ ]*\)){_PARAMETERS}")
_OLD = regex(r"[a-z-]+\s+(?:'|https?:|\*)", re.I)
_URL = regex(r"(?:https?:)?//[^\s()]+")
_QUOTED = regex(_STRING)
_PARAMETER = regex(r";[ ]*([a-z-]+)")


class Permissions(Carried):
    """One Permissions-Policy header."""

    @cached_property
    def invalid(self) -> Fact[str]:
        """Why browsers ignore the whole header, in words; absent where they read it."""
        if not self.value.sure:
            return Fact(Unknown("the value depends on the request"), self._header.value.span)
        text = self.value.known or ""
        if not text.strip():
            return Fact(None, self._header.value.span)
        if _OLD.match(text.strip()) and "=" not in text.split(";")[0].split("//")[0]:
            return Fact("this is how Feature-Policy was written", self._header.value.span)
        return next(self._faults(), Fact(None, self._header.value.span))

    def _faults(self) -> Iterator[Fact[str]]:
        for start, member in self._members:
            why = _fault(member)
            if why:
                yield Fact(why, self._place(start, start + len(member)))

    @cached_property
    def _members(self) -> tuple[tuple[int, str], ...]:
        """The parts between commas, those in strings and lists left alone, each with its offset."""
        text, found, start, depth, quoted = self.value.known or "", [], 0, 0, False
        for at, sign in enumerate(text):
            quoted ^= sign == '"'
            depth += 0 if quoted else (sign == "(") - (sign == ")")
            if sign == "," and not quoted and depth <= 0:
                found.append((start, text[start:at]))
                start = at + 1
        found.append((start, text[start:]))
        return tuple((at + len(part) - len(part.lstrip()), part.strip()) for at, part in found)

    @property
    def useless(self) -> Fact[str]:
        """A part that browsers read and then ignore, in words: an origin without quotes, a name that they lack."""
        if not self.value.sure or self.invalid.written:
            return Fact(None, self._header.value.span)
        return next(self._wasted(), Fact(None, self._header.value.span))

    def _wasted(self) -> Iterator[Fact[str]]:
        for start, member in self._members:
            name, equals, value = member.partition("=")
            url = _URL.search(_QUOTED.sub(lambda quoted: " " * len(quoted[0]), value))
            if url:
                begin = start + len(name) + len(equals) + url.start()
                yield Fact(f"`{url[0]}` needs quotes", self._place(begin, begin + len(url[0])))
            swallowed = next((one for one in _PARAMETER.finditer(value) if one[1] in FEATURES), None)
            if swallowed:
                begin = start + len(name) + len(equals)
                yield Fact(
                    f"`;` before `{swallowed[1]}` makes it a parameter of `{name}`; features are separated by `,`",
                    self._place(begin + swallowed.start(1), begin + swallowed.end(1)),
                )
            likely = nearest(name, sorted(FEATURES), 0.85) if name not in FEATURES else ""
            if likely:
                yield Fact(
                    f"no browser knows `{name}`; `{likely}` was probably meant", self._place(start, start + len(name))
                )

    def _place(self, start: int, end: int) -> Span:
        word = self._header.word
        return word.part(start, end) if word is not None and word.text == self.value.known else self._header.value.span

    def __repr__(self) -> str:
        return f"Permissions({self.value.known})"


def _fault(member: str) -> str:
    """What makes a part unreadable, and with it the header."""
    if not member:
        return "a comma too many"
    match = _MEMBER.fullmatch(member)
    if match is None or not _KEY.fullmatch(match[1]):
        return f"`{member.split('=')[0].strip()[:40]}` is no name of a feature"
    if match[2] or match[4]:
        return "no blanks may stand around `=` or before a list"
    if not match[3]:
        return "" if not match[5] else f"`=` is missing after `{match[1]}`"
    return (
        ""
        if _VALUE.fullmatch(match[5])
        else f'`{match[5][:40]}` is no list: write `()`, `(self)`, `(self "https://…")` or `*`'
    )
