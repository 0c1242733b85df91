"""Command strings as words: the time grows with the text only."""

import time

from dockguard.formats.compose.loading.shellwords import split


def test_words() -> None:
    assert split(r"""a "b c" 'd e' f\ g $(x y) `z  w` 2>&1""") == ["a", "b c", "d e", "f g", "$(x y)", "`z  w`"]


def test_a_word_of_megabytes_takes_the_time_of_many_small_ones() -> None:
    def seconds(line: str) -> float:
        began = time.process_time()
        split(line)
        return time.process_time() - began

    small = min(seconds("b " * 500_000) for _ in range(3))
    assert seconds("b" * 1_000_000) < 20 * small
