"""Options of `security_opt` that the engine refuses, or takes for a label that means nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import SecurityOption

_NAMES = ("label", "apparmor", "seccomp", "no-new-privileges", "systempaths", "writable-cgroups", "credentialspec")
_LABELS = ("user", "role", "type", "level", "filetype", "nested")  # opencontainers/selinux, validOptions
_BOOLEAN = re.compile(r"1|0|t|f|true|false", re.IGNORECASE)  # Go's ParseBool


def check(security_option: SecurityOption) -> Iterator[Finding]:
    """As moby's `parseSecurityOpt` reads them (`daemon/daemon_unix.go`)."""
    text = security_option.text.known
    why = _why(text) if text is not None else ""
    if why:
        yield Finding(security_option.span, f"`{text}` has no effect: {why}")


def _why(text: str) -> str:
    if text in ("no-new-privileges", "writable-cgroups", "disable"):
        return ""
    name, _, value = re.sub(r"[:=]", "\0", text, count=1).partition("\0")
    if name not in _NAMES or not value:
        return "the engine knows no such option, and refuses it"
    if name in ("no-new-privileges", "writable-cgroups") and not _BOOLEAN.fullmatch(value):
        return f"`{value}` is neither true nor false, and the engine refuses it"
    if name == "label" and value != "disable" and value.partition(":")[0] not in _LABELS:
        return f"SELinux has no label `{value.partition(':')[0]}`; where it is on, the engine refuses it"
    return ""
