"""Settings by which a service's program, or its build, does not check who it talks to over TLS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dockguard.formats.compose.credentials import origin
from dockguard.formats.compose.entries import Entry
from dockguard.formats.compose.text.scalars import go_text
from dockguard.formats.compose.text.tree import Value, is_unknown
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Span

if TYPE_CHECKING:
    from dockguard.formats.compose.service import Service

# What every name of the table holds: the table is read for few variables only (a test compares them).
HINT = regex(
    r"ssl|tls|verif|insecure|https|trusted_host|host_key|ssh_command|galaxy|sumdb|goflags|maven|revoke|skip|cert|reject",
    2,
)
# Names that say of themselves what they switch off, with a value that is true; and what they switch on, with a false.
_OFF = regex(
    r"(?:.*_)?(?:(?:INSECURE_?)?SKIP_?VERIFY|SKIP_?(?:TLS|SSL|CERT(?:IFICATE)?)_?(?:VERIFY|VERIFICATION|VALIDATION)|"
    r"INSECURE_TLS|(?:TLS|SSL)_(?:SKIP|NO|INSECURE|DISABLE)_?(?:SKIP_)?(?:VERIFY|VERIFICATION)|"
    r"(?:NO|DISABLE)_(?:TLS|SSL|CERT)_(?:VERIFY|VERIFICATION|VALIDATION)|ALLOW_(?:INSECURE|SELF_SIGNED)_CERTS?)"
)
_ON = regex(
    r"(?!(?:.*_)?(?:SKIP|DISABLE|NO|INSECURE|IGNORE)_)(?:.*_)?(?:VERIFY_(?:SSL|TLS|CERTS?|PEER)|(?:SSL|TLS)_VERIFY(?:_PEER|_CERTS?)?|REJECT_UNAUTHORIZED|STRICT_SSL)"
)
_OPTION = regex(
    r"--?(?:[\w.-]{0,80}[.-])?(?:insecure-?skip-?(?:tls-?)?verify|skip-?(?:tls|ssl)-?verify|(?:tls|ssl)-?skip-?verify|"
    r"no-?check-?certificate|no-?verify-?(?:ssl|tls)|tls-?insecure|insecure-?registry)(?:=(.{0,200}))?",
    2,
)
_PROGRAM = regex(r"(?:^|[\s/;&|(])(?:curl|wget|git|pip3?|npm|yarn|ssh|scp|rsync|helm|kubectl)(?:\s|$)")
_TRUE, _FALSE = ("1", "true", "yes", "on", "t", "y"), ("0", "false", "no", "off", "none", "f", "n")


@dataclass(frozen=True, eq=False)
class Unverified:
    """A setting that switches the check of certificates off."""

    span: Span
    switch: str  # as written: `NODE_TLS_REJECT_UNAUTHORIZED=0`
    what: str  # what it does, in words
    service: Service

    @property
    def subject(self) -> str:
        """The service and the setting."""
        return f"{self.service.subject}.{self.switch.partition('=')[0]}"


def unverified(service: Service) -> Iterator[Unverified]:
    """Every such setting: variables of the service and of its build, options of its command."""
    yield from _variables(service.environment, service)
    if service.build is not None:
        yield from _variables(service.build.args, service)
    for name in ("entrypoint", "command"):
        value = service.value.get(name)
        known = list(_by_programs(value, service))
        yield from known or _options(value, service)


def _variables(entries: Iterable[Entry], service: Service) -> Iterator[Unverified]:
    for entry in entries:
        data = entry.value.data
        if data is None or is_unknown(data) or not HINT.search(entry.name):
            continue
        from dockguard.common.tls import in_variable

        text, place = go_text(data), origin(entry.value)[1]
        known = in_variable(entry.name, text, place)
        if known is not None and known.kind in ("certificate", "host-key"):
            yield Unverified(place, f"{entry.name}={text}", f"{known.tool} {known.what}", service)
        elif _says_so(entry.name.upper(), text.strip().lower()):
            yield Unverified(place, f"{entry.name}={text}", "by its name it accepts any certificate", service)


def _says_so(name: str, value: str) -> bool:
    return (value in _TRUE and bool(_OFF.fullmatch(name))) or (value in _FALSE and bool(_ON.fullmatch(name)))


def _by_programs(value: Value | None, service: Service) -> Iterator[Unverified]:
    """Programs that a service runs and whose options are known: `curl -k`, but not to the container itself."""
    from dockguard.formats.compose.switches import words_of

    words = words_of(value)[:500]
    if value is None or not any(_PROGRAM.search(word) for word in words):
        return
    from shlex import join

    from dockguard.common.shell import scan_text
    from dockguard.common.tls import in_command

    shell = len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash", "ash") and words[1].endswith("c")
    for command in scan_text((words[2] if shell else join(words))[:20_000]).commands:
        for weakness in in_command(command):
            if weakness.kind in ("certificate", "host-key") and not weakness.loopback:
                switch = f"{weakness.tool} {weakness.switch}"
                yield Unverified(value.place, switch, f"{weakness.tool} {weakness.what}", service)


def _options(value: Value | None, service: Service) -> Iterator[Unverified]:
    from dockguard.formats.compose.switches import words_of

    for index, word in enumerate(words_of(value)[:500]):
        match = _OPTION.fullmatch(word)
        if match is None or value is None or (match[1] or "true").strip().lower() in _FALSE:
            continue
        place = value.list[index].span if value.is_list and index < len(value.list) else value.place
        yield Unverified(place, word, "it accepts any certificate", service)
