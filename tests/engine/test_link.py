"""How pieces find each other: builds and images, names on networks, assumptions, and images that are only named."""

from __future__ import annotations

from typing import Any

import pytest

from dockguard.source import Fact, Many, Source, Span, Undecided, Unknown, absent
from dockguard.stack.known import known_user
from dockguard.stack.link import Running, Stack, link, published
from dockguard.stack.pieces import Assumption, BuildRequest, Container, Image, Piece, Port, Route, User

TEXT = Source("x.yaml", "0123456789" * 10)


def at(start: int) -> Span:
    return TEXT.span(start, start + 1)


def many(*items: Any) -> Many[Any]:
    return Many(items, at(0))


def request(target: str | None = None, dockerfile: str = "app/Dockerfile", **args: str) -> BuildRequest:
    given = {name: Fact(value, at(1)) for name, value in args.items()}
    return BuildRequest("app", dockerfile, Fact(target, at(1)), given, at(1), "compose.yaml: web")


def image(answers: BuildRequest | None, user: Fact[User]) -> Image:
    key = None if answers is None else answers.key
    return Image(key, "app/Dockerfile", at(2), "image", absent(at(2)), user, many(), many())


def container(name: str = "web", user: User | None = None, ref: str | None = None, **more: Any) -> Container:
    own: Fact[User] = Fact(user, at(10))
    values = {"build": None, "mounts": many(), "ports": many(), "networks": many(), **more}
    return Container(name, f"services.{name}", at(10), own, Fact(ref, at(11)), **values)


def linked(*pieces: Piece, known: Any = lambda image: None) -> Stack:
    return link("p", "v", {}, pieces, known)


def only(*pieces: Piece, known: Any = lambda image: None) -> Running:
    (running,) = linked(*pieces, known=known).containers
    return running


ROOT, APP = User("root", 0), User("app", 1000)


# --- who it runs as --------------------------------------------------------------------------------------------------


def test_the_containers_own_user_wins() -> None:
    build = request()
    running = only(image(build, Fact(ROOT, at(3))), container(user=APP, build=build))
    assert running.user.value == APP
    assert running.user.span == at(10)
    assert running.user.via is None


def test_an_unknown_user_of_its_own_is_unknown() -> None:
    own = Container("w", "s.w", at(1), Fact(Unknown("$U"), at(1)), absent(at(1)), request(), many(), many(), many())
    running = only(image(request(), Fact(ROOT, at(3))), own)
    with pytest.raises(Undecided, match=r"\$U"):
        bool(running.runs_as_root)


def test_the_user_of_the_image_that_it_builds() -> None:
    build = request("final", A="1")
    running = only(image(build, Fact(ROOT, at(3))), container(build=request("final", A="1")))
    assert running.runs_as_root.value is True
    assert running.user_is_declared.value is True
    assert running.user.span == at(3)  # where it is written
    assert [(step.span, step.how) for step in running.user.via or ()] == [(at(10), "`web` runs this image")]


@pytest.mark.parametrize(
    "other",
    [
        request("final"),
        request(A="1"),
        request(A="2"),
        request("final", B="1"),
        request("final", "b/Dockerfile", A="1"),
    ],
)
def test_another_request_is_another_image(other: BuildRequest) -> None:
    running = only(image(other, Fact(ROOT, at(3))), container(build=request("final", A="1")))
    assert running.built is None
    assert running.user.value == Unknown("nobody knows this image")
    assert running.user.span == at(11)


def test_a_build_that_nobody_asked_for_answers_nothing() -> None:
    assert only(image(None, Fact(ROOT, at(3))), container(build=None)).built is None


def test_each_container_has_its_own_image() -> None:
    one, two = request("one"), request("two")
    stack = linked(
        image(two, Fact(APP, at(4))), image(one, Fact(ROOT, at(3))),
        container("a", build=one), container("b", build=two), container("c"),
    )  # fmt: skip
    assert [c.built.user.value if c.built else None for c in stack.containers] == [ROOT, APP, None]


# --- assumptions -----------------------------------------------------------------------------------------------------


def assume(pattern: str, value: object = "root", attribute: str = "user") -> Assumption:
    return Assumption(pattern, attribute, value, at(40))


@pytest.mark.parametrize(
    ("pattern", "ref", "counts"),
    [
        ("base/*", "base/app:1", True),
        ("base/*", "other/app:1", False),
        ("BASE/*", "base/app:1", False),  # references know upper and lower case
        ("*", None, False),
        ("base/app", "base/app:1", False),
    ],
)
def test_assumptions_are_for_matching_images(pattern: str, ref: str | None, counts: bool) -> None:
    running = only(assume(pattern), container(ref=ref))
    assert bool(running.assumed) is counts
    assert isinstance(running.user.value, Unknown) is not counts


def test_an_assumed_user_is_cited() -> None:
    running = only(assume("base/*"), container(ref="base/app:1"))
    assert running.runs_as_root.value is True
    assert running.user_is_declared.value is False
    assert running.user.span == at(11)  # the image reference
    (step,) = running.user.via or ()
    assert (step.span, step.how) == (at(40), "images `base/*` are assumed to run as `root`")


def test_which_source_of_the_user_wins() -> None:
    build = request()
    known = lambda image: Fact(User("known"), at(50))  # noqa: E731
    pieces = (assume("base/*", "assumed"), image(build, Fact(APP, at(3))))

    def name(*given: Piece) -> str:
        user = only(*given, known=known).user.value
        assert isinstance(user, User)
        return user.name

    assert name(*pieces, container(ref="base/a", build=build, user=ROOT)) == "root"
    assert name(*pieces, container(ref="base/a", build=build)) == "assumed"
    assert name(*pieces, container(ref="x", build=build)) == "app"
    assert name(*pieces, container(ref="x")) == "known"


def test_other_attributes_say_nothing_about_the_user() -> None:
    running = only(assume("*", "/srv", "workdir"), assume("*", "first"), assume("*", "second"), container(ref="x"))
    assert running.user.value == User("first", declared=False)


# --- images that are only named --------------------------------------------------------------------------------------


def test_known_images() -> None:
    def user(name: str | Unknown | None) -> Any:
        found = known_user(Fact(name, at(1)))
        return None if found is None else found.value

    assert user(None) is user(Unknown("$X")) is user("registry.example.org/nobody/knows:1") is None
    alpine = user("alpine:3.20")
    assert (alpine.name, alpine.uid, alpine.declared, alpine.is_root) == ("root", 0, False, True)
    postgres = user("postgres:16")  # its entrypoint drops from root
    assert (postgres.name, postgres.uid, postgres.is_root) == ("postgres", None, False)


@pytest.mark.parametrize(
    ("user", "root"),
    [
        (User("root"), True), (User("0"), True), (User("0:0"), True), (User("root:app"), True), (User(""), True),
        (User("x", 0), True), (User("app"), False),
        (User("10"), False), (User("app:root"), False), (User("r00t"), False),
    ],
)  # fmt: skip
def test_who_is_root(user: User, root: bool) -> None:
    assert user.is_root is root


# --- routes ----------------------------------------------------------------------------------------------------------


def route(host: str, site: str = "server a", proxy: str = "", port: int | None = None) -> Route:
    return Route(host, port, Fact(f"http://{host}", at(60)), at(60), site, proxy)


def test_routes_lead_to_names_and_aliases() -> None:
    stack = linked(
        container("web", aliases=("www", "db")), container("db"), container("proxy"),
        route("web", proxy="proxy"), route("www", "server b", port=8080), route("db"), route("elsewhere"),
    )  # fmt: skip
    ways = [(way.subject, way.proxy.name if way.proxy else None, way.port) for way in stack.routes]
    assert ways == [
        ("server a -> services.web", "proxy", None),
        ("server b -> services.web", None, 8080),
        ("server a -> services.web", None, None),  # the first that takes a name keeps it
    ]
    assert {way.span for way in stack.routes} == {at(60)}
    assert stack.routes[1].upstream.value == "http://www"


def port(number: int | None, target: int, ip: str = "") -> Port:
    return Port(ip, None if number is None else (number, number + 1), (target, target), "tcp", at(20))


def test_published_ports_know_their_routes() -> None:
    stack = linked(
        container("web", ports=many(port(8080, 80), port(None, 81))),
        container("db", ports=many(port(5432, 5432, "127.0.0.1"))),
        route("web"), route("web", "server b"),
    )  # fmt: skip
    found = list(published(stack))
    assert [(one.subject, one.public, len(one.routes)) for one in found] == [
        ("services.web port 8080", True, 2), ("services.web port 81", True, 2), ("services.db port 5432", False, 0),
    ]  # fmt: skip
    assert found[0].span == at(20)


@pytest.mark.parametrize(
    ("ip", "public"),
    [
        ("", True), ("0.0.0.0", True), ("10.0.0.1", True), ("::", True), ("127.0.0.1", False), ("127.9.9.9", False),
        ("::1", False), ("[::1]", False), ("localhost", False), ("1.127.0.0", True),
    ],
)  # fmt: skip
def test_public_ports(ip: str, public: bool) -> None:
    assert port(80, 80, ip).public is public


def test_paths_are_those_of_every_source() -> None:
    class Unit:
        def __init__(self, *paths: str) -> None:
            self.sources = [Source(path, "") for path in paths]

    stack = link("p", "v", {"compose": (Unit("a", "b"),), "nginx": (Unit("c"), Unit("a"))}, [])
    assert stack.paths == {"a", "b", "c"}
    assert (stack.project, stack.variant, stack.containers, stack.routes) == ("p", "v", (), ())
