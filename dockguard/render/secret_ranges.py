"""The seam to the secret detectors: where a text holds what no excerpt may show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

# What every detector needs to see before it can find anything. The detectors load tables and hundreds of expressions,
# and most excerpts (an image, a directive, `privileged: true`) give them no reason to. A test holds one to the other.
_WORDS = (
    r"pass(?![ \t])|pass[ \t]*[:=]|(?<!\w)-[\w-]{0,60}pass[ \t]|sshpass|requirepass|masterauth"
    r"|pw|psw|psk|secret|token|key|cred|bearer|mnemonic|cookie|uthorization"
)
_PAT = r"(?<![A-Za-z])(?i:pat)(?![A-Za-z])|(?<=[a-z])Pat(?![a-z])"
_RUN = r"(?<![\w+/~-])(?<!sha256:)(?=[\w+/~-]{19})(?:[A-Za-z_+/~-]{0,200}?\d|[\w+/~-]{0,200}?[A-Z]{5}|[\w+/~-]{30})"
_SHORT = (  # forms that need no long run of characters
    r"(?i:xox[a-z]|xapp-|pscale_|hooks\.slack|sg\.[\w=.-]{9}|q~|[sr]k_(?:test|live|prod)|sm_[aps]at_|ltai|whsec_|gl[a-z]{2,6}-"
    r"|dckr_|authress_|\bs\.\w{24})"
)
_COMMANDS = (
    r"\b(?:mysql|mariadb|mongo)[^\n;&|]{0,400}?[ \t]-p|login\b[^\n;&|]{0,400}?[ \t]-p"
    r"|\bredis-cli\b[^\n;&|]{0,400}?[ \t]-a"
    r"|\b(?:curl|https?|xh)\b[^\n;&|]{0,400}?[ \t](?:-u|--user|-a|--auth)"
)


@cache
def _reason() -> re.Pattern[str]:
    return re.compile(rf"(?i:{_WORDS})|{_PAT}|{_RUN}|{_SHORT}|{_COMMANDS}")


def suspicious(text: str) -> bool:
    """Whether a detector could find anything in a text; cheap, and never wrongly false."""
    return ("://" in text and ("@" in text or "?" in text)) or _reason().search(text) is not None


def secret_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges of a text that hold secrets, in order."""
    if not suspicious(text):
        return
    from dockguard.common.secrets import find_in_text

    for found in find_in_text(text):
        if found.verdict.leaks:
            yield found.start, found.end


def key_blocks(text: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges of private keys, which go on over lines."""
    if "PRIVATE KEY" not in text:
        return
    from dockguard.common.secrets import Kind, find_in_text

    for found in find_in_text(text):
        if found.verdict.kind is Kind.PRIVATE_KEY:
            yield found.start, found.end
