"""What BuildKit refuses after parsing: unknown instructions and flags, missing arguments, impossible values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from dockguard.formats.dockerfile.text.tree import Flag, Instruction
from dockguard.formats.dockerfile.text.words import csv_fields
from dockguard.lazy import regex
from dockguard.source import Fact, Span

_ONE = frozenset({"USER", "WORKDIR", "STOPSIGNAL", "MAINTAINER"})
_SOME = frozenset({"ENV", "LABEL", "ARG", "EXPOSE", "VOLUME", "SHELL", "HEALTHCHECK", "ONBUILD"})
_MANY = frozenset({"mount", "exclude", "device"})  # flags that may be repeated
_BOOLEAN = frozenset({"link", "keep-git-dir", "parents", "unpack", "required"})
FLAGS: Mapping[str, frozenset[str]] = {
    "ADD": frozenset({"chown", "chmod", "link", "keep-git-dir", "checksum", "exclude", "unpack"}),
    "COPY": frozenset({"chown", "chmod", "from", "link", "exclude", "parents"}),
    "FROM": frozenset({"platform"}),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "start-interval", "retries"}),
    "RUN": frozenset({"mount", "network", "security", "device"}),
}
NAMES = (
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME "
    "WORKDIR"
).split()  # fmt: skip
_STAGE_NAME = regex(r"[a-z][a-z0-9._-]*")
_DURATION = regex(r"[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_MILLISECONDS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_MOUNT_TYPES = frozenset({"bind", "cache", "tmpfs", "secret", "ssh"})
_MOUNT_KEYS = frozenset(
    "type from source src target dst destination readonly ro readwrite rw id sharing size mode uid gid required env"
    .split()
)  # fmt: skip
_FROM_VARIABLE = regex(r"(?:^|,)from=[^,]*\$")
_GO_BOOLEANS = frozenset("1 t T TRUE true True 0 f F FALSE false False".split())
_MOUNT_FLAGS = frozenset({"readonly", "ro", "readwrite", "rw", "required"})

Fault = tuple[str, Span] | None


def fault(node: Instruction, *, onbuild: bool = False) -> Fact[str]:
    """The first reason why BuildKit refuses an instruction, at its place; absent where it takes it."""
    for check in (_unknown, _flags, _arity, _SPECIAL.get(node.name, _nothing)):
        found = check(node)
        if found is not None:
            return Fact(*found)
    return Fact(None, node.keyword)


def _nothing(node: Instruction) -> Fault:
    return None


def _near(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), 1, 0.6)
    return f"; did you mean `{near[0]}`?" if near else ""


def _unknown(node: Instruction) -> Fault:
    if node.name in FLAGS or node.name in NAMES:
        return None
    return f"unknown instruction `{node.keyword.text[:40]}`{_near(node.name[:40], NAMES)}", node.keyword


def _flags(node: Instruction) -> Fault:
    known = FLAGS.get(node.name, frozenset())
    if node.name == "HEALTHCHECK" and node.words and node.words[0].text.upper() == "NONE":
        return None
    if node.name == "STOPSIGNAL":
        return None  # BuildKit does not look at them
    seen: set[str] = set()
    for flag in node.flags:
        found = _flag(flag, known, seen)
        if found:
            return found, flag.span
        seen.add(flag.name)
    return None


def _flag(flag: Flag, known: frozenset[str], seen: set[str]) -> str:
    if flag.name not in known:
        return f"unknown flag `--{flag.name[:40]}`{_near(flag.name, known)}"
    if flag.name in seen and flag.name not in _MANY:
        return f"`--{flag.name}` is given twice"
    if flag.name in _BOOLEAN:
        good = flag.value is None or flag.value.lower() in ("true", "false") or "$" in flag.value
        return "" if good else f"`--{flag.name}` is true or false, not `{(flag.value or '')[:40]}`"
    return f"`--{flag.name}` needs a value" if flag.value is None else ""


def _arity(node: Instruction) -> Fault:
    count = len(node.words)
    if node.name in _SOME and not count and node.trigger is None:
        return f"{node.name} needs at least one argument", node.keyword
    if node.name in _ONE and count != 1:
        return f"{node.name} needs exactly one argument", node.keyword
    if node.name in ("ADD", "COPY") and count < 2:
        return f"{node.name} needs at least a source and a destination", node.keyword
    blank = next((pair for pair in node.pairs if not pair.name.text), None)
    if blank is not None:
        return f"a name of {node.name} is empty", (blank.value or blank.name).span
    return None


def _from(node: Instruction) -> Fault:
    words = [word.text for word in node.words]
    if len(words) == 3 and words[1].lower() == "as":
        if not _STAGE_NAME.fullmatch(words[2].lower()):
            reason = "it begins with a letter and holds letters, digits, `-`, `_` and `.`"
            return f"`{words[2][:40]}` is no name for a stage: {reason}", node.words[2].span
        return None
    if len(words) != 1:
        return "FROM is `FROM image` or `FROM image AS name`", node.keyword
    return None


def _health(node: Instruction) -> Fault:
    kind = node.words[0].text.upper()
    if kind == "NONE":
        return ("HEALTHCHECK NONE takes no arguments", node.words[1].span) if len(node.words) > 1 else None
    if kind != "CMD":
        return f"HEALTHCHECK is followed by CMD or NONE, not `{node.words[0].text[:40]}`", node.words[0].span
    if len(node.words) < 2:
        return "the command after HEALTHCHECK CMD is missing", node.keyword
    for flag in node.flags:
        value = flag.value or ""
        good = re.fullmatch(r"[+]?\d+", value) if flag.name == "retries" else _DURATION.fullmatch(value)
        if value and not good:
            kind = "number" if flag.name == "retries" else "duration"
            return f"`--{flag.name}={value[:40]}` is no {kind}", flag.span
        if good and flag.name != "retries" and _is_too_short(value):
            return f"`--{flag.name}={value[:40]}` is less than 1ms", flag.span
    return None


def _is_too_short(duration: str) -> bool:
    """Whether a duration is more than nothing and less than the least that a health check may have."""
    parts = re.findall(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", duration[:200])
    length = sum(float(number) * _MILLISECONDS[unit] for number, unit in parts)
    return 0 < length < 1 or (length > 0 and duration.startswith("-"))


def _shell(node: Instruction) -> Fault:
    return None if node.json else ("SHELL must be written as a JSON array", node.argument.span)


def _onbuild(node: Instruction) -> Fault:
    trigger = node.trigger
    if trigger is None:
        return None
    if trigger.name == "ONBUILD":
        return "ONBUILD cannot carry another ONBUILD", trigger.keyword
    if trigger.name in ("FROM", "MAINTAINER"):
        return f"{trigger.name} is not allowed as an ONBUILD trigger", trigger.keyword
    return None


def _copy(node: Instruction) -> Fault:
    last = node.words[-1]
    if node.heredocs and re.fullmatch(r"\d*<<-?[^<]+", last.text):
        return f"{node.name} cannot have a heredoc as its destination", last.span
    return None


def _volume(node: Instruction) -> Fault:
    empty = next((word for word in node.words if not word.text.strip()), None)
    return None if empty is None else ("a VOLUME cannot be an empty text", empty.span)


def _run(node: Instruction) -> Fault:
    for flag in node.flags:
        value = flag.value or ""
        if "$" in value:
            if flag.name == "mount" and _FROM_VARIABLE.search(value):
                return "`from` takes no variables; give the image a name with `FROM image AS name`", flag.span
            continue
        if flag.name == "network" and value not in ("default", "none", "host"):
            return f"`--network={value[:40]}` is not default, none or host", flag.span
        if flag.name == "security" and value not in ("sandbox", "insecure"):
            return f"`--security={value[:40]}` is not sandbox or insecure", flag.span
        found = _mount(value) if flag.name == "mount" else _device(value) if flag.name == "device" else ""
        if found:
            return found, flag.span
    return None


def _device(value: str) -> str:
    """`--device=vendor.com/class=name,required`: the first field that is no option is the name."""
    name = ""
    for part in csv_fields(value):
        key, equals, text = part.partition("=")
        key = key.lower()
        if key == "required":
            if equals and text not in _GO_BOOLEANS:
                return f"`{text[:40]}` in `--device` is not true or false"
        elif key == "name" and equals:
            if name:
                return f"`--device` has the name `{name[:40]}` already"
            name = text
        elif name:
            return f"`{part[:40]}` in `--device` is neither `name=…` nor `required`"
        else:
            name = part
    return ""


def _mount(value: str) -> str:
    for part in value.split(",") if '"' not in value else ():
        name, equals, text = part.partition("=")
        key = name.strip().lower()
        if key not in _MOUNT_KEYS:
            return f"unknown key `{name[:40]}` in `--mount`{_near(key, _MOUNT_KEYS)}"
        if not equals and key not in _MOUNT_FLAGS:
            return f"`{name}` in `--mount` needs a value"
        if key == "type" and text.lower() not in _MOUNT_TYPES:
            return f"`{text[:40]}` is no type of a mount{_near(text, _MOUNT_TYPES)}"
    return ""


_SPECIAL: Mapping[str, Callable[[Instruction], Fault]] = {
    "FROM": _from,
    "HEALTHCHECK": _health,
    "SHELL": _shell,
    "ONBUILD": _onbuild,
    "COPY": _copy,
    "ADD": _copy,
    "VOLUME": _volume,
    "RUN": _run,
}
