"""What the values of labels are: dates, addresses, licenses, versions, as the OCI image annotations define them."""

from __future__ import annotations

from functools import cache

from dockguard.lazy import regex

_MAX = 1000  # characters of a value that are looked at
_URL = regex(r"[A-Za-z][A-Za-z0-9+.-]*:(?://[^\s/?#]+[^\s]*|[^\s/][^\s]*)")
_DATE = regex(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})")
_HASH = regex(r"[0-9a-f]{7,64}")
_DIGEST = regex(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,128}")
_EMAIL = regex(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_VERSION = regex(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?")
_LICENSE = regex(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?(?:LicenseRef|AdditionRef)-[A-Za-z0-9.-]+")
KINDS = {  # as people name them in the option of the rule -> as messages do
    "date": "a date by RFC 3339",
    "digest": "a digest (`sha256:…`)",
    "email": "an address for mail",
    "hash": "the hash of a commit",
    "spdx": "an SPDX license expression",
    "text": "a text that says something",
    "url": "a URL",
    "version": "a version by semver.org",
}


def is_of(kind: str, text: str) -> bool:
    """Whether a value is of a kind (see KINDS); every long one is, and every one for a kind that is not known."""
    if len(text) > _MAX:
        return True
    if kind == "date":
        return _DATE.fullmatch(text) is not None and _is_a_day(text)
    if kind == "spdx":
        return _is_expression(text)
    if kind == "text":
        return bool(text.strip())
    if kind == "version":
        return _is_version(text)
    form = {"digest": _DIGEST, "email": _EMAIL, "hash": _HASH, "url": _URL}.get(kind)
    return form is None or form.fullmatch(text) is not None


def _is_a_day(text: str) -> bool:
    from datetime import datetime

    try:
        datetime.fromisoformat(f"{text[:10]}T{text[11:19]}")
    except ValueError:
        return text[17:19] == "60" and _is_a_day(f"{text[:17]}59")  # a leap second
    return True


def _is_version(text: str) -> bool:
    """Semantic Versioning 2.0.0: no empty parts after `-` and `+`, no leading zeros in numbers after `-`."""
    found = _VERSION.fullmatch(text)
    if found is None:
        return False
    before, build = ((group or "x").split(".") for group in found.groups())
    return all([*before, *build]) and not any(part.isdigit() and part[0] == "0" and part != "0" for part in before)


@cache
def _licenses() -> frozenset[str]:
    from dockguard.common.tables import load

    return frozenset(name.lower() for name in load("spdx")["licenses"])


def _is_expression(text: str) -> bool:
    """SPDX 2.3, annex D: licenses joined by AND and OR, each with `+` or an exception, parentheses around."""
    depth, wants = 0, "license"
    for word in text.replace("(", " ( ").replace(")", " ) ").split():
        if wants == "license" and word == "(":
            depth += 1
        elif (wants == "license" and _is_license(word)) or wants == "exception":
            wants = "joint"
        elif wants == "joint" and word == ")" and depth:
            depth -= 1
        elif wants == "joint" and word.upper() in ("AND", "OR", "WITH"):
            wants = "exception" if word.upper() == "WITH" else "license"
        else:
            return False
    return wants == "joint" and not depth


def _is_license(word: str) -> bool:
    return _LICENSE.fullmatch(word) is not None or word.removesuffix("+").lower() in _licenses() or word == "NONE"
