import random
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockguard.common import secrets
from dockguard.common.secrets import Kind, judge, mask, name_is_secret
from dockguard.common.secrets_names import Strength, strength_of, words_of
from dockguard.common.secrets_values import is_random
from dockguard.common.suspicion import suspicious
from dockguard.finding import Confidence

from .labelled_secrets import CASES, LEAKS, b64, draw

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def test_set_is_large_and_balanced():
    leaks = sum(kind in LEAKS for *_, kind in CASES)
    assert len(CASES) >= 400
    assert 0.4 <= leaks / len(CASES) <= 0.6


def test_precision_and_recall(record_property):
    judged = [(judge(name, value).leaks, kind in LEAKS) for name, value, kind in CASES]
    right = sum(said and is_so for said, is_so in judged)
    precision = right / sum(said for said, _ in judged)
    recall = right / sum(is_so for _, is_so in judged)
    record_property("precision", precision)
    record_property("recall", recall)
    assert precision >= 0.97
    assert recall >= 0.95


def test_kinds():
    plain = {"reference", "harmless"}
    wrong = [
        (name, value, kind, found)
        for name, value, kind in CASES
        if (found := judge(name, value).kind.value) != kind and not {found, kind} <= plain
    ]
    assert len(wrong) <= len(CASES) * 0.03, wrong


def test_range_holds_the_secret():
    for name, value, kind in CASES:
        verdict = judge(name, value)
        if verdict.leaks:
            assert 0 <= verdict.start < verdict.end <= len(value), (name, value, kind)


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD",
        "DB_PASSWORD",
        "db-password",
        "PGPASSWORD",
        "MYSQL_PWD",
        "apiKey",
        "API_KEY",
        "X-API-Key",
        "dbPassword1",
        "clientSecret",
        "AWS_SECRET_ACCESS_KEY",
        "SECRET_KEY_BASE",
        "GITHUB_TOKEN",
        "_authToken",
        "--client-secret",
        "RABBITMQ_ERLANG_COOKIE",
        "JENKINS_PSW",
        "HTTP_API_CREDENTIALS",
        "spring.datasource.password",
        "Jwt__SigningKey",
        "MARIADB_ROOT_PASSWORD_HASH",
    ],
)
def test_secret_names(name):
    assert name_is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD_FILE",
        "DB_PASSWORD__FILE",
        "TOKEN_TTL",
        "TOKEN_URL",
        "GPG_KEY",
        "PASSWORD_MIN_LENGTH",
        "NEXT_PUBLIC_API_KEY",
        "ALLOW_EMPTY_PASSWORD",
        "MYSQL_RANDOM_ROOT_PASSWORD",
        "USERNAME",
        "SECRET_NAME",
        "AWS_ACCESS_KEY_ID",
        "TOKENIZERS_PARALLELISM",
        "KEYCLOAK_VERSION",
        "SSH_KEY_TYPE",
        "AUTHOR",
        "MONKEY",
        "COMPASS",
        "BYPASS",
        "PWD",
        "OLDPWD",
        "GOPRIVATE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "--password-stdin",
        "--no-password",
        "",
        "123",
        "_",
    ],
)
def test_other_names(name):
    assert not name_is_secret(name)


def test_words():
    assert words_of("PGPASSWORD") == ("pgpassword",)
    assert words_of("mySQLPasswordHash2") == ("my", "sql", "password", "hash", "2")
    assert strength_of("SOME_KEY") is Strength.WEAK


def test_form_counts_under_any_name():
    assert judge("GREETING", "gl" + "pat-" + draw(LETTERS, 20)).kind is Kind.TOKEN
    assert judge("GREETING", "hunter2").kind is Kind.HARMLESS


def test_known_examples_are_placeholders():
    assert judge("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY").kind is Kind.PLACEHOLDER
    assert judge("K", "AKIA" + "IOSFODNN7" + "EXAMPLE").kind is Kind.PLACEHOLDER
    assert judge("K", "AKIA" + "EXAMPLE123456789").kind is Kind.PLACEHOLDER


@pytest.mark.parametrize(
    ("body", "leaks"),
    [
        ("MIIEowIBAAKC", True),
        ("MIIE", True),
        ("b3BlbnNzaC1r...", True),
        ("MIIE...", False),
        ("...", False),
        ("", False),
    ],
)
def test_keys_that_are_cut_short(body: str, leaks: bool):
    key = "-----BEGIN RSA PRIVATE " + "KEY-----\\n" + body + "\\n-----END RSA PRIVATE " + "KEY-----"
    assert (judge("X", key).kind is Kind.PRIVATE_KEY) is leaks


@pytest.mark.parametrize(
    "token",
    [
        "AK" + "IA" + "Z7Q2M4N8P1R5T9W3",  # issuers draw from fewer letters than scanners ask for
        "gh" + "p_" + draw(LETTERS, 34),
        "github" + "_pat_" + draw(LETTERS, 60),
        "xo" + "xp-" + "1234567890-1234567890-" + draw(LETTERS, 24),
        "sk-" + "proj-" + draw(LETTERS, 48),
        "sk-" + "ant-api03-" + draw(LETTERS, 60),
        "h" + "f_" + draw(LETTERS, 35),
        "ya" + "29." + draw(LETTERS, 40),
        "hv" + "s." + draw(LETTERS, 30),
    ],
)
def test_tokens_of_about_the_right_length(token: str):
    assert judge("GREETING", token).kind is Kind.TOKEN
    assert suspicious(token)


def test_weak_marks_guessable_urls():
    assert judge("URL", "postgres://postgres:postgres@db/x").weak
    assert not judge("URL", "postgres://app:Gr8pZu7q@db/x").weak


def test_range_in_a_url():
    value = "postgres://app:Gr8pZu7q@db/x"
    verdict = judge("URL", value)
    assert value[verdict.start : verdict.end] == "Gr8pZu7q"
    assert verdict.format == "postgres url"


def test_range_in_a_default():
    value = "${DB_PASSWORD:-Sunflower-Rain7}"
    verdict = judge("DB_PASSWORD", value)
    assert value[verdict.start : verdict.end] == "Sunflower-Rain7"


def test_quotes_are_no_part():
    verdict = judge("PASSWORD", '"Sunflower-Rain7"')
    assert (verdict.start, verdict.end) == (1, 16)
    assert judge("PASSWORD", '""').kind is Kind.HARMLESS
    assert judge("PASSWORD", "'none'").kind is Kind.HARMLESS


def test_confidence_is_ordered_by_evidence():
    token = judge("X", "gh" + "p_" + draw(LETTERS, 36)).confidence
    literal = judge("PASSWORD", "Sunflower-Rain7").confidence
    assert token > literal
    assert judge(None, b64(40)).confidence is Confidence.LOW


def test_random_values_are_seen():
    chance = random.Random(7)
    for alphabet, least in (
        (LETTERS, 20),
        ("0123456789abcdef", 20),
        (LETTERS[:26] + LETTERS[-10:], 24),
        (LETTERS + "+/", 24),
    ):
        values = ["".join(chance.choice(alphabet) for _ in range(chance.randint(least, 64))) for _ in range(500)]
        assert sum(map(is_random, values)) >= 480


def test_words_are_not_random():
    for text in ("correct-horse-battery-staple", "MyVeryStrongDatabasePassword", "com.example.service.Thing", "a" * 40):
        assert not is_random(text)


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("abcdef", [], "abcdef"),
        ("abcdef", [(1, 3)], "a*******def"),
        ("abcdef", [(3, 4), (0, 1)], "*******bc*******ef"),
        ("abcdef", [(0, 4), (2, 5)], "*******f"),
        ("abcdef", [(2, 2)], "abcdef"),
        ("abcdef", [(0, 6), (1, 2)], "*******"),
    ],
)
def test_mask(text, spans, expected):
    assert mask(text, spans) == expected


def test_mask_leaks_no_length():
    assert len(mask("x" * 40, [(0, 40)])) == len(mask("x", [(0, 1)]))


@given(st.one_of(st.none(), st.text(max_size=30)), st.text(max_size=200))
def test_never_raises(name, value):
    verdict = judge(name, value)
    assert 0 <= verdict.start <= verdict.end <= len(value)


@given(
    st.sampled_from(["PASSWORD", "TOKEN", "AUTH", "X", None]),
    st.text(alphabet="aB1:/@${}-_.=?&;'\"\\ %<>[](),|", max_size=120),
)
def test_never_raises_on_punctuation(name, value):
    verdict = judge(name, value)
    assert 0 <= verdict.start <= verdict.end <= len(value)


HOSTILE = (
    "a" * 60_000,
    "${" * 30_000,
    "${A:-" * 12_000,
    "://" * 20_000,
    "a://b:" * 10_000,
    "eyA" * 20_000,
    "eyAAAAAAAAAAAAAAAAAA.ey" * 3_000,
    "-----BEGIN PRIVATE KEY-----" * 2_000,
    "Password=" * 7_000,
    "A1b2" * 15_000,
    "x-" * 30_000,
    "{{" * 30_000,
    "sc_a." * 12_000,
    "?token=" * 9_000,
    "/" * 60_000,
    '"' * 60_000,
    "password: " * 6_000,
    "curl -u " * 8_000,
    "mysql " * 10_000,
    "docker login " * 5_000,
    "glpat-" * 10_000,
    "xapp-1-A-1-" * 6_000,
    "https://" + "a.webhook.office.com/webhookb2/" * 2_000,
    "ghp_" + "a" * 60_000,
    "A" * 30_000 + "@",
    " " * 60_000,
    "machine a login " * 4_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_takes_linear_time(text):
    begin = time.process_time()
    judge("PASSWORD", text)
    judge(None, text)
    secrets.find_in_text(text)
    assert time.process_time() - begin < 8


def test_import_loads_no_table():
    code = (
        "import sys, time, dockguard.finding; begin = time.process_time(); import dockguard.common.secrets;"
        "print(time.process_time() - begin, 'json' in sys.modules)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(7)
    ]
    assert all(loaded == "False" for _, loaded in runs)
    assert min(float(taken) for taken, _ in runs) < 0.02  # 2 ms, and ten times that on a slow machine
