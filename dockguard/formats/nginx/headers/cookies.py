"""Cookies that the configuration itself sets, as browsers read them (RFC 6265bis)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from dockguard.formats.nginx.flow.values import VARIABLE
from dockguard.formats.nginx.headers.headers import Carried, Header
from dockguard.formats.nginx.server import Server
from dockguard.lazy import cached_property, regex
from dockguard.source import Fact, Many, Unknown

_SESSION = regex(
    r"sess|(?:^|[-_.])sid(?:$|[-_.])|sid$|auth|token|jwt|login|remember|(?:^|[-_.])id[-_.]?token|access", 2
)
# Double-submit tokens, which scripts have to read.
_FOR_SCRIPTS = regex(r"c?srf|xsrf", re.I)
_GONE = regex(r";\s*(?:max-age\s*=\s*(?:0|-\d+)|expires\s*=\s*(?:\w{3},\s*)?(?:0?1[ -]jan[ -](?:1970|70)|0))", re.I)


class Cookie(Carried):
    """One Set-Cookie header of an `add_header` or `more_set_headers` line."""

    def __init__(self, header: Header, tls: Fact[bool]) -> None:
        super().__init__(header)
        self.tls = tls

    tls: Fact[bool]
    """Whether a server that sends it speaks TLS."""

    @property
    def text(self) -> Fact[str]:
        """Its value as written."""
        return self._header.value

    @property
    def name(self) -> str:
        """Its name."""
        return (self.text.known or "").partition("=")[0].strip()

    @property
    def deletes(self) -> bool:
        """Whether it only takes a cookie away."""
        return _GONE.search(self.text.known or "") is not None

    @cached_property
    def _attributes(self) -> dict[str, str] | None:
        """Attributes in lower case; None where a variable may bring some, or the whole value."""
        text = self.text.known
        if text is None or not self.name or VARIABLE.fullmatch(text.strip()):
            return None
        first, *parts = text.split(";")
        if any("$" in part for part in parts) or first.rstrip().endswith("$"):
            return None
        pairs = (part.partition("=") for part in parts)
        return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}

    def _fact(self, value: str | None) -> Fact[str]:
        return Fact(value, self.text.span)

    def _lacks(self, attribute: str) -> Fact[str]:
        """The cookie's name, where the attribute is surely missing."""
        if self._attributes is None:
            return Fact(Unknown("a variable may bring its attributes"), self.text.span)
        return self._fact(None if attribute in self._attributes or self.deletes else self.name)

    @property
    def not_secure(self) -> Fact[str]:
        """Its name, where `Secure` is missing."""
        return self._lacks("secure")

    @property
    def not_httponly(self) -> Fact[str]:
        """Its name, where `HttpOnly` is missing and it is no token that scripts have to read."""
        return self._fact(None) if _FOR_SCRIPTS.search(self.name) else self._lacks("httponly")

    @property
    def session(self) -> bool:
        """Whether its name says that whoever has it is the user."""
        return _SESSION.search(self.name) is not None and not _FOR_SCRIPTS.search(self.name)

    @property
    def no_samesite(self) -> Fact[str]:
        """Its name, where `SameSite` is missing."""
        return self._lacks("samesite")

    @cached_property
    def refused(self) -> Fact[str]:
        """Why browsers do not take it, or not as it is meant, in words; absent where they do."""
        if self._attributes is None:
            return Fact(Unknown("a variable may bring its attributes"), self.text.span)
        return self._fact(next(self._objections(self._attributes), None))

    def _objections(self, has: dict[str, str]) -> Iterator[str]:
        secure, site = "secure" in has, has.get("samesite", "lax").lower()
        if site not in ("strict", "lax", "none"):
            yield f"`SameSite={has['samesite']}` is none of Strict, Lax and None"
        if site == "none" and not secure:
            yield "`SameSite=None` needs `Secure`"
        low = self.name.lower()
        if low.startswith(("__secure-", "__host-")) and not secure:
            yield f"the name `{self.name}` needs `Secure`"
        if low.startswith("__host-") and (has.get("path") != "/" or "domain" in has):
            yield f"the name `{self.name}` needs `Path=/` and no `Domain`"
        if "partitioned" in has and not secure:
            yield "`Partitioned` needs `Secure`"

    def __repr__(self) -> str:
        return f"Cookie({self.name})"


def cookies(headers: Iterable[Header], servers: Many[Server]) -> Iterator[Cookie]:
    """The cookies of Set-Cookie lines, each with whether one of the servers that send it speaks TLS."""
    every = {id(one.level): one for one in servers}
    known: dict[int, Fact[bool]] = {}
    for header in headers:
        if header.key == "set-cookie":
            home = header.directive.level
            if id(home) not in known:
                own = [every[id(level)] for level in home.chain if id(level) in every]
                sending = own or [one for one in every.values() if home in one.level.chain]
                known[id(home)] = _tls(sending, Fact[bool](None, header.span))
            yield Cookie(header, known[id(home)])


def _tls(servers: Iterable[Server], none: Fact[bool]) -> Fact[bool]:
    """TLS of a server that speaks it, else of one that may; `none` where no server does."""
    facts = [one.tls for one in servers]
    sure, doubtful = (fact for fact in facts if fact.known), (fact for fact in facts if not fact.sure)
    return next(chain(sure, doubtful), none)
