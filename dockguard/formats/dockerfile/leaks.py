"""Secrets written in a Dockerfile: in values, commands, heredocs, comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.common.secrets import Found, Kind, Verdict, find_in_text, judge, name_is_secret
from dockguard.common.suspicion import suspicious
from dockguard.formats.dockerfile.text.tree import place
from dockguard.record import dataclass
from dockguard.source import Fact, Secret, Span

if TYPE_CHECKING:
    from dockguard.formats.dockerfile.image import Image
    from dockguard.formats.dockerfile.model import Step
    from dockguard.formats.dockerfile.parts import Variable

_MAX_COMMENTS = 5000  # that are looked at
_PAIRS = frozenset({"ENV", "ARG", "LABEL"})


@dataclass(eq=False)
class SecretText:
    """A secret that stands in the file in so many words."""

    kind: str  # token, private-key, credential, high-entropy, literal, weak, hash
    where: str  # the instruction's name, `heredoc` or `comment`
    name: str  # that it stands under, "" for none
    value: Fact[str]
    format: str  # `github-pat`, `url`, "" for none
    confidence: str  # low, medium, high
    step: Step | None
    span: Span

    @property
    def is_url_password(self) -> bool:
        """Whether it stands in a URL where the password of a user does: `https://ci:TOKEN@host`."""
        text, start, end = self.span.source.text, self.span.start, self.span.end
        user = text[max(0, start - 100) : start].rpartition("://")[2]
        return text[end : end + 1] == "@" and user[-1:] == ":" and "://" in text[max(0, start - 100) : start]

    @property
    def subject(self) -> str:
        """Its address: `stage final / ENV NAME`."""
        return f"{self.step.subject if self.step else self.where} {self.name}".rstrip()

    @property
    def is_final(self) -> bool:
        """Whether it is in the final stage, or in one that the final one stands on."""
        return self.step is not None and self.step.is_final


def secrets(image: Image) -> Iterator[SecretText]:
    """Every secret of the file, in its order; names without a value are not among them."""
    for step in image.instructions:
        if step.name == "ONBUILD":
            continue
        if step.name in _PAIRS:
            for variable in step.variables:
                yield from _variable(variable, step)
        else:
            yield from _line(step)
        yield from _heredocs(step)
    yield from _comments(image)


def _variable(variable: Variable, step: Step) -> Iterator[SecretText]:
    text = variable.written.known
    if text is None:
        return
    verdict = variable.verdict
    if verdict is not None and verdict.leaks:
        yield _made(verdict, step.name, variable.name, text[verdict.start : verdict.end], step, variable.written.span)


def _line(step: Step) -> Iterator[SecretText]:
    start, end = step.node.args
    text = step.node.joined.text[start:end]
    for found in _found(text):
        if found.verdict.leaks:
            span = step.node.joined.span(start + found.start, start + found.end)
            yield _made(found.verdict, step.name, found.name, text[found.start : found.end], step, span)


def _heredocs(step: Step) -> Iterator[SecretText]:
    for heredoc in step.node.heredocs:
        text = heredoc.body.text
        for found in _found(text):
            if found.verdict.leaks:
                span = place(heredoc.body.span(found.start, found.end))
                where = step.name if step.name == "RUN" else "heredoc"
                yield _made(found.verdict, where, found.name, text[found.start : found.end], step, span)


def _comments(image: Image) -> Iterator[SecretText]:
    for span in image.tree.comments[:_MAX_COMMENTS]:
        text = span.text
        for found in _found(text):
            if found.verdict.kind.value in ("token", "private key", "credential"):
                at = span.source.span(span.start + found.start, span.start + found.end)
                yield _made(found.verdict, "comment", found.name, text[found.start : found.end], None, at)


def _found(text: str) -> tuple[Found, ...]:
    """What the detectors see, where they have a reason to look."""
    return find_in_text(text) if suspicious(text) else ()


def _made(verdict: Verdict, where: str, name: str, text: str, step: Step | None, span: Span) -> SecretText:
    kind = verdict.kind.value.replace(" ", "-")
    return SecretText(kind, where, name, Fact(Secret(text), span), verdict.format, verdict.confidence.word, step, span)


def verdict(variable: Variable) -> Verdict | None:
    """What its value is as it stands in the file; None where it has none."""
    text = variable.written.known
    if text is None:
        return None
    whole = judge(variable.name, text)
    if whole.leaks or not ("=" in text or ":" in text):
        return whole
    return next((found.verdict for found in _found(text) if found.verdict.leaks), whole)


def _is_told(verdict: Verdict, text: str) -> bool:
    """Whether the value itself says what it is, where the name does not: `admin:pw`, `-Dx.password=pw`."""
    inner = verdict.end - verdict.start < len(text)
    return verdict.kind in (Kind.LITERAL, Kind.WEAK) or (verdict.kind is Kind.HIGH_ENTROPY and inner)


def kept(variable: Variable) -> Fact[str]:
    """The secret that an ENV keeps: a literal, or a build argument; absent for none."""
    text = variable.written.known
    if variable.kind != "ENV" or text is None:
        return Fact(None, variable.span)
    verdict, named = variable.verdict, name_is_secret(variable.name)
    if verdict is not None and verdict.leaks and (named or _is_told(verdict, text)):
        return Fact(Secret(text), variable.span)
    if not named:
        return Fact(None, variable.span)
    step = variable.step
    pair = next((p for p in step.node.pairs if p.name.span == variable.name_span), None)
    if pair is None or pair.value is None or "$" not in pair.value.text:
        return Fact(None, variable.span)
    found = step.expand(pair.value)
    given = [name for name in found.used if step.scope.declares(name) and not found.error]
    return Fact(Secret(f"${given[0]}") if given else None, variable.span)


def argued(variable: Variable) -> Fact[str]:
    """The name of a build argument that announces a secret; absent where an ARG before the first FROM has it."""
    step = variable.step
    hidden = variable.kind != "ARG" or not name_is_secret(variable.name)
    again = not variable.is_global and variable.name in step.scope.outer and not variable.written.written
    return Fact(None if hidden or again else variable.name, variable.span)
