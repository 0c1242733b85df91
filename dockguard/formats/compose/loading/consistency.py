"""What must fit together in a whole project (compose-go's `checkConsistency`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockguard.formats.compose.refusal import Journal
from dockguard.formats.compose.text.tree import OPEN, Path, Value
from dockguard.record import dataclass


@dataclass
class Check:
    """The checks of one project. `model` is the normalised model, `plain` the same as printed."""

    model: Value
    plain: dict[str, Any]
    active: frozenset[str]
    journal: Journal

    def run(self) -> None:
        """Every service and reference."""
        services = self.plain.get("services", {})
        for name in sorted(self.active):
            self.service(name, services[name])
        self.secrets()
        self.names(services)
        self.cycles(services)

    def refuse(self, path: Path, message: str) -> None:
        """Place a refusal as near as the model allows."""
        value = self.model
        for part in path:
            down = value.map.get(part)
            if down is None and value.is_list and part.isdigit() and int(part) < len(value.data):
                down = value.data[int(part)]
            if down is None:
                break
            value = down
        self.journal.refuse(value.place, message, "reference", path)

    def service(self, name: str, service: dict[str, Any]) -> None:
        """One service."""
        path: Path = ("services", name)
        if not service.get("image") and not service.get("build") and service.get("provider") is None:
            self.refuse(path, f'service "{name}" has neither an image nor a build context specified')
        for where, message in _service_errors(name, service):
            self.refuse((*path, *where), message)
        self.references(name, service, path)
        self.dependencies(name, service, path)

    def references(self, name: str, service: dict[str, Any], path: Path) -> None:
        """Networks, volumes, configs and secrets that must be declared."""
        for where, kind, section, target in _references(service):
            if OPEN not in target and target not in self.plain.get(section, {}):
                self.refuse((*path, *where), f'service "{name}" refers to undefined {kind} {target}')
        self.contexts(name, service, path)
        declared = self.model.get("models")
        for target in service.get("models") or {}:
            if declared is None or target not in declared.map:
                self.refuse((*path, "models", target), f'service "{name}" depends on undefined model "{target}"')

    def contexts(self, name: str, service: dict[str, Any], path: Path) -> None:
        """Build contexts that are other services must be built."""
        known = self.plain.get("services", {})
        for key, context in ((service.get("build") or {}).get("additional_contexts") or {}).items():
            target = context.removeprefix("service:")
            if target == context or OPEN in target or (target in known and known[target].get("build")):
                continue
            word = "declares non-buildable service" if target in known else "declares unknown service"
            message = f'service "{name}" {word} "{target}" as additional contexts {key}'
            self.refuse((*path, "build", "additional_contexts", key), message)

    def dependencies(self, name: str, service: dict[str, Any], path: Path) -> None:
        """Services that must exist."""
        known = self.plain.get("services", {})
        for target, how in (service.get("depends_on") or {}).items():
            missing = target not in known
            if missing or (target not in self.active and how.get("required", True)):
                message = f'service "{name}" depends on undefined service "{target}"'
                if OPEN not in target:
                    self.refuse((*path, "depends_on", target), message)

    def secrets(self) -> None:
        """Secrets come from somewhere, the unused ones too."""
        for name, secret in self.plain.get("secrets", {}).items():
            if not secret.get("external") and not secret.get("file") and not secret.get("environment"):
                self.refuse(("secrets", name), f'secret "{name}" must declare either `file` or `environment`')

    def names(self, services: dict[str, Any]) -> None:
        """Container names are unique."""
        taken: dict[str, str] = {}
        for name in sorted(self.active):
            wanted = services[name].get("container_name")
            if wanted in taken and OPEN not in wanted:
                message = f'services.{name}: container name "{wanted}" is already in use by service {taken[wanted]}'
                self.refuse(("services", name, "container_name"), message)
            if wanted:
                taken.setdefault(wanted, name)

    def cycles(self, services: dict[str, Any]) -> None:
        """`depends_on` must not go in circles."""
        done: set[str] = set()
        for start in sorted(self.active):
            for name, target in _cycle(services, self.active, start, done):
                message = f"dependency cycle detected: {name} -> {target}"
                self.refuse(("services", name, "depends_on", target), message)


def _cycle(services: dict[str, Any], active: frozenset[str], start: str, done: set[str]) -> Iterator[tuple[str, str]]:
    """The edge that closes a circle, found without recursion."""
    stack: list[tuple[str, Iterator[str]]] = [(start, iter(services[start].get("depends_on") or {}))]
    trail = {start}
    while stack:
        name, edges = stack[-1]
        target = next(edges, None)
        if target is None:
            done.add(name)
            trail.discard(name)
            stack.pop()
        elif target in trail:
            yield name, target
        elif target in active and target not in done:
            trail.add(target)
            stack.append((target, iter(services[target].get("depends_on") or {})))


def _service_errors(name: str, service: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    build = service.get("build") or {}
    if build.get("dockerfile_inline") and build.get("dockerfile"):
        message = f'service "{name}" declares mutualy exclusive dockerfile and dockerfile_inline'
        yield ("build", "dockerfile_inline"), message
    platforms = build.get("platforms") or []
    if platforms and service.get("platform") and service["platform"] not in platforms:
        yield ("platform",), f'service.build.platforms MUST include service.platform "{service["platform"]}"'
    if service.get("network_mode") and service.get("networks"):
        yield ("network_mode",), f"service {name} declares mutually exclusive `network_mode` and `networks`"
    test = (service.get("healthcheck") or {}).get("test")
    if isinstance(test, list) and test and test[0] not in ("CMD", "CMD-SHELL", "NONE"):
        yield ("healthcheck", "test"), 'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"'
    yield from _distinct(name, service)
    yield from _scaled(name, service)
    yield from _targets(name, service)
    for index, watch in enumerate((service.get("develop") or {}).get("watch") or ()):
        if watch.get("action") not in ("rebuild", "restart") and not watch.get("target"):
            message = f"services.{name}.develop.watch: target is required for non-rebuild actions"
            yield ("develop", "watch", str(index)), message


_LIMITS = (
    ("cpus", ("limits", "cpus")),
    ("mem_limit", ("limits", "memory")),
    ("mem_reservation", ("reservations", "memory")),
    ("pids_limit", ("limits", "pids")),
)


def _distinct(name: str, service: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Old and new spellings of one limit must agree; `deploy` counts as soon as it has the group."""
    resources = (service.get("deploy") or {}).get("resources") or {}
    for old, (group, new) in _LIMITS:
        value = service.get(old)
        if value is None or group not in resources or _unknown(value) or _unknown(resources[group].get(new)):
            continue
        if value != resources[group].get(new):
            message = f"services.{name}: can't set distinct values on '{old}' and 'deploy.resources.{group}.{new}'"
            yield (old,), message


def _unknown(data: Any) -> bool:
    return isinstance(data, str) and OPEN in data


def _scaled(name: str, service: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    scale, replicas = service.get("scale"), (service.get("deploy") or {}).get("replicas")
    if (
        scale is not None
        and replicas is not None
        and scale != replicas
        and not _unknown(scale)
        and not _unknown(replicas)
    ):
        yield ("scale",), f"services.{name}: can't set distinct values on 'scale' and 'deploy.replicas'"
    total = scale if scale is not None else replicas
    if isinstance(total, int) and total > 1 and service.get("container_name"):
        attribute = "deploy.replicas" if scale is None else "scale"
        message = f"services.{name}: can't set container_name and {attribute} as container name must be unique"
        yield ("container_name",), message


def _targets(name: str, service: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    seen: dict[str, str] = {}
    tmpfs = [("tmpfs", index, item.partition(":")[0]) for index, item in enumerate(service.get("tmpfs") or ())]
    volumes = [("volumes", index, item.get("target", "")) for index, item in enumerate(service.get("volumes") or ())]
    for kind, index, target in [*tmpfs, *volumes]:
        here = f"services.{name}.{kind}[{index}]"
        if target in seen and OPEN not in target:
            yield (kind, str(index)), f"{here}: target {target} already mounted as {seen[target]}"
        seen.setdefault(target, here)


def _references(service: dict[str, Any]) -> Iterator[tuple[Path, str, str, str]]:
    for network in service.get("networks") or ():
        yield ("networks", network), "network", "networks", network
    for index, volume in enumerate(service.get("volumes") or ()):
        if volume.get("type") == "volume" and volume.get("source"):
            yield ("volumes", str(index)), "volume", "volumes", volume.get("source", "")
    for index, secret in enumerate((service.get("build") or {}).get("secrets") or ()):
        yield ("build", "secrets", str(index)), "build secret", "secrets", secret.get("source", "")
    for kind, section in (("config", "configs"), ("secret", "secrets")):
        for index, item in enumerate(service.get(section) or ()):
            yield (section, str(index)), kind, section, item.get("source", "")
