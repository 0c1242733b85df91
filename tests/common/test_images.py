import json
import subprocess
import sys
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from dockguard.common import images
from dockguard.common.capabilities import EVERY
from dockguard.common.imageref import parse
from dockguard.common.images import PURPOSES, facts_of
from dockguard.source import Unknown

DATA = Path(images.__file__).parent / "data"
ROWS = json.loads((DATA / "images.json").read_text())["images"]
PRODUCTS = json.loads((DATA / "end_of_life.json").read_text())["products"]
FIELDS = {"tags", "aliases", *images.ImageFacts.__dataclass_fields__} - {"name"}
LISTS = ("capabilities", "more_capabilities", "file_capabilities")


def test_how_many():
    assert len(images.names()) >= 150


@pytest.mark.parametrize("name", sorted(ROWS))
def test_row_is_well_formed(name):
    row = ROWS[name]
    assert set(row) <= FIELDS
    assert row["source"]
    date.fromisoformat(row["date"])
    reference = parse(name)
    assert not reference.error
    assert reference.name == name  # written as people write it
    for facts in (row, *(facts for _, facts in row.get("tags", ()))):
        assert set(facts) <= FIELDS
        assert set(facts.get("purposes", ())) <= set(PURPOSES)
        assert all(0 < port < 65536 for port in facts.get("ports", ()))
        paths = [path for field in ("writable", "scratch", "volumes") for path in facts.get(field, ())]
        assert all(path.startswith("/") and not path.endswith("/") for path in paths)
        assert set(facts.get("moves", ())) | set(facts.get("root_owned", ())) <= {*paths, *row.get("writable", ())}
        assert {name for field in LISTS for name in facts.get(field, ())} <= EVERY
        assert not set(facts.get("writable", ())) & set(facts.get("volumes", ()))  # a volume can be written to anyway
    assert row.get("product", "python") in PRODUCTS
    assert "drops_to" not in row or row["user"] == "root"


def test_no_name_stands_twice():
    every = [name for row in ROWS.values() for name in row.get("aliases", ())] + list(ROWS)
    assert len(every) == len(set(every))


def test_globs_can_match():
    for row in ROWS.values():
        for glob, _ in row.get("tags", ()):
            assert fnmatchcase(glob.replace("*", ""), glob)


@pytest.mark.parametrize(
    ("reference", "user"),
    [
        ("nginx", "root"),
        ("docker.io/library/nginx:1.27", "root"),
        ("nginxinc/nginx-unprivileged:1.27", "101"),
        ("ghcr.io/nginxinc/nginx-unprivileged", "101"),
        ("gcr.io/distroless/static-debian12", "root"),
        ("gcr.io/distroless/static-debian12:nonroot", "65532"),
        ("gcr.io/distroless/static-debian12:debug-nonroot", "65532"),
        ("cgr.dev/chainguard/nginx", "65532"),
        ("chainguard/node", "65532"),
        ("haproxy:2.2-alpine", "root"),
        ("haproxy:3.0", "haproxy"),
        ("memcached:1.6", "memcache"),
        ("grafana/grafana:11.0.0", "472"),
        ("prom/prometheus", "nobody"),
        ("quay.io/prometheus/prometheus:v2.53.0", "nobody"),
        ("jenkins/jenkins:lts", "jenkins"),
        ("bitnami/redis:7", "1001"),
        ("bitnamilegacy/redis:7", "1001"),
        ("linuxserver/sonarr", "root"),
        ("ghcr.io/linuxserver/sonarr:4", "root"),
        ("public.ecr.aws/docker/library/python:3.12", "root"),
        ("mirror.gcr.io/library/python:3.12", "root"),
        ("quay.io/keycloak/keycloak:26", "1000"),
        ("mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled", "1654"),
        ("gitea/gitea:1.22-rootless", "1000"),
    ],
)
def test_user(reference, user):
    assert facts_of(reference).starts_as == user


@pytest.mark.parametrize(
    "reference",
    [
        "example.org/nginx",
        "somebody/nginx",
        "nginx2",
        "quay.io/nginx",
        "ghcr.io/library/nginx",
        "docker.io/grafana/nginx",
        "${IMAGE}",
        "${REGISTRY}/nginx:1",
        "scratch",
        "Nginx",
        "",
        "lscr.io/linuxserver/unheard-of",
        "gcr.io/distroless/unheard-of:nonroot",
        "mirror.gcr.io/library/linuxserver/sonarr/x",
    ],
)
def test_nothing_is_claimed_about_others(reference):
    assert facts_of(reference) is None


def test_root_that_drops():
    postgres = facts_of("postgres:16")
    assert postgres.starts_as_root is True
    assert postgres.drops_to == "postgres"
    assert postgres.runs_as_root is False
    assert facts_of("traefik:v3.1").runs_as_root is True
    assert facts_of("memcached").starts_as_root is False


def test_unknown_user():
    assert isinstance(facts_of("hasura/graphql-engine:v2").starts_as_root, Unknown)


def test_unknown_tag_claims_only_what_all_tags_share():
    facts = facts_of("gcr.io/distroless/static-debian12:${TAG}")
    assert facts.starts_as is None
    assert facts.shell is False
    assert facts_of("nginx:${TAG}").starts_as == "root"
    assert facts_of(f"gcr.io/distroless/static-debian12@sha256:{'0' * 64}").starts_as is None
    assert facts_of(f"gcr.io/distroless/static-debian12:nonroot@sha256:{'0' * 64}").starts_as == "65532"


def test_tag_variant():
    assert 15672 in facts_of("rabbitmq:3-management-alpine").ports
    assert 15672 not in facts_of("rabbitmq:3").ports
    assert facts_of("php:8.3-fpm").ports == (9000,)
    assert facts_of("php:8.3-apache").is_for("edge")
    assert facts_of("postgres:18").volumes == ("/var/lib/postgresql",)


def test_nginx_as_measured():
    facts = facts_of("nginx:1.27")
    assert set(facts.capabilities) == {"CHOWN", "SETGID", "SETUID"}
    assert facts.writable == ("/var/cache/nginx", "/run")
    assert facts_of("nginxinc/nginx-unprivileged").writable == ("/tmp",)
    assert facts_of("nginxinc/nginx-unprivileged").capabilities == ()


def test_capabilities_of_programs_that_carry_them():
    assert facts_of("caddy:2").file_capabilities == ("NET_BIND_SERVICE",)
    assert facts_of("dpage/pgadmin4").file_capabilities == ("NET_BIND_SERVICE",)
    assert facts_of("nginx").file_capabilities == ()


def test_postgres_by_version():
    assert "CHOWN" not in facts_of("postgres:16-alpine").capabilities
    assert "CHOWN" in facts_of("postgres:18-alpine").capabilities
    assert facts_of("postgres").volumes == ("/var/lib/postgresql",)


def test_file_variables():
    assert facts_of("postgres").file_variable("POSTGRES_PASSWORD") == "POSTGRES_PASSWORD_FILE"
    assert facts_of("postgres").file_variable("PGDATA") is None
    assert facts_of("grafana/grafana").file_variable("GF_SECURITY_ADMIN_PASSWORD") == "GF_SECURITY_ADMIN_PASSWORD__FILE"
    assert facts_of("linuxserver/mariadb").file_variable("MYSQL_ROOT_PASSWORD") == "FILE__MYSQL_ROOT_PASSWORD"
    assert facts_of("memcached").file_variable("X") is None


def test_authentication():
    assert facts_of("redis").unauthenticated is True
    assert facts_of("postgres").unauthenticated is False
    assert facts_of("alpine").unauthenticated is None
    assert facts_of("postgres").lets_everybody_in("POSTGRES_HOST_AUTH_METHOD", "trust")
    assert not facts_of("postgres").lets_everybody_in("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256")
    assert facts_of("mysql").lets_everybody_in("MYSQL_ALLOW_EMPTY_PASSWORD", "yes")
    assert not facts_of("mysql").lets_everybody_in("MYSQL_ALLOW_EMPTY_PASSWORD", "")
    assert facts_of("elasticsearch:7.17.0").unauthenticated is True
    assert facts_of("elasticsearch:8.15.0").unauthenticated is False


def test_default_credentials():
    assert facts_of("minio/minio").is_default_credential("minioadmin")
    assert not facts_of("minio/minio").is_default_credential("other")
    assert not facts_of("alpine").is_default_credential("alpine")


@pytest.mark.parametrize(
    ("reference", "purpose"),
    [
        ("traefik", "edge"),
        ("postgres", "datastore"),
        ("prom/node-exporter", "monitoring"),
        ("tecnativa/docker-socket-proxy", "proxy"),
        ("portainer/portainer-ce", "control"),
        ("migrate/migrate", "job"),
    ],
)
def test_purposes(reference, purpose):
    assert facts_of(reference).is_for(purpose)


def test_deprecated():
    for name in ("openjdk:11", "centos:7", "mongo-express", "liquibase"):
        assert facts_of(name).deprecated
    assert not facts_of("eclipse-temurin").deprecated


def test_tables_are_loaded_on_first_use():
    code = "import sys, dockguard.common.images, dockguard.common.eol; print('json' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
