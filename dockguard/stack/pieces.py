"""The vocabulary of a running stack: every format lowers to these words, and none of them knows a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dockguard.record import dataclass, field
from dockguard.source import Fact, Many, Source, Span


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """Somebody wants an image: `docker build --target T --build-arg … -f dockerfile context`.

    Paths are workspace paths. `dockerfile` is None for a `dockerfile_inline`, whose text is `inline`. A path that only
    the run time knows is "" and the request is then linked to nothing. `by` names who asks (`compose.yaml: web`).
    `ssh` and `secrets` name what the build may use.
    """

    context: str
    dockerfile: str | None
    target: Fact[str]
    args: Mapping[str, Fact[str]]
    span: Span
    by: str
    inline: Source | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two requests give the same image."""
        where = self.inline.origin.host.key if self.inline and self.inline.origin else self.dockerfile
        args = tuple(sorted((name, str(fact.value)) for name, fact in self.args.items()))
        return self.context, where, str(self.target.value) if self.target.written else "", args


@dataclass(frozen=True, slots=True)
class User:
    """Who a process runs as, as written: `name`, `uid`, `name:group`, `uid:gid`."""

    name: str
    uid: int | None = None  # where the number is known
    declared: bool = True  # False: the default of a base image that says nothing

    @property
    def is_root(self) -> bool:
        """Whether it is uid 0."""
        return self.uid == 0 or self.name.partition(":")[0] in ("", "root", "0")


@dataclass(frozen=True, slots=True)
class Mount:
    """Something that appears in a container's file system.

    `kind` is bind, volume, tmpfs, config, secret, npipe, cluster, image. `host` is the path on the host as Compose
    resolves it for a bind (absolute, or a workspace path when `inside`), the volume's name for a volume, else "".
    """

    kind: str
    host: str
    target: str
    read_only: Fact[bool]
    span: Span
    inside: bool = False  # `host` is a workspace path
    content: Source | None = None  # a config or secret written inline


@dataclass(frozen=True, slots=True)
class Port:
    """A published or exposed port. Numbers are ranges; `published` is None for a random or missing host port."""

    host_ip: str  # "" is every interface
    published: tuple[int, int] | None
    target: tuple[int, int]
    protocol: str
    span: Span

    @property
    def public(self) -> bool:
        """Whether other machines can reach it."""
        return not (self.host_ip.startswith("127.") or self.host_ip in ("::1", "[::1]", "localhost"))


@dataclass(frozen=True, slots=True)
class Rights:
    """What an orchestrator gives to the processes of a container, and takes from them.

    Capabilities are named in upper case without `CAP_`; `ALL` is every one.
    """

    privileged: Fact[bool]
    added: Many[Fact[str]]
    dropped: Many[Fact[str]]
    no_new_privileges: Fact[bool]
    read_only: Fact[bool]  # the root file system
    host_network: Fact[bool]


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file or folder that a build puts into the image; `source` is a workspace path, `target` absolute."""

    source: str
    target: str
    span: Span
    content: Source | None = None  # a COPY heredoc


@dataclass(frozen=True, slots=True)
class Image:
    """What a build gives. `request` is the key of the BuildRequest it answers, None for a build nobody asked for."""

    request: tuple[object, ...] | None
    path: str  # the Dockerfile
    span: Span  # the `FROM` of its stage
    subject: str
    base: Fact[str]  # the external image that it stands on, as written
    user: Fact[User]  # absent: no USER anywhere, and the base is not known
    files: Many[CopiedFile]
    ports: Many[Fact[int]]
    env: Mapping[str, Fact[str]] = field(default_factory=dict)
    entrypoint: Fact[tuple[str, ...]] | None = None
    cmd: Fact[tuple[str, ...]] | None = None
    facts: Mapping[str, object] = field(default_factory=dict)  # more, by the names of `common/images`
    volumes: Many[Fact[str]] | None = None  # paths that its VOLUME instructions declare
    carried: Many[Fact[str]] | None = None  # capabilities that its build gives to files (`setcap`)
    switcher: Callable[[], Fact[str]] | None = None  # the program by which its entrypoint changes the user


@dataclass(frozen=True, slots=True)
class Container:
    """What runs, as its orchestrator declares it."""

    name: str
    subject: str  # `services.web`
    span: Span
    user: Fact[User]
    image: Fact[str]  # as written; absent for a service that is only built
    build: BuildRequest | None
    mounts: Many[Mount]
    ports: Many[Port]
    networks: Many[Fact[str]]
    aliases: tuple[str, ...] = ()  # further names on its networks
    network_mode: Fact[str] | None = None
    command: Fact[tuple[str, ...]] | None = None
    entrypoint: Fact[tuple[str, ...]] | None = None
    node: object = None  # the orchestrator's own node, for its format only
    known_as: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # network to the names that it has there
    hosts: tuple[str, ...] = ()  # further names that this container alone resolves
    strangers: str = ""  # why something that is not declared may answer to a name; "" where nothing can
    elsewhere: Callable[[], frozenset[str]] | None = None  # names that further files, not of this stack, would bring
    joinable: str = ""  # why others than the stack's may well be on its networks; "" where nothing says so
    environment: Mapping[str, Fact[str]] = field(default_factory=dict)  # its own, over the image's
    environment_open: str = ""  # why there may be more of it
    exposed: Many[Fact[int]] | None = None  # ports for other containers
    fronted: Fact[str] | None = None  # the label or variable by which a proxy in front finds it
    rights: Rights | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A reverse proxy's way to an upstream; `site` is the subject of the proxy, `container` its container's name."""

    host: str
    port: int | None
    upstream: Fact[str]
    span: Span
    site: str
    container: str = ""
    late: bool = False  # the name is looked up while requests come in, not when the proxy starts
    hidden: str = ""  # why the name may be that of a group of servers which nobody has read
    protocol: str = ""  # `http`, `https`, `fastcgi`, `grpc`, `tcp`, …


@dataclass(frozen=True, slots=True)
class Socket:
    """Where a web server or proxy listens: `address` is `*`, a name or a number; Unix sockets are none of these."""

    address: str
    port: int
    tls: bool
    udp: bool
    span: Span
    raw: bool = False  # bytes are passed on as they come, TLS of somebody else perhaps

    @property
    def loopback(self) -> bool:
        """Whether only the container itself reaches it."""
        return self.address.startswith(("127.", "[::1]")) or self.address == "localhost"


@dataclass(frozen=True, slots=True)
class Written:
    """A file or folder that a program writes when it starts; `named` is whether its configuration names it."""

    path: str
    why: str  # `its pid`, `a cache`
    span: Span
    named: bool
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Proxy:
    """A web server or reverse proxy as configured; `container` is the name of the one that it runs in."""

    subject: str
    span: Span
    container: str
    sockets: Many[Socket]
    node: object = None  # its format's own node
    image: Fact[str] | None = None  # the image that it runs in, or that its build stands on
    stock: bool = False  # a configuration that the image brings may be there too, and listen on the image's ports
    writes: Many[Written] | None = None  # before it serves anything


@dataclass(frozen=True, slots=True)
class Assumption:
    """A fact that nobody can see, from `[[assume]]`: for images that match `image`, `attribute` has `value`."""

    image: str
    attribute: str
    value: object
    span: Span


@dataclass(frozen=True, slots=True)
class Deployment:
    """Files that somebody runs together, as workspace paths: from `[[stack]]`, `--compose-file`, or a script."""

    name: str
    files: tuple[str, ...]
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    span: Span | None = None  # where it is written


Piece = BuildRequest | Image | Container | Route | Proxy | Assumption | Deployment
