"""Sets of characters as the bits of an int: the 128 of ASCII, and one bit for all that are beyond."""

from __future__ import annotations

from collections.abc import Iterable

Chars = int  # bit N is the character N of ASCII, bit 128 any other one

BEYOND: Chars = 1 << 128
ALL: Chars = (1 << 129) - 1


def of(text: str) -> Chars:
    """The characters of a text."""
    mask = 0
    for char in text:
        mask |= single(ord(char))
    return mask


def single(code: int) -> Chars:
    """One character by its number."""
    return 1 << code if code < 128 else BEYOND


def span(first: int, last: int) -> Chars:
    """A range of characters, both ends in it."""
    low = min(first, 128)
    high = min(last, 128)
    return ((1 << (high + 1)) - 1) & ~((1 << low) - 1)


def others(mask: Chars) -> Chars:
    """All characters but these; those beyond ASCII may always be among the others."""
    return (ALL & ~mask) | BEYOND


def fold(mask: Chars) -> Chars:
    """With the other case of every letter."""
    return mask | (mask & UPPER) << 32 | (mask & LOWER) >> 32


def text(mask: Chars) -> str:
    """The characters of ASCII in it, in order."""
    found, left = [], mask & ~BEYOND
    while left:
        lowest = left & -left
        found.append(chr(lowest.bit_length() - 1))
        left ^= lowest
    return "".join(found)


def few(mask: Chars, most: int) -> str | None:
    """Its characters when there are at most this many, all of ASCII; else None."""
    return None if mask & BEYOND or mask.bit_count() > most else text(mask)


def union(masks: Iterable[Chars]) -> Chars:
    """What is in any of them."""
    found = 0
    for mask in masks:
        found |= mask
    return found


UPPER = span(65, 90)
LOWER = span(97, 122)
LETTERS = UPPER | LOWER
DIGITS = span(48, 57)
WORD = LETTERS | DIGITS | of("_")
BLANK = of(" \t\n\v\f\r")
HOST = WORD | of("-.")  # of a host's name as browsers send it
CONTROL = span(0, 31) | single(127)
VISIBLE = ALL & ~CONTROL & ~of(" ")

POSIX = {
    "alpha": LETTERS,
    "digit": DIGITS,
    "alnum": LETTERS | DIGITS,
    "upper": UPPER,
    "lower": LOWER,
    "space": BLANK,
    "blank": of(" \t"),
    "punct": span(33, 126) & ~LETTERS & ~DIGITS,
    "xdigit": DIGITS | of("abcdefABCDEF"),
    "word": WORD,
    "cntrl": CONTROL,
    "graph": span(33, 126),
    "print": span(32, 126),
    "ascii": span(0, 127),
}
