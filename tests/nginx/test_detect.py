from __future__ import annotations

import time

import pytest

from dockguard.formats.nginx import FORMAT
from dockguard.formats.nginx.build import context_of

from .helpers import tree


@pytest.mark.parametrize(
    "path",
    ["nginx.conf", "docker/nginx.prod.conf", "nginx-dev.conf.template", "conf.d/default.conf", "nginx/site.vhost",
     "sites-available/default",
     "a/nginx/snippets/ssl.inc", "http.d/x.conf", "default.nginx.conf", "nginx/templates/a.conf.template"],
)  # fmt: skip
def test_names_of_nginx(path):
    assert FORMAT.matches(path)


@pytest.mark.parametrize(
    "path",
    ["app.conf", "influxdb.conf", "apache2/sites-available/default", "php/conf.d/opcache.conf", "nginx.conf.js",
     "nginx/readme.md",
     "mysql/conf.d/my.conf", "nginx.go", "nginx/entrypoint.sh", "conf.d/x.txt", "supervisor/conf.d/app.conf"],
)  # fmt: skip
def test_names_of_others(path):
    assert not FORMAT.matches(path)


@pytest.mark.parametrize(
    "text",
    ["server {\n  listen 80;\n}\n", "location / {\n proxy_pass http://a;\n}",
     "# configuration file /etc/nginx/nginx.conf:\nuser x;",
     "add_header X-A b;\nadd_header X-B c;\n", "upstream a {\n server b;\n}"],
)  # fmt: skip
def test_texts_of_nginx(text):
    assert FORMAT.sniff(text)


@pytest.mark.parametrize(
    "text",
    ["[server]\nport = 80\n", "<VirtualHost *:80>\nServerName x\n</VirtualHost>", "server = a;\nlisten = b;",
     "key: value\n", "",
     "server:\n  listen: 80;\n"],
)  # fmt: skip
def test_texts_of_others(text):
    assert not FORMAT.sniff(text)


@pytest.mark.parametrize(
    "text", ["\n" * 100_000, "listen " * 50_000, "server\n" * 30_000, "location " + "a" * 50_000, "nginx: \n" * 20_000]
)
def test_sniffing_ends_soon(text):
    began = time.process_time()
    FORMAT.sniff(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user a; http { }", "main"),
        ("server { listen 80; }", "http"),
        ("upstream a { server b; } map $a $b { }", "http"),
        ("location / { }", "server"),
        ("add_header A b; ssl_protocols TLSv1.2;", "server"),
        ("proxy_pass http://a; proxy_set_header A b;", "location"),
        ("add_header A b; if ($a) { add_header C d; }", "location"),
        ("server { proxy_pass a:1; listen 80; }", "stream"),
        ("server a:1; keepalive 3;", "upstream"),
    ],
)
def test_where_a_file_belongs(text, expected):
    assert context_of(tree(text)) == expected
