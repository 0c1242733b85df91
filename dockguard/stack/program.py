"""The program that a container runs, with what is known of its image: user, capabilities, paths that it writes to."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, dirname

from dockguard.common.images import ImageFacts, facts_of
from dockguard.lazy import cached_property, regex
from dockguard.record import dataclass
from dockguard.source import Fact, Span, Undecided, Unknown
from dockguard.stack.capabilities import lacking
from dockguard.stack.link import Running, Stack
from dockguard.stack.pieces import Mount, Proxy, Rights, User
from dockguard.stack.writable import cover, plain

_TO_SWITCH = frozenset(("SETGID", "SETUID"))  # setgroups(2) and setgid(2), setuid(2)
_WRAPPERS = frozenset(("tini", "dumb-init", "catatonit", "--", "-g", "-s", "env", "exec"))
_SHELL = regex(r"[;&|\n]\s*")
_MAX_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Path:
    """A path that a program writes to, what for, and where that is written."""

    path: str
    why: str
    span: Span
    vital: bool = True  # it does not start without
    is_file: bool = False

    @property
    def folder(self) -> str:
        """Where something has to be mounted."""
        return dirname(self.path) if self.is_file else self.path


@dataclass(frozen=True, eq=False)
class Program:
    """A container and what is known of the program in it."""

    container: Running
    stack: Stack

    @property
    def span(self) -> Span:
        """Where the container is declared."""
        return self.container.span

    @property
    def subject(self) -> str:
        """The container's address."""
        return self.container.subject

    @property
    def name(self) -> str:
        """The container's name."""
        return self.container.name

    def beside(self, name: str) -> Program | None:
        """Another container of the stack by its name; None where there is none."""
        other = self.stack.by_name.get(name)
        return Program(other, self.stack) if other is not None else None

    @cached_property
    def image(self) -> Fact[str]:
        """The image that it pulls, or that its build stands on, as written."""
        built = self.container.built
        return built.base if built is not None else self.container.image

    @cached_property
    def facts(self) -> ImageFacts | None:
        """What is known of that image; None where nobody knows it, or where what is built is not seen."""
        hidden = self.container.built is None and self.container.container.build is not None
        name = None if hidden else self.image.known
        return facts_of(name) if name else None

    @cached_property
    def own(self) -> ImageFacts | None:
        """What is known of its image, where nothing replaces the program that the image starts."""
        facts = self.facts
        return facts if facts is not None and self._is_its_own(facts) else None

    # --- who it starts as ---

    @cached_property
    def starts_as(self) -> Fact[User]:
        """Who its first process is before an entrypoint changes that: Compose's user, else the image's."""
        own = self.container.container.user
        return self.container.user if own.written or self.container.assumed else self.image_user

    @cached_property
    def image_user(self) -> Fact[User]:
        """Who the image starts as where the service says nothing."""
        facts = self.facts
        if self.container.built is not None:
            return self.container.built.user
        if facts is None or facts.starts_as is None:
            return Fact(Unknown("nobody knows this image"), self.image.span)
        number = facts.starts_as.partition(":")[0]
        uid = 0 if number == "root" else int(number) if number.isdecimal() else None
        return Fact(User(facts.starts_as, uid, declared=False), self.image.span, self.image.via)

    @property
    def starts_as_root(self) -> Fact[bool]:
        """Whether that is uid 0."""
        return self.starts_as.map(lambda user: user.is_root)

    # --- what it needs ---

    @cached_property
    def capabilities(self) -> frozenset[str] | None:
        """Those that it cannot do without, as it is started here; None where nobody knows."""
        facts = self.own
        if facts is None:
            return _TO_SWITCH if self.switcher.written and self.starts_as_root.value is True else None
        carried = frozenset(() if self._may_replace(facts) else facts.file_capabilities or ())
        if self.starts_as_root.value is not True:
            return carried if facts.file_capabilities is not None and self.starts_as_root.sure else None
        return None if facts.capabilities is None else carried | frozenset(facts.capabilities) | self._for_ports

    @cached_property
    def switcher(self) -> Fact[str]:
        """The program by which the entrypoint of an image that is built here changes the user; absent without one."""
        built, service = self.container.built, self.container.container
        replaced = any(fact is not None and fact.value is not None for fact in (service.entrypoint, service.command))
        if built is None or built.switcher is None or replaced:
            return Fact(None, self.span)
        return built.switcher()

    @property
    def rights(self) -> Rights:
        """What its processes may do; raises Undecided where nobody says."""
        rights = self.container.container.rights
        if rights is None:
            raise Undecided("its rights are not known")
        return rights

    @cached_property
    def missing_capabilities(self) -> tuple[str, ...]:
        """Those that it cannot do without and does not have; raises Undecided where a variable decides."""
        dropped = self.rights.dropped
        if self.own is None and not dropped.items and not dropped.open:
            return ()  # nothing to look for in scripts: what they need is there by default
        return lacking(self.rights, self.capabilities or ())

    @property
    def stays_root_without(self) -> tuple[str, ...]:
        """What it lacks to become its image's user, where it starts all the same and stays root."""
        facts = self.own
        if facts is None or not facts.drops_to or self.capabilities is None or self.starts_as_root.value is not True:
            return ()
        return () if self.missing_capabilities else lacking(self.rights, _TO_SWITCH)

    @property
    def advised_capabilities(self) -> frozenset[str] | None:
        """What to leave to the image's own program: what it needs, and what it becomes its user with if it can."""
        needed, facts = self.capabilities, self.own
        if needed is None or facts is None:
            return None
        return needed | (_TO_SWITCH if facts.drops_to and self.starts_as_root.value is True else frozenset())

    @cached_property
    def carried(self) -> frozenset[str]:
        """Capabilities that files of its image are known to carry."""
        facts, built = self.facts, self.container.built
        own = built.carried.items if built is not None and built.carried is not None else ()
        named = frozenset(filter(None, (fact.known for fact in own)))
        return named | frozenset((facts.file_capabilities or ()) if facts is not None else ())

    @property
    def carries_no_more(self) -> bool:
        """Whether these are all: the image is a known one, as its publisher made it."""
        facts = self.facts
        return facts is not None and facts.file_capabilities is not None and self.container.built is None

    def _may_replace(self, facts: ImageFacts) -> bool:
        """Whether the Dockerfile puts another file in the program's place, which carries nothing."""
        built = self.container.built
        return built is not None and any(f"/{name}" in built.span.source.text for name in facts.programs)

    @cached_property
    def useful_capabilities(self) -> frozenset[str] | None:
        """Those that it can use at all; None where nobody knows."""
        needed, facts = self.capabilities, self.own
        if needed is None or facts is None or facts.more_capabilities is None:
            return None
        return needed | frozenset(facts.more_capabilities) | frozenset(("NET_BIND_SERVICE",))

    @property
    def _for_ports(self) -> frozenset[str]:
        """On the host's network low ports are root's, while a container's own network opens them to everybody."""
        sockets = [socket for proxy in self.proxies for socket in proxy.sockets]
        low = any(socket.port < 1024 for socket in sockets)
        return frozenset(("NET_BIND_SERVICE",) if low and self.rights.host_network.value is True else ())

    @cached_property
    def proxies(self) -> tuple[Proxy, ...]:
        """The web servers' configurations that it reads."""
        return tuple(proxy for proxy in self.stack.proxies if proxy.container == self.name)

    @property
    def is_studied(self) -> bool:
        """Whether every path that it does not start without is known."""
        whole = any(proxy.writes is not None and not proxy.writes.open for proxy in self.proxies)
        return (whole and self._runs("nginx")) or (self.own is not None and self.own.writable is not None)

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """What it is known to write to, vital paths first; where a setting moves one, that one is left out."""
        found: dict[str, Path] = {}
        for one in (*self._configured(), *self._by_image()):
            found.setdefault(one.path, one)
        return tuple(sorted(found.values(), key=lambda one: not one.vital))

    def _configured(self) -> Iterator[Path]:
        for proxy in self.proxies if self._runs("nginx") else ():
            for one in proxy.writes.items if proxy.writes is not None else ():
                yield Path(one.path, one.why, one.span, is_file=one.is_file)

    def _by_image(self) -> Iterator[Path]:
        facts = self.own
        if facts is None or any(proxy.writes is not None and not proxy.writes.open for proxy in self.proxies):
            return
        for path in facts.writable or ():
            if not self._moves(path, facts):
                yield Path(path, "", self.image.span)
        for path in facts.scratch or ():
            if not self._moves(path, facts):
                yield Path(path, "", self.image.span, vital=False)

    @cached_property
    def uncovered(self) -> tuple[Path, ...]:
        """Of these paths, those that the container cannot write to because its root file system is read-only.

        Raises Undecided where only the run time knows what is mounted.
        """
        return self.bare if bool(self.rights.read_only) else ()

    @cached_property
    def bare(self) -> tuple[Path, ...]:
        """Of these paths, those that lie on the root file system; raises Undecided as `uncovered` does."""
        mounts = self.container.mounts
        found = tuple(one for one in self.paths if cover(one.path, mounts, self.volumes).kind != "writable")
        if found and mounts.open:
            raise Undecided(mounts.open)
        return found

    @property
    def volumes(self) -> tuple[str, ...]:
        """Paths that the image declares as volumes, as far as they are known."""
        return tuple(volume.known for volume in self.declared if volume.known)

    @cached_property
    def declared(self) -> tuple[Fact[str], ...]:
        """The same with the places that tell them: `VOLUME`, or the image's name."""
        built, facts = self.container.built, self.facts
        own = built.volumes.items if built is not None and built.volumes is not None else ()
        known = (facts.volumes or ()) if facts is not None else ()
        return (*own, *(Fact(path, self.image.span) for path in known))

    @property
    def anonymous(self) -> tuple[Fact[str], ...]:
        """Those of them that nothing is mounted on, so that the engine makes a volume without a name."""
        mounted = {plain(mount.target) for mount in self.container.mounts}
        return tuple(volume for volume in self.declared if volume.known and plain(volume.known) not in mounted)

    # --- whether it is the image's own program ---

    def _is_its_own(self, facts: ImageFacts) -> bool:
        if facts.itself and any(map(self._runs, facts.programs)):
            return True
        service, built = self.container.container, self.container.built
        made = (service.entrypoint, built.entrypoint if built is not None else None)
        entry = next((fact for fact in made if fact is not None and fact.value is not None), None)
        if entry is not None and not _is_entrypoint(entry, facts.entrypoint):
            return False
        command = self._command(entry is not None, entry is service.entrypoint)
        return command is not None and (command == () or _is_program(command, facts.programs))

    def _command(self, replaced: bool, by_service: bool) -> tuple[str, ...] | None:
        """The command, () for the image's own; None for one that nobody knows, or that an entrypoint has reset."""
        service, built = self.container.container.command, self.container.built
        given = service if service is not None and service.written else None
        if given is None and built is not None and not by_service and built.cmd is not None and built.cmd.written:
            given = built.cmd
        if given is None:
            return None if replaced else ()
        return given.known or None

    def _runs(self, program: str) -> bool:
        """Whether a word of what starts it is a program; true where nothing says otherwise and the image runs it."""
        lines = [fact for fact in self._lines() if fact.value is not None]
        if any(not fact.sure for fact in lines):
            return False
        words = [word for fact in lines for part in fact.known or () for word in part.split()]
        stock = not words and self.facts is not None and program in self.facts.programs
        return stock or any(basename(word) == program for word in words)

    def _lines(self) -> Iterator[Fact[tuple[str, ...]]]:
        service, built = self.container.container, self.container.built
        found = [service.entrypoint, service.command]
        found += [built.entrypoint, built.cmd] if built is not None else []
        return (fact for fact in found if fact is not None)

    # --- what moves a path ---

    def _moves(self, path: str, facts: ImageFacts) -> bool:
        words = (facts.moves or {}).get(path, ())
        return any(self.mentions(word) for word in words)

    def mentions(self, word: str) -> bool:
        """Whether a setting, the Dockerfile or a mounted file's name has a word; folders count with their files."""
        if word.startswith("/") and any(_meet(word, at) for at in self._places):
            return True
        return word in self._text

    @cached_property
    def _places(self) -> tuple[str, ...]:
        """Where files come from outside: mounts and copies."""
        built = self.container.built
        copied = [file.target.rstrip("/") for file in built.files] if built is not None else []
        return (*(_place(mount) for mount in self.container.mounts if mount.kind != "tmpfs"), *copied)

    @cached_property
    def _text(self) -> str:
        service, built = self.container.container, self.container.built
        if service.environment_open or any(not fact.sure for fact in self._lines()):
            raise Undecided(service.environment_open or "its command is not known")
        words = [word for fact in self._lines() for word in fact.known or ()]
        words += [f"{name}={fact.known or ''}" for name, fact in service.environment.items()]
        words += [built.span.source.text] if built is not None else []
        words += [line for proxy in self.proxies for line in (proxy.span.source.text,)]
        return "\n".join(words)[:_MAX_TEXT]


def _meet(path: str, other: str) -> bool:
    return path == other or path.startswith(other + "/") or other.startswith(path + "/")


def _place(mount: Mount) -> str:
    return mount.target.rstrip("/")


def _is_entrypoint(fact: Fact[tuple[str, ...]], wanted: str) -> bool:
    words = [basename(word) for word in fact.known or ()]
    first = next((word for word in words if word not in _WRAPPERS), "")
    return bool(wanted) and first == wanted


def _is_program(command: tuple[str, ...], programs: tuple[str, ...]) -> bool:
    first = command[0]
    return first.startswith("-") or basename(first) in programs


def programs(stack: Stack) -> Iterator[Program]:
    """Every container of a stack."""
    return (Program(container, stack) for container in stack.containers)
