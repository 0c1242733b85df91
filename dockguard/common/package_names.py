"""One package as a command names it: name, version, and whether it is a file, a URL or a repository instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dockguard.common.shell_words import Word
from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Span, Unknown

_VCS = regex(r"(?:git|hg|svn|bzr)\+|git://|git@|ssh://|(?:github|gitlab|bitbucket|gist):|[^:@]*://[^#?]*\.git\b")
_URL = regex(r"[A-Za-z][A-Za-z0-9+.-]*://")
_FILE = regex(
    r"\.{1,2}(?:/|\Z|\[)|/|~/|file:|.*\.(?:deb|rpm|apk|whl|tgz|tar(?:\.(?:gz|bz2|xz))?|zip|gem|nupkg|xbps|ipk)\Z"
)
_SHORTHAND = regex(r"[\w-][\w.-]*/[\w.-]+(?:#|\Z)")  # npm: `owner/repository` of GitHub
_HOST = regex(r"[\w-]+(?:\.[\w-]+)+(?:/|@|\Z)")
_REF = regex(r"[^/#]*//[^/#]*/[^@#]*@([^#]+)")  # pip: `git+https://host/path@ref`
_RPM = regex(r"(.+?)-((?:\d+:)?\d[^-]*(?:-\d[^-]*)?|\$\S*)\Z")
_DIGIT = regex(r"(.+?)-(\d\S*|\$\S*|stable|beta|alpha|devel|snapshot)\Z")
_EXTRAS = regex(r"\[[^\]]*\]\s*\Z")
_COMMIT = regex(r"[0-9a-f]{7,64}\Z")
_SEMVER = regex(r"[v=]?\d+\.\d+\.\d+(?:[-+.][\w.+-]+)?\Z")
_GO = regex(r"v\d+\.\d+\.\d+(?:[-+][\w.+-]+)?\Z|[0-9a-f]{7,40}\Z")
_MOVING = frozenset(
    ("", "latest", "next", "*", "stable", "beta", "alpha", "main", "master", "head", "upgrade", "patch")
)


@dataclass(frozen=True, slots=True, eq=False)
class Package:
    """What one argument installs.

    `kind` is package, file (in the image or the build), url, vcs, group (`@development`), virtual (apk's
    `.build-deps`), or unknown (all of it is known only when it runs).
    """

    word: Word
    kind: str
    name: str | Unknown
    operator: str = ""  # = == @ ~= >= ..., "" without a version
    version: str | Unknown = ""
    exact: bool = False  # the operator and the version allow one version only

    @property
    def span(self) -> Span:
        """Where it is written."""
        return self.word.span

    @property
    def versioned(self) -> bool:
        """Whether it says anything about the version; `latest` says nothing, a release of the distribution does."""
        if self.operator == "/" or isinstance(self.version, Unknown):
            return bool(self.operator)
        return bool(self.operator) and self.version.lower() not in _MOVING

    @property
    def pinned(self) -> bool | Unknown:
        """Whether it is one version for ever. Unknown when a variable decides."""
        if isinstance(self.name, Unknown) and not self.operator:
            return self.name
        if isinstance(self.version, Unknown):
            return self.version if self.exact else False
        return self.exact


def read_package(word: Word, row: Mapping[str, Any], version: Word | None) -> Package:
    """Reads an argument by a manager's row of the table; `version` is the value of a `--version` option."""
    text = word.text
    if word.pieces and word.pieces[0].kind != "text" and len(word.pieces) == 1:
        return Package(word, "unknown", _unknown(word))
    kind = _kind(text, row)
    if kind in ("vcs", "url"):
        return _remote(word, kind, row, version)
    if kind in ("file", "virtual", "group"):
        return Package(word, kind, text if word.literal else _unknown(word), exact=kind != "group")
    return _versioned(word, text, row, version)


def _remote(word: Word, kind: str, row: Mapping[str, Any], given: Word | None) -> Package:
    """A URL or a repository; what follows `#` (npm) or `@` (pip), or an option, says which state of it."""
    text = word.text
    name: str | Unknown = text if word.literal else _unknown(word)
    if kind == "url":
        hashed = re.search(r"#(?:sha256|sha384|sha512)[=-]", text) is not None
        return Package(word, kind, name, exact=hashed)
    found = _REF.match(text)
    ref = given.text if given is not None else text.partition("#")[2] if row.get("node") else found[1] if found else ""
    ref = ref.removeprefix("semver:")
    return Package(word, kind, name, "@" if ref else "", ref, _is_commit(ref))


def _kind(text: str, row: Mapping[str, Any]) -> str:
    if row["family"] == "apk" and text[:1] == "." and "/" not in text:
        return "virtual"
    if row.get("group") and text.startswith(row["group"]):
        return "group"
    if " @ " not in text and _VCS.match(text):
        return "vcs"
    if _URL.match(text):
        return "url"
    if row.get("go"):
        named = "@" in text or (_HOST.match(text) and not text.endswith(".go"))
        return "package" if named else "file"
    if row.get("files") or _FILE.match(text):
        return "file"
    if row.get("node") and _SHORTHAND.match(text):
        return "vcs"
    path = row.get("paths") and "/" in text and " @ " not in text
    return "file" if path else "package"


def _versioned(word: Word, text: str, row: Mapping[str, Any], given: Word | None) -> Package:
    name, operator, version = _split(text, row)
    name_end, version_start = len(name), len(text) - len(version)
    bare = _EXTRAS.sub("", name) if row.get("extras") else name
    named: str | Unknown = bare.strip() if _is_known(word, 0, name_end) else _unknown(word)
    if given is not None and not operator:
        value = given.value
        exact = isinstance(value, Unknown) or (value[:1] not in "~^<>*" and "*" not in value)
        return Package(word, "package", named, "=", value, exact)
    known = _is_known(word, version_start, len(text))
    found: str | Unknown = version.strip() if known else _unknown(word)
    if not operator and not word.literal:
        return Package(word, "package", _unknown(word))
    return Package(word, "package", named, operator, found, _is_exact(operator, found, row))


def _split(text: str, row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Name, operator, version."""
    best: tuple[int, str] | None = None
    for operator in row["version"]:
        if operator in ("-rpm", "-digit"):
            match = (_RPM if operator == "-rpm" else _DIGIT).match(text)
            if match and best is None and "=" not in text:
                return match[1], "-", match[2]
            continue
        at = text.find(operator, 1)
        if at > 0 and (best is None or at < best[0] or (at == best[0] and len(operator) > len(best[1]))):
            best = at, operator
    if best is not None:
        return text[: best[0]], best[1].strip(), text[best[0] + len(best[1]) :]
    name, mark, release = text.partition(row.get("release", "\0"))
    return name, mark, release


def _is_exact(operator: str, version: str | Unknown, row: Mapping[str, Any]) -> bool:
    exact = operator == "-" or operator in row.get("exact", ("=", "=="))
    if not exact or isinstance(version, Unknown):
        return exact
    if row.get("node"):
        return _SEMVER.match(version) is not None
    if row.get("go"):
        return _GO.match(version) is not None
    return version.lower() not in _MOVING and not re.search(r"[*,|<>^ ]|^~|\.x\b", version)


def _is_commit(ref: str) -> bool:
    return _COMMIT.match(ref.partition("#")[0]) is not None and len(ref.partition("#")[0]) >= 40


def _is_known(word: Word, start: int, end: int) -> bool:
    """Whether a range of the word's text holds nothing that only the run time knows."""
    at = 0
    for part in word.pieces:
        if part.kind != "text" and at < end and at + len(part.text) > start:
            return False
        at += len(part.text)
    return True


def _unknown(word: Word) -> Unknown:
    return Unknown(f"`{word.raw}` is known only when it runs")
