"""The words of the page: all that the code asks for are there, and no other."""

import ast
from itertools import product

import pytest

pytest.importorskip("nicegui", reason="the extra demo is not installed")

from experiments.demo import trace
from experiments.demo.contact import KINDS
from experiments.demo.page.plots import PARTIES
from experiments.demo.page.shell import TABS
from experiments.demo.page.views.info import KEYS, SECTIONS
from experiments.demo.words import FILE, all_words, blanks, has_words, words
from sim.moves import ENDINGS, ISSUE_KINDS, MOVE_NAMES, TONES

DEMO = FILE.parent
FAMILIES = {
    *(f"{name}.{part}" for name in TABS for part in ("tab", "about", "title", "lead")),
    *(f"info.{name}.{part}" for name in SECTIONS for part in ("title", "text")),
    *(f"keys.{name}" for name in KEYS),
    *(f"measure.{name}" for name in PARTIES),
    *(f"kind.{name}" for name in KINDS),
    *(f"story.{name}" for name in ("customer", "rep", "employer")),
    *(f"sliders.{name}" for name in ("handling", "support", "centre")),
    *(f"issue.{kind}" for kind in ISSUE_KINDS),
    *(f"first.{kind}.{tone}" for kind, tone in product(ISSUE_KINDS, TONES)),
    *(f"later.{tone}" for tone in TONES),
    *(f"answer.{name}" for name in trace.ANSWERS.values()),
    *(f"move.{name}" for name in MOVE_NAMES),
    *(f"why.{name}" for name in ("policy", "resolve", "protection", "right", "cynicism", "clock")),
    *(f"end.{name}" for name in ENDINGS[1:]),
}
"""Keys that the code puts together. Rules of conduct only ever speak against a move."""


def calls():
    """Yield every call of words() with a text for its key: file, key, names of its values."""
    for path in sorted(DEMO.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if called and node.func.id == "words" and node.args:
                for key in literals(node.args[0]):
                    yield path.name, key, {word.arg for word in node.keywords}


def literals(node):
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def literal_texts():
    """Return every text in the code: keys may stand in a table."""
    return {
        node.value
        for path in DEMO.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_what_the_code_asks_for_is_there_with_its_blanks_filled():
    asked = list(calls())
    assert len(asked) > 80
    assert [(file, key) for file, key, _ in asked if not has_words(key)] == []
    for file, key, names in asked:
        if None not in names:  # a ** of values
            assert blanks(all_words()[key]) <= names, (file, key)


def test_what_the_code_puts_together_is_there():
    assert {key for key in FAMILIES if not has_words(key)} == set()


def test_no_words_are_left_over():
    used = {key for _, key, _ in calls()} | FAMILIES | literal_texts()
    assert set(all_words()) - used == set()


def test_a_missing_key_is_refused():
    with pytest.raises(KeyError):
        words("compare.titel")


def test_a_blank_that_is_left_open_is_refused():
    with pytest.raises(KeyError):
        words("compare.facts", n=3)


def test_a_file_with_anything_but_texts_is_refused(tmp_path):
    path = tmp_path / "words.toml"
    path.write_text("[compare]\nn = 3\n", encoding="utf-8")
    with pytest.raises(TypeError, match=r"compare\.n"):
        all_words(path)


def test_the_page_speaks_through_the_file_alone():
    """No view puts a sentence of its own on the page."""
    found = []
    for path in (DEMO / "page").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                text = {"Tag": node.args[1:2], "button": node.args[:1]}.get(node.func.id, [])
                found += [
                    (path.name, each.value)
                    for each in text
                    if isinstance(each, ast.Constant) and str(each.value).strip()
                ]
    assert found == []
