"""What a change of files is: a name, the files it is about, and another way to write the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random

Files = Mapping[str, str]
Make = Callable[[Files, str, Random], "dict[str, str] | None"]
Rewrite = Callable[[str, Random], "str | None"]
Edit = tuple[int, int, str]  # start and end in the old text, and what stands there now


@dataclass(frozen=True)
class Change:
    """One way to write files otherwise without saying anything else; None where there is nothing to write."""

    name: str
    family: str  # whose files it rewrites: dockerfile, compose or nginx
    make: Make
    variant: str = ""  # in the name of the variant that says the same, where the new files have several
    coarse: bool = False  # several places become one, so that what is said of each may be said once


def of_text(rewrite: Rewrite) -> Make:
    """A change that stays in one file."""

    def make(files: Files, path: str, rng: Random) -> dict[str, str] | None:
        text = rewrite(files[path], rng)
        return None if text is None or text == files[path] else {**files, path: text}

    return make


def edited(text: str, edits: Iterable[Edit]) -> str | None:
    """The text after edits that do not overlap; None for none."""
    found = sorted(edits, reverse=True)
    for start, end, new in found:
        text = text[:start] + new + text[end:]
    return text if found else None
