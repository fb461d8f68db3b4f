"""YAML of strangers: a strict subset, and a place for everything that is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import AdvisorError, InputError
from advisor.knowledge.yaml_source import MAX_BYTES, parse_yaml


def value(text: str) -> object:
    return parse_yaml(text.encode(), "f.yaml").value


def refused(content: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        parse_yaml(content if isinstance(content, bytes) else content.encode(), "f.yaml")
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("true", True),
        ("false", False),
        ("7", 7),
        ("-7", -7),
        ("0.25", 0.25),
        ("1.0e-5", 1e-5),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("True", "True"),
        ("null", "null"),
        ("~", "~"),
        ("2026-11-23", "2026-11-23"),
        ("12:30:00", "12:30:00"),
        ("0x1f", "0x1f"),
        ("010", "010"),
        ("1_000", "1_000"),
        (".5", ".5"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e999", "1e999"),
        ('"3.10"', "3.10"),
        ("'true'", "true"),
        ('""', ""),
        ("训练", "训练"),
    ],
)
def test_only_true_false_and_plain_numbers_are_not_text(written: str, read: object) -> None:
    parsed = value(f"key: {written}")
    assert parsed == {"key": read}
    assert type(parsed["key"]) is type(read)  # type: ignore[index]


def test_keys_are_always_text() -> None:
    assert value("1: a\ntrue: b\nno: c") == {"1": "a", "true": "b", "no": "c"}


def test_windows_line_ends_read_the_same() -> None:
    assert value("a: 1\r\nb:\r\n  - x\r\n  - y\r\n") == {"a": 1, "b": ["x", "y"]}


def test_a_block_of_text_keeps_its_lines() -> None:
    assert value("a: |\n  x\n  y\n") == {"a": "x\ny\n"}


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        pytest.param("a: 1\nb: 2\na: 3", "3:1", "the key `a` stands here a second time (first in line 1)", id="twice"),
        pytest.param('x:\n  a: 1\n  "a": 2', "3:3", "a second time (first in line 2)", id="twice-quoted"),
        pytest.param("x: [{a: 1, a: 2}]", "1:12", "a second time", id="twice-flow"),
        pytest.param("a: 1\r\nb: 2\r\na: 3", "3:1", "a second time", id="twice-crlf"),
        pytest.param("a: *b", "1:4", "aliases (*name) are not allowed", id="alias"),
        pytest.param("a: &b 1", "1:4", "anchors (&name) are not allowed", id="anchor"),
        pytest.param("&b a: 1", "1:1", "anchors", id="anchor-on-key"),
        pytest.param("a: &b [*b]", "1:4", "anchors", id="recursive"),
        pytest.param("a: !!str 1", "1:4", "tags (tag:yaml.org,2002:str) are not allowed", id="tag"),
        pytest.param("a:\n  - !x 1", "2:5", "tags (!x) are not allowed", id="own-tag"),
        pytest.param("!!python/object/apply:os.system [x]", "1:1", "tags", id="code-tag"),
        pytest.param("b: 1\n<<: {a: 1}", "2:1", "merge keys (<<) are not allowed", id="merge"),
        pytest.param("a: 1\n---\nb: 2", "2:1", "a second document starts here", id="two-documents"),
        pytest.param("a: 1\n...\nb: 2", "3:1", "expected <document start>", id="after-the-end"),
        pytest.param("a:", "1:3", "the value is missing", id="no-value"),
        pytest.param("a:\n  b:\nc: 1", "2:5", "the value is missing", id="no-inner-value"),
        pytest.param("? [a]\n: b", "1:3", "a key must be plain text", id="list-as-key"),
        pytest.param('"": 1', "1:1", "an empty key", id="empty-key"),
        pytest.param("a: b: c", "1:5", "mapping values are not allowed", id="two-colons"),
        pytest.param("a: [1, 2", "2:1", "flow sequence", id="open-bracket"),
        pytest.param("\ta: 1", "1:1", "cannot start any token", id="tab"),
        pytest.param("中文: 1\n键: &k 值", "2:4", "anchors", id="columns-count-characters"),
        pytest.param('a: "\x1b[31m"', "1:5", "U+001B", id="escape"),
        pytest.param("a: b\nc: \u202eabc", "2:4", "U+202E", id="bidi"),
        pytest.param("a: b\u200bc", "1:5", "U+200B", id="zero-width"),
        pytest.param("a: |\n  x\n  \x07", "3:3", "U+0007", id="bell-in-block"),
        pytest.param("a: 1\r\nb: \x00", "2:4", "U+0000", id="zero-after-crlf"),
        pytest.param("a: b\rc: d", "1:5", "U+000D", id="lone-carriage-return"),
        pytest.param("a: b\x85", "1:5", "U+0085", id="c1"),
        pytest.param("\ufeffa: 1", "1:1", "U+FEFF", id="byte-order-mark"),
        pytest.param("", "1:1", "the file is empty", id="empty"),
        pytest.param("# a comment\n", "1:1", "the file is empty", id="comment-only"),
    ],
)
def test_what_is_refused_is_refused_at_its_place(text: str, place: str, what: str) -> None:
    problem = refused(text)
    assert problem.startswith(f"f.yaml:{place}: ")
    assert what in problem


def test_every_refusal_says_what_to_do() -> None:
    for text in ("a: 1\na: 2", "a: *b", "a: &b 1", "a: !x 1", "<<: {a: 1}", "", "a: [", "a:", "a: \u202e"):
        assert " — " in refused(text), text


@pytest.mark.parametrize(
    ("content", "place"),
    [(b"\xff\xfea\x00", "1:1"), (b"a: 1\nb: \xff", "2:1"), (b"a: \xed\xa0\x80", "1:1")],
    ids=["utf-16", "latin-1", "surrogate"],
)
def test_bytes_that_are_not_utf_8_are_refused_at_their_line(content: bytes, place: str) -> None:
    problem = refused(content)
    assert problem.startswith(f"f.yaml:{place}: ")
    assert "is not UTF-8" in problem


def test_the_size_is_bounded_to_the_byte() -> None:
    largest = b"a: " + b"x" * (MAX_BYTES - 3)
    assert MAX_BYTES == 512 * 1024
    assert len(parse_yaml(largest, "f.yaml").value["a"]) == MAX_BYTES - 3
    assert f"{MAX_BYTES + 1} bytes is more than {MAX_BYTES}" in refused(largest + b"x")


def test_the_depth_is_bounded() -> None:
    assert str(value("[" * 32 + "]" * 32)).count("[") == 32
    assert refused("[" * 33 + "]" * 33).startswith("f.yaml:1:33: nested deeper than 32 levels")
    assert refused("a:\n" + "".join(" " * n + "a:\n" for n in range(1, 40))).startswith("f.yaml:33:33: nested deeper")


def test_the_number_of_elements_is_bounded() -> None:
    assert len(parse_yaml(b"[" + b"a," * 19_990 + b"]", "f.yaml").value) == 19_990
    assert "more than 20000 elements" in refused("[" + "a," * 20_010 + "]")


@pytest.mark.parametrize("sign", ["[", "{", "- ", "? ", "a: ", "[a, ", "{a: ", '"', "&a ", "!a ", "| "])
def test_400_kilobytes_of_one_sign_neither_crash_nor_hang(sign: str) -> None:
    assert refused(sign * (400_000 // len(sign))).startswith("f.yaml:1:")


@pytest.mark.parametrize(
    "text", [r'a: "\e[31m"', r'a: "\u202eabc"', r'a: "\0"', r'a: "\U000e0041"', r'"\u200b": 1'], ids=str
)
def test_an_escaped_control_character_is_refused_like_a_raw_one(text: str) -> None:
    problem = refused(text)
    assert problem.startswith("f.yaml:1:1: " if text.startswith('"') else "f.yaml:1:4: ")
    assert "the invisible or control character U+" in problem


@pytest.mark.parametrize("text", ["a: ! 5", "! {a: 1}"])
def test_the_non_specific_tag_is_refused(text: str) -> None:
    assert "tags (!) are not allowed" in refused(text)


def test_a_place_is_that_of_the_value_of_the_key_or_of_the_nearest_parent() -> None:
    source = parse_yaml(b"a:\n  b: [x, y]\n", "f.yaml")
    assert source.place(("a", "b", 1)) == "f.yaml:2:10"
    assert source.place(("a", "b"), key=True) == "f.yaml:2:3"
    assert source.place(("a", "b"), key=False) == "f.yaml:2:6"
    assert source.place(("a", "missing", 3), key=True) == "f.yaml:2:3"
    assert source.place() == "f.yaml:1:1"


PLAIN = st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1, max_size=8)
QUOTED = st.builds(lambda text: '"' + text.replace("\\", "").replace('"', "") + '"', PLAIN)
SCALARS = st.one_of(st.integers(-(10**9), 10**9).map(str), st.sampled_from(["true", "false"]), QUOTED)
FLOW = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda parts: "[" + ", ".join(parts) + "]"),
        st.lists(inner, max_size=4).map(
            lambda parts: "{" + ", ".join(f"k{n}: {part}" for n, part in enumerate(parts)) + "}"
        ),
    ),
    max_leaves=12,
)


@given(FLOW)
def test_every_value_has_a_place_at_which_it_stands(text: str) -> None:
    source = parse_yaml(f"top: {text}".encode(), "f.yaml")

    def visit(path: tuple[str | int, ...], node: object) -> None:
        line, column = source.places[path]
        written = f"top: {text}"[column - 1 :]
        assert line == 1
        if isinstance(node, dict):
            assert written.startswith("{") or not path
            for key, inner in node.items():
                assert f"top: {text}"[source.keys[(*path, key)][1] - 1 :].startswith(key)
                visit((*path, key), inner)
        elif isinstance(node, list):
            assert written.startswith("[")
            for index, inner in enumerate(node):
                visit((*path, index), inner)
        elif isinstance(node, str):
            assert written.startswith(f'"{node}"')
        else:
            assert written.startswith(str(node).lower())

    visit((), source.value)


@given(st.binary(max_size=200) | st.text("[]{}:,-?&*!|>'\"%@` \n\tab1#", max_size=60).map(str.encode))
def test_arbitrary_bytes_are_read_or_refused_with_a_place(content: bytes) -> None:
    try:
        parse_yaml(content, "f.yaml")
    except AdvisorError as error:
        assert all(problem.place.startswith("f.yaml:") and problem.what for problem in error.problems)
