"""The controls of a service: what the model says of each, and the rules that judge it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dockguard.finding import Finding
from dockguard.formats.compose.model import Service
from dockguard.formats.compose.mounts import Mount
from dockguard.formats.compose.parts import Port
from dockguard.posture.model import Said
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Unknown
from dockguard.stack.link import Running

SHOWN = 2  # items that are named of a list


@dataclass(frozen=True, slots=True)
class Control:
    """One row for every service. `rules` are names and globs; `about` tells whose finding it is of shared rules."""

    name: str
    say: Callable[[Running, Service], Said]
    rules: tuple[str, ...]
    about: Callable[[Service, Finding], bool] = lambda service, finding: True
    doubt: bool = False  # whether a rule that is less sure than usual does not know


def controls() -> tuple[Control, ...]:
    """All of them, in the order in which they are shown."""
    return (*_of_the_process(), *_of_the_host(), *_of_the_contents())


def _of_the_process() -> Iterator[Control]:
    root = "stack/user-explicit-root stack/user-downgrades-image-user stack/effective-user-root"
    yield Control("user", _user, _words(root), doubt=True)
    added = "compose/cap-drop-all-missing compose/*-capability compose/capability-outside-baseline"
    yield Control("capabilities", _capabilities, _words(added))
    yield Control("no-new-privileges", _no_new_privileges, ("compose/no-new-privileges-missing",))
    yield Control("read-only root", _read_only, ("compose/rootfs-writable",))
    yield _limit("memory", lambda service: service.memory_limit, _bytes)
    yield _limit("cpu", lambda service: service.cpu_limit, lambda amount: f"{amount:g}")
    yield _limit("pids", lambda service: service.pids_limit, lambda amount: f"{amount:g}")


def _of_the_host() -> Iterator[Control]:
    yield Control("privileged", _privileged, _words("compose/privileged-* compose/build-elevated"))
    yield Control("kernel profiles", _profiles, _words("compose/security-profile-disabled compose/unsafe-sysctl"))
    spaces = "compose/host-network compose/host-*-namespace compose/exporter-host-namespaces"
    yield Control("namespaces", _namespaces, _words(spaces))
    paths = """compose/container-runtime-socket-mounted compose/engine-api-* compose/host-root-equivalent-mount
        compose/sensitive-host-* compose/raw-storage-or-memory-device compose/selinux-relabel-system-dir
        compose/mount-propagation-shared compose/exporter-reads-host compose/exporter-kernel-log
        compose/socket-proxy-permissive"""
    yield Control("host access", _host, _words(paths))
    ports = """compose/*port-published* compose/ineffective-port-rebind compose/monitoring-stack-exposed
        compose/proxy-admin-interface-insecure stack/backend-published"""
    yield Control("published ports", _ports, _words(ports))


def _of_the_contents() -> Iterator[Control]:
    secrets = """compose/token-shaped-value compose/weak-or-default-credential compose/credential-in-connection-string
        compose/secret-literal-in-environment compose/secret-in-* compose/placeholder-secret
        dockerfile/secret-in-* dockerfile/secret-literal dockerfile/secret-written-to-layer
        dockerfile/secret-removed-in-later-layer dockerfile/secret-crosses-stages dockerfile/private-key-material
        dockerfile/hardcoded-account-password"""
    yield Control("secrets", _secrets, _words(secrets))
    pins = "compose/image-tag-missing-or-mutable compose/image-not-digest-pinned"
    yield Control("image pin", _image, _words(pins))
    checks = "stack/healthcheck-missing compose/healthcheck-disabled"
    yield Control("health check", _health, _words(checks), doubt=True)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# --- who it is --------------------------------------------------------------------------------------------------------


def _user(container: Running, service: Service) -> Said:
    user = container.user
    if isinstance(user.value, Unknown):
        return Said("", user.span, user.value.why)
    if user.value is None:
        return Said("", user.span, "the Dockerfile names no user, and its base image is not known")
    whose = (
        ""
        if service.user.written
        else " (image)"
        if user.value.declared
        else " (base)"
        if container.built
        else " (image)"
    )
    first = "" if whose == "" or container.built or container.assumed else _before(container.image.known)
    return Said(f"{first}{user.value.name or 'root'}{whose}", user.span)


def _before(image: str | None) -> str:
    """`root, ` where a known image's first process stays root and only its workers change (nginx, httpd)."""
    from dockguard.common.images import facts_of

    facts = facts_of(image) if image is not None else None
    return f"{facts.starts_as}, workers " if facts is not None and facts.drops_to and facts.itself else ""


def _capabilities(container: Running, service: Service) -> Said:
    drops, added = service.drops_all_capabilities, service.added_capabilities
    unknown = _why(drops) or _open(added)
    names = [name.known or "?" for name in added]
    some = f"default -{len(service.cap_drop)}" if service.cap_drop.items else "default"
    words = ["drops ALL" if drops.value is True else some, *(f"+{name}" for name in names[:SHOWN])]
    text = " ".join(words) + (f" +{len(names) - SHOWN} more" if len(names) > SHOWN else "")
    return Said(text, added.span if names else drops.span, unknown)


def _no_new_privileges(container: Running, service: Service) -> Said:
    return _yes_no(service.no_new_privileges)


def _read_only(container: Running, service: Service) -> Said:
    return _yes_no(service.read_only)


def _yes_no(fact: Fact[bool]) -> Said:
    text = {True: "yes", False: "no", None: "" if fact.written else "unset"}[fact.known]
    return Said(text, fact.span, _why(fact))


# --- how much it may use ----------------------------------------------------------------------------------------------


def _limit(name: str, limit: Callable[[Service], Fact[int] | Fact[float]], show: Callable[[float], str]) -> Control:
    def say(container: Running, service: Service) -> Said:
        fact = limit(service)
        amount = fact.known
        text = (
            ("" if fact.written else "none") if amount is None else show(amount) if amount > 0 else f"{amount:g}, void"
        )
        return Said(text, fact.span, _why(fact))

    def about(service: Service, finding: Finding) -> bool:
        """`limit-ineffective` speaks of all three limits, each at its place; swap belongs to memory."""
        fact = limit(service)
        others = (service.cpu_limit, service.pids_limit, service.memory_limit)
        mine = finding.span in (fact.span, service.span)
        return mine or (name == "memory" and all(finding.span != other.span for other in others))

    return Control(name, say, (f"compose/{name}-limit-missing", "compose/limit-ineffective"), about)


def _bytes(amount: float) -> str:
    for unit, size in (("G", 1024**3), ("M", 1024**2), ("K", 1024)):
        if amount >= size:
            return f"{amount / size:.4g}{unit}"
    return f"{amount:g}"


# --- how far it is kept apart -----------------------------------------------------------------------------------------


def _privileged(container: Running, service: Service) -> Said:
    fact = service.privileged
    hooks = sum(hook.privileged.value is True or hook.runs_as_root.value is True for hook in service.hooks)
    unknown = _why(fact) or next(filter(None, (_why(hook.privileged) for hook in service.hooks)), "")
    text = "yes" if fact.value is True else f"{hooks} hook{'s' * (hooks != 1)}" if hooks else "" if unknown else "no"
    return Said(text, fact.span, unknown)


def _profiles(container: Running, service: Service) -> Said:
    words = [option.known or "?" for option in service.security_opt]
    own = [word for word in words if not word.startswith("no-new-privileges")]
    own.sort(key=lambda word: not word.endswith(("unconfined", "disable")))
    return Said(_listed(own) or "default", service.security_opt.span, _open(service.security_opt))


def _namespaces(container: Running, service: Service) -> Said:
    facts = {
        "net": service.network_mode, "pid": service.pid, "ipc": service.ipc,
        "uts": service.uts, "user": service.userns_mode, "cgroup": service.cgroup,
    }  # fmt: skip
    hosts = [name for name, fact in facts.items() if fact.value == "host"]
    if service.uses_host_network.value is True and "net" not in hosts:
        hosts.insert(0, "net")
    unknown = next(filter(None, map(_why, facts.values())), "")
    span = next((fact.span for fact in facts.values() if fact.value == "host"), None)
    return Said(f"host {' '.join(hosts)}" if hosts else "own", span, unknown)


def _host(container: Running, service: Service) -> Said:
    names = [name for _, name in sorted(_reached(service))]
    unknown = _open(service.mounts) or _open(service.devices)
    unknown = unknown or next(filter(None, map(_unclear, service.mounts)), "")
    return Said(_listed(names) or ("" if unknown else "none"), service.volumes.span, unknown)


def _unclear(mount: Mount) -> str:
    """Why nobody can know which path of the host is mounted, if any."""
    kind = "" if mount.type.known else f"what is mounted at `{mount.target.known}` is an unset variable"
    return _why(mount.host_path) or _why(mount.type) or kind


def _reached(service: Service) -> Iterator[tuple[int, str]]:
    """What of the host it reaches, with what sorts it: the worst first."""
    if service.use_api_socket.value is True:
        yield 0, "engine socket"
    for mount in service.mounts:
        socket, danger = mount.runtime_socket.known, mount.danger.known
        if socket:
            yield 0, f"{socket} socket"
        elif danger:
            yield 1 + (danger != "root"), f"{mount.written_path}{' ro' if mount.read_only.value is True else ''}"
    for device in service.devices:
        if device.gives.known:
            yield 1, device.source.known or "?"


def _ports(container: Running, service: Service) -> Said:
    ports = [port for port in service.ports if port.leads]
    unknown = _open(service.ports) or next(filter(None, (_why(port.host_ip) for port in ports)), "")
    if service.uses_host_network.value is True:
        return Said("on host network", service.uses_host_network.span, "whatever it listens on is the host's port")
    public = [port for port in ports if port.public.value is True]
    shown = [f"{_address(port)}:{_number(port)}" for port in (public or ports)]
    return Said(_listed(shown) or ("" if unknown else "none"), (public or ports)[0].span if ports else None, unknown)


def _address(port: Port) -> str:
    return (port.host_ip.known or "*") if port.host_ip.sure else "?"


def _number(port: Port) -> str:
    return (port.published.known or "random") if port.published.sure else "?"


# --- what it is made of -----------------------------------------------------------------------------------------------


def _secrets(container: Running, service: Service) -> Said:
    return Said("none seen", None, _open(service.environment), bad="{} in plain text")


def _image(container: Running, service: Service) -> Said:
    if service.build is not None:
        return Said("built here", absent="built here")
    from dockguard.formats.compose.pulled import Pulled, pulled

    own: Pulled | None = next(pulled(service), None)
    if own is None:
        return Said("none", absent="no image")
    if own.is_made_here:
        return Said("built here", absent="another service builds it")
    if own.has_digest.value is True:
        return Said("digest", own.span)
    tag, unknown = own.tag, _why(own.tag) or _why(own.has_digest)
    return Said(tag.known or ("" if unknown else "no tag"), own.span, unknown)


def _health(container: Running, service: Service) -> Said:
    own = service.has_healthcheck
    if own.value is True:
        return Said("own", service.healthcheck.test.span)
    if own.value is False:
        return Said("off", own.span)
    built = container.built.facts.get("healthcheck") if container.built is not None else None
    if isinstance(built, Fact) and built.written:
        return Said("in Dockerfile", built.span, _why(built))
    if service.image_has_healthcheck:
        return Said("in image", service.image.span)
    unknown = _why(own)
    return Said("" if unknown else "needs none", own.span, unknown, bad="none")


# --- words ------------------------------------------------------------------------------------------------------------


def _why(fact: Fact[Any]) -> str:
    """Why nobody can know a value; "" for a known or absent one."""
    value = fact.value
    return (value.why or "only the run time knows") if isinstance(value, Unknown) else ""


def _open(items: Many[Any]) -> str:
    """Why a collection may hold more, or holds something that nobody knows."""
    unknown = (_why(item) for item in items if isinstance(item, Fact))
    return items.open or next(filter(None, unknown), "")


def _listed(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    return " ".join(names[:SHOWN]) + (f" +{len(names) - SHOWN}" if len(names) > SHOWN else "")
