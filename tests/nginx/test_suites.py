"""Cipher strings let in what OpenSSL itself says."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest

from dockguard.formats.nginx.wire import suites

OPENSSL = shutil.which("openssl")
ASKED = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl to ask")


def openssl(text):
    """The suites of a string by OpenSSL, those of TLS 1.3 left out."""
    command = [OPENSSL, "ciphers", "-v", "--", f"{text}:@SECLEVEL=0"]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return {line.split()[0] for line in lines if line.split()[1] != "TLSv1.3"}


def ours(text, built):
    return set(suites.chosen(text) or ()) & built


@ASKED
def test_every_word_and_random_strings():
    built = openssl("ALL:COMPLEMENTOFALL")
    if "AECDH-NULL-SHA" not in built:
        pytest.skip("this openssl is built with a policy of its own")
    words = [*suites._MEANING, "DEFAULT"]
    assert {word: ours(word, built) for word in words} == {word: openssl(word) for word in words}
    pick = random.Random(1)
    for _ in range(120):
        text = pick.choice(":, ").join(_word(pick, words[:-1], sorted(built)) for _ in range(pick.randint(1, 6)))
        text = f"DEFAULT:{text}" if pick.random() < 0.2 else text
        assert ours(text, built) == openssl(text), text


def _word(pick, words, names):
    word = pick.choice(words if pick.random() < 0.7 else names)
    joined = f"{word}+{pick.choice(words)}" if pick.random() < 0.3 else word
    return pick.choice(("", "", "", "!", "-", "+")) + joined


@ASKED
def test_the_table_is_openssls():
    built = openssl("ALL:COMPLEMENTOFALL")
    assert built - suites.table().keys() <= {name for name in built if name.startswith(("GOST", "LEGACY-GOST", "IANA"))}


def test_words_that_only_the_system_knows():
    assert suites.chosen("PROFILE=SYSTEM") is None
    assert suites.chosen("SUITEB128:AES128-SHA") is None
    assert suites.chosen(":".join(["HIGH"] * 500)) is None


def test_killed_for_good_or_for_now():
    assert "AES128-SHA" not in suites.chosen("!kRSA:AES128-SHA")
    assert "AES128-SHA" in suites.chosen("-kRSA:AES128-SHA")
    assert "RC4-SHA" not in suites.chosen("DEFAULT:RC4")
    assert suites.chosen("AES128-SHA:HIGH")["AES128-SHA"] == 0
