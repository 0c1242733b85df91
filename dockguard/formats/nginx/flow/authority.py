"""Which pieces of an upstream's address are its scheme, its host and its path; and who chooses the host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockguard.formats.nginx.flow.sources import Text
from dockguard.formats.nginx.flow.taint import Part
from dockguard.formats.nginx.regex import chars, shape
from dockguard.record import dataclass

SCHEME, HOST, PATH = "scheme", "host", "path"
_ENDS = chars.of("/?#")  # what ends a host
_FREE = chars.of("./:@?#[")  # with one of these a client names any host, or ends the one that is written
# Of these nginx itself makes sure that the server answers for them, unless it answers for everybody.
_BY_NAME = frozenset(("host", "ssl_server_name", "server_name"))


def stages(way: Sequence[Part], scheme: bool) -> Iterator[tuple[str, Part]]:
    """The pieces of an address with what they belong to; a literal that goes over several is cut."""
    stage = SCHEME if scheme else HOST
    for part in way:
        if part.name:
            yield PATH if stage == HOST and _slashed(part.text) else stage, part
            stage = _leaves(part.text, stage)
        else:
            for now, text in _cut(part.written, stage):
                yield now, Part(text, "", Text(shape.literal(text)), part.start, part.end)
                stage = now


def _slashed(text: Text) -> bool:
    """Whether a variable is empty or begins with what ends a host."""
    return bool(text.shape.chars) and not text.shape.first & ~_ENDS


def _leaves(text: Text, stage: str) -> str:
    if stage == SCHEME:
        return HOST if not text.known or text.shape.needs & chars.of("/") or text.shape.chars == chars.ALL else SCHEME
    over = text.shape.needs & _ENDS or (_slashed(text) and not text.shape.empty)
    return PATH if stage == HOST and over else stage


def _cut(text: str, stage: str) -> Iterator[tuple[str, str]]:
    if stage == SCHEME:
        head, sign, rest = text.partition("://")
        yield SCHEME, head + sign
        if not sign:
            return
        text, stage = rest, HOST
    if stage == HOST:
        at = _host_end(text)
        yield HOST, text[:at]
        text, stage = text[at:], PATH if at < len(text) else HOST
    if text or stage == PATH:
        yield stage, text


def _host_end(text: str) -> int:
    if text.startswith("unix:"):
        at = text.find(":", 5)
        return len(text) if at < 0 else at
    return min((at for at in map(text.find, "/?#") if at >= 0), default=len(text))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The piece through which clients choose a host; with `label` they can only choose names without a dot."""

    part: Part
    label: bool


def chosen(way: Sequence[Part], scheme: bool, any_name: bool) -> Chosen | None:
    """Who chooses where an address leads; `any_name`: whether the server answers for hosts that nobody wrote down."""
    pieces = list(stages(way, scheme))
    for at, (stage, part) in enumerate(pieces):
        if stage == PATH:
            return None
        if not part.name or not part.text.client or not part.text.known or part.text.shape.spelt:
            continue
        if part.text.chosen <= _BY_NAME and not any_name:
            continue
        mask = part.text.shape.chars
        if stage == SCHEME:
            if mask & chars.of("/:"):
                return Chosen(part, False)
        elif mask & _FREE:
            return Chosen(part, False)
        elif mask & chars.LETTERS and _alone(pieces, at):
            return Chosen(part, True)
    return None


def begins(way: Sequence[Part]) -> bool:
    """Whether an address can begin so: with the letters of a scheme; nginx refuses what begins with a slash."""
    first = way[0].text.shape if way else None
    return first is None or first.empty or bool(first.first & chars.LETTERS)


def _alone(pieces: Sequence[tuple[str, Part]], at: int) -> bool:
    """Whether a piece is the whole name of the host."""
    before = any(part.written for stage, part in pieces[:at] if stage == HOST)
    after = [part for stage, part in pieces[at + 1 :] if stage == HOST and part.written]
    return not before and (not after or (not after[0].name and after[0].written.startswith(":")))


def host(way: Sequence[Part], scheme: bool) -> str | None:
    """The host and port of an address without variables in them; None where one decides."""
    pieces = [part for stage, part in stages(way, scheme) if stage == HOST]
    return None if any(part.name for part in pieces) else "".join(part.written for part in pieces)


def path(way: Sequence[Part], scheme: bool) -> list[Part]:
    """The pieces behind the host."""
    return [part for stage, part in stages(way, scheme) if stage == PATH and (part.name or part.written)]


_CHECKED = _BY_NAME | {"http_host"}


def redirected(way: Sequence[Part], relative: bool) -> Part | None:
    """The piece through which clients choose the site that a redirect leads to.

    nginx puts scheme and host before a path, unless `relative` (`absolute_redirect off`): then two slashes, or a slash
    and a backslash, begin a host. Hosts of the request itself are left out: who follows a link has not chosen them.
    """
    if not way:
        return None
    first = way[0]
    if not first.name and first.written.startswith("/") and not (relative and first.written.startswith("//")):
        begins = relative and first.written == "/" and len(way) > 1 and _slashes(way[1].text)
        return way[1] if begins else None
    if first.name and _free(first.text):
        away = bool(first.text.shape.first & chars.LETTERS) or (
            relative and bool(first.text.shape.first & chars.of("/"))
        )
        return first if away else None
    found = chosen([part for part in way if part.written], True, any_name=False)
    return found.part if found is not None and not found.label and not found.part.text.chosen <= _CHECKED else None


def _free(text: Text) -> bool:
    """Whether clients write what they like."""
    return (
        bool(text.chosen - _CHECKED) and text.known and not text.shape.spelt and bool(text.shape.chars & chars.of("/:"))
    )


def _slashes(text: Text) -> bool:
    """Whether clients may begin it with a slash; of a decoded path nginx has made one slash out of several."""
    return _free(text) and bool(text.shape.first & chars.of("\\" if text.decoded else "/\\"))
