"""Containers whose names nginx looks up for each request, by no resolver or by one that does not know them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from dockguard.api import Fact, Finding, Note, Served

if TYPE_CHECKING:
    from dockguard.api import Directive, Site

PASSES = frozenset(("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass"))
HOST = re.compile(r"(?:[a-z0-9]{1,10}://)?([a-z0-9_-]{1,200})(?::\d{1,5})?(?:/.*)?", re.I | re.S)
DOCKER = "127.0.0.11"


def check(served: Served) -> Iterator[Finding]:
    """One finding for each `resolver` that is missing or wrong, at the first line that needs it."""
    site = cast("Site", served.site)
    said: set[object] = set()
    for line in site.lines():
        if line.name not in PASSES or not line.words or "$" not in line.text(0):
            continue
        host = next((host for host in hosts(line, site) if needs_resolver(host, served)), "")
        finding = judge(line, host) if host else None
        if finding is not None and finding.span not in said:
            said.add(finding.span)
            yield finding


def hosts(line: Directive, site: Site) -> Iterator[str]:
    """The hosts that an address with variables can have, as far as they are known."""
    for choice in site.variables.choices(line.text(0), line.level, html=False):
        match = HOST.fullmatch(choice.text)
        if match is not None:
            yield match[1]


def needs_resolver(host: str, served: Served) -> bool:
    """Whether a container has this name, and no other line of the site has nginx know it from the start."""
    ways = (way for way in served.stack.ways if way.site == served.proxy.subject and not way.late)
    if any(way.host.lower() == host.lower() for way in ways):
        return False
    return bool(served.directory.ask(served.container, host).of)


def judge(line: Directive, host: str) -> Finding | None:
    """What is wrong with the `resolver` that counts for a line."""
    resolver = line.level.nearest("resolver")
    found = resolver.known
    if resolver.value is None:
        message = f"requests get 502: `{host}` is looked up for each of them, and there is no `resolver`"
        return Finding(line.span, message)
    if found is None or any("$" in text for text in found.texts):
        return None
    first = public(found.first)
    if first is None or DOCKER in found.texts:
        return None
    message = f"requests get 502: `{first}` does not know `{host}`, a container; Docker's name server is {DOCKER}"
    return Finding(found.words[0].span, message, (Note(line.span, f"here `{host}` is looked up"),))


def public(fact: Fact[str]) -> str | None:
    """The address, where it is a public one."""
    try:
        return fact.known if ipaddress.ip_address(fact.known or "").is_global else None
    except ValueError:
        return None
