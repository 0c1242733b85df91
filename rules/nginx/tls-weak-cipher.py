"""Cipher strings that let broken ciphers in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


WEAK = re.compile(
    r"(?:^|[-+])(3DES|RC4|RC2|DES|CBC3|EXP|EXPORT[0-9]*|NULL|ADH|AECDH|ANULL|ENULL|LOW|IDEA|SEED|MD5)(?=$|[-+])", re.I
)


def check(directive: Directive) -> Iterator[Finding]:
    """Words that add; one that is taken out for good with `!` does not count."""
    words = re.split("[:, ]+", directive.text(0))
    banned = {word[1:].upper() for word in words if word.startswith("!")}
    for word in words:
        found = None if word[:1] in ("!", "-", "+", "@", "") else WEAK.search(word)
        if found and found[1].upper() not in banned:
            yield Finding(directive.words[0].span, f"`{word}` is broken, and accepted")
            return
