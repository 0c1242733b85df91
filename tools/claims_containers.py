"""Proofs about containers: who they run as, what they may do and use, whom they reach, what they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dockguard.formats.compose.model import Project, Service
from dockguard.source import Fact
from dockguard.stack.link import Running
from tools.claims_seen import Evidence, Mark, Proof, Seen, counted, known


def users(seen: Seen) -> Evidence:
    """Every container's first process has a known user other than root."""
    found, names = Evidence(), set()
    for stack in seen.stacks:
        for container in stack.containers:
            names.add(container.name)
            user = container.user
            good = not user.known.is_root if user.known is not None else None
            found.judge(user, good, f"`{container.name}` runs as root", stack.variant)
    return found.settle(f"each of {counted(len(names), 'container')} runs as a known user other than root", len(names))


def _each(seen: Seen, checks: dict[str, tuple[Callable[[Service], Fact[Any]], Callable[[Any], bool]]]) -> Evidence:
    found = Evidence()
    only = seen.given.get("services")
    for service, variant in seen.services():
        if only is None or service.name in only:
            for text, (read, good) in checks.items():
                fact = read(service)
                found.judge(fact, known(fact, good), f"`{service.name}` {text}", variant)
    return found


def _names(seen: Seen) -> str:
    return counted(_count(seen), "service")


def _count(seen: Seen) -> int:
    return len({service.name for service, _ in seen.services()})


def hardened(seen: Seen) -> Evidence:
    """Every service drops all capabilities, cannot gain privileges and has a read-only root."""
    found = _each(
        seen,
        {
            "does not drop all capabilities": (lambda s: s.drops_all_capabilities, bool),
            "may gain privileges": (lambda s: s.no_new_privileges, bool),
            "can write to its root file system": (lambda s: s.read_only, bool),
        },
    )
    return found.settle(f"each of {_names(seen)} drops all capabilities and has a read-only root", _count(seen))


def capabilities(seen: Seen) -> Evidence:
    """Every service drops all capabilities, and gets back none that its process cannot use."""
    found = Evidence()
    for stack in seen.stacks:
        for container in stack.containers:
            service, user = container.container.node, container.user.known
            for name in service.added_capabilities if isinstance(service, Service) else ():
                idle = user is not None and not user.is_root
                text = f"`{container.name}` gets {name.known}, which a process that is not root cannot use"
                found.judge(name, False if idle else None, text, stack.variant)
    dropped = _each(seen, {"does not drop all capabilities": (lambda s: s.drops_all_capabilities, bool)})
    found.bad, found.unknown = found.bad + dropped.bad, found.unknown + dropped.unknown
    return found.settle(f"each of {_names(seen)} drops all capabilities, and none gets one back", _count(seen))


def read_only(seen: Seen) -> Evidence:
    """Services have a read-only root, and tmpfs where they write."""
    found = _each(seen, {"can write to its root file system": (lambda s: s.read_only, bool)})
    writable = {
        tmpfs.target.known for service, _ in seen.services() for tmpfs in service.tmpfs if service.name in _only(seen)
    }
    return found.settle(
        f"read-only in every variant; writable in memory: {', '.join(map(str, sorted(writable, key=str)))}"
    )


def _only(seen: Seen) -> list[str]:
    return list(seen.given.get("services", ()))


def limits(seen: Seen) -> Evidence:
    """Every service has limits of memory, CPU and processes that limit."""
    found = _each(
        seen,
        {
            "has no memory limit": (lambda s: s.memory_limit, lambda value: value > 0),
            "has no CPU limit": (lambda s: s.cpu_limit, lambda value: value > 0),
            "has no process limit": (lambda s: s.pids_limit, lambda value: value > 0),
        },
    )
    return found.settle(f"each of {_names(seen)} has limits of memory, CPU and processes above 0", _count(seen))


def networks(seen: Seen) -> Evidence:
    """Data services are on internal networks only, where nobody is whose ports are published."""
    found, names = Evidence(), set()
    for project, variant in seen.projects():
        stores = [service for service in project.services if "datastore" in service.purposes]
        if not stores:
            found.unknown.append("which services keep data")
        for store in stores:
            names.add(store.name)
            _segmented(found, project, store, variant)
    return found.settle(f"{', '.join(sorted(names))}: on internal networks, with nobody who is published")


def _segmented(found: Evidence, project: Project, store: Service, variant: str) -> None:
    for use in store.networks:
        network = project.network(use.name)
        good = (
            None if network is None and use.name != "default" else known(network.internal, bool) if network else False
        )
        where = network.internal if network is not None else Fact(None, use.span)
        found.judge(where, good, f"the network `{use.name}` of `{store.name}` leads outside", variant)
        for other in project.services:
            if other.ports and other.name != store.name and use.name in {one.name for one in other.networks}:
                text = f"`{other.name}`, whose ports are published, is on the network of `{store.name}`"
                found.bad.append(Mark(text, other.span, variant))


def published(seen: Seen) -> Evidence:
    """What other machines reach is the web server. An address that only the run time knows may be any."""
    found, names = Evidence(), set()
    for stack in seen.stacks:
        proxies = {proxy.container for proxy in stack.proxies}
        for project in stack.units.get("compose", ()):
            for service in project.services:
                for port in service.ports:
                    if (port.host_ip.known or "").startswith(("127.", "::1", "[::1]")):
                        continue
                    if service.name in proxies:
                        names.add(f"`{service.name}`")
                    else:
                        text = f"port {port.target.known} of `{service.name}` is open to other machines"
                        found.bad.append(Mark(text, port.span, stack.variant))
    if not names:
        found.unknown.append("who serves the site: no web server is published")
    return found.settle(f"only {', '.join(sorted(names))}, the web server, is published to other machines")


def secrets(seen: Seen) -> Evidence:
    """Passwords come as files that git does not see."""
    found, files, told = Evidence(), set(), 0
    for project, variant in seen.projects():
        for secret in project.secrets:
            path = secret.file.known
            if path is None:
                found.unknown.append(f"where the secret `{secret.name}` comes from")
            elif project.is_committed(_inside(project, path)):
                found.bad.append(Mark(f"the secret `{secret.name}` is committed", secret.file.span, variant))
            files.add(secret.name)
        told += sum(len(service.secrets) for service in project.services)
    if not files:
        found.unknown.append("how services get their passwords: there are no secrets")
    return found.settle(f"{counted(len(files), 'secret')} from files outside of git, given to who needs them")


def _inside(project: Project, path: str) -> str:
    return path[len(project.root) + 1 :] if project.root and path.startswith(f"{project.root}/") else path


def logging(seen: Seen) -> Evidence:
    """Every service keeps its logs within limits, or sends them away."""
    found = Evidence()
    for service, variant in seen.services():
        driver = service.logging.driver
        kept = driver.known in (None, "json-file") and known(service.logging.max_size, bool)
        good = None if not driver.sure else kept if driver.known in (None, "json-file") else driver.known != "none"
        found.judge(driver, good, f"`{service.name}` keeps no logs, or all of them", variant)
    return found.settle(f"each of {_names(seen)} has logs with a limit, or sends them to the collector", _count(seen))


def healthchecks(seen: Seen) -> Evidence:
    """Every container has a health check, its own or the image's."""
    found, names = Evidence(), set()
    for stack in seen.stacks:
        for container in stack.containers:
            names.add(container.name)
            service = container.container.node
            if isinstance(service, Service):
                own = service.has_healthcheck
                found.judge(own, _checked(service, container), f"`{service.name}` has no health check", stack.variant)
    return found.settle(f"each of {counted(len(names), 'container')} has a health check", len(names))


def _checked(service: Service, container: Running) -> bool | None:
    """By the service's own test where it has one; else by what the image brings, as far as that is known."""
    if service.has_healthcheck.written:
        return service.has_healthcheck.known
    if container.built is None:
        return service.image_has_healthcheck
    fact = container.built.facts.get("healthcheck")
    return isinstance(fact, Fact) and bool(fact.known)


def volumes(seen: Seen) -> Evidence:
    """Data services keep their data on named volumes."""
    found, names = Evidence(), set()
    for project, variant in seen.projects():
        for service in project.services:
            if "datastore" in service.purposes:
                kept = [mount for mount in service.volumes if mount.type.known == "volume" and mount.source.written]
                names |= {str(mount.source.known) for mount in kept}
                where = Fact[str](None, service.volumes.span)
                found.judge(where, bool(kept), f"`{service.name}` keeps its data nowhere", variant)
    if not names:
        found.unknown.append("which services keep data")
    return found.settle(f"named volumes: {', '.join(sorted(names))}")


def running(seen: Seen) -> Evidence:
    """There is a service for each of the images that `images` names, and every file that it mounts is there."""
    found, there = Evidence(), dict[str, str]()
    for service, _ in seen.services():
        for wanted in seen.given["images"]:
            if wanted in (service.image.known or ""):
                there[wanted] = service.name
                found.unknown += _missing(seen, service)
    found.unknown += [
        f"what stands in for {name}: no service has such an image" for name in seen.given["images"] if name not in there
    ]
    return found.settle(f"{', '.join(f'`{name}`' for name in there.values())}, and what is mounted is here")


def _missing(seen: Seen, service: Service) -> Iterator[str]:
    project = service.project
    for mount in service.volumes:
        path = mount.source.known if mount.type.known == "bind" else None
        if path and project is not None and project.root and path.startswith(f"{project.root}/"):
            inside = path[len(project.root) + 1 :]
            if seen.workspace.entry(inside) not in ("file", "dir"):
                yield f"`{inside.removeprefix(seen.path(''))}`, which `{service.name}` mounts, and which is not here"


def variables(seen: Seen) -> Evidence:
    """A service has variables whose names match `pattern`."""
    import re

    found = Evidence()
    pattern = re.compile(seen.given["pattern"])
    names = {
        entry.name for service, _ in seen.services() for entry in service.environment if pattern.search(entry.name)
    }
    if not names:
        found.unknown.append("whether there are such variables: nothing sets one here")
    return found.settle(f"{counted(len(names), 'variable')}: {', '.join(sorted(names)[:3])}…")


PROOFS: dict[str, Proof] = {
    "users": users,
    "hardened": hardened,
    "capabilities": capabilities,
    "read-only": read_only,
    "limits": limits,
    "networks": networks,
    "published": published,
    "secrets": secrets,
    "logging": logging,
    "healthchecks": healthchecks,
    "volumes": volumes,
    "running": running,
    "variables": variables,
}
