import pytest

from dockguard.config.version import parse, satisfies


@pytest.mark.parametrize(
    ("version", "wanted", "expected"),
    [
        ("1.2.0", ">=1.2,<2", True),
        ("1.1.9", ">=1.2,<2", False),
        ("2.0", ">=1.2,<2", False),
        ("2.0rc1", ">=1.2,<2", False),
        ("1.2", "==1.2.0", True),
        ("1.2.1", "== 1.2.*", True),
        ("1.20", "==1.2.*", False),
        ("1.20", "!=1.2.*", True),
        ("1.4.5", "~=1.4.2", True),
        ("1.5.0", "~=1.4.2", False),
        ("1.9", "~=1.4", True),
        ("1.10", ">1.9", True),
        ("1.0rc1", "<=1.0", True),
        ("1.0.dev1", "<1.0a1", True),
        ("0.1.0", "!=0.1", False),
    ],
)
def test_ranges(version, wanted, expected):
    assert satisfies(version, wanted) is expected


@pytest.mark.parametrize("wanted", ["", "1.2", ">=", ">=x", ">=1,", "~=1", ">=1.*", "=>1", ">=1 <2", "9" * 99])
def test_what_is_no_range(wanted):
    with pytest.raises(ValueError, match=r"."):
        satisfies("1.0", wanted)


def test_order():
    ordered = ["1.0.dev1", "1.0a1", "1.0b1", "1.0rc1", "1.0rc2", "1.0", "1.0.post1", "1.0.1", "1.10"]
    assert [parse(one) < parse(two) for one in ordered for two in ordered] == [
        one < two for one in range(len(ordered)) for two in range(len(ordered))
    ]
    assert sorted(ordered, key=parse) == ordered
