"""What is known about public images: who they run as, where they listen and write, how they let people in.

Nothing is claimed about an image that is not in the table, and a field that a row leaves out is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Any

from dockguard.common.imageref import Reference, familiar_name, parse
from dockguard.common.tables import load
from dockguard.record import dataclass, fields
from dockguard.source import Unknown

PURPOSES = ("edge", "datastore", "monitoring", "proxy", "control", "job")

# Registries that hold the same images under the same names: mirrors and the publishers' own.
_MIRRORS = (
    ("public.ecr.aws/docker/library/", "docker.io/library/"),
    ("mirror.gcr.io/library/", "docker.io/library/"),
    ("mirror.gcr.io/", "docker.io/"),
    ("registry-1.docker.io/", "docker.io/"),
    ("docker.io/linuxserver/", "lscr.io/linuxserver/"),
    ("ghcr.io/linuxserver/", "lscr.io/linuxserver/"),
    ("docker.io/chainguard/", "cgr.dev/chainguard/"),
    ("public.ecr.aws/bitnami/", "docker.io/bitnami/"),
)
_ROOT = frozenset({"root", "0"})


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known about one image and tag.

    `user` is whom it starts as by default (a name or number), None where that is not known; `drops_to` is whom its
    entrypoint then becomes, "" where it stays or that is not known. `ports` are the container ports that it listens
    on or exposes. `writable` are the paths that it must write to run, `volumes` the ones its VOLUME declares.
    `scratch` are further paths that it writes to while it works. `moves` says by which words of a command, a setting
    or a configuration's path one of these is another path. `root_owned` are those of them that only root can write to
    in the image. `capabilities` are those that it surely needs when it starts as root with all dropped,
    `more_capabilities` further ones that it can use, `file_capabilities` those that its program carries as a file and
    cannot be run without, whoever runs it. All of that holds while its own `entrypoint` (a base name) runs one of its
    `programs` (base names of the command's first word), or where `itself` is set whatever runs one of them.
    `file_variables` are
    variables whose value may come from a file, under the name that `file_variable` gives. `unauthenticated` is
    whether it lets everybody in by default; `no_auth` are settings (variables, options) and values that make it do
    so, `*` for any. `credentials` are the (user, password) it ships with. Each tuple is None where that is not known.
    `purposes` is what it is for: see PURPOSES. `product` is its name at endoflife.date. `deprecated` says why it is
    and what takes its place. `source` and `date` say where and when the row was read.
    """

    name: str
    user: str | None = None
    drops_to: str = ""
    ports: tuple[int, ...] | None = None
    volumes: tuple[str, ...] | None = None
    writable: tuple[str, ...] | None = None
    scratch: tuple[str, ...] | None = None
    moves: Mapping[str, tuple[str, ...]] | None = None
    root_owned: tuple[str, ...] | None = None
    capabilities: tuple[str, ...] | None = None
    more_capabilities: tuple[str, ...] | None = None
    file_capabilities: tuple[str, ...] | None = None
    entrypoint: str = ""
    programs: tuple[str, ...] = ()
    itself: bool = False
    file_variables: tuple[str, ...] | None = None
    file_form: str = "{}_FILE"
    unauthenticated: bool | None = None
    no_auth: Mapping[str, tuple[str, ...]] | None = None
    credentials: tuple[tuple[str, str], ...] | None = None
    purposes: tuple[str, ...] = ()
    product: str = ""
    healthcheck: bool | None = None
    shell: bool | None = None
    deprecated: str = ""
    note: str = ""
    source: str = ""
    date: str = ""

    @property
    def starts_as(self) -> str | None:
        """Whom the container's first process runs as by default; None where that is not known."""
        return self.user

    @property
    def starts_as_root(self) -> bool | Unknown:
        """Whether that is root."""
        return Unknown(f"the user of `{self.name}` is not known") if self.user is None else _is_root(self.user)

    @property
    def runs_as_root(self) -> bool | Unknown:
        """Whether it is still root when it does its work, after the entrypoint has dropped what it drops."""
        return _is_root(self.drops_to) if self.drops_to else self.starts_as_root

    def is_for(self, purpose: str) -> bool:
        """Whether it is an edge, datastore, monitoring, proxy, control or job image."""
        return purpose in self.purposes

    def file_variable(self, variable: str) -> str | None:
        """The variable that takes a path in place of a value; None where the image is not known to read one."""
        known = self.file_form == "FILE__{}" or variable in (self.file_variables or ())
        return self.file_form.format(variable) if known else None

    def lets_everybody_in(self, setting: str, value: str) -> bool:
        """Whether a setting (a variable, an option) with a value is known to switch authentication off."""
        values = (self.no_auth or {}).get(setting, ())
        return bool(value) and ("*" in values or value.strip().lower() in values)

    def is_default_credential(self, password: str) -> bool:
        """Whether a password is one that the image ships with."""
        return any(password == shipped for _, shipped in self.credentials or ())


def facts_of(reference: str | Reference) -> ImageFacts | None:
    """What is known about an image; None for one that is not in the table, and for a name that a variable decides.

    A tag that nobody knows gives what holds for every tag.
    """
    image = parse(reference) if isinstance(reference, str) else reference
    repository = image.repository
    if isinstance(repository, Unknown) or image.error:
        return None
    return _facts(repository, _variant(image))


def names() -> tuple[str, ...]:
    """Every image in the table, as people write it, sorted."""
    return tuple(sorted(load("images")["images"]))


def _variant(image: Reference) -> str | None:
    """The tag that decides the variant; None where a variable or a bare digest hides it."""
    tag = image.tag_value
    if isinstance(tag, str):
        return tag
    return "latest" if tag is None and image.digest is None else None


@lru_cache(maxsize=512)
def _facts(repository: str, tag: str | None) -> ImageFacts | None:
    name = _index().get(familiar_name(_home(repository)))
    return _read(name, load("images")["images"][name], tag) if name else None


def _home(repository: str) -> str:
    """The repository under the registry that the table uses."""
    for mirror, home in _MIRRORS:
        if repository.startswith(mirror):
            return home + repository[len(mirror) :]
    return repository


@cache
def _index() -> dict[str, str]:
    """Every name and alias with the name of its row."""
    rows = load("images")["images"]
    aliases = {alias: name for name, row in rows.items() for alias in row.get("aliases", ())}
    return aliases | {name: name for name in rows}


@cache
def _fields() -> frozenset[str]:
    return frozenset(field.name for field in fields(ImageFacts)) - {"name"}


def _read(name: str, row: Mapping[str, Any], tag: str | None) -> ImageFacts:
    merged = {key: value for key, value in row.items() if key in _fields()}
    variants = row.get("tags", ())
    if tag is None:  # which variant it is, is not known: what they disagree on is not known either
        merged = {key: value for key, value in merged.items() if not any(key in facts for _, facts in variants)}
    else:
        merged |= next((facts for glob, facts in variants if fnmatchcase(tag, glob)), {})
    return ImageFacts(name, **{key: _frozen(value) for key, value in merged.items()})


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return {key: _frozen(item) for key, item in value.items()} if isinstance(value, dict) else value


def _is_root(user: str) -> bool:
    return user.partition(":")[0] in _ROOT
