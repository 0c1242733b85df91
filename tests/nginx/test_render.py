"""Templates with the container's variables: what nginx reads, and where in the template it stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockguard.formats.nginx.home.placeholders import unset
from dockguard.formats.nginx.home.render import rendered, substitutions
from dockguard.formats.nginx.text.parse import parse
from dockguard.source import Fact, Source, Unknown
from dockguard.stack.pieces import Container

from .test_assemble import WHERE, assemble, container

TEXT = "server { listen ${PORT}; proxy_pass http://$BACKEND/$uri; } # ${PORT} $OTHER\n"


def env(**values: str | Unknown) -> dict[str, Fact[str]]:
    return {name: Fact(value, WHERE) for name, value in values.items()}


def render(text: str, **values: str | Unknown):
    return rendered(parse(Source("t.template", text)), env(**values)).source


def test_variables_of_the_environment_are_put_in():
    found = render(TEXT, PORT="80", BACKEND="app:8000")
    assert found.text == "server { listen 80; proxy_pass http://app:8000/$uri; } # 80 $OTHER\n"
    assert found.path == "t.template"


def test_what_is_not_plain_not_known_or_secret_stays():
    assert render("a ${X};", X="b; c").text == "a ${X};"
    assert render("a ${X};", X=Unknown("")).text == "a ${X};"
    assert render("a ${API_KEY};", API_KEY="abc").text == "a ${API_KEY};"
    assert render("a ${X};", X="b", NGINX_ENVSUBST_FILTER="^Y").text == "a ${X};"
    assert render("a b;", X="b").text == "a b;"


def test_places_lie_in_the_template():
    source = render(TEXT, PORT="80", BACKEND="app:8000")
    listen = source.text.index("listen 80")
    assert source.span(listen, listen + 9).outer.text == "listen ${PORT}"
    assert source.span(listen + 7, listen + 9).outer.text == "${PORT}"
    assert source.span(listen + 8, listen + 9).outer.text == "${PORT}"
    at = source.text.index("http://")
    assert source.span(at, at + 20).outer.text == "http://$BACKEND/$uri"
    assert source.span(0, 0).outer.start == 0


@given(
    st.lists(st.sampled_from(["${A}", "$B", "x", " y ", "\n", "${C}"]), max_size=12),
    st.text("ab1", min_size=1),
    st.data(),
)
def test_what_is_written_verbatim_is_found_verbatim(parts, value, data):
    text = "".join(parts)
    source = render(text, A=value, B="b")
    start = data.draw(st.integers(0, len(source.text)))
    end = data.draw(st.integers(start, len(source.text)))
    outer = source.span(start, end).outer
    assert 0 <= outer.start <= outer.end <= len(text)
    if not any(name in outer.text for name in ("${A}", "$B")) and source.origin is not None and start != end:
        assert outer.text == source.text[start:end]


def test_names_that_nothing_sets():
    tree = parse(Source("t.template", TEXT + "set $lower ${PORT}; add_header X $NOTHING;"))
    assert {name: span.text for name, span in unset(tree, env(PORT="80")).items()} == {
        "BACKEND": "$BACKEND",
        "NOTHING": "$NOTHING",
    }


def test_a_site_is_read_as_it_is_rendered():
    texts = {"t/default.conf.template": "server { listen ${PORT}; location / { proxy_pass http://${BACKEND}; } }"}
    base = container(("t", "/etc/nginx/templates"))
    own = {**vars(base), "environment": env(PORT="8080", BACKEND="app:8000")}
    (found,) = assemble(texts, Container(**own))
    assert [listen.port for server in found.servers for listen in server.listens] == [8080]
    assert found.sources[0].path == "t/default.conf.template"


def test_commands_that_fill_in():
    words = (
        "sh",
        "-c",
        "envsubst '$A ${B}' < /tmp/a > /etc/nginx/a.conf && envsubst </b >/c; envsubst \"$D\" < /d > /e",
    )
    assert [(one.source, one.target, one.names) for one in substitutions(words)] == [
        ("/tmp/a", "/etc/nginx/a.conf", {"A", "B"}),
        ("/b", "/c", None),
        ("/d", "/e", {"D"}),
    ]
    assert not list(substitutions(("nginx", "-g", "daemon off;")))


def test_only_the_names_of_the_list_are_filled_in():
    tree = parse(Source("t", "a $A $B;"))
    assert rendered(tree, env(A="1", B="2"), frozenset(("A",))).source.text == "a 1 $B;"


def test_a_file_that_a_command_makes():
    texts = {"site.conf": "server { listen $PORT; }"}
    base = container(("site.conf", "/tmp/site.conf"))
    command = Fact(("sh", "-c", "envsubst < /tmp/site.conf > /etc/nginx/conf.d/default.conf; nginx"), WHERE)
    (found,) = assemble(texts, Container(**{**vars(base), "environment": env(PORT="8080"), "command": command}))
    assert [listen.port for server in found.servers for listen in server.listens] == [8080]
