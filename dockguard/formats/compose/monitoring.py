"""What the configuration files of a project's monitoring give away: passwords, and data sent to others in clear."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename
from typing import TYPE_CHECKING

from dockguard.formats.compose.text.tree import Value, is_unknown
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Source, Span

if TYPE_CHECKING:
    from dockguard.formats.compose.model import Service

PROGRAMS = {
    "prometheus": "Prometheus",
    "alertmanager": "Alertmanager",
    "loki": "Loki",
    "promtail": "Promtail",
    "grafana": "Grafana",
    "alloy": "Alloy",
    "agent": "Grafana Agent",
    "tempo": "Tempo",
    "mimir": "Mimir",
    "pushgateway": "Pushgateway",
    "blackbox-exporter": "the blackbox exporter",
    "opentelemetry-collector": "the OpenTelemetry collector",
    "opentelemetry-collector-contrib": "the OpenTelemetry collector",
}
MAX_NODES = 5_000  # of one file
MAX_DEPTH = 40
_URL = regex(r"http://(?:[^/@\s]*@)?([^/:\s?#]{1,253})(?::\d{1,5})?(?:[/?#].*)?", 16)
_INNER = regex(r"(?:^|\.)(?:local|localhost|lan|internal|home|corp|intranet|test|svc|private|docker|arpa)$", 2)
_PASSWORDS = ("basic_auth", "authorization", "bearer_token", "oauth2", "basicauth", "sigv4", "headers")


@dataclass(frozen=True, eq=False)
class Weakness:
    """One line of a monitoring program's configuration. `kind` is `secret`, `clear` or `unverified`."""

    kind: str
    span: Span
    program: str
    service: Service
    path: tuple[str, ...]  # of the value in its file
    host: str = ""  # of what is sent in clear
    with_password: bool = False  # and a password goes with it

    @property
    def subject(self) -> str:
        """The service and where it stands in the file."""
        return f"{self.service.subject}: {'.'.join(self.path)}"

    @property
    def key(self) -> str:
        """The last name on its way."""
        return next((name for name in reversed(self.path) if not name.isdigit()), "")


def weaknesses(service: Service) -> Iterator[Weakness]:
    """Those of every file that is mounted into a known monitoring program."""
    program = PROGRAMS.get(_image(service))
    if program is None or service.project is None:
        return
    for source in service.project.mounted(service):
        yield from _of_file(source, program, service)


def _image(service: Service) -> str:
    return basename((service.image.known or "").partition("@")[0]).partition(":")[0]


def _of_file(source: Source, program: str, service: Service) -> Iterator[Weakness]:
    from dockguard.formats.compose.text.parse import parse

    root = parse(source).root
    encrypted = _encrypted_jobs(root)
    for count, (path, value, above) in enumerate(_walk(root)):
        if count >= MAX_NODES:
            return
        kind = None if path[:2] in encrypted and "targets" in path else _kind(path, value, program)
        if kind is not None:
            host = _clear_host(value, "http://" if "targets" in path[-2:] else "") if kind == "clear" else ""
            sent = kind == "clear" and any(name in above for name in _PASSWORDS)
            yield Weakness(kind, value.place, program, service, path, host, sent)


def _encrypted_jobs(root: Value) -> frozenset[tuple[str, ...]]:
    """The jobs of Prometheus that scrape over TLS, or that relabel where they scrape."""
    jobs = root.get("scrape_configs") if root.is_map else None
    found = set()
    for index, job in enumerate(jobs.list if jobs is not None and jobs.is_list else ()):
        scheme = job.get("scheme") if job.is_map else None
        if (scheme is not None and scheme.data == "https") or (job.is_map and "relabel_configs" in job.map):
            found.add(("scrape_configs", str(index)))
    return frozenset(found)


def _walk(root: Value) -> Iterator[tuple[tuple[str, ...], Value, frozenset[str]]]:
    """Every scalar with its way and the names beside it."""
    stack: list[tuple[tuple[str, ...], Value, frozenset[str]]] = [((), root, frozenset())]
    while stack:
        path, value, beside = stack.pop()
        if len(path) > MAX_DEPTH:
            continue
        if value.is_map:
            names = frozenset(value.map)
            stack += [((*path, name), item, names) for name, item in reversed(value.map.items())]
        elif value.is_list:
            stack += [((*path, str(index)), item, beside) for index, item in reversed(list(enumerate(value.list)))]
        else:
            yield path, value, beside


def _kind(path: tuple[str, ...], value: Value, program: str) -> str | None:
    name = path[-1] if path else ""
    if name in ("insecure_skip_verify", "insecure_skip_tls_verify", "tlsSkipVerify") and value.data is True:
        return "unverified"
    if not isinstance(value.data, str) or is_unknown(value.data) or not value.data:
        return None
    if _is_secret(path, value.data):
        return "secret"
    if name in ("url", "endpoint", "api_url") and _clear_host(value):
        return "clear"
    return "clear" if _is_target(path, program) and _clear_host(value, "http://") else None


def _is_secret(path: tuple[str, ...], text: str) -> bool:
    """Whether it is a secret in so many words; `${…}` and files are references."""
    from dockguard.common.secrets import judge

    name = next((one for one in reversed(path) if not one.isdigit()), "")
    if name == "credentials":
        name = "token"
    verdict = judge(name, text)
    return verdict.leaks and (verdict.confidence.word != "low" or verdict.kind.value == "weak")


def _is_target(path: tuple[str, ...], program: str) -> bool:
    """Whether it is an address that is scraped over HTTP: of a job without another scheme."""
    return program == "Prometheus" and len(path) > 1 and path[0] == "scrape_configs" and "targets" in path[-2:]


def _clear_host(value: Value, scheme: str = "") -> str:
    """The host that an address without TLS leads to, where it lies outside; "" for others."""
    from dockguard.common.hosts import Reach, reach

    match = _URL.fullmatch(f"{scheme}{value.data}")
    host = match[1] if match else ""
    found = reach(host) if host else None
    outside = found is Reach.PUBLIC or (found is Reach.NAME and "." in host and not _INNER.search(host.rstrip(".")))
    return host if outside else ""
