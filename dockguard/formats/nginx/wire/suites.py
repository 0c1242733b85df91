"""OpenSSL cipher strings: which TLS 1.2 (and older) suites one lets in, and by which of its words."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, lru_cache

from dockguard.lazy import regex
from dockguard.record import dataclass

MAX_WORDS = 400
_BREAK = regex(r"[:, ;]+")

# What a word stands for: columns of the table, each with the values that fit (openssl-ciphers(1), ssl_ciph.c).
# A value that ends in `*` is a beginning, `!` is anything but this.
_MEANING = {
    "ALL": "enc=!None", "COMPLEMENTOFALL": "enc=None", "COMPLEMENTOFDEFAULT": "default=no",
    "kRSA": "kx=RSA", "RSA": "kx=RSA", "kEDH": "kx=DH", "kDHE": "kx=DH", "DH": "kx=DH",
    "EDH": "kx=DH au=!None", "DHE": "kx=DH au=!None", "kEECDH": "kx=ECDH", "kECDHE": "kx=ECDH", "ECDH": "kx=ECDH",
    "EECDH": "kx=ECDH au=!None", "ECDHE": "kx=ECDH au=!None", "kPSK": "kx=PSK", "kRSAPSK": "kx=RSAPSK",
    "kDHEPSK": "kx=DHEPSK", "kECDHEPSK": "kx=ECDHEPSK", "PSK": "kx=PSK|RSAPSK|DHEPSK|ECDHEPSK", "aPSK": "au=PSK",
    "kSRP": "kx=SRP", "SRP": "kx=SRP", "aSRP": "au=SRP", "aRSA": "au=RSA", "aNULL": "au=None", "aDSS": "au=DSS",
    "DSS": "au=DSS", "aECDSA": "au=ECDSA", "ECDSA": "au=ECDSA", "ADH": "kx=DH au=None", "AECDH": "kx=ECDH au=None",
    "eNULL": "enc=None", "NULL": "enc=None", "3DES": "enc=3DES*", "DES": "enc=DES*", "RC4": "enc=RC4*",
    "RC2": "enc=RC2*", "IDEA": "enc=IDEA*", "SEED": "enc=SEED*", "AES": "enc=AES*",
    "AES128": "enc=AES(128)|AESGCM(128)|AESCCM(128)|AESCCM8(128)",
    "AES256": "enc=AES(256)|AESGCM(256)|AESCCM(256)|AESCCM8(256)", "AESGCM": "enc=AESGCM*", "AESCCM": "enc=AESCCM*",
    "AESCCM8": "enc=AESCCM8*", "CHACHA20": "enc=CHACHA20*", "CAMELLIA": "enc=Camellia*",
    "CAMELLIA128": "enc=Camellia(128)", "CAMELLIA256": "enc=Camellia(256)", "ARIA": "enc=ARIA*",
    "ARIAGCM": "enc=ARIAGCM*", "ARIA128": "enc=ARIAGCM(128)", "ARIA256": "enc=ARIAGCM(256)",
    "CBC": "enc=AES(*|Camellia*|3DES*|DES*|IDEA*|SEED*|RC2*", "MD5": "mac=MD5", "SHA1": "mac=SHA1", "SHA": "mac=SHA1",
    "SHA256": "mac=SHA256", "SHA384": "mac=SHA384", "SSLv3": "version=SSLv3", "TLSv1": "version=TLSv1",
    "TLSv1.0": "version=TLSv1", "TLSv1.2": "version=TLSv1.2", "HIGH": "grade=HIGH", "MEDIUM": "grade=MEDIUM",
    "LOW": "grade=LOW", "EXP": "grade=EXPORT", "EXPORT": "grade=EXPORT",
    "FIPS": "enc=AES(*|AESGCM* kx=RSA|DH|ECDH|PSK|RSAPSK|DHEPSK|ECDHEPSK",
}  # fmt: skip
_DEFAULT = "ALL:!COMPLEMENTOFDEFAULT:!eNULL"
_UNREAD = regex(r"(?:SUITEB|PROFILE=|SYSTEM|@STRENGTH)")


@dataclass(frozen=True, slots=True)
class Suite:
    """One cipher suite, its columns as `openssl ciphers -v` prints them."""

    name: str
    version: str
    kx: str
    au: str
    enc: str
    mac: str
    grade: str
    default: str

    @property
    def usable(self) -> bool:
        """Whether nginx can negotiate it: it has no keys of PSK and SRP."""
        return "PSK" not in self.kx and "SRP" not in (self.kx, self.au)

    @property
    def broken(self) -> bool:
        """Whether it hides nothing, or can be broken: NULL, RC4, DES, 3DES, RC2, IDEA, SEED, export, MD5."""
        return self.enc.startswith(_BROKEN) or self.mac == "MD5"

    @property
    def anonymous(self) -> bool:
        """Whether no certificate is asked for."""
        return self.au == "None"

    @property
    def static(self) -> bool:
        """Whether the certificate's own key protects the session, so that who gets the key reads what was recorded."""
        return self.kx == "RSA"


_BROKEN = ("None", "RC4", "DES", "3DES", "RC2", "IDEA", "SEED")


@cache
def table() -> dict[str, Suite]:
    """Every suite by its OpenSSL name."""
    import json

    with open(f"{os.path.dirname(os.path.dirname(__file__))}/data/ciphers.json", encoding="utf-8") as file:
        rows: dict[str, str] = json.load(file)
    return {name: Suite(name, *row.split()) for name, row in rows.items()}


@lru_cache(64)
def chosen(text: str) -> dict[str, int] | None:
    """The suites that a cipher string lets in, each with the offset of the word that adds it.

    None where a word stands for what only the system knows. Words that OpenSSL does not know do nothing, as there.
    """
    found_words = words(text)
    if len(found_words) > MAX_WORDS or any(_UNREAD.match(word) for word, _ in found_words):
        return None
    found: dict[str, int] = {}
    killed: set[str] = set()
    for word, at in _expanded(found_words):
        _obey(word, at, found, killed)
    return found


def words(text: str) -> list[tuple[str, int]]:
    """The words of a cipher string with their offsets."""
    found, at = [], 0
    for match in _BREAK.finditer(text):
        found.append((text[at : match.start()], at))
        at = match.end()
    found.append((text[at:], at))
    return [(word, start) for word, start in found if word]


def _expanded(given: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """`DEFAULT` is a word only at the beginning."""
    if given and given[0][0] == "DEFAULT":
        return [(word, given[0][1]) for word in _DEFAULT.split(":")] + given[1:]
    return given


def _obey(word: str, at: int, found: dict[str, int], killed: set[str]) -> None:
    """`!x` takes out for good, `-x` until another word adds it, `+x` moves to the end, `x` adds."""
    verb = word[0] if word[0] in "!-+@" else ""
    if verb in ("+", "@"):
        return
    names = meant(word[len(verb) :])
    if verb:
        for name in names:
            found.pop(name, None)
        if verb == "!":
            killed.update(names)
        return
    for name in names:
        if name not in killed:
            found.setdefault(name, at)


@lru_cache(512)
def meant(word: str) -> tuple[str, ...]:
    """The suites that a word stands for; words joined by `+` stand for what all of them have in common."""
    tests = [_test(part) for part in word.split("+")]
    return tuple(name for name, suite in table().items() if all(test(suite) for test in tests))


def _test(part: str) -> Callable[[Suite], bool]:
    meaning = _MEANING.get(part)
    if meaning is None:
        return lambda suite: suite.name == part
    wanted = [condition.partition("=")[::2] for condition in meaning.split()]
    return lambda suite: all(_fits(getattr(suite, column), values) for column, values in wanted)


def _fits(value: str, values: str) -> bool:
    if values.startswith("!"):
        return value != values[1:]
    return any(value.startswith(one[:-1]) if one.endswith("*") else value == one for one in values.split("|"))
