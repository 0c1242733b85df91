"""Values of a project that let somebody in, wherever they are written: variables, arguments, commands, labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from dockguard.common.secrets_verdict import Verdict
from dockguard.formats.compose.text.scalars import go_text
from dockguard.formats.compose.text.tree import Value, embedded, part, shown
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Span

if TYPE_CHECKING:
    from dockguard.formats.compose.entries import Entry
    from dockguard.formats.compose.model import Project, Service

MAX_COMMAND = 20_000  # code points of a command that are looked at
MAX_EXTENDED, MAX_DEPTH = 20_000, 30  # values below `x-…` that are looked at, and how deep they may stand
MIN_TOKEN = 16  # code points: no token is shorter
_DOLLAR = regex(r"[^\s$`]{2,200}(?:\$+[^\s${}()`]{1,200}){1,20}")
_WORDS = {
    "token": "a token",
    "private key": "a private key",
    "credential": "a password in a connection string",
    "high entropy": "a random value, as secrets are",
    "literal": "a value in plain text",
    "weak": "a password that is easy to guess",
    "hash": "a password hash",
    "placeholder": "a placeholder",
}


@dataclass(frozen=True, eq=False)
class Credential:
    """One value that is a secret, or stands where one is due (a placeholder). It is never shown."""

    span: Span
    name: str  # the variable, argument, label or option; "" where it has none
    where: str  # environment, build argument, command, healthcheck, hook, hook command, label, config, extension
    verdict: Verdict
    owner: str  # the subject of what holds it
    service: Service | None
    file: str = ""  # the env file that it was read from
    value: Value | None = None

    @property
    def subject(self) -> str:
        """What holds it, and its name."""
        return f"{self.owner}.{self.name}" if self.name else self.owner

    @property
    def kind(self) -> str:
        """Token, private key, credential, high entropy, literal, weak, hash or placeholder."""
        return self.verdict.kind.value

    @property
    def what(self) -> str:
        """The kind for people: `a token (github-pat)`."""
        form = self.verdict.format
        return f"{_WORDS[self.kind]} ({form})" if form and self.kind == "token" else _WORDS[self.kind]

    @property
    def label(self) -> str:
        """Its name for people: `DB_PASSWORD`, or what it is part of."""
        return f"`{self.name}`" if self.name else f"the {self.where}"

    @property
    def is_sure(self) -> bool:
        """Whether its form leaves no doubt."""
        return self.verdict.confidence.word == "high"

    @cached_property
    def is_weak(self) -> bool:
        """Whether it is a common password, follows from its name, or is one that the image ships with."""
        from dockguard.formats.compose.pulled import facts_of

        facts = facts_of(self.service)
        shipped = facts is not None and self.value is not None and facts.is_default_credential(_text(self.value))
        return self.kind == "weak" or (self.kind == "literal" and shipped)

    @property
    def is_in_file(self) -> bool:
        """Whether it stands in an env file and not in a Compose file."""
        return bool(self.file)


def of_service(service: Service) -> Iterator[Credential]:
    """Everything that a service holds."""
    yield from _entries(service.environment, "environment", service.subject, service)
    yield from _entries(service.labels, "label", service.subject, service)
    if service.build is not None:
        yield from _entries(service.build.args, "build argument", service.build.subject, service)
        yield from _entries(service.build.labels, "label", service.build.subject, service)
    for path in (("command",), ("entrypoint",)):
        yield from _command(service.value.get(*path), "command", service.subject, service)
    yield from _command(service.value.get("healthcheck", "test"), "healthcheck", service.subject, service)
    for hook in service.hooks:
        yield from _entries(hook.environment, "hook", hook.subject, service)
        yield from _command(hook.value.get("command"), "hook command", hook.subject, service)


def of_project(project: Project) -> Iterator[Credential]:
    """Everything that the services, the contents of configs and extensions hold."""
    known: set[Span] = set()
    for found in (*chain.from_iterable(map(of_service, project.services)), *_of_contents(project)):
        known.add(found.span)
        yield found
    for found in _of_extensions(project):
        if found.span not in known:  # what a service takes over is the service's
            yield found


def _of_contents(project: Project) -> Iterator[Credential]:
    for config in (*project.configs, *project.secrets):
        value = config.value.get("content")
        if value is not None and value.text:
            yield from _in_text(value, shown(value.text), "config", config.subject, None)


def _of_extensions(project: Project) -> Iterator[Credential]:
    """Tokens and keys below `x-…`; names mean there what their readers want, so passwords are not looked for."""
    from dockguard.common.secrets import judge

    roots = ((name, name, item) for name, item in project.value.map.items() if name.startswith("x-"))
    for owner, name, value in islice(chain.from_iterable(_below(*root, 0) for root in roots), MAX_EXTENDED):
        text = _text(value)
        verdict = judge(name, text) if len(text) >= MIN_TOKEN else None
        if verdict is not None and verdict.leaks and verdict.kind.value in ("token", "private key"):
            yield Credential(value.place, name, "extension", verdict, owner, None, "", value)


def _below(owner: str, name: str, value: Value, depth: int) -> Iterator[tuple[str, str, Value]]:
    """A value and every one below it, with the nearest name."""
    yield owner, name, value
    if depth > MAX_DEPTH:
        return
    named = value.map.items() if value.is_map else ((name, item) for item in value.list) if value.is_list else ()
    for key, item in named:
        yield from _below(owner, key, item, depth + 1)


def _entries(entries: Iterable[Entry], where: str, owner: str, service: Service) -> Iterator[Credential]:
    from dockguard.common.secrets import judge

    for entry in entries:
        text = _text(entry.value)
        if not text:
            continue
        name = entry.name.rpartition(".")[2] if where == "label" else entry.name
        verdict = judge(name, text)
        if where != "label" and not _counts(verdict) and _has_dollar(text):
            verdict = judge(name, text.replace("$", "S"))
        if _counts(verdict):
            file, place = origin(entry.value)
            yield Credential(place, entry.name, where, verdict, owner, service, file, entry.value)
        elif where == "label":
            yield from _hashes(entry, owner, service)


def _has_dollar(text: str) -> bool:
    """`pa$word`, written `pa$$word`: no shell reads a variable's value, so nothing stands for another."""
    return _DOLLAR.fullmatch(text) is not None


def _hashes(entry: Entry, owner: str, service: Service) -> Iterator[Credential]:
    """`admin:$apr1$…` of a proxy's basic authentication."""
    from dockguard.common.secrets import judge

    if not entry.name.lower().endswith(("basicauth.users", "digestauth.users")):
        return
    for user in _text(entry.value).split(","):
        verdict = judge("password", user.strip())
        if _counts(verdict):
            yield Credential(entry.value.place, entry.name, "label", verdict, owner, service, "", entry.value)
            return


def _command(value: Value | None, where: str, owner: str, service: Service) -> Iterator[Credential]:
    if value is None:
        return
    if not value.is_list:
        yield from _in_text(value, shown(value.text), where, owner, service)
        return
    from dockguard.common.secrets import find_in_text

    items, starts, text = value.list, [], ""
    for item in items:
        starts.append(len(text))
        text += _text(item) + " "
    if len(text) > MAX_COMMAND:
        return
    for found in find_in_text(text):
        if _counts(found.verdict):
            index = max(at for at, start in enumerate(starts) if start <= found.start)
            yield Credential(items[index].span, found.name, where, found.verdict, owner, service, "", items[index])


def _in_text(value: Value, text: str, where: str, owner: str, service: Service | None) -> Iterator[Credential]:
    from dockguard.common.secrets import find_in_text

    for found in find_in_text(text[:MAX_COMMAND]):
        if _counts(found.verdict):
            place = _place(value, found.start, found.end)
            yield Credential(place, found.name, where, found.verdict, owner, service, "", None)


def _place(value: Value, start: int, end: int) -> Span:
    """The place of a part of a scalar, in block scalars too."""
    if value.span.text[:1] not in ("|", ">"):
        return part(value, start, end)
    return embedded(value, "").span(start, end).outer


def _counts(verdict: Verdict) -> bool:
    return verdict.leaks or verdict.kind.value == "placeholder"


def _text(value: Value) -> str:
    """A scalar as the container sees it, unset variables as `${…}`."""
    if value.data is None or value.is_map or value.is_list:
        return ""
    return shown(go_text(value.data))


def origin(value: Value) -> tuple[str, Span]:
    """The env file that a value was read from, with its place there; "" and the value's place in a Compose file."""
    for step in value.via or ():
        if step.how.startswith("read "):
            return value.span.source.path, value.span
        if step.how.endswith("` is set here"):
            return step.span.source.path, step.span
    return "", value.place
