"""Resolvers outside of the own network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


PRIVATE = frozenset(
    """
    localhost localdomain local internal intranet private lan home corp corporate test example invalid arpa consul vault
    svc cluster docker prod production stage staging
    """.split()
)
NAME = re.compile(r"(?:[\w-]+\.)+([a-z]{2,63}|xn--[\w-]+)\.?", re.I)


def check(directive: Directive) -> Iterator[Finding]:
    """One finding for each; options and what a template fills in are left alone."""
    for word in directive.words:
        if "=" not in word.text and "$" not in word.text and not word.opaque and _public(word.text):
            yield Finding(word.span, f"`{word.text}` lies outside, and its answers are not protected")


def _public(text: str) -> bool:
    host = text[1:].partition("]")[0] if text.startswith("[") else re.sub(r":\d+$", "", text)
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        name = NAME.fullmatch(host)
        return name is not None and name[1].lower() not in PRIVATE
