"""Pages on disk to rules."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dockguard.finding import Confidence, Finding, Safety, Severity
from dockguard.formats.base import Kind
from dockguard.lazy import Later
from dockguard.pack.page import BadRule, Page, read, skimmed
from dockguard.record import dataclass
from dockguard.rule import PROFILES, Rule

FAMILIES = ("dockerfile", "compose", "nginx", "stack", "meta")
STANDARDS = ("cis-docker", "cis-nginx", "owasp", "cwe")
KEYS = {
    *("title", "severity", "score", "confidence", "each", "check", "at", "on", "message", "fix", "safety", "profile"),
    *("tags", "peers", "since", "status", "aliases", "supersedes", "successor", *STANDARDS),
}

Check = Callable[[Any, Mapping[str, Any]], Iterator[Finding]]
Sift = Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one or several folders, and what became of removed ones (id to successor)."""

    rules: tuple[Rule, ...]
    removed: Mapping[str, str]


def builtin() -> Path:
    """The folder of our own pages: inside the installed package, else beside it."""
    here = Path(__file__).parent.parent
    inside = here / "rules"
    return inside if inside.is_dir() else here.parent / "rules"


def load(
    folder: Path,
    kinds: Mapping[str, Kind],
    families: Collection[str] = FAMILIES,
    *,
    code: bool = True,
    check: bool = False,
) -> Pack:
    """The rules of a folder's families.

    `code` allows Python siblings; `check` type-checks every page first (built-in pages are checked by the tests).
    Raises BadRule, and OSError when the folder cannot be read.
    """
    rules, removed = [], {}
    for family in families:
        place = os.path.join(folder, family)
        for name in _pages(place):
            path, id = os.path.join(place, name), f"{family}/{name[:-3]}"
            page = (read if check else skimmed)(f"{folder.name}/{family}/{name}", _text(path), place)
            if "status" in page.raw and page.meta["status"] == "removed":
                removed[id] = str(page.meta.get("successor", ""))
            else:
                rules.append(understand(page, id, path, kinds, code=code, check=check, later=not check))
    return Pack(tuple(rules), removed)


def merge(packs: Iterable[Pack]) -> Pack:
    """Several packs as one; raises BadRule when two define the same id or alias."""
    rules: dict[str, Rule] = {}
    removed: dict[str, str] = {}
    for pack in packs:
        removed.update(pack.removed)
        for rule in pack.rules:
            for name in (rule.id, *rule.aliases):
                if name in rules:
                    raise BadRule(f"{rule.id}: `{name}` already names {rules[name].id}")
                rules[name] = rule
    return Pack(tuple(dict.fromkeys(rules.values())), removed)


def _pages(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith(".md"))
    except FileNotFoundError:
        return []


def _text(path: str) -> str:
    with open(path, "rb", buffering=0) as file:
        return file.read().decode("utf-8").replace("\r\n", "\n")


def understand(
    page: Page,
    id: str,
    path: Path | str,
    kinds: Mapping[str, Kind],
    *,
    code: bool = True,
    check: bool = False,
    later: bool = False,
) -> Rule:
    """A rule from its page; raises BadRule for a key that is missing, unknown or of a wrong value.

    With `later` what only some outputs tell (peers, standards) is understood when it is asked for.
    """
    _keys(page)
    rule = _rule(page, id, _check(page, path, kinds, code), later)
    if check:
        from dockguard.pack.check import check_page

        check_page(page, rule, Path(path), kinds)
    return rule


def _rule(page: Page, id: str, check: Check, later: bool) -> Rule:
    meta = page.meta
    return Rule(
        id=id,
        title=str(meta["title"]),
        severity=_choice(page, "severity", Severity.of),
        score=_score(page),
        confidence=_choice(page, "confidence", Confidence.of),
        each=str(meta["each"]),
        profile=_one_of(page, "profile", PROFILES),
        body=page.body,
        check=check,
        sift=_sift(page) if "check" in page.raw else None,
        tags=_strings(page, "tags"),
        peers=Later(lambda: _peers(page)) if later else _peers(page),
        standards=Later(lambda: _standards(page)) if later else _standards(page),
        aliases=tuple(_qualified(name, id) for name in _strings(page, "aliases")),
        supersedes=_strings(page, "supersedes"),
        options={key[7:]: meta[key] for key in page.raw if key.startswith("option.")},
        on=_strings(page, "on"),
        safety=_safety(page),
        since=str(meta["since"]) if "since" in page.raw else "",
        status=_one_of(page, "status", ("stable", "preview", "deprecated")) if "status" in page.raw else "stable",
    )


def _keys(page: Page) -> None:
    for key in page.raw:
        if key not in KEYS and not key.startswith(("option.", "note.")):
            from difflib import get_close_matches

            near = get_close_matches(key, sorted(KEYS), 1)
            raise page.fault(key, f"unknown key `{key}`" + (f"; did you mean `{near[0]}`?" if near else ""))
    for key in ("title", "severity", "confidence", "each", "profile"):
        if key not in page.raw:
            raise page.fault(key, f"`{key}` is missing")
    if "fix" in page.raw and "safety" not in page.raw:
        raise page.fault("fix", "`safety: safe` or `safety: unsafe` is missing")


def _choice(page: Page, key: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(str(page.meta[key]))
    except KeyError:
        raise page.fault(key, f"`{key}: {page.meta[key]}` is not a level") from None


def _one_of(page: Page, key: str, words: Collection[str]) -> str:
    if page.meta[key] not in words:
        raise page.fault(key, f"`{key}` is one of {', '.join(words)}")
    return str(page.meta[key])


def _score(page: Page) -> float | None:
    """Severity follows from the score: 9 and more critical, 7 high, 4 medium, else low; without one it is low."""
    score = page.meta["score"] if "score" in page.raw else None
    if score is not None and (not isinstance(score, (int, float)) or not 0.1 <= score <= 10):
        raise page.fault("score", "`score` is between 0.1 and 10.0")
    level = "low" if score is None or score < 4 else "medium" if score < 7 else "high" if score < 9 else "critical"
    if page.meta["severity"] != level:
        raise page.fault("severity", f"a score of {score} means severity {level}")
    return None if score is None else float(score)


def _strings(page: Page, key: str) -> tuple[str, ...]:
    if key not in page.raw:
        return ()
    value = page.meta[key]
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        raise page.fault(key, f"`{key}` is a list, `[a, b]`")
    return tuple(str(item) for item in value)


def _qualified(name: str, id: str) -> str:
    return name if "/" in name else f"{id.partition('/')[0]}/{name}"


def _peers(page: Page) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entry in _strings(page, "peers"):
        peer, colon, name = entry.partition(":")
        if not colon:
            raise page.fault("peers", f"`{entry}` is not `peer:rule`")
        found[peer] = (*found.get(peer, ()), name)
    return found


def _standards(page: Page) -> dict[str, tuple[str, ...]]:
    return {name: _strings(page, name) for name in STANDARDS if name in page.meta}


def _safety(page: Page) -> Safety | None:
    """Of the page's fix; a sibling that makes fixes declares it too."""
    return _choice(page, "safety", lambda word: Safety[word.upper()]) if "safety" in page.raw else None


# --- from page to check ----------------------------------------------------------------------------------------------


def _check(page: Page, path: Path | str, kinds: Mapping[str, Kind], code: bool) -> Check:
    """The page's own check, or its sibling's; compiled when it is first asked."""
    sibling = None if "check" in page.raw else Path(path).with_suffix(".py")
    if sibling is not None and not sibling.is_file():
        raise page.fault("title", f"neither `check:` nor a sibling {sibling.name}")
    if sibling is not None and not code:
        raise page.fault("title", f"{sibling.name} is code; allow it with --allow-code")
    made: list[Check] = []

    def check(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        if not made:
            try:
                made.append(_declared(page, kinds) if sibling is None else _coded(page, sibling))
            except Exception as error:  # of a sibling that cannot be loaded, which is not tried again
                made.append(_failing(error))
        return made[0](node, options)

    return check


def _failing(error: Exception) -> Check:
    def check(node: Any, options: Mapping[str, Any]) -> Iterator[Finding]:
        raise error.with_traceback(None)

    return check


def _sift(page: Page) -> Sift:
    """Which nodes are worth the check; compiled when it is first asked."""
    made: list[Sift] = []

    def sift(nodes: Sequence[Any], options: Mapping[str, Any]) -> Sequence[Any]:
        if not made:
            from dockguard.pack import declared

            made.append(declared.sift(page))
        return made[0](nodes, options)

    return sift


def _declared(page: Page, kinds: Mapping[str, Kind]) -> Check:
    from dockguard.pack.declared import declared

    return declared(page, kinds.get(str(page.meta["each"])))


def _coded(page: Page, sibling: Path) -> Check:
    from dockguard.pack.sibling import coded

    return coded(page, sibling)
