"""The vectors are those that codeql-action publishes with its algorithm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.render.line_hash import LineHashes
from dockguard.source import Source

GREETINGS = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
]


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (
            " a\nb\n  \t\tc\n d",
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        ),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETINGS),
        (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETINGS),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETINGS),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETINGS),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            [
                *(f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)),
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1",
            ],
        ),
    ],
)
def test_hashes_are_those_of_codeql(text: str, hashes: list[str]) -> None:
    lines = LineHashes(Source("x", text))
    assert [lines.of(number) for number in range(1, len(hashes) + 1)] == hashes


def rolling(text: str) -> list[str]:
    """The hashes of all lines with a window that rolls, over the code units of a text."""
    data = text.encode("utf-16-le", "surrogatepass")
    units = [data[i] | data[i + 1] << 8 for i in range(0, len(data), 2)]
    window, numbers, out, seen = [0] * 100, [False] * 100, [], {}
    state, index, fresh, after_cr = 0, 0, True, False

    def emit() -> None:
        key = f"{state % 2**64:x}"
        seen[key] = seen.get(key, 0) + 1
        out.append(f"{key}:{seen[key]}")
        numbers[index] = False

    def push(unit: int) -> None:
        nonlocal state, index
        state = (37 * state + unit - 37**100 * window[index]) % 2**64
        window[index] = unit
        index = (index + 1) % 100

    for unit in [*units, 65535]:
        if unit in (32, 9) or (after_cr and unit == 10):
            after_cr = False
            continue
        after_cr = unit == 13
        unit = 10 if after_cr else unit
        if numbers[index]:
            emit()
        if fresh:
            fresh, numbers[index] = False, True
        fresh = unit == 10
        push(unit)
    for _ in range(100):
        if numbers[index]:
            emit()
        push(0)
    return out


@given(st.text(st.sampled_from("ab \t\r\n😀é"), max_size=400))
def test_the_closed_form_equals_the_rolling_window(text: str) -> None:
    expected = rolling(text)
    lines = LineHashes(Source("x", text))
    assert [lines.of(number) for number in range(1, len(expected) + 1)] == expected


def test_a_byte_order_mark_counts_as_it_does_for_github() -> None:
    assert LineHashes(Source("x", "a\n", bom=True)).of(1) == rolling("\ufeffa\n")[0]


def test_a_line_that_does_not_exist_takes_the_last() -> None:
    lines = LineHashes(Source("x", "a\n"))
    assert lines.of(99) == lines.of(2)
