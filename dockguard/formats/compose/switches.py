"""Settings of the programs in a project's services that switch protections off, with who can reach them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.common.switches import Setting
from dockguard.formats.compose.credentials import origin
from dockguard.formats.compose.text.scalars import go_text
from dockguard.formats.compose.text.tree import Value, is_unknown, shown
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Span

if TYPE_CHECKING:
    from dockguard.formats.compose.model import Service

_ROUTER = regex(r"traefik\.http\.routers\.([\w@-]{1,100})\.service")


@dataclass(frozen=True, eq=False)
class Switch:
    """A setting of a service's program: a variable, an option of its command, or a label."""

    span: Span
    setting: Setting
    service: Service

    @property
    def subject(self) -> str:
        """The service and the setting."""
        return f"{self.service.subject}.{self.setting.name}"

    @property
    def name(self) -> str:
        """The variable, option or label."""
        return self.setting.name

    @property
    def kind(self) -> str:
        """`no-auth`, `admin`, `monitoring`, `debugger` or `development`."""
        return self.setting.kind

    @property
    def product(self) -> str:
        """Whose setting it is: `PostgreSQL`."""
        return self.setting.product

    @property
    def is_server(self) -> bool:
        """Whether it is a server for developers that a command starts: `npm run dev`."""
        return self.setting.server

    @cached_property
    def is_for_developers(self) -> bool:
        """Whether it stands in a file for developers, or its service is built for them: `target: dev`."""
        from dockguard.common.developers import overlay_for_developers, stage_for_developers

        build = self.service.build
        target = build.target.known if build is not None else None
        return overlay_for_developers(self.span.source.path) or stage_for_developers(target or "")

    @cached_property
    def is_reachable(self) -> bool:
        """Whether other machines reach a port of the service."""
        return is_reachable(self.service)


def is_reachable(service: Service) -> bool:
    """Whether a service publishes a port beyond the machine itself, or shares the machine's network."""
    if service.uses_host_network.value is True:
        return True
    return any(port.public.value is True for port in service.ports)


def switches(service: Service) -> Iterator[Switch]:
    """Every such setting of a service."""
    yield from _variables(service)
    yield from _command(service)
    yield from _labels(service)


def _variables(service: Service) -> Iterator[Switch]:
    from dockguard.common.switches import of_variable

    for entry in service.environment:
        data = entry.value.data
        if data is None or is_unknown(data):
            continue
        setting = of_variable(entry.name, go_text(data))
        if setting is None and entry.name == "GF_AUTH_ANONYMOUS_ENABLED" and _grafana_is_open(service):
            setting = Setting(entry.name, "no-auth", "Grafana")
        if setting is not None:
            yield Switch(origin(entry.value)[1], setting, service)


def _grafana_is_open(service: Service) -> bool:
    """Whether visitors may change something: anonymous access with the role of an editor or administrator."""
    found = {entry.name: (entry.text.known or "").lower() for entry in service.environment}
    enabled = found.get("GF_AUTH_ANONYMOUS_ENABLED") in ("true", "1")
    return enabled and found.get("GF_AUTH_ANONYMOUS_ORG_ROLE") in ("admin", "editor")


def _command(service: Service) -> Iterator[Switch]:
    from dockguard.common.switches import of_command

    for name in ("entrypoint", "command"):
        value = service.value.get(name)
        for setting in of_command(words_of(value), f"{service.image.known or ''} {service.name}"):
            place = value.list[setting.index].span if value is not None and value.is_list else None
            if value is not None:
                yield Switch(place or value.place, setting, service)


def words_of(value: Value | None) -> list[str]:
    """The words of a command, as people write them."""
    if value is None or value.data is None or value.is_map:
        return []
    if value.is_list:
        return [shown(go_text(item.data)) for item in value.list if not item.is_map and not item.is_list]
    from dockguard.formats.compose.loading.shellwords import split

    try:
        return split(shown(value.text))
    except ValueError:
        return shown(value.text).split()


def _labels(service: Service) -> Iterator[Switch]:
    """A router to Traefik's own interface that no middleware guards."""
    names = {label.name for label in service.labels}
    for label in service.labels:
        router = _ROUTER.fullmatch(label.name)
        guarded = router and f"traefik.http.routers.{router[1]}.middlewares" in names
        if router and label.text.known == "api@internal" and not guarded:
            yield Switch(label.value.place, Setting(label.name, "admin", "Traefik"), service)
