from __future__ import annotations

import time

from dockguard.formats.nginx import FORMAT
from dockguard.source import Fact, Many, Source
from dockguard.stack.pieces import Container, CopiedFile, Image, Mount
from dockguard.workspace import Workspace

from .helpers import context, names, site, sites, whole

WHERE = Source("Dockerfile", "FROM nginx").whole


def image(*copies, base="nginx:1.25-alpine", request=None):
    files = Many(tuple(CopiedFile(source, target, WHERE) for source, target in copies), WHERE)
    return Image(request, "Dockerfile", WHERE, "stage", Fact(base, WHERE), Fact(None, WHERE), files, Many((), WHERE))


def container(*mounts, name="web", picture="nginx:1.27"):
    found = Many(
        tuple(Mount("bind", host, target, Fact(True, WHERE), WHERE, inside=True) for host, target in mounts), WHERE
    )
    nothing = Many((), WHERE)
    return Container(
        name, f"services.{name}", WHERE, Fact(None, WHERE), Fact(picture, WHERE), None, found, nothing, nothing
    )


def assemble(texts, *above):
    return list(FORMAT.assemble([], Workspace(None, texts=texts), above))


def test_includes_are_found_beside_the_main_file_and_in_every_context():
    found = sites(
        nginx="events {} http { include snippets/h.conf; include /etc/nginx/sites/*.conf; }",
        sites__a="server { listen 80; location /x { include snippets/h.conf; } }",
        snippets__h="add_header A b;",
    )[0]
    assert [source.path for source in found.sources] == ["nginx.conf", "snippets/h.conf", "sites/a.conf"]
    assert not found.open
    assert names(context(found, "/x")) == ["A"]
    (header,) = context(found, "/x").headers
    assert [step.how for step in header.value.via] == ["included here", "included here"]


def test_a_missing_include_leaves_the_block_open():
    found = site("events {} http { include /etc/nginx/conf.d/*.conf; server { listen 80; location / { } } }")
    assert found.open
    assert context(found, "/").headers.open
    assert context(found, "/").lacks("x-frame-options") is None
    shipped = site("events {} http { include mime.types; server { listen 80; location / { } } }")
    assert context(shipped, "/").lacks("x-frame-options") is True


def test_a_glob_in_a_folder_that_is_there_may_match_nothing():
    found = sites(nginx="events {} http { include sites/*.vhost; server { listen 80; } }", sites__x="# nothing")[0]
    assert not found.open


def test_fragments_never_miss_anything():
    (found,) = sites(conf_d__default="server { listen 80; location / { root /srv; } }")
    assert found.fragment
    assert context(found, "/").lacks("content-security-policy") is None


def test_fragments_of_one_folder_belong_together():
    (found,) = sites(
        conf_d__a="limit_req_zone $remote_addr zone=z:1m rate=1r/s;", conf_d__b="server { limit_req zone=z; }"
    )
    assert [zone.used.value for zone in found.zones] == [True]


def test_a_file_that_another_includes_is_no_site_of_its_own():
    found = sites(a="server { include b.conf; }", b="add_header A b;")
    assert [one.sources[0].path for one in found] == ["a.conf"]
    assert names(context(found[0], None)) == ["A"]


def test_cycles_and_bombs_end():
    found = sites(
        nginx="events {} http { include a.conf; }", a="include b.conf; server { listen 80; }", b="include a.conf;"
    )
    assert len(found[0].servers) == 1
    bomb = {f"f{index}": f"include f{index + 1}.conf;" * 8 + "add_header A b;" for index in range(14)}
    began = time.process_time()
    found = sites(nginx="events {} http { include f0.conf; }", **bomb)
    assert time.process_time() - began < 10
    assert found[0].open


def test_what_an_image_copies():
    texts = {
        "n.conf": "events {} http { include /etc/nginx/conf.d/*.conf; add_header A b; }",
        "s.conf": "server { listen 80; location / { } }",
    }
    (found,) = assemble(texts, image(("n.conf", "/etc/nginx/nginx.conf"), ("s.conf", "/etc/nginx/conf.d/default.conf")))
    assert not found.open
    assert found.version == (1, 25)
    assert names(context(found, "/")) == ["A"]


def test_a_copied_folder_and_a_target_that_is_a_folder():
    texts = {
        "nginx/nginx.conf": "events {} http { include conf.d/*.conf; }",
        "nginx/conf.d/a.conf": "server { }",
        "b.conf": "server { }",
    }
    (found,) = assemble(texts, image(("nginx", "/etc/nginx"), ("b.conf", "/etc/nginx/conf.d")))
    assert sorted(source.path for source in found.sources) == ["b.conf", "nginx/conf.d/a.conf", "nginx/nginx.conf"]


def test_the_official_image_brings_a_main_file_without_headers():
    texts = {"default.conf": "server { listen 80; location / { root /srv; } }"}
    (found,) = assemble(texts, container(("default.conf", "/etc/nginx/conf.d/default.conf")))
    assert not found.open
    assert found.container == "web"
    assert context(found, "/").lacks("content-security-policy") is True
    (other,) = assemble(texts, container(("default.conf", "/etc/nginx/conf.d/default.conf"), picture="example/proxy"))
    assert other.open


def test_mounts_cover_copies_and_templates_are_rendered():
    texts = {
        "a.conf": "server { listen 1; }",
        "b.conf": "server { listen 2; }",
        "t/c.conf.template": "server { listen ${PORT}; }",
    }
    above = container(("b.conf", "/etc/nginx/conf.d/default.conf"), ("t", "/etc/nginx/templates"))
    (found,) = assemble(texts, above)
    assert [listen.port for server in found.servers for listen in server.listens] == [2]
    assert [server.listens.open for server in found.servers] == ["", "a template gives the port"]


def test_containers_that_are_no_nginx_give_nothing():
    assert not assemble({"app.conf": "server { }"}, container(("app.conf", "/app/app.conf"), picture="python:3"))


def test_what_containers_run_is_not_judged_alone_too():
    workspace = Workspace(None, texts={"default.conf": "server { listen 80; }"})
    trees = [workspace.tree("default.conf", FORMAT.parse)]
    found = list(FORMAT.assemble(trees, workspace, [container(("default.conf", "/etc/nginx/conf.d/default.conf"))]))
    assert len(found) == 1


def test_a_dump_is_several_files():
    found = site(
        "# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {\n include /etc/nginx/conf.d/*.conf;\n}\n"
        "# configuration file /etc/nginx/conf.d/a.conf:\nadd_header A b;\nserver {\n listen 80;\n}\n"
    )
    assert not found.open
    assert names(context(found, None)) == ["A"]
    assert context(found, None).headers.items[0].span.text == "add_header A b"


def test_routes_go_through_upstreams():
    found = site(
        whole(
            "location / { proxy_pass http://app; } location /b { fastcgi_pass php:9000; }"
            " location /c { proxy_pass https://$host; } location /d { proxy_pass https://x.test/y; }",
            "upstream app { server one:8000 weight=2; server two; server unix:/s; }",
        )
    )
    proxy, *routes = FORMAT.lower(found)
    assert [(socket.address, socket.port) for socket in proxy.sockets] == [("*", 80)]
    assert [(route.host, route.port) for route in routes] == [
        ("one", 8000),
        ("two", 80),
        ("php", 9000),
        ("x.test", 443),
    ]


def test_servers_sockets_and_defaults():
    found = site(
        "events {} http { server { listen 80; server_name a; }"
        " server { listen 80 default_server; listen [::]:443 ssl; server_name b; }"
        " server { listen [::]:443; server_name c; } server { server_name d; } }"
    )
    assert [(server.name, server.default, server.tls.value) for server in found.servers] == [
        ("a", False, False), ("b", True, True), ("c", False, True), ("d", False, False),
    ]  # fmt: skip
    assert [server.plain.value for server in found.servers] == [True, True, False, True]
