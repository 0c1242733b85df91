"""The rules of a run: our own pages, and the folders that the user adds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from dockguard.formats.base import Kind
from dockguard.kinds import all_kinds
from dockguard.pack import FAMILIES, Pack, builtin, load, merge
from dockguard.record import dataclass, field
from dockguard.rule import Rule
from dockguard.select import Catalogue
from dockguard.suppress.node import KINDS


@dataclass(frozen=True)
class Rulebook:
    """Pages by family, each family read once, when it is needed. `code` allows Python siblings in `folders`."""

    kinds: Mapping[str, Kind]
    folders: Sequence[Path] = ()
    code: bool = False
    _packs: dict[str, Pack] = field(default_factory=dict)

    def pack(self, families: Collection[str] = FAMILIES) -> Pack:
        """The rules of these families; raises BadRule for a page that cannot be used."""
        return merge(self._family(family) for family in families)

    def rules(self, families: Collection[str] = FAMILIES) -> tuple[Rule, ...]:
        """The rules of these families."""
        return self.pack(families).rules

    def adding(self, rules: Iterable[Rule]) -> Rulebook:
        """This book with further rules, or other versions of its own."""
        given = {rule.id: rule for rule in rules}
        packs = {}
        for family in FAMILIES:
            pack = self._family(family)
            kept = {rule.id: rule for rule in pack.rules}
            own = {id: rule for id, rule in given.items() if rule.family == family}
            packs[family] = Pack(tuple({**kept, **own}.values()), pack.removed)
        return Rulebook(self.kinds, self.folders, self.code, packs)

    def catalogue(self) -> Catalogue:
        """All names, for selectors and configuration; every family is read when somebody asks."""
        return Catalogue(self.rules, self._removed)

    def _removed(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for pack in self._packs.values():
            found.update(pack.removed)
        return found

    def _family(self, family: str) -> Pack:
        if family not in self._packs:
            self._packs[family] = merge(self._loaded(family))
        return self._packs[family]

    def _loaded(self, family: str) -> Iterable[Pack]:
        yield load(builtin(), self.kinds, (family,))
        for folder in self.folders:
            yield load(folder, self.kinds, (family,), code=self.code, check=True)


def rulebook(folders: Sequence[Path] = (), code: bool = False) -> Rulebook:
    """The built-in rules, and those of further folders."""
    return Rulebook(all_kinds(KINDS), tuple(folders), code)
