"""What an overlay does to its base: values that clear nothing, protections that are gone, dangers that are new."""

from __future__ import annotations

from collections.abc import Iterator

from dockguard.common.capabilities import DEFAULTS
from dockguard.formats.compose.model import Change, IgnoredFile, Overlay, Override, Project, Service
from dockguard.formats.compose.refusal import Noop
from dockguard.formats.compose.scalars import go_text
from dockguard.formats.compose.tree import Value, shown
from dockguard.source import Fact, Source, Span, Via

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
        return value.span.text.partition("\n")[0][:60]
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
    yield from _lists(before, after)
    yield from _ports(before, after)


def _flags(before: Service, after: Service) -> Iterator[Change]:
    if after.privileged.value is True and before.privileged.value is not True:
        yield _change(after, "runs it privileged", after.privileged, before.privileged)
    if before.read_only.value is True and after.read_only.value is not True and after.read_only.sure:
        yield _change(after, "makes its root file system writable", after.read_only, before.read_only)
    if before.no_new_privileges.value is True and after.no_new_privileges.value is False:
        yield _change(after, "lets its processes gain privileges", after.no_new_privileges, before.no_new_privileges)
    for name in ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup"):
        old, new = getattr(before, name), getattr(after, name)
        if new.value == "host" and old.value != "host":
            yield _change(after, f"shares the host's {_NAMES[name]}", new, old)
    if _is_root(after.user) and not _is_root(before.user) and before.user.written:
        yield _change(after, "runs it as root", after.user, before.user)


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
        dropped: Fact[bool] = after.drops_all_capabilities
        yield _change(after, "keeps capabilities that the base drops", dropped, before.drops_all_capabilities)
    paths = {mount.written_path for mount in before.mounts if mount.danger.known}
    for mount in after.mounts:
        danger = mount.danger
        if danger.known and mount.written_path not in paths:
            yield _change(after, f"mounts {mount.written_path} of the host", danger, Fact(None, before.span))


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


def _change(service: Service, what: str, now: Fact[bool] | Fact[str], before: Fact[bool] | Fact[str]) -> Change:
    shown_before = (
        None
        if before.value is None
        else f"{before.value}".lower()
        if isinstance(before.value, bool)
        else f"{before.value}"
    )
    base: Fact[str] = Fact(shown_before, before.span, before.via)
    via = Via(before.span, _SAFER) if before.written else None
    return Change(now.span, service.subject, Fact(what, now.span, via), base, service)
