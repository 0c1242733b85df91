"""Configurations that reach the image through another stage of the build."""

from __future__ import annotations

import pytest

from .helpers import stack

COMPOSE = "services: {web: {build: .}}"
SITE = "server { listen 8080; }"


def ports(dockerfile: str, **files: str) -> list[int]:
    found = stack(COMPOSE, Dockerfile=dockerfile, **files)
    return [socket.port for proxy in found.proxies if proxy.container == "web" for socket in proxy.sockets]


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM node AS build\nWORKDIR /app\nCOPY . .\nFROM nginx\n"
        "COPY --from=build /app/conf/site.conf /etc/nginx/conf.d/",
        "FROM node AS build\nCOPY conf /c\nFROM nginx\nCOPY --from=build /c/site.conf /etc/nginx/conf.d/default.conf",
        "FROM node AS a\nCOPY . /a\nFROM node AS b\nCOPY --from=a /a/conf /b\nFROM nginx\n"
        "COPY --from=b b/site.conf /etc/nginx/conf.d/default.conf",
        "FROM node AS base\nCOPY . /a\nFROM base AS b\nFROM nginx\nCOPY --from=b /a/conf /etc/nginx/conf.d",
        "FROM node AS build\nCOPY conf/site.conf /x.conf\nFROM nginx\nCOPY --from=0 /x.conf /etc/nginx/conf.d/x.conf",
    ],
)
def test_a_copy_of_a_copy(dockerfile: str) -> None:
    assert ports(dockerfile, conf__site_conf=SITE) == [8080]


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM node AS build\nRUN make\nFROM nginx\nCOPY --from=build /app/site.conf /etc/nginx/conf.d/default.conf",
        "FROM node AS build\nCOPY . /a\nFROM nginx\nCOPY --from=build /b/conf/site.conf /etc/nginx/conf.d/default.conf",
        "FROM nginx\nCOPY --from=example/other /conf/site.conf /etc/nginx/conf.d/default.conf",
        "FROM node AS build\nCOPY $X /a\nFROM nginx\nCOPY --from=build /a/site.conf /etc/nginx/conf.d/default.conf",
    ],
)
def test_what_a_build_makes_is_not_seen(dockerfile: str) -> None:
    assert ports(dockerfile, conf__site_conf=SITE) == []


def test_stages_that_copy_from_each_other_end() -> None:
    many = "\n".join(f"FROM node AS s{n}\nCOPY --from=s{n - 1} /x /x" for n in range(1, 12))
    last = "FROM nginx\nCOPY --from=s11 /x/site.conf /etc/nginx/conf.d/default.conf"
    text = f"FROM node AS s0\nCOPY conf /x\n{many}\n{last}"
    assert ports(text, conf__site_conf=SITE) == []
