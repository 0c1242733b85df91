import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.common import imageref
from dockguard.common.imageref import parse, variables, version_of
from dockguard.source import Unknown

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"


@pytest.mark.parametrize(
    ("text", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io/library/nginx", None, None),
        ("nginx:1.25", "docker.io/library/nginx", "1.25", None),
        ("library/nginx", "docker.io/library/nginx", None, None),
        ("docker.io/nginx:x", "docker.io/library/nginx", "x", None),
        ("index.docker.io/library/nginx", "docker.io/library/nginx", None, None),
        ("grafana/grafana:11.0.0", "docker.io/grafana/grafana", "11.0.0", None),
        ("localhost/app", "localhost/app", None, None),
        ("localhost:5000/app:1", "localhost:5000/app", "1", None),
        ("registry:5000/team/app", "registry:5000/team/app", None, None),
        ("registry.example.org/a/b/c:t", "registry.example.org/a/b/c", "t", None),
        ("[2001:db8::1]:5000/app:2", "[2001:db8::1]:5000/app", "2", None),
        ("[::1]/app", "[::1]/app", None, None),
        (f"nginx@{DIGEST}", "docker.io/library/nginx", None, DIGEST),
        (f"nginx:1.25@{DIGEST}", "docker.io/library/nginx", "1.25", DIGEST),
        ("Registry/app", "Registry/app", None, None),  # an upper-case first segment is a registry
        ("a__b/c-d--e.f", "docker.io/a__b/c-d--e.f", None, None),
        ("host-only:80", "docker.io/library/host-only", "80", None),  # without a slash it is a tag
    ],
)
def test_valid(text, repository, tag, digest):
    reference = parse(text)
    assert reference.error == ""
    assert (reference.repository, reference.tag_value, reference.digest_value) == (repository, tag, digest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nginx",
        "library/Nginx:1",
        "nginx:",
        "nginx:-x",
        "nginx:" + "a" * 129,
        "nginx@sha256:abc",
        "nginx@" + DIGEST.upper(),
        f"nginx@sha256:{HEX}00",
        "a//b",
        "/nginx",
        "nginx/",
        "-nginx",
        "ngi..nx",
        "a___b",
        "https://example.org/nginx",
        HEX,
        "nginx 1",
        "registry_x:5000/app",
        "a/" * 130 + "b",
    ],
)
def test_refused(text):
    assert parse(text).error


@pytest.mark.parametrize(
    ("text", "name", "tag", "digest"),
    [
        ("nginx:${TAG}", "nginx", "?", "?"),
        ("nginx:${TAG}-alpine", "nginx", "?", None),
        ("nginx:1.$MINOR", "nginx", "?", "?"),
        ("${REGISTRY}/nginx:1.25", "?", "1.25", None),
        ("${REGISTRY:-docker.io/x}/nginx:1", "?", "1", None),
        ("${IMAGE}", "?", "?", "?"),
        ("${IMAGE:-nginx:1.25}", "?", "?", "?"),
        ("${IMAGE}:7", "?", "7", None),
        ("nginx@${DIGEST}", "nginx", None, "?"),
        ("nginx:1@sha256:${HASH}", "nginx", "1", "?"),
        ("${REG}nginx:1", "?", "1", None),
        ("quay.io/$TEAM/app:1", "?", "1", None),
        ("nginx${SUFFIX}", "?", "?", "?"),
    ],
)
def test_partly_known(text, name, tag, digest):
    reference = parse(text)
    shown = [
        "?" if isinstance(x, Unknown) else x for x in (reference.name, reference.tag_value, reference.digest_value)
    ]
    assert shown == [name, tag, digest]
    assert reference.error == ""


def test_places():
    reference = parse(f"registry.example.org:5000/team/app:1.2@{DIGEST}")
    for part in (reference.registry, reference.path, reference.tag, reference.digest):
        assert reference.text[part.start : part.end] == part.text
    assert reference.registry.text == "registry.example.org:5000"
    assert reference.tag.text == "1.2"


def test_forms():
    assert parse("docker.io/library/nginx:1").familiar == "nginx:1"
    assert parse("docker.io/grafana/grafana").familiar == "grafana/grafana"
    assert parse("quay.io/a/b:1").familiar == "quay.io/a/b:1"
    assert parse("nginx").canonical == "docker.io/library/nginx:latest"
    assert parse(f"nginx@{DIGEST}").canonical == f"docker.io/library/nginx@{DIGEST}"


@pytest.mark.parametrize(
    ("text", "latest", "mutable", "pinned"),
    [
        ("nginx", True, True, False),
        ("nginx:latest", True, True, False),
        (f"nginx:latest@{DIGEST}", False, False, True),
        ("nginx:latest-alpine", False, True, False),
        ("nginx:stable", False, True, False),
        ("nginx:1.25", False, False, False),
        ("nginx:LTS", False, True, False),
        ("registry:5000/x", True, True, False),
        ("scratch", False, False, False),
        ("nginx@${D}", False, False, True),
        ("nginx:${TAG}-alpine", "?", "?", False),
        ("nginx:${TAG}", "?", "?", "?"),
        ("${IMAGE}", "?", "?", "?"),
    ],
)
def test_floating(text, latest, mutable, pinned):
    reference = parse(text)
    values = (reference.is_latest, reference.is_mutable, reference.pinned_by_digest)
    assert tuple("?" if isinstance(x, Unknown) else x for x in values) == (latest, mutable, pinned)


@pytest.mark.parametrize(
    ("tag", "numbers", "suffix"),
    [
        ("1.25.3-alpine3.18", (1, 25, 3), "alpine3.18"),
        ("v2.11", (2, 11), ""),
        ("18-bookworm-slim", (18,), "bookworm-slim"),
        ("17.0.11_9-jre", (17, 0, 11), "9-jre"),
        ("8u412-b08-jre", (8,), "u412-b08-jre"),
        ("20.04", (20, 4), ""),
    ],
)
def test_version(tag, numbers, suffix):
    version = version_of(tag)
    assert (version.numbers, version.suffix) == (numbers, suffix)


def test_no_version():
    assert version_of("bookworm") is None
    assert parse("nginx:${T}").version is None
    assert version_of("1-slim-bookworm").words == ("slim", "bookworm")


def test_scratch():
    assert parse("scratch").is_scratch
    assert not parse("scratch:1").is_scratch


def test_variables():
    assert variables("a$B-${C:-${D}x}y$") == ((1, 3), (4, 15))
    assert variables("${open") == ((0, 6),)
    assert variables("$$$") == ()


@given(st.text(alphabet="aA0._-/:@${}[]", max_size=60))
def test_never_raises(text):
    reference = parse(text)
    for name in ("name", "familiar", "canonical", "is_latest", "is_mutable", "pinned_by_digest", "version", "host"):
        getattr(reference, name)
    parts = [p for p in (reference.registry, reference.path, reference.tag, reference.digest) if p]
    assert all(text[p.start : p.end] == p.text for p in parts)


def test_hostile_input():
    for text in ("a-" * 50_000, "$" * 50_000, "${" * 50_000, "a/" * 50_000, ":" * 50_000, "a" + "." * 50_000):
        parse(text)
    assert len(parse("a" * 10_000).text) == imageref.MAX_TEXT
