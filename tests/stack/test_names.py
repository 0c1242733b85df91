"""Who answers to a name: networks, aliases, and containers without a network of their own."""

from __future__ import annotations

import pytest

from dockguard.stack.names import APART, FOUND, NOBODY, UNSURE, Answer, Directory

from .helpers import stack

COMPOSE = """
services:
  edge:
    image: nginx
    networks: [front, middle]
    extra_hosts: ["legacy:10.0.0.1"]
    links: ["app:linked"]
  app:
    image: app
    container_name: The-App
    hostname: box
    networks:
      middle: {aliases: [api]}
      back: {aliases: [inner]}
  db:
    image: db
    networks: [back]
  vpn:
    image: vpn
    networks: [front]
  behind:
    image: app
    network_mode: service:vpn
  onhost:
    image: nginx
    network_mode: host
  alone:
    image: nginx
    network_mode: none
  open:
    image: nginx
    networks: [shared]
  somewhere:
    image: nginx
    network_mode: ${MODE}
networks:
  front: {}
  middle: {}
  back: {}
  shared: {external: true}
"""


def ask(service: str, host: str) -> Answer:
    found = stack(COMPOSE)
    return Directory(found.containers).ask(found.by_name[service], host)


@pytest.mark.parametrize(
    ("service", "host", "kind"),
    [
        ("edge", "app", FOUND),
        ("edge", "APP", FOUND),
        ("edge", "api", FOUND),
        ("edge", "the-app", FOUND),
        ("edge", "box", FOUND),
        ("edge", "edge", FOUND),
        ("edge", "legacy", FOUND),
        ("edge", "linked", FOUND),
        ("edge", "inner", APART),  # an alias on a network that it is not on
        ("edge", "db", APART),
        ("edge", "behind", APART),
        ("edge", "nothing", NOBODY),
        ("edge", "localhost", UNSURE),
        ("edge", "app.example.org", UNSURE),
        ("edge", "", UNSURE),
        ("db", "app", FOUND),
        ("db", "api", APART),
        ("behind", "edge", FOUND),  # by the network of the service that it uses
        ("behind", "app", APART),
        ("onhost", "app", APART),
        ("onhost", "nothing", UNSURE),
        ("alone", "app", APART),
        ("open", "app", UNSURE),
        ("open", "nothing", UNSURE),
        ("somewhere", "app", UNSURE),
    ],
)
def test_names(service: str, host: str, kind: str) -> None:
    assert ask(service, host).kind == kind


def test_the_containers_that_answer() -> None:
    assert [one.name for one in ask("edge", "api").of] == ["app"]
    assert [one.name for one in ask("edge", "db").of] == ["db"]
    assert ask("edge", "legacy").of == ()


def test_networks_that_go_in_circles_end() -> None:
    found = stack("""
services:
  a: {image: a, network_mode: "service:b"}
  b: {image: b, network_mode: "service:a"}
""")
    assert Directory(found.containers).ask(found.by_name["a"], "b").kind == UNSURE


@pytest.mark.parametrize(
    ("lines", "joinable"),
    [("", False), ("networks: {default: {name: proxy}}", True), ("networks: {default: {}}", False)],
)
def test_a_fixed_name_is_an_invitation(lines: str, joinable: bool) -> None:
    found = stack(f"services: {{web: {{image: nginx}}}}\n{lines}\n")
    assert bool(found.by_name["web"].container.joinable) is joinable
