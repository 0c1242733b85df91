"""What the nodes beside services say: grants, bounds, images, ports, credentials, switches, files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.formats.compose import FORMAT
from dockguard.formats.compose.model import Project
from dockguard.source import Unknown

from .projects import nodes, project, projects, service


def one(body: str, image: str = "a", more: str = "") -> str:
    return f"services:\n  web:\n    image: {image}\n    {body}\n{more}"


def of(kind: str, text: str, **more: str) -> list:
    return nodes(f"compose.{kind}", project(text, **more))


# --- grants ----------------------------------------------------------------------------------------------------------


def test_capabilities_are_named_alike_in_every_spelling() -> None:
    found = of("capability", one("cap_add: [CAP_SYS_ADMIN, sys_admin, CAP_ALL, '${CAP}']"))
    assert [capability.name.value for capability in found] == ["SYS_ADMIN", "SYS_ADMIN", "CAP_ALL"]
    assert found[0].subject == "services.web.cap_add.CAP_SYS_ADMIN"
    assert found[0].span.text == "CAP_SYS_ADMIN"


@pytest.mark.parametrize(
    ("rule", "dropped", "gives"),
    [
        ("b 8:* rwm", False, "a raw disk"),
        ("a *:* rwm", False, "every device of the host"),
        ("c 1:1 r", False, "the host's memory"),
        ("c 1:3 rwm", False, None),
        ("b 8:* m", False, None),
        ("b 8:* rwm", True, None),
        ("nonsense", False, None),
    ],
)
def test_cgroup_rules_open_something_only_where_a_node_can_be(rule: str, dropped: bool, gives: str | None) -> None:
    drop = "cap_drop: [ALL]\n    " if dropped else ""
    found = of("device", one(f'{drop}device_cgroup_rules: ["{rule}"]'))
    assert [access.gives for access in found] == ([gives] if gives else [])


def test_a_rule_counts_with_all_dropped_where_the_nodes_are_mounted() -> None:
    body = 'cap_drop: [ALL]\n    volumes: ["/dev:/dev"]\n    device_cgroup_rules: ["b 8:* rw"]'
    assert [access.gives for access in of("device", one(body))] == ["a raw disk"]


def test_a_device_that_may_only_be_made_gives_nothing() -> None:
    found = of("device", one("devices: ['/dev/sda:/dev/sda:m', '/dev/sdb']"))
    assert [access.name.value for access in found] == ["/dev/sdb"]


@pytest.mark.parametrize(
    ("text", "name", "setting"),
    [("seccomp:unconfined", "seccomp", "unconfined"), ("label=type:spc_t", "label", "type:spc_t"), ("x", "x", "")],
)
def test_security_options_are_cut_at_the_first_sign(text: str, name: str, setting: str) -> None:
    (option,) = of("security_option", one(f'security_opt: ["{text}"]'))
    assert (option.name.value, option.setting.value) == (name, setting)


# --- bounds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "missing", "void"),
    [
        ("init: true", True, None),
        ("mem_limit: 512m", False, False),
        ("mem_limit: 0", False, True),
        ("mem_limit: 0.5", False, True),
        ("mem_limit: -1", False, True),
        ("deploy: {resources: {limits: {memory: 1g}}}", False, False),
        ("deploy: {resources: {reservations: {memory: 1g}}}", True, None),
    ],
)
def test_a_memory_limit_is_missing_or_void(body: str, missing: bool, void: bool | None) -> None:
    memory = next(bound for bound in of("limit", one(body)) if bound.name == "memory")
    assert (memory.is_missing.value, memory.is_void.value) == (missing, void)


def test_an_unset_limit_is_unknown() -> None:
    memory = next(bound for bound in of("limit", one("mem_limit: ${M}")) if bound.name == "memory")
    assert isinstance(memory.is_missing.value, Unknown)


def test_temporary_file_systems_of_both_forms() -> None:
    body = "tmpfs: ['/a:size=1m,exec']\n    volumes: [{type: tmpfs, target: /b}]"
    first, second = of("tmpfs", one(body))
    assert (first.target.value, first.size.value, [word.value for word in first.words]) == (
        "/a",
        True,
        ["size=1m", "exec"],
    )
    assert (second.target.value, second.size.value) == ("/b", None)


# --- images ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "mutable", "versionless", "digest"),
    [
        ("nginx", True, False, False),
        ("nginx:1.27", False, False, False),
        ("nginx:alpine", False, True, False),
        ("debian:bookworm", False, False, False),
        ("ubuntu:noble", False, False, False),
        ("nginx:latest@sha256:" + "a" * 64, False, False, True),
    ],
)
def test_images(image: str, mutable: bool, versionless: bool, digest: bool) -> None:
    (pulled,) = of("image", one("init: true", image))
    assert (pulled.is_mutable.value, pulled.is_versionless.value, pulled.has_digest.value) == (
        mutable,
        versionless,
        digest,
    )


def test_a_reference_may_be_partly_known() -> None:
    (pulled,) = of("image", one("init: true", "${MIRROR}/nginx:latest"))
    assert pulled.is_mutable.value is True
    assert pulled.text == "${MIRROR}/nginx:latest"
    (unknown,) = of("image", one("init: true", "nginx:${TAG}"))
    assert isinstance(unknown.is_mutable.value, Unknown)


def test_an_id_and_nonsense_are_no_references() -> None:
    for image in ("sha256:" + "a" * 64, "'http://x/y:1'"):
        (pulled,) = of("image", one("init: true", image))
        assert pulled.is_mutable.value is None


def test_what_a_build_makes_is_not_pulled() -> None:
    text = "services:\n  a:\n    build: .\n    image: app:latest\n  b:\n    image: app:latest\n"
    (pulled,) = of("image", text)
    assert pulled.is_made_here


# --- ports -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "port", "role"),
    [
        ("postgres:16", "5432:5432", "datastore"),
        ("mongo:7", "1:27017", "datastore"),
        ("x/y:1", "5432:5432", "datastore"),
        ("x/y:1", "8080:8080", ""),
        ("x/y:1", "9229:9229", "debug"),
        ("n8nio/n8n:1", "5678:5678", "console"),
        ("docker:27-dind", "2375:2375", "container-api"),
        ("prom/prometheus:v2", "9090:9090", "monitoring"),
        ("grafana/grafana:11", "3000:3000", ""),
        ("nginx:1.27", "80:80", "edge"),
        ("vaultwarden/server:1", "80:80", ""),
        ("x/y:1", "22:22", "admin"),
        ("gitea/gitea:1", "22:22", ""),
    ],
)
def test_what_a_port_is_for(image: str, port: str, role: str) -> None:
    (found,) = of("port", one(f'ports: ["{port}"]', image))
    assert found.role == role


def test_a_range_is_one_item() -> None:
    found = of("port", one('ports: ["8000-8002:80-82", "9000:90"]'))
    assert [port.leads for port in found] == [True, False, False, True]


def test_an_address_in_the_published_port_is_no_number() -> None:
    (port,) = of("port", one('ports: [{target: 80, published: "127.0.0.1:8080"}]'))
    assert port.host_port.value is None
    assert not port.is_readable


def test_the_edge_is_known_by_image_or_name() -> None:
    text = 'services:\n  proxy:\n    build: .\n    ports: ["443:8443"]\n  app:\n    build: .\n    ports: ["80:80"]\n'
    assert [port.is_edge for port in of("port", text)] == [True, False]


@pytest.mark.parametrize(
    ("first", "second", "clashes"),
    [
        ("8080:80", "127.0.0.1:8080:81", True),
        ("127.0.0.1:8080:80", "127.0.0.2:8080:80", False),
        ("53:53/tcp", "53:53/udp", False),
        ("80", "80", False),
    ],
)
def test_clashes(first: str, second: str, clashes: bool) -> None:
    text = f'services:\n  a:\n    image: x\n    ports: ["{first}"]\n  b:\n    image: x\n    ports: ["{second}"]\n'
    one_, other = of("port", text)
    assert one_.clash is None
    assert (other.clash is not None) is clashes


# --- host paths ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "runtime"),
    [
        ("/var/run/docker.sock", "Docker"),
        ("/run", "Docker"),
        ("/", "Docker"),
        ("/var", "Docker"),
        ("/home", None),
        ("/home/bob", None),
        ("/var/lib", None),
        ("~/.docker/run", "Docker"),
    ],
)
def test_folders_far_above_a_socket_do_not_count(path: str, runtime: str | None) -> None:
    mount = service(one(f"volumes: ['{path}:/x']")).volumes.items[0]
    assert mount.runtime_socket.value == runtime


def test_a_drive_letter_is_no_volume() -> None:
    drive, real = service(one("volumes: ['v:/data', 'vv:/more']", more="volumes: {v: {}, vv: {}}\n")).volumes
    assert drive.is_drive_letter
    assert not real.is_drive_letter


def test_configurations_are_files_on_both_sides() -> None:
    found = service(one("volumes: ['./a.conf:/etc/a.conf', './conf:/etc/conf', './a.db:/a.db']")).volumes
    assert [mount.names_configuration for mount in found] == [True, False, False]


# --- credentials -----------------------------------------------------------------------------------------------------


def kinds_of(text: str, **more: str) -> list[tuple[str, str, str]]:
    return [(one.where, one.name, one.kind) for one in of("credential", text, **more)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("environment: {DB_PASSWORD: hunter2x}", ("environment", "DB_PASSWORD", "literal")),
        ("environment: [DB_PASSWORD=hunter2x]", ("environment", "DB_PASSWORD", "literal")),
        ("environment: {DB_PASSWORD: 12345678}", ("environment", "DB_PASSWORD", "weak")),
        ("environment: {DB_PASSWORD: changeme}", ("environment", "DB_PASSWORD", "placeholder")),
        ("environment: {URL: 'postgres://a:hunter2x@db/x'}", ("environment", "URL", "credential")),
        ("command: app --password hunter2x", ("command", "--password", "literal")),
        ("command: [app, --password, hunter2x]", ("command", "--password", "literal")),
        ("healthcheck: {test: 'PGPASSWORD=hunter2x psql'}", ("healthcheck", "PGPASSWORD", "literal")),
        ("build: {context: ., args: {NPM_TOKEN: hunter2x}}", ("build argument", "NPM_TOKEN", "literal")),
        ("labels: {x.password: hunter2x}", ("label", "x.password", "literal")),
        ("post_start: [{command: x, environment: {A_SECRET: hunter2x}}]", ("hook", "A_SECRET", "literal")),
        ("post_start: [{command: [x, --token, hunter2x]}]", ("hook command", "--token", "literal")),
    ],
)
def test_where_credentials_are_found(body: str, expected: tuple[str, str, str]) -> None:
    assert kinds_of(one(body)) == [expected]


@pytest.mark.parametrize(
    "body",
    [
        "environment: {DB_PASSWORD: '${DB_PASSWORD}'}",
        "environment: {DB_PASSWORD_FILE: /run/secrets/x}",
        "environment: {DB_PASSWORD: ''}",
        "environment: [DB_PASSWORD]",
        "command: sh -c 'app --password $$PW'",
    ],
)
def test_references_are_no_credentials(body: str) -> None:
    assert kinds_of(one(body)) == []


def test_a_credential_knows_the_env_file_it_came_from() -> None:
    text = one("env_file: app.env\n    environment: {A_PASSWORD: '${A_PASSWORD}'}")
    found = projects({"compose.yaml": text, "app.env": "B_PASSWORD=hunter2x\n", ".env": "A_PASSWORD=hunter3x\n"})[0]
    places = {one.name: (one.file, one.span.text) for one in nodes("compose.credential", found)}
    assert places == {"B_PASSWORD": ("app.env", "hunter2x"), "A_PASSWORD": (".env", "hunter3x")}


def test_the_content_of_a_config_is_placed_in_its_line() -> None:
    text = one("init: true", more="configs:\n  c:\n    content: |\n      [x]\n      password = hunter2x\n")
    (found,) = of("credential", text)
    assert (found.where, found.span.text, found.span.line) == ("config", "hunter2x", 9)


def test_a_shipped_password_is_weak() -> None:
    (found,) = of("credential", one("environment: {MINIO_ROOT_PASSWORD: miniosecret}", "bitnami/minio:2024"))
    assert found.is_weak


def test_nothing_of_a_value_is_in_what_people_read() -> None:
    token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    for found in of("credential", one(f"environment: {{DB_PASSWORD: hunter2x, T: {token}}}")):
        read = f"{found.subject} {found.what} {found.label}"
        assert "hunter2x" not in read
        assert token not in read


# --- files that are committed ----------------------------------------------------------------------------------------


def files(project: Project) -> list[str]:
    return [one.path for one in nodes("compose.secret_file", project)]


def test_an_env_file_is_committed_unless_git_ignores_it() -> None:
    base = {"compose.yaml": one("env_file: [a.env, b.env]"), "a.env": "A_PASSWORD=hunter2x\n", "b.env": "B=1\n"}
    assert files(projects(base)[0]) == ["a.env"]
    assert files(projects({**base, ".gitignore": "*.env\n"})[0]) == []


def test_a_secret_file_is_committed_when_it_is_there() -> None:
    text = one("secrets: [s]", more="secrets:\n  s:\n    file: ./s.txt\n")
    assert files(projects({"compose.yaml": text})[0]) == []


# --- switches --------------------------------------------------------------------------------------------------------


def test_a_switch_knows_who_reaches_it() -> None:
    body = "environment: {{POSTGRES_HOST_AUTH_METHOD: trust}}\n    ports: ['{}5432:5432']"
    assert [of("switch", one(body.format(ip)))[0].is_reachable for ip in ("", "127.0.0.1:")] == [True, False]


def test_a_router_to_the_dashboard_needs_a_middleware() -> None:
    label = "traefik.http.routers.r.service: api@internal"
    guard = "traefik.http.routers.r.middlewares: login"
    assert [switch.kind for switch in of("switch", one(f"labels: {{{label}}}"))] == ["admin"]
    assert of("switch", one(f"labels: {{{label}, {guard}}}")) == []


def test_grafana_is_open_where_visitors_may_edit() -> None:
    def found(role: str) -> int:
        return len(
            of("switch", one(f"environment: {{GF_AUTH_ANONYMOUS_ENABLED: 'true', GF_AUTH_ANONYMOUS_ORG_ROLE: {role}}}"))
        )

    assert (found("Admin"), found("Viewer")) == (1, 0)


KINDS = [kind for kind in FORMAT.kinds if kind not in ("compose.project",)]


@given(st.text(alphabet="ab:/=${}'-_.\n 0129", max_size=60))
def test_no_text_makes_a_node_raise(text: str) -> None:
    import json

    value = json.dumps(text)
    body = (
        f"services:\n  web:\n    image: {value}\n    command: {value}\n    environment: {{DB_PASSWORD: {value}}}\n"
        f"    labels: {{traefik.http.routers.a.service: {value}}}\n    cap_add: [{value}]\n"
        f"    security_opt: [{value}]\n"
        f"    device_cgroup_rules: [{value}]\n    tmpfs: [{value}]\n    devices: [{value}]\n"
    )
    unit = project(body)
    for kind in KINDS:
        for node in nodes(kind, unit):
            assert node.span is not None
            assert node.subject
