"""Which rules are asked: names, families, globs and tags, over profiles, the most specific selector first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from dockguard.finding import Problem
from dockguard.glob import PathGlob, is_glob, word_glob
from dockguard.record import dataclass
from dockguard.rule import PROFILES, Rule

ALL = "ALL"
_LISTS = "`dockguard rules` lists all"
_MOST_HINTS = 50  # a suggestion costs a millisecond, and nobody reads the fifty-first
_LONGEST_WORD = 100  # longer ones get no suggestion: nobody meant a rule by them


def closest(word: str, words: Iterable[str]) -> str:
    """The word that was probably meant, or ""."""
    from difflib import get_close_matches

    if len(word) > _LONGEST_WORD:
        return ""
    return next(iter(get_close_matches(word, tuple(words), 1, 0.6)), "")


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """A help line, or "" when nothing is close."""
    found = closest(word, words)
    return f"did you mean `{found}`?" if found else ""


class Catalogue:
    """All rules that exist, loaded when somebody asks for the first time, and what became of removed ones.

    `removed` maps an id to its successor, "" without one; as a function it is asked after the rules are loaded.
    """

    def __init__(
        self,
        rules: Callable[[], Iterable[Rule]],
        removed: Callable[[], Mapping[str, str]] | Mapping[str, str] | None = None,
    ) -> None:
        self._load, self._removed = rules, removed
        self._hints: dict[str, str] = {}

    @classmethod
    def of(cls, rules: Iterable[Rule], removed: Mapping[str, str] | None = None) -> Catalogue:
        """A catalogue of rules that are there already."""
        kept = tuple(rules)
        return cls(lambda: kept, removed)

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """By id, sorted."""
        return {rule.id: rule for rule in sorted(self._load(), key=lambda rule: rule.id)}

    @cached_property
    def removed(self) -> Mapping[str, str]:
        """By id, what a removed rule's findings are told by now."""
        loaded = self.rules  # pages of removed rules are found with the others
        given = self._removed() if callable(self._removed) else self._removed or {}
        return {id: heir for id, heir in given.items() if id not in loaded}

    @cached_property
    def names(self) -> Mapping[str, Rule]:
        """By id, and by every alias (with and without its family) that is no other rule's id."""
        found: dict[str, Rule] = dict(self.rules)
        for rule in self.rules.values():
            for alias in _spellings(rule):
                found.setdefault(alias, rule)
        return found

    @cached_property
    def families(self) -> frozenset[str]:
        """Folders of the pages."""
        return frozenset(rule.family for rule in self.rules.values())

    @cached_property
    def tags(self) -> frozenset[str]:
        """What `@tag` can say."""
        return frozenset(tag for rule in self.rules.values() for tag in rule.tags)

    def named(self, name: str) -> Rule | None:
        """The rule of an id or an alias."""
        return self.names.get(name)

    def id_of(self, name: str) -> str:
        """The id of the rule of an id or an alias; the name itself where there is none."""
        rule = self.names.get(name)
        return rule.id if rule is not None else name

    def misnamed(self, name: str) -> tuple[str, str] | None:
        """What is wrong with a rule's name, and what may help; None for a rule that exists."""
        if name in self.names:
            return None
        if name in self.removed:
            heir = self.removed[name]
            return f"rule `{name}` was removed", f"use `{heir}` instead" if heir else "take it out"
        return f"unknown rule `{name}`", self._meant(name)

    def misselected(self, word: str) -> tuple[str, str] | None:
        """What is wrong with a selector, and what may help; None when it selects something."""
        if word == ALL or word in self.families:
            return None
        if word.startswith("@"):
            tags = [f"@{tag}" for tag in sorted(self.tags)]
            return None if word in tags else (f"unknown tag `{word}`", did_you_mean(word, tags))
        if is_glob(word):
            fits = any(_fits(word, rule) for rule in self.rules.values())
            return None if fits else (f"`{word}` matches no rule", _LISTS)
        return self.misnamed(word)

    def _meant(self, name: str) -> str:
        if name not in self._hints:
            self._hints[name] = self._searched(name) if len(self._hints) < _MOST_HINTS else _LISTS
        return self._hints[name]

    def _searched(self, name: str) -> str:
        slug = name.rpartition("/")[2]
        same = [rule.id for rule in self.rules.values() if rule.id.rpartition("/")[2] == slug]
        hint = f"did you mean `{same[0]}`?" if same else did_you_mean(name, (*self.names, *sorted(self.families)))
        return hint or _LISTS


def _spellings(rule: Rule) -> Iterator[str]:
    for alias in rule.aliases:
        yield alias
        if "/" not in alias:
            yield f"{rule.family}/{alias}"


def _fits(pattern: str, rule: Rule) -> bool:
    match = word_glob(pattern).match
    return any(match(name) for name in (rule.id, *_spellings(rule)))


def reach(word: str, rule: Rule) -> tuple[int, int] | None:
    """How specific a selector is about a rule, None when it does not mean it.

    Everything < a tag < a family < a glob (the more letters the more specific) < a name.
    """
    if word == ALL:
        return 0, 0
    if word.startswith("@"):
        return (1, 0) if word[1:] in rule.tags else None
    if word == rule.family:
        return 2, 0
    if is_glob(word):
        return (3, sum(letter not in "*?[]" for letter in word)) if _fits(word, rule) else None
    return (4, 0) if word == rule.id or word in _spellings(rule) else None


@lru_cache(maxsize=256)
def _sorted_out(words: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Names and families, which are looked up; and the rest, which each rule is compared with."""
    rest = tuple(word for word in words if word == ALL or word.startswith("@") or is_glob(word))
    return frozenset(words) - frozenset(rest), rest


def _farthest(words: tuple[str, ...], rule: Rule) -> tuple[int, int] | None:
    """The most specific of what several selectors say about a rule; None when none means it."""
    names, rest = _sorted_out(words)
    plain = [name for name in (rule.id, *_spellings(rule), rule.family) if name in names] if names else []
    return max((found for word in (*plain, *rest) if (found := reach(word, rule))), default=None)


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place (a configuration file, a `[per-path]` entry, the command line) says about rules."""

    profile: str | None = None
    select: tuple[str, ...] | None = None  # exactly these; None: nothing said
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    policy: str = ""  # what names the rules that are the base, in place of a profile
    rules: frozenset[str] | None = None  # the ids of that policy, once it is read

    def verdict(self, rule: Rule) -> tuple[bool, bool] | None:
        """(Whether it is wanted, whether it was meant by its name); None when no selector means it."""
        plus = _farthest((*(self.select or ()), *self.extend), rule)
        minus = _farthest(self.ignore, rule)
        if plus is None and minus is None:
            return None
        best = plus or (-1, 0)
        return best > (minus or (-1, 0)), best[0] == 4


def enabled(rule: Rule, layers: Sequence[Layer]) -> bool:
    """Whether a rule is wanted; the last layer is the strongest.

    In each layer the most specific selector decides, and ignore beats select at equal reach. The strongest layer that
    names a profile, a policy or a `select` gives the base; `extend` and `ignore` of the layers below still count over a
    profile. A policy is exact: only its own layer and stronger ones change it. It says nothing about the meta family.
    """
    profile, based = _profile(layers), False
    for layer in reversed(layers):
        heard = Layer(None, None, layer.extend, layer.ignore) if based else layer
        verdict = heard.verdict(rule)
        if verdict is not None:
            wanted, by_name = verdict
            return wanted and (by_name or rule.status != "preview" or profile == PROFILES[-1])
        if heard.select is not None:
            return False
        if heard.rules is not None and (rule.id in heard.rules or rule.family != "meta"):
            return rule.id in heard.rules
        based = based or layer.profile is not None
    return in_profile(rule, profile)


def _profile(layers: Sequence[Layer]) -> str:
    return next((layer.profile for layer in reversed(layers) if layer.profile), "recommended")


def in_profile(rule: Rule, profile: str) -> bool:
    """Whether a profile has a rule; preview rules are in audit only."""
    first = PROFILES[-1] if rule.status == "preview" else rule.profile
    return PROFILES.index(first) <= PROFILES.index(profile)


@dataclass(frozen=True, slots=True)
class PathLayer:
    """What `[per-path]` says for the paths of a glob."""

    glob: PathGlob
    layer: Layer


class Choice:
    """Answers which rules are wanted, at a path or anywhere. `top` (the command line) beats `base` and `per_path`."""

    def __init__(self, base: Sequence[Layer] = (), per_path: Sequence[PathLayer] = (), top: Layer | None = None):
        self._base, self._per_path, self._top = tuple(base), tuple(per_path), top or Layer()
        self._known: dict[tuple[str, tuple[int, ...]], bool] = {}
        self._matching: dict[str, tuple[int, ...]] = {}

    @property
    def profile(self) -> str:
        """The profile that counts where no `[per-path]` entry does."""
        return _profile((*self._base, self._top))

    def at(self, rule: Rule, path: str) -> bool:
        """Whether the rule counts for findings whose deciding place is in this file."""
        return self._ask(rule, self._indexes(path))

    def anywhere(self, rule: Rule) -> bool:
        """Whether the rule could count for some file, so that it must be asked at all."""
        return self._ask(rule, ()) or any(self._ask(rule, (index,)) for index in range(len(self._per_path)))

    def _indexes(self, path: str) -> tuple[int, ...]:
        if path not in self._matching:
            fits = (index for index, entry in enumerate(self._per_path) if entry.glob.matches(path))
            self._matching[path] = tuple(fits)
        return self._matching[path]

    def _ask(self, rule: Rule, indexes: tuple[int, ...]) -> bool:
        key = rule.id, indexes
        if key not in self._known:
            between = (self._per_path[index].layer for index in indexes)
            self._known[key] = enabled(rule, (*self._base, *between, self._top))
        return self._known[key]


def selector_problems(words: Iterable[str], catalogue: Catalogue, where: str) -> list[Problem]:
    """What is wrong with selectors of the command line; `where` is the option's name."""
    found = ((word, catalogue.misselected(word)) for word in words)
    return [Problem("unknown-rule", f"{bad[0]} in {where}", help=bad[1]) for _, bad in found if bad]
