"""What an overlay does to its base: values that clear nothing, protections that are gone, dangers that are new."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from dockguard.common.capabilities import DEFAULTS
from dockguard.formats.compose.model import Change, IgnoredFile, Overlay, Override, Project, Service
from dockguard.formats.compose.refusal import Noop
from dockguard.formats.compose.text.scalars import go_text
from dockguard.formats.compose.text.tree import Path, Value, brief, shown
from dockguard.lazy import regex
from dockguard.source import Fact, Source, Span, Via

T = TypeVar("T")

SECURITY = frozenset(
    (
        *(
            "ports",
            "volumes",
            "privileged",
            "cap_add",
            "cap_drop",
            "security_opt",
            "devices",
            "network_mode",
            "networks",
        ),
        *("environment", "env_file", "secrets", "configs", "user", "read_only", "pid", "ipc", "group_add", "expose"),
        *("mem_limit", "pids_limit", "cpus", "userns_mode", "device_cgroup_rules", "volumes_from", "extra_hosts"),
    )
)


def overrides(project: Project) -> Iterator[Override]:
    """Nulls and empty collections over something, which Docker Compose merges into what was there."""
    for noop in project.journal.noops:
        if len(noop.path) >= 3 and noop.path[0] in ("services", "jobs"):
            yield _override(noop, project)


def _override(noop: Noop, project: Project) -> Override:
    service = project.service(noop.path[1])
    attribute = ".".join(noop.path[2:])
    base: Fact[str] = Fact(_summary(noop.base), noop.base.place, noop.base.via)
    word = "null" if noop.over.data is None else "[]" if noop.over.is_list else "{}"
    written = Fact(word, noop.over.place, Via(noop.base.place, "this stays"))
    subject = ".".join(noop.path)
    return Override(noop.over.place, subject, attribute, written, base, service, noop.path[2] in SECURITY, noop.over)


def _summary(value: Value) -> str:
    """A value in a few words."""
    if value.is_map:
        return ", ".join(list(value.map)[:4]) + (", …" if len(value.map) > 4 else "")
    if value.is_list:
        words = [_word(item) for item in value.list[:3]]
        return ", ".join(words) + (", …" if len(value.list) > 3 else "")
    return _word(value)


def _word(value: Value) -> str:
    if value.is_map:
        return brief(value)[:60]
    return shown(go_text(value.data))[:60]


# --- files -----------------------------------------------------------------------------------------------------------

_HARDENING = frozenset(("read_only", "cap_drop", "security_opt", "user", "userns_mode", "pids_limit"))


def overlays(project: Project) -> Iterator[Overlay]:
    """The overlays of a variant."""
    for source in project.files[1:]:
        unused = source in project.unused
        yield Overlay(_head(source), source.path, not unused, unused, _hardens(project, source))


def ignored(project: Project) -> Iterator[IgnoredFile]:
    """Base files beside the one that is read."""
    for source in project.ignored:
        yield IgnoredFile(_head(source), source.path, project.files[0].path)


def _head(source: Source) -> Span:
    """The first line that says something."""
    for number in range(1, len(source.line_starts) + 1):
        line = source.line_span(number)
        if line.text.strip() and not line.text.lstrip().startswith(("#", "---", "%")):
            return line
    return source.whole


def _hardens(project: Project, source: Source) -> bool:
    """Whether most services that a file speaks of get a protection from it."""
    hardened = touched = 0
    for service in project.services:
        mine = [name for name, value in service.value.map.items() if _speaks(source, value)]
        touched += bool(mine)
        hardened += bool(_HARDENING & set(mine))
    return touched > 0 and hardened * 2 >= touched


def _speaks(source: Source, value: Value) -> bool:
    return value.place.source is source or any(step.span.source is source for step in value.via or ())


# --- what an overlay weakens -----------------------------------------------------------------------------------------


def changes(project: Project) -> Iterator[Change]:
    """What is worse in a variant than in the project without its overlays, placed in the overlay."""
    if project.base is None:
        return
    for service in project.services:
        before = project.base.service(service.name)
        if before is not None:
            yield from _service(before, service)
    for network in project.networks:
        yield from _network(project, network.name)


def _service(before: Service, after: Service) -> Iterator[Change]:
    yield from _flags(before, after)
    yield from _gone(before, after)
    yield from _lists(before, after)
    yield from _ports(before, after)


def _flags(before: Service, after: Service) -> Iterator[Change]:
    if after.privileged.value is True and before.privileged.value is not True:
        yield _change(after, "runs it privileged", after.privileged, before.privileged)
    if after.use_api_socket.value is True and before.use_api_socket.value is not True:
        yield _change(after, "gives it the engine's socket", after.use_api_socket, before.use_api_socket)
    for name in ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup"):
        old, new = getattr(before, name), getattr(after, name)
        if new.value == "host" and old.value != "host":
            yield _change(after, f"shares the host's {_NAMES[name]}", new, old)
    if _is_root(after.user) and not _is_root(before.user) and before.user.written:
        yield _change(after, "runs it as root", after.user, before.user)


def _gone(before: Service, after: Service) -> Iterator[Change]:
    """Protections that were there, and are off or taken away."""
    if before.read_only.value is True and after.read_only.sure and after.read_only.value is not True:
        yield _change(
            after, "makes its root file system writable", _put(after, "read_only", after.read_only), before.read_only
        )
    if before.no_new_privileges.value is True and after.no_new_privileges.sure and not after.no_new_privileges.value:
        now = _put(after, "security_opt", after.no_new_privileges)
        yield _change(after, "lets its processes gain privileges", now, before.no_new_privileges)
    if before.user.known and not _is_root(before.user) and after.user.value in (None, "") and not _has_user(after):
        yield _change(after, "takes its user away", _put(after, "user", after.user), before.user)
    for what, names, old, new in _limits(before, after):
        if (old.known or 0) > 0 and new.sure and (new.known or 0) <= 0:
            yield _change(after, f"takes its {what} limit away", _put(after, names, new), old, minor=True)


def _has_user(service: Service) -> bool:
    """Whether the image is known to start as another user than root anyway."""
    user = service.program.image_user.known if service.program is not None else None
    return user is not None and not user.is_root


def _limits(before: Service, after: Service) -> Iterator[tuple[str, str, Fact[Any], Fact[Any]]]:
    yield "memory", "mem_limit", before.memory_limit, after.memory_limit
    yield "CPU", "cpus", before.cpu_limit, after.cpu_limit
    yield "process", "pids_limit", before.pids_limit, after.pids_limit


def _put(after: Service, name: str, fact: Fact[T]) -> Fact[T]:
    """A fact that nobody wrote any more, placed where it was taken away: at a `!reset`."""
    resets = after.project.journal.resets if after.project is not None else {}
    if fact.written and fact.span.source in (after.project.files[1:] if after.project is not None else ()):
        return fact
    where = next((resets[path] for path in _places(after, name) if path in resets), None)
    return fact if where is None else Fact(fact.value, where)


def _places(after: Service, name: str) -> Iterator[Path]:
    limits = {"mem_limit": "memory", "cpus": "cpus", "pids_limit": "pids"}
    yield (*after.path, name)
    for tail in (("deploy", "resources", "limits", limits.get(name, name)), ("deploy", "resources", "limits")):
        yield (*after.path, *tail)
    yield from ((*after.path, "deploy", "resources"), (*after.path, "deploy"), after.path)


_NAMES = {
    "network_mode": "network",
    "pid": "processes",
    "ipc": "IPC namespace",
    "uts": "host name",
    "userns_mode": "user namespace",
    "cgroup": "cgroups",
}


def _is_root(user: Fact[str]) -> bool:
    return (user.known or "").partition(":")[0] in ("root", "0")


def _lists(before: Service, after: Service) -> Iterator[Change]:
    had = {item.known for item in before.added_capabilities}
    usual = () if before.drops_all_capabilities.value is True else DEFAULTS
    for item in after.added_capabilities:
        if item.known is not None and item.known not in had and item.known not in usual:
            yield _change(after, f"adds the capability {item.known}", item, Fact(None, before.cap_add.span))
    if before.drops_all_capabilities.value is True and after.drops_all_capabilities.value is False:
        dropped = _put(after, "cap_drop", after.drops_all_capabilities)
        yield _change(after, "keeps capabilities that the base drops", dropped, before.drops_all_capabilities)
    yield from _unconfined(before, after)
    yield from _devices(before, after)
    paths = {mount.written_path for mount in before.mounts if mount.danger.known}
    for mount in after.mounts:
        danger = mount.danger
        if danger.known and mount.written_path not in paths:
            yield _change(after, f"mounts {mount.written_path} of the host", danger, Fact(None, before.span))


def _unconfined(before: Service, after: Service) -> Iterator[Change]:
    had = {option.known for option in before.security_opt}
    for option in after.security_opt:
        text = option.known or ""
        if text not in had and _UNCONFINED.fullmatch(text):
            yield _change(after, f"switches a security profile off (`{text}`)", option, Fact(None, before.span))


_UNCONFINED = regex(r"(?:seccomp|apparmor|systempaths)[:=]unconfined|label[:=](?:disable|type:spc_t)")


def _devices(before: Service, after: Service) -> Iterator[Change]:
    had = {device.source.known for device in before.devices}
    for device in after.devices:
        if device.gives.known and device.source.known not in had:
            yield _change(after, f"gives it {device.source.known} of the host", device.gives, Fact(None, before.span))


def _ports(before: Service, after: Service) -> Iterator[Change]:
    closed = {(port.target.known, port.protocol.known) for port in before.ports}
    public = {(port.target.known, port.protocol.known) for port in before.ports if port.public.value is True}
    for port in after.ports:
        key = (port.target.known, port.protocol.known)
        if port.public.value is True and key in closed and key not in public and key[0] is not None:
            yield _change(
                after, f"publishes port {key[0]} on every address", port.public, Fact(None, before.ports.span)
            )


def _network(project: Project, name: str) -> Iterator[Change]:
    assert project.base is not None
    before, after = project.base.network(name), project.network(name)
    if before is None or after is None or before.internal.value is not True or after.internal.value is not False:
        return
    service = next(iter(project.services), None)
    if service is not None:
        subject = f"networks.{name}"
        old: Fact[str] = Fact("internal: true", before.internal.span, before.internal.via)
        what = Fact(f"opens the internal network `{name}`", after.internal.span, Via(old.span, _SAFER))
        yield Change(after.internal.span, subject, what, old, service)


_SAFER = "the base says otherwise here"


def _change(service: Service, what: str, now: Fact[Any], before: Fact[Any], minor: bool = False) -> Change:
    shown_before = (
        None
        if before.value is None
        else f"{before.value}".lower()
        if isinstance(before.value, bool)
        else f"{before.value}"
    )
    base: Fact[str] = Fact(shown_before, before.span, before.via)
    via = Via(before.span, _SAFER) if before.written else None
    return Change(now.span, service.subject, Fact(what, now.span, via), base, service, minor)
