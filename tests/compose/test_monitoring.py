"""What the configuration files of the monitoring give away."""

from __future__ import annotations

import pytest

from dockguard.formats.compose.monitoring import weaknesses
from tests.stack.helpers import stack


def said(text: str, image: str = "prom/prometheus:v3", name: str = "prometheus_yml") -> list[tuple[str, str, str]]:
    path = name.replace("_", ".")
    compose = f"services: {{p: {{image: '{image}', volumes: ['./{path}:/etc/x/{path}:ro']}}}}"
    (service,) = stack(compose, **{name: text}).units["compose"][0].services
    return [(one.kind, ".".join(one.path), one.host) for one in weaknesses(service)]


def job(lines: str) -> str:
    return f"scrape_configs:\n- job_name: a\n{lines}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (job("  basic_auth: {password: kiefer-Wolke-17-Tal}"), "secret"),
        (job("  authorization: {credentials: kiefer-Wolke-17-Tal}"), "secret"),
        (job("  bearer_token: kiefer-Wolke-17-Tal-und-mehr"), "secret"),
        (job("  tls_config: {insecure_skip_verify: true}"), "unverified"),
        (job("  static_configs: [{targets: ['a.example.com:9100']}]"), "clear"),
        ("remote_write: [{url: 'http://a.example.com/x'}]", "clear"),
        ("remote_write: [{url: 'http://8.8.8.8:9090/x'}]", "clear"),
    ],
)
def test_weak_lines(text: str, found: str) -> None:
    assert [kind for kind, _, _ in said(text)] == [found]


@pytest.mark.parametrize(
    "text",
    [
        job("  basic_auth: {password_file: /run/secrets/a}"),
        job("  basic_auth: {password: '${PASSWORD}'}"),
        job("  tls_config: {insecure_skip_verify: false}"),
        job("  static_configs: [{targets: ['a:9100', 'a.local:9100', '10.0.0.1:9100', 'localhost:1']}]"),
        job("  scheme: https\n  static_configs: [{targets: ['a.example.com:9100']}]"),
        job("  static_configs: [{targets: ['a.example.com']}]\n  relabel_configs: [{target_label: x}]"),
        "remote_write: [{url: 'https://a.example.com/x'}]",
        "remote_write: [{url: 'http://a.internal/x'}]",
        "- [",
        "a: &a [*a]",
        "",
        "42",
    ],
)
def test_lines_that_give_nothing_away(text: str) -> None:
    assert said(text) == []


def test_only_known_programs_are_read() -> None:
    text = job("  basic_auth: {password: kiefer-Wolke-17-Tal}")
    assert said(text, "example/app:1") == []
    assert said(text, "quay.io/prometheus/prometheus:v3")


def test_a_password_beside_an_address_goes_with_it() -> None:
    text = "remote_write: [{url: 'http://a.example.com/x', basic_auth: {password_file: /x}}]"
    compose = "services: {p: {image: 'prom/prometheus', volumes: ['./p.yml:/p.yml:ro']}}"
    (service,) = stack(compose, p_yml=text).units["compose"][0].services
    (one,) = weaknesses(service)
    assert one.with_password
    assert one.span.text == "url: 'http://a.example.com/x'"


def test_folders_are_read_too() -> None:
    compose = "services: {p: {image: 'grafana/promtail:3', volumes: ['./conf:/etc/promtail:ro']}}"
    found = stack(compose, conf__a_yml="clients: [{url: 'http://logs.example.com/push'}]", conf__b_txt="x: y")
    (service,) = found.units["compose"][0].services
    assert [one.host for one in weaknesses(service)] == ["logs.example.com"]
