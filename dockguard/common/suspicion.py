"""Whether a text gives the secret detectors any reason to look.

They load tables and hundreds of expressions, and most texts (a package list, an image, `privileged: true`) give them
none. Never wrongly false: a test holds this to the detectors.
"""

from __future__ import annotations

from dockguard.lazy import regex

_WORDS = (
    *("pw", "psw", "psk", "secret", "token", "key", "cred", "bearer", "mnemonic", "cookie", "uthorization"),
    *("sshpass", "requirepass", "masterauth", "q~", "ltai", "xapp-", "whsec_", "dckr_", "pscale_", "authress_"),
    *("hooks.slack", "hvs.", "identified"),
)
_PASS = regex(r"pass(?![ \t])|pass[ \t]*[:=]|(?<!\w)-[\w-]{0,60}pass[ \t]")
_PAT = regex(r"(?<![A-Za-z])(?i:pat)(?![A-Za-z])|(?<=[a-z])Pat(?![a-z])")
_LONG = regex(
    r"(?<![\w+/~-])(?<!sha256:)(?=[\w+/~-]{19})(?:[A-Za-z_+/~-]{0,200}?\d|[\w+/~-]{0,200}?[A-Z]{5}|[\w+/~-]{30})"
)
_SHORT = regex(  # forms that need no long run of characters, in lower case
    r"xox[a-z]|sg\.[\w=.-]{9}|[sr]k_(?:test|live|prod)|sm_[aps]at_|gl[a-z]{2,6}-|\bs\.\w{24}"
)
_COMMANDS = (  # how the options begin, and what may stand before them
    (("-p",), regex(r"\b(?:mysql|mariadb|mongo)[^\n;&|]{0,400}?[ \t]-p|login\b[^\n;&|]{0,400}?[ \t]-p")),
    (("-a",), regex(r"\bredis-cli\b[^\n;&|]{0,400}?[ \t]-a")),
    (("-u", "-a"), regex(r"\b(?:curl|https?|xh)\b[^\n;&|]{0,400}?[ \t](?:-u|--user|-a|--auth)")),
    (("-U", "-user"), regex(r"\bcurl\b[^\n;&|]{0,400}?[ \t](?:-U|--proxy-user)")),
    (("/user:",), regex(r"(?i)\bnet(?:\.exe)?[ \t]+use[ \t]")),
    (("-P",), regex(r"\b(?:(?:un)?zip|sqlcmd|bcp)\b[^\n;&|]{0,400}?[ \t]-P")),
    (("-p",), regex(r"\b7z[ar]?\b[^\n;&|]{0,400}?[ \t]-p")),
    (("-w",), regex(r"\bldap[a-z]{3,8}\b[^\n;&|]{0,400}?[ \t]-w")),
)


def suspicious(text: str) -> bool:
    """Whether a detector could find anything in a text; cheap, and never wrongly false."""
    if "://" in text and ("@" in text or "?" in text):
        return True
    lowered = text.lower()
    if any(word in lowered for word in _WORDS) or ("pass" in lowered and _PASS.search(lowered)):
        return True
    if "pat" in lowered and _PAT.search(text):
        return True
    return bool(_LONG.search(text) or _SHORT.search(lowered) or _login(text))


def _login(text: str) -> bool:
    """Whether a command has an option that takes a password, or a user and a password."""
    if " -" not in text and "\t-" not in text and "/user:" not in text:
        return False
    return any(pattern.search(text) for marks, pattern in _COMMANDS if any(mark in text for mark in marks))
