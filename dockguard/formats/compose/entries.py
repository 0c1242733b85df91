"""Names with texts: variables, labels, build arguments, sysctls."""

from __future__ import annotations

from dockguard.formats.compose.text.scalars import go_text
from dockguard.formats.compose.text.tree import is_unknown
from dockguard.formats.compose.view import View, fact, many, readable
from dockguard.lazy import cached_property
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Span, Unknown


@dataclass(frozen=True, eq=False)
class Entry(View):
    """A name with a text: a variable, a label, a build argument, a sysctl."""

    name: str = ""

    @property
    def span(self) -> Span:
        """Name and value."""
        return self.value.place

    @cached_property
    def text(self) -> Fact[str]:
        """Its value; unknown where it is passed through from the shell."""
        if self.value.data is None:
            return Fact(Unknown(f"`{self.name}` comes from the shell"), self.value.place, self.value.via)
        return fact(self.value, self.span, go_text)

    @property
    def written(self) -> str:
        """Its value as people write it, `${…}` included; empty when it has none."""
        return readable(self.value)

    @property
    def from_file(self) -> bool:
        """Whether it was read from an env file or a label file."""
        return any(step.how.startswith("read ") for step in self.value.via or ())


def entries(view: View, name: str, open_: str = "") -> Many[Entry]:
    """A mapping as entries."""
    from dockguard.formats.compose.loading.pairs import as_pairs

    value = view.value.get(name)
    if value is None or value.data is None:
        return Many((), view.span, open_ or view.open)
    pairs = as_pairs(value)
    unknown = next((key for key in pairs.map if is_unknown(key)), "")
    found = (
        Entry(item, (*view.path, name, key), "", view.direct and value.direct, key)
        for key, item in pairs.map.items()
        if not is_unknown(key)
    )
    return many(found, value, open_ or view.open or (f"a name in `{name}` holds an unset variable" if unknown else ""))
