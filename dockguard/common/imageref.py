"""Image references by the grammar of distribution/reference, with the place of every part.

A reference that holds variables is partly known: of `nginx:${TAG}` the repository is known and the tag is not.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Unknown

DEFAULT_REGISTRY = "docker.io"
MAX_NAME = 255  # code points of registry and path together (distribution/reference, NameTotalLengthMax)
MAX_TEXT = 4096

# distribution/reference regexp.go; a path is checked component by component, so that nothing nests.
_DOMAIN_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = regex(rf"(?:{_DOMAIN_LABEL}(?:\.{_DOMAIN_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_COMPONENT = regex(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
_TAG = regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = regex(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_DIGEST_SIZES = {"sha256": 64, "sha384": 96, "sha512": 128}  # hex digits (opencontainers/go-digest)
_IDENTIFIER = regex(r"[a-f0-9]{64}")
_VARIABLE_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")

_MUTABLE_TAGS = frozenset(
    {
        "latest",
        "stable",
        "edge",
        "nightly",
        "main",
        "master",
        "dev",
        "devel",
        "develop",
        "development",
        "unstable",
        "testing",
        "beta",
        "alpha",
        "canary",
        "lts",
        "rolling",
        "current",
        "mainline",
        "release",
        "next",
        "snapshot",
        "rc",
        "preview",
        "experimental",
        "head",
        "trunk",
        "insiders",
        "daily",
        "weekly",
    }
)
_VERSION = regex(r"v?(\d+(?:\.\d+)*)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a reference: its text and its half-open range in the reference; `known` when no variable is in it."""

    text: str
    start: int
    end: int
    known: bool = True


@dataclass(frozen=True, slots=True)
class Version:
    """What a tag says: `v1.25.3-alpine3.18` is numbers (1, 25, 3), text `1.25.3`, suffix `alpine3.18`."""

    numbers: tuple[int, ...]
    text: str
    suffix: str

    @property
    def words(self) -> tuple[str, ...]:
        """The suffix at its dashes and underscores: `slim`, `bookworm`."""
        return tuple(word for word in re.split(r"[-_+]", self.suffix) if word)


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed reference. Offsets count code points of `text`, the reference as it is written.

    `registry` None means Docker Hub. `error` says why the daemon would refuse it; "" for a valid one.
    `trailing` marks a variable at the end, which may bring a tag or a digest of its own.
    """

    text: str
    registry: Part | None
    path: Part
    tag: Part | None
    digest: Part | None
    error: str = ""
    trailing: bool = False

    @property
    def is_scratch(self) -> bool:
        """Whether it is the reserved empty image (`FROM scratch`)."""
        return self.text == "scratch"

    @property
    def host(self) -> str | Unknown:
        """The registry with its port; `docker.io` where none is written."""
        if self.registry is None:
            return DEFAULT_REGISTRY if self.path.known else Unknown(f"`{self.path.text}` is not known")
        if not self.registry.known:
            return Unknown(f"`{self.registry.text}` is not known")
        return DEFAULT_REGISTRY if self.registry.text == "index.docker.io" else self.registry.text

    @property
    def repository(self) -> str | Unknown:
        """Registry and path in normal form: `docker.io/library/nginx`."""
        host = self.host
        if isinstance(host, Unknown) or not self.path.known:
            return Unknown(f"`{self.path.text}` is not known") if not isinstance(host, Unknown) else host
        official = host == DEFAULT_REGISTRY and "/" not in self.path.text
        return f"{host}/library/{self.path.text}" if official else f"{host}/{self.path.text}"

    @property
    def name(self) -> str | Unknown:
        """The repository as people write it: `nginx`, `grafana/grafana`, `quay.io/x/y`."""
        repository = self.repository
        return repository if isinstance(repository, Unknown) else familiar_name(repository)

    @property
    def tag_value(self) -> str | Unknown | None:
        """The tag; None where surely none is written, Unknown where a variable decides."""
        if self.tag is not None:
            return self.tag.text if self.tag.known else Unknown(f"`{self.tag.text}` is not known")
        if self.trailing and self.digest is None:
            return Unknown(f"`{self.path.text}` may bring a tag")
        return None

    @property
    def digest_value(self) -> str | Unknown | None:
        """The digest with its algorithm; None where surely none is written."""
        if self.digest is not None:
            return self.digest.text if self.digest.known else Unknown(f"`{self.digest.text}` is not known")
        return Unknown(f"`{self.text}` may bring a digest") if self.trailing else None

    @property
    def familiar(self) -> str | Unknown:
        """As people write it, with the tag and digest that are written: `nginx:1.25`."""
        return self._join(self.name, self.tag_value)

    @property
    def canonical(self) -> str | Unknown:
        """The normal form; `latest` is added where neither tag nor digest is written."""
        tag, digest = self.tag_value, self.digest_value
        return self._join(self.repository, "latest" if tag is None and digest is None else tag)

    @property
    def is_latest(self) -> bool | Unknown:
        """Whether it floats with `latest`: so tagged, or without tag; a digest settles it."""
        pinned, tag = self.pinned_by_digest, self.tag_value
        if pinned is True or (isinstance(tag, str) and tag != "latest"):
            return False
        if isinstance(pinned, Unknown):
            return pinned
        return tag if isinstance(tag, Unknown) else not self.is_scratch

    @property
    def is_mutable(self) -> bool | Unknown:
        """Whether its tag is made to move (`latest`, `edge`, `latest-alpine`, none) and no digest holds it."""
        latest, tag = self.is_latest, self.tag_value
        if latest is True or self.pinned_by_digest is True:
            return latest is True
        return is_mutable_tag(tag) if isinstance(tag, str) else latest

    @property
    def pinned_by_digest(self) -> bool | Unknown:
        """Whether a digest decides which image it is."""
        digest = self.digest_value
        if isinstance(digest, Unknown):
            return digest if self.digest is None else True  # `@${DIGEST}` is a digest, whichever
        return digest is not None

    @property
    def version(self) -> Version | None:
        """What the tag says about the version; None for an unknown tag and one that begins with no number."""
        tag = self.tag_value
        return version_of(tag) if isinstance(tag, str) else None

    def _join(self, name: str | Unknown, tag: str | Unknown | None) -> str | Unknown:
        digest = self.digest_value
        for part in (name, tag, digest):
            if isinstance(part, Unknown):
                return part
        return f"{name}{f':{tag}' if tag else ''}{f'@{digest}' if digest else ''}"


def parse(text: str) -> Reference:
    """A reference from its text; never raises, what is wrong is in `error`."""
    return _parse(text[:MAX_TEXT])


def is_mutable_tag(tag: str) -> bool:
    """Whether a tag is made to move: `latest`, `stable`, `nightly`, and variants such as `latest-slim`."""
    lowered = tag.lower()
    return lowered in _MUTABLE_TAGS or re.split(r"[-_.]", lowered, maxsplit=1)[0] in ("latest", "nightly", "edge")


def version_of(tag: str) -> Version | None:
    """The version a tag begins with; None where it begins with no number."""
    match = _VERSION.fullmatch(tag)
    if match is None:
        return None
    numbers = tuple(int(number[:9]) for number in match[1].split("."))
    return Version(numbers, match[1], match[2].lstrip("-_+."))


def familiar_name(repository: str) -> str:
    """A repository in normal form as people write it: without `docker.io/library/` and `docker.io/`."""
    for prefix in ("docker.io/library/", "docker.io/"):
        if repository.startswith(prefix):
            return repository[len(prefix) :]
    return repository


def variables(text: str) -> tuple[tuple[int, int], ...]:
    """Ranges of `$NAME` and `${…}` in a text, nested braces included; an open brace reaches to the end."""
    found = []
    at = text.find("$")
    while at >= 0:
        end = _variable_end(text, at)
        if end > at + 1:
            found.append((at, end))
        at = text.find("$", max(end, at + 1))
    return tuple(found)


def _variable_end(text: str, at: int) -> int:
    """Where the variable that may begin at `at` ends; `at + 1` for a bare dollar."""
    if not text.startswith("${", at):
        match = _VARIABLE_NAME.match(text, at + 1)
        return match.end() if match else at + 1
    depth = 0
    for place in range(at + 1, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return place + 1
    return len(text)


@lru_cache(maxsize=512)
def _parse(text: str) -> Reference:
    masked = _masked(text)
    name_end = _find(masked, "@", 0)
    digest = Part(*_cut(text, masked, name_end + 1, len(text))) if name_end < len(text) else None
    colon = masked.rfind(":", masked.rfind("/", 0, name_end) + 1, name_end)
    if masked.startswith("[") and colon < masked.find("]"):
        colon = -1
    tag = Part(*_cut(text, masked, colon + 1, name_end)) if colon >= 0 else None
    end = colon if colon >= 0 else name_end
    slash = masked.find("/", 0, end)
    start = slash + 1 if slash >= 0 and _is_domain(text[:slash], masked[:slash]) else 0
    registry = Part(*_cut(text, masked, 0, slash)) if start else None
    path = Part(*_cut(text, masked, start, end))
    trailing = masked.endswith("\0") and digest is None
    return Reference(text, registry, path, tag, digest, _error(text, registry, path, tag, digest), trailing)


def _masked(text: str) -> str:
    """The text with NULs for its variables, so that what stands in them separates nothing."""
    pieces, last = [], 0
    for start, end in variables(text):
        pieces += [text[last:start], "\0" * (end - start)]
        last = end
    return "".join((*pieces, text[last:]))


def _find(text: str, what: str, start: int) -> int:
    at = text.find(what, start)
    return len(text) if at < 0 else at


def _cut(text: str, masked: str, start: int, end: int) -> tuple[str, int, int, bool]:
    return text[start:end], start, end, "\0" not in masked[start:end]


def _is_domain(first: str, masked: str) -> bool:
    """Whether the first path segment is a registry (distribution/reference normalize.go, splitDockerDomain)."""
    if "\0" in masked:
        return True
    return "." in first or ":" in first or first == "localhost" or first.lower() != first


def _error(text: str, registry: Part | None, path: Part, tag: Part | None, digest: Part | None) -> str:
    if not text:
        return "an image reference cannot be empty"
    if _IDENTIFIER.fullmatch(text):
        return "64 hexadecimal digits are an image id, not a reference"
    if registry and registry.known and not _DOMAIN.fullmatch(registry.text):
        return f"`{registry.text}` is no registry"
    return _path_error(registry, path) or _tag_error(tag) or _digest_error(digest)


def _path_error(registry: Part | None, path: Part) -> str:
    if not path.known:
        return ""
    if path.text != path.text.lower():
        return f"the repository `{path.text}` must be lowercase"
    for component in path.text.split("/"):
        if not _COMPONENT.fullmatch(component):
            return f"`{component}` is no part of a repository name" if component else "the repository has an empty part"
    length = len(path.text) + (len(registry.text) + 1 if registry else 0)
    return f"the repository is longer than {MAX_NAME} characters" if length > MAX_NAME else ""


def _tag_error(tag: Part | None) -> str:
    if tag is None or not tag.known or _TAG.fullmatch(tag.text):
        return ""
    return f"`{tag.text}` is no tag" if tag.text else "the tag after `:` is empty"


def _digest_error(digest: Part | None) -> str:
    if digest is None or not digest.known:
        return ""
    if not _DIGEST.fullmatch(digest.text):
        return "the digest is not of the form sha256:<64 hexadecimal digits>"
    algorithm, _, value = digest.text.partition(":")
    size = _DIGEST_SIZES.get(algorithm)
    if size is None:
        return f"`{algorithm}` is no digest algorithm that registries know"
    wrong = len(value) != size or value != value.lower()
    return f"a {algorithm} digest has {size} lower-case hexadecimal digits" if wrong else ""
