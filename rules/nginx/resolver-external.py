"""Resolvers outside of the own network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


# Companies make up last labels of their own, so a name is public by what registries gave away: the usual ones.
PUBLIC = frozenset(
    """
    com net org info dev app cloud biz xyz edu gov mil int online tech one google goog amazon aws microsoft azure apple
    network systems services solutions technology digital host hosting website site store shop page pages blog news live
    life world global group company email chat zone space tools software codes computer media agency studio design works
    run sh top club vip pro name mobi asia cat tel jobs travel museum aero coop post wiki ninja rocks guru support
    bank finance health house city london berlin nyc tokyo paris moscow
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
        return name is not None and _given_away(name[1].lower())


def _given_away(label: str) -> bool:
    """Whether a last label is one of the public DNS; those of countries have two letters."""
    return len(label) == 2 or label in PUBLIC or label.startswith("xn--")
