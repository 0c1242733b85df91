"""Resolvers outside of the own network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


PUBLIC_NAMES = re.compile(r"[\w.-]+\.(?:[a-z]{2}|com|net|org|info|dev|app|cloud|biz|xyz|edu|gov|online|tech)", re.I)


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
        return PUBLIC_NAMES.fullmatch(host) is not None
