"""Labels of the image's origin that cannot be what the file says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.api import Finding

_KEYS = "org.opencontainers.image."
_FIXED = {
    f"{_KEYS}revision": ("hash", "a file cannot name the commit that it is part of"),
    f"{_KEYS}created": ("date", "a file cannot know when it is built"),
}


def check(env: Any) -> Iterator[Finding]:
    """Of labels that the image keeps, and that no variable decides."""
    text = env.written.known
    if not env.is_final or env.step.onbuild or text is None or "$" in text:
        return
    kind, why = _FIXED.get(env.name, ("", ""))
    if kind and not env.misfit(kind):
        yield Finding(env.span, f"`{env.name}` is fixed: {why}")
    elif env.name == f"{_KEYS}base.digest":
        yield from _base(env, text)


def _base(env: Any, text: str) -> Iterator[Finding]:
    base = env.step.stage.base
    if not base.known or "$" in base.span.text:
        return
    digest = base.known.partition("@")[2]
    if digest != text:
        what = "FROM names another one" if digest else "FROM names none, so it changes"
        yield Finding(env.span, f"`{env.name}` is the digest of no base image that is sure: {what}")
