import datetime
import subprocess
import sys

import pytest

from dockguard.config import discover, idle_globs, load
from dockguard.finding import Severity
from dockguard.workspace import Workspace

from .helpers import CONTEXT, configured, said

FULL = """
required-version = ">=0.1,<2"
profile  = "strict"
fail-on  = "medium"
min-severity = "low"
exclude  = ["third_party/**"]
baseline = ".dockguard-baseline.json"

[rules]
extend-select = ["nginx/tls-*", "@style"]
ignore        = ["compose/cap-drop-all-missing"]
severity      = { "DC001" = "low", "nginx/version-shown" = "critical" }

[rules.options."nginx/tls-version"]
minimum = "TLSv1.3"
days = 90
strict = true
names = ["x", "y"]

[per-path]
"dev/**" = { profile = "essential" }
"**/compose.test.yaml" = { ignore = ["compose"] }

[kinds]
nginx = ["ops/*.ngx"]

[[stack]]
name = "shop"
compose = ["compose.yaml", "compose.prod.yaml"]
profiles = ["web"]
env-file = ".env.example"
  [[stack.nginx]]
  service = "proxy"
  root = "nginx/nginx.conf"

[[assume]]
image = "postgres:*"
user = "root-then-drops"
healthcheck = true

[[suppress]]
rule = "DC001"
service = "traefik"
reason = "SEC-1234: socket proxy planned"
until = 2027-03-31

[suppressions]
inline = false
require-reason = true
require-until = false
max-days = 365
unused = "error"
foreign = ["hadolint", "trivy"]
"""
FILES = {
    "deploy__compose.yaml": "",
    "deploy__compose.prod.yaml": "",
    "deploy__.env.example": "",
    "deploy__nginx__nginx.conf": "",
}


def full():
    return configured(FULL, "deploy/a", "deploy/dockguard.toml", **FILES)


def test_everything_is_read():
    loaded = full()
    config = loaded.config
    assert said(loaded) == []
    assert (config.path, config.fail_on, config.min_severity) == ("deploy/dockguard.toml", "medium", Severity.LOW)
    assert config.baseline == "deploy/.dockguard-baseline.json"
    assert config.exclude[0].matches("deploy/third_party/x")
    assert config.severities["compose/privileged-container"] is Severity.LOW
    assert config.severities["nginx/server-tokens"] is Severity.CRITICAL
    assert config.options["nginx/tls-version"] == {
        "minimum": "TLSv1.3",
        "days": 90,
        "strict": True,
        "names": ("x", "y"),
    }
    assert config.kinds["nginx"][0].matches("deploy/ops/a.ngx")
    assert config.foreign == ("hadolint", "trivy")
    assert not config.inline


def test_a_stack_has_workspace_paths():
    (stack,) = full().config.stacks
    assert stack.compose == ("deploy/compose.yaml", "deploy/compose.prod.yaml")
    assert stack.env_files == ("deploy/.env.example",)
    assert stack.nginx == (("proxy", "deploy/nginx/nginx.conf"),)
    assert (stack.name, stack.profiles, stack.span.line) == ("shop", ("web",), 27)


def test_an_assumption_is_one_for_each_attribute():
    found = {(a.image, a.attribute, a.value, a.span.text) for a in full().config.assumptions}
    assert found == {
        ("postgres:*", "user", "root-then-drops", '"root-then-drops"'),
        ("postgres:*", "healthcheck", True, "true"),
    }


def test_an_entry_names_the_rule_by_its_id():
    (entry,) = full().config.suppressions
    assert (entry.rule, dict(entry.places)) == ("compose/privileged-container", {"service": "traefik"})
    assert (entry.reason, entry.until) == ("SEC-1234: socket proxy planned", datetime.date(2027, 3, 31))
    assert (entry.span.text, entry.rule_span.text) == ("suppress", '"DC001"')


def test_what_suppressions_must_have_becomes_rules():
    config = full().config
    limits = config.layers[1]
    assert "meta/suppression-without-reason" in limits.extend
    assert "meta/suppression-without-end" in limits.ignore
    assert config.options["meta/suppression-too-long"] == {"days": 365}
    assert config.severities["meta/unused-suppression"] is Severity.HIGH


MISTAKES = [
    ('profil = "strict"', "profil", "unknown key `profil`", "did you mean `profile`?"),
    ("fail_on = 1", "fail_on", "unknown key `fail_on`", "did you mean `fail-on`?"),
    (
        'profile = "stric"',
        '"stric"',
        "`profile` must be one of `essential`, `recommended`, `strict`, `audit`",
        "did you mean `strict`?",
    ),
    ('exclude = "x"', '"x"', "`exclude` must be an array", ""),
    ("exclude = [1]", "1", "`exclude` must be a string", ""),
    ('exclude = ["a", "../x"]', '"../x"', "`../x`: a glob must not leave the folder of its file", ""),
    (
        'ignore = ["compose/privileged-containr"]',
        '"compose/privileged-containr"',
        "unknown rule `compose/privileged-containr`",
        "did you mean `compose/privileged-container`?",
    ),
    (
        'select = ["privileged-container"]',
        '"privileged-container"',
        "unknown rule `privileged-container`",
        "did you mean `compose/privileged-container`?",
    ),
    ('select = ["ngnix"]', '"ngnix"', "unknown rule `ngnix`", "did you mean `nginx`?"),
    ('select = ["@isolaton"]', '"@isolaton"', "unknown tag `@isolaton`", "did you mean `@isolation`?"),
    ('select = ["nginx/zzz-*"]', '"nginx/zzz-*"', "`nginx/zzz-*` matches no rule", "`dockguard rules` lists all"),
    (
        'select = ["compose/old"]',
        '"compose/old"',
        "rule `compose/old` was removed",
        "use `compose/privileged-container` instead",
    ),
    ('select = ["compose/gone"]', '"compose/gone"', "rule `compose/gone` was removed", "take it out"),
    (
        'rules.options."nginx/tls-version".minimum = 1',
        "1",
        "`minimum` must be a string",
        "",
    ),
    ('rules.options."nginx/tls-version".days = true', "true", "`days` must be an integer", ""),
    ('rules.options."nginx/tls-version".names = ["a", 2]', "2", "`names` must be a string", ""),
    ('rules.options."nginx/tls-version".day = 1', "day", "unknown key `day`", "did you mean `days`?"),
    ('rules.options."nginx/tls-versio".days = 1', '"nginx/tls-versio"', "unknown rule `nginx/tls-versio`", None),
    ('rules.severity."compose/x" = "low"', '"compose/x"', "unknown rule `compose/x`", None),
    ('rules.severity."DC001" = "off"', '"off"', None, ""),
    ('[kinds]\nngnix = ["x"]', "ngnix", "unknown kind `ngnix`", "did you mean `nginx`?"),
    ('[per-path]\n"a" = { profle = "strict" }', "profle", "unknown key `profle`", "did you mean `profile`?"),
    ('[[stack]]\nname = "x"', "stack", "`stack` needs `compose`", ""),
    ('[[stack]]\nname = "x"\ncompose = "no.yaml"', '"no.yaml"', "`no.yaml` is no file", None),
    ('[[assume]]\nimage = "x"', "assume", None, ""),
    ('[[assume]]\nimage = "x"\nusr = "y"', "usr", "unknown key `usr`", "did you mean `user`?"),
    ('[[assume]]\nimage = "x"\nhealthcheck = "y"', '"y"', "`healthcheck` must be true or false", None),
    ('[[suppress]]\nrule = "DC001"', "suppress", None, ""),
    ('[[suppress]]\nservice = "x"', "suppress", "`suppress` needs `rule`", ""),
    (
        '[[suppress]]\nrule = "DC001"\nservice = "x"\nuntil = "2027-03-31"',
        '"2027-03-31"',
        "`until` must be a date",
        "write it without quotes",
    ),
    ('[[suppress]]\nrule = "compose"\nservice = "x"', '"compose"', "unknown rule `compose`", None),
    ('suppressions.unused = "yes"', '"yes"', "`unused` must be one of `error`, `warn`, `off`", ""),
    ('suppressions.foreign = ["hadolnt"]', '"hadolnt"', None, "did you mean `hadolint`?"),
    ('required-version = ">=9"', '">=9"', "dockguard 0.1.0 does not meet required-version `>=9`", ""),
    ('required-version = "new"', '"new"', "`new` is not a version range", 'write it as ">=1.2,<2"'),
    ("stack = 1", "1", "`stack` must be an array", ""),
    ("rules = 1", "1", "`rules` must be a table", ""),
    ("[rules]\nselect = [[1]]", "[1]", "`select` must be a string", ""),
    ("a = ", "", "not TOML: Invalid value", ""),
    ("a = 1\na = 2", "", "not TOML: Cannot overwrite a value", ""),
    ("ignore = [\n", "", "not TOML: Invalid value", None),
]


@pytest.mark.parametrize(("text", "place", "message", "help"), MISTAKES)
@pytest.mark.parametrize("prefix", ["", "# a comment\n"])
def test_mistakes(text, place, message, help, prefix):
    loaded = configured(prefix + text)
    ((path, shown, told, helped),) = said(loaded)
    assert (path, shown) == ("dockguard.toml", place)
    assert message is None or message in told
    assert help is None or help == helped


def test_all_mistakes_at_once_and_in_pyproject_too():
    text = '[tool.other]\nx = 1\n[tool.dockguard]\nprofil = 1\nignore = ["x", "nginx"]\n'
    text += "[tool.dockguard.rules]\nselect = [3]\n"
    loaded = configured(text, path="pyproject.toml")
    assert [(p.span.text, p.span.source.position(p.span.start)) for p in loaded.problems] == [
        ("profil", (4, 1)),
        ('"x"', (5, 11)),
        ("3", (7, 11)),
    ]


def test_a_syntax_error_has_its_place():
    (problem,) = configured("a = 1\r\nb = ?\r\n").problems
    assert problem.span.source.position(problem.span.start) == (2, 5)


def test_the_nearest_file_wins():
    loaded = configured('profile = "audit"', "a/b", a__dockguard_toml='profile = "strict"')
    assert (loaded.config.path, loaded.config.choice().profile) == ("a/dockguard.toml", "strict")
    assert loaded.shadowed == ()


def test_root_has_the_last_word():
    loaded = configured(
        'root = true\nprofile = "strict"', "a/b", a__dockguard_toml='profile = "essential"\nnonsense = 1'
    )
    assert loaded.problems == ()
    assert (loaded.config.path, loaded.shadowed) == ("dockguard.toml", ("a/dockguard.toml",))


def test_an_upper_file_that_cannot_be_read_may_be_the_root():
    loaded = configured("root = tru", "a/b", a__dockguard_toml='profile = "essential"')
    assert [path for path, *_ in said(loaded)] == ["dockguard.toml"]


def test_what_extends_a_root_cannot_change_the_policy():
    loaded = configured(
        'extend = "../policy/dockguard.toml"\nignore = ["nginx"]\n[kinds]\nnginx = ["x"]',
        "a",
        "a/dockguard.toml",
        policy__dockguard_toml="root = true",
    )
    assert said(loaded) == [
        ("a/dockguard.toml", "ignore", "`ignore` cannot be set here: `policy/dockguard.toml` has `root = true`", "")
    ]


@pytest.mark.parametrize("names", [("dockguard.toml", ".dockguard.toml"), ("pyproject.toml", "dockguard.toml")])
def test_two_in_one_folder(names):
    files = dict.fromkeys(names, "[tool.dockguard]\n") | {"x/Dockerfile": ""}
    (problem,) = discover(Workspace(None, texts=files), "x", CONTEXT).problems
    assert all(f"`{name}`" in problem.message for name in names)


@pytest.mark.parametrize(
    "text", ["[tool.other]", "# dockguard\n[tool.other]", '[project]\ndependencies = ["dockguard"]']
)
def test_a_pyproject_without_us_is_nobody(text):
    assert configured(text, path="pyproject.toml").config.path == ""


def test_yaml_is_named():
    assert "`.dockguard.yml` is not read" in configured("", path=".dockguard.yml").problems[0].message


def test_extend_adds_lists_and_replaces_words():
    loaded = configured(
        'extend = "../base.toml"\nfail-on = "low"\nignore = ["nginx"]\nexclude = ["x"]',
        "a",
        "a/dockguard.toml",
        base_toml='fail-on = "high"\nprofile = "strict"\nextend-select = ["@style"]\nexclude = ["y"]\n'
        'baseline = "b.json"\n[rules.options."nginx/tls-version"]\ndays = 1\n',
    )
    config = loaded.config
    assert (said(loaded), config.fail_on, config.choice().profile) == ([], "low", "strict")
    assert [(glob.pattern, glob.folder) for glob in config.exclude] == [("y", ""), ("x", "a")]
    assert (config.baseline, config.options["nginx/tls-version"]) == ("b.json", {"days": 1})


@pytest.mark.parametrize(
    ("base", "target", "message"),
    [
        ('extend = "dockguard.toml"', "base.toml", "`dockguard.toml` extends itself"),
        ("", "dockguard.toml", "`dockguard.toml` extends itself"),
        ("", "none.toml", "`none.toml` cannot be read"),
        ("", "../base.toml", "`../base.toml` cannot be read"),
        ("", "https://example.org/x.toml", "`https://example.org/x.toml` cannot be read"),
    ],
)
def test_extend_goes_to_one_local_file(base, target, message):
    loaded = configured(f'extend = "{target}"', base_toml=base)
    assert [told for _, _, told, _ in said(loaded)] == [message]


def test_mistakes_of_a_parent_are_told_too():
    loaded = configured('extend = "base.toml"\nx = 1', base_toml="y = 1")
    assert [(path, text) for path, text, *_ in said(loaded)] == [("dockguard.toml", "x"), ("base.toml", "y")]


def test_a_long_chain_ends():
    files = {f"c{n}_toml": f'extend = "c{n + 1}.toml"' for n in range(30)}
    assert "more than 10" in configured('extend = "c0.toml"', **files).problems[0].message


def test_a_named_file():
    workspace = Workspace(None, texts={"x/my.toml": 'profile = "audit"', "x/pyproject.toml": ""})
    assert load(workspace, "x/my.toml", CONTEXT).config.choice().profile == "audit"
    assert load(workspace, "x/no.toml", CONTEXT).problems
    assert load(workspace, "x/pyproject.toml", CONTEXT).problems


def test_a_link_that_leaves_is_refused(tmp_path):
    (tmp_path / "repo").mkdir()
    (tmp_path / "out.toml").write_text('profile = "essential"')
    (tmp_path / "repo" / "dockguard.toml").symlink_to(tmp_path / "out.toml")
    workspace = Workspace(tmp_path / "repo")
    assert discover(workspace, "", CONTEXT).config.path == ""
    assert [problem.code for problem in workspace.problems] == ["outside"]


def test_idle_globs():
    config = configured('[per-path]\n"dev/**" = {}\n"prod/**" = {}').config
    assert [glob.pattern for glob in idle_globs(config, ["dev/x", "y"])] == ["prod/**"]


def test_without_a_file_nothing_heavy_is_imported():
    code = (
        "import sys; from dockguard.config import discover, Context; from dockguard.select import Catalogue;"
        "from dockguard.workspace import Workspace;"
        "discover(Workspace(None, texts={'pyproject.toml': '[project]'}), 'a/b', Context(Catalogue(lambda: 1/0), '1'));"
        "print([m for m in ('tomllib', 'difflib', 'asyncio', 'hashlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
