"""The typed model: facts, what is unknown, what is open, and where things stand."""

from __future__ import annotations

import pytest

from dockguard.formats.compose import FORMAT
from dockguard.source import Unknown
from dockguard.stack.pieces import BuildRequest, Container

from .projects import nodes, project, projects, service


def one(body: str) -> str:
    return f"services:\n  web:\n    image: a\n    {body}\n"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("privileged: true", True),
        ('privileged: "true"', True),
        ("privileged: yes", True),
        ("privileged: ${P:-true}", True),
        ("privileged: false", False),
        ("user: a", None),
    ],
)
def test_privileged(body: str, value: bool | None) -> None:
    assert service(one(body)).privileged.value is value


def test_an_unset_variable_is_unknown_and_says_so() -> None:
    fact = service(one("privileged: ${P}")).privileged
    assert isinstance(fact.value, Unknown)
    assert fact.value.why == "`${P}` is not set"
    assert fact.span.text == "privileged: ${P}"


def test_a_variable_of_the_env_file_is_known_and_leads_there() -> None:
    unit = projects({"compose.yaml": one("privileged: ${P}"), ".env": "P=true\n"})[0]
    fact = unit.services.items[0].privileged
    assert fact.value is True
    assert [(step.span.source.path, step.span.text) for step in fact.via or ()] == [(".env", "true")]


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ("no-new-privileges", True),
        ("no-new-privileges:true", True),
        ("no-new-privileges=true", True),
        ("no-new-privileges:1", True),
        ("no-new-privileges:false", False),
        ("'no-new-privileges:true', 'no-new-privileges:false'", False),
        ("seccomp:unconfined", None),
    ],
)
def test_no_new_privileges(options: str, value: bool | None) -> None:
    assert service(one(f"security_opt: [{options}]")).no_new_privileges.value is value


def test_an_item_that_is_a_variable_opens_its_list() -> None:
    found = service(one("cap_drop: ['${CAPS}']"))
    assert found.cap_drop.open == "`${CAPS}` is not set"
    assert not found.drops_all_capabilities.sure
    assert service(one("cap_drop: ['${CAPS}', ALL]")).drops_all_capabilities.value is True


def test_an_overlay_that_was_merged_tells_what_it_overrode() -> None:
    unit = projects(
        {"compose.yaml": one("privileged: false"), "compose.prod.yaml": "services: {web: {privileged: true}}\n"}
    )[1]
    fact = unit.services.items[0].privileged
    assert (fact.value, fact.span.source.path) == (True, "compose.prod.yaml")
    assert [(step.span.text, step.how) for step in fact.via or ()] == [("privileged: false", "overrides this")]
    assert unit.variant == "compose.yaml + compose.prod.yaml"


MOUNTS = """\
services:
  web:
    image: a
    volumes:
      - /var/run/docker.sock:/x:ro
      - ${DIR}/docker.sock:/y
      - data:/z
      - v:/w
      - ${ANY}:/q
    secrets: [key]
volumes:
  data: {driver_opts: {type: none, o: bind, device: /etc}}
secrets:
  key: {file: /var/run/docker.sock}
"""


def test_host_paths_are_seen_behind_volumes_and_secrets() -> None:
    socket, variable, data, letter, unknown, secret = service(MOUNTS).mounts
    assert (socket.runtime_socket.value, socket.read_only.value, socket.danger.value) == ("Docker", True, "socket")
    assert variable.type.value == "bind"
    assert not variable.host_path.sure
    assert (data.host_path.value, data.danger.value) == ("/etc", "root")
    assert (letter.is_anonymous, letter.target.value) == (True, "v:/w")
    assert not unknown.type.sure
    assert (secret.type.value, secret.runtime_socket.value) == ("secret", "Docker")


def test_ports() -> None:
    body = 'ports: ["80", "127.0.0.1:81:81", "${B}:82:82", "90-91:90-91", "${P}", {target: 5, host_ip: "::1"}]'
    ports = service(one(body)).ports
    assert [port.public.value if port.public.sure else "?" for port in ports] == [True, False, "?", True, True, False]
    assert ports.open
    assert [port.target.value for port in ports] == [80, 81, 82, 90, 91, 5]


def test_the_environment_of_files_that_are_not_there_is_open() -> None:
    found = service(
        "services: {web: {image: a, env_file: [{path: x.env, required: false}], environment: {A: 1, B: }}}\n"
    )
    assert found.environment.open
    assert [(entry.name, entry.text.sure) for entry in found.environment] == [("A", True), ("B", False)]


def test_env_files_are_read_with_places() -> None:
    unit = projects({"compose.yaml": one("env_file: x.env"), "x.env": 'A="q" # c\n'})[0]
    (entry,) = unit.services.items[0].environment
    assert (entry.text.value, entry.text.span.source.path, entry.text.span.text) == ("q", "x.env", "q")
    assert entry.from_file


def test_limits_in_either_spelling() -> None:
    found = service(one("deploy: {resources: {limits: {memory: 50M, cpus: '0.5', pids: 5}}}"))
    assert (found.memory_limit.value, found.cpu_limit.value, found.pids_limit.value) == (50 << 20, 0.5, 5)
    assert service(one("cpu_quota: 50000")).cpu_limit.value == 0.5


def test_host_network_by_a_network() -> None:
    text = "services: {web: {image: a, networks: [x]}}\nnetworks: {x: {external: true, name: host}}\n"
    assert service(text).uses_host_network.value is True


def test_lower() -> None:
    files = {
        "app/compose.yaml": "services:\n  web:\n    build: {context: ./ctx, target: prod, args: {A: 1}}\n"
        "    user: '5:5'\n"
        "    ports: ['8080:80', '${B}:81:81']\n    volumes: ['./conf:/etc/nginx:ro', '/abs:/x']\n"
    }
    pieces = list(FORMAT.lower(projects(files)[0]))
    request, container = pieces
    assert isinstance(request, BuildRequest)
    assert (request.context, request.dockerfile, request.target.value) == ("app/ctx", "app/ctx/Dockerfile", "prod")
    assert request.args["A"].value == "1"
    assert isinstance(container, Container)
    assert container.user.value is not None
    assert container.build is request
    assert [(mount.host, mount.inside) for mount in container.mounts] == [("app/conf", True), ("/abs", False)]
    assert [port.published for port in container.ports] == [(8080, 8080)]
    assert container.ports.open


@pytest.mark.parametrize(("user", "uid"), [("+0", 0), ("-0", 0), ("007:1", 7), ("+-0", None), ("root", None)])
def test_numbers_of_users_are_read_as_go_reads_them(user: str, uid: int | None) -> None:
    (container,) = FORMAT.lower(project(f"services: {{web: {{image: a, user: '{user}'}}}}\n"))
    assert isinstance(container, Container)
    assert container.user.value is not None
    assert container.user.value.uid == uid


def test_inline_dockerfiles_and_configs_keep_their_lines() -> None:
    text = "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM a\n        USER root\n"
    request = next(piece for piece in FORMAT.lower(project(text)) if isinstance(piece, BuildRequest))
    assert request.inline is not None
    at = request.inline.text.index("USER root")
    assert request.inline.span(at, at + 9).outer.line == 6


def test_an_unread_base_leaves_its_service_open() -> None:
    found = service("services: {web: {extends: {file: 'https://a/b.yaml', service: x}}}\n")
    assert not found.privileged.sure
    assert found.ports.open


def test_refusals_of_a_variant() -> None:
    unit = project("services:\n  web:\n    image: a\n    privilged: true\n    cap_drop: ALL\n")
    assert [(refusal.kind, refusal.span.text, refusal.near) for refusal in unit.refusals] == [
        ("unknown-key", "privilged", "privileged"),
        ("type", "cap_drop: ALL", ""),
    ]


def test_kinds_have_places_and_subjects() -> None:
    unit = project(MOUNTS)
    for kind in FORMAT.kinds:
        for node in nodes(kind, unit):
            assert node.span.source is not None  # type: ignore[attr-defined]
            assert node.subject  # type: ignore[attr-defined]
