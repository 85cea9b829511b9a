"""Nothing is left over on the page: every text and every style is used by something."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from ui.texts import PARTS, TEXTS

ROOT = Path(__file__).resolve().parents[2]
#: Modules that hold words for people, and use none.
WORDS = re.compile(r"ui/(texts/|browser/words)")


@cache
def sources(folder: str) -> list[ast.AST]:
    paths = (path for path in (ROOT / folder).rglob("*.py") if not WORDS.search(str(path)))
    return [node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8")))]


def constants(nodes: list[ast.AST]) -> set[str]:
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def patterns(nodes: list[ast.AST]) -> set[str]:
    """Strings with places to fill, each place a group; those that only are places left out."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(p.value) if isinstance(p, ast.Constant) else "(.+)" for p in node.values
            ]
            if len(parts) <= 4 and isinstance(node.values[0], ast.Constant):
                found.add("".join(parts))
    return found


# whoever collects these tests need not run them: nothing is read before a test asks
@cache
def said() -> set[str]:
    return constants(sources("ui"))


@cache
def filled() -> set[str]:
    return patterns(sources("ui"))


@cache
def known() -> set[str]:
    return said() | constants(sources("rag"))


def is_used(key: str) -> bool:
    """Whether code names a text, or makes its name of words that code knows."""
    return key in said() or is_made(key)


def is_made(name: str, rest: set[str] | frozenset[str] = frozenset()) -> bool:
    """Whether a name comes of a string with places, filled with words code knows, or `rest`."""
    made = (re.fullmatch(pattern, name) for pattern in filled())
    return any(match and set(match.groups()) <= known() | rest for match in made)


def test_every_text_is_used() -> None:
    assert [key for key in TEXTS["en"] if not is_used(key)] == []


def test_a_text_that_nothing_uses_would_be_seen() -> None:
    assert not is_used("minutes_of_nothing_at_all")
    assert is_used("minutes_state_open")


def test_both_languages_have_the_same_texts_and_none_twice() -> None:
    assert TEXTS["ru"].keys() == TEXTS["en"].keys()
    for language, texts in TEXTS.items():
        assert all(texts.values())
        assert len(texts) == sum(len(part.TEXTS[language]) for part in PARTS)


STYLES = sorted((ROOT / "ui" / "styles").glob("*.css"))


@cache
def words_said() -> set[str]:
    return {word for text in known() for word in re.findall(r"[\w-]+", text)}


def is_class(name: str) -> bool:
    """Whether code writes this word, or its beginning and a word that it knows."""
    first, dash, rest = name.partition("-")
    return name in words_said() or (f"{first}{dash}" in words_said() and rest in known())


def test_a_style_that_nothing_uses_would_be_seen() -> None:
    assert not is_class("minutes-nowhere")
    assert not is_key("minutes-nowhere")


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.stem)
def test_every_class_that_has_a_style_is_on_the_page(path: Path) -> None:
    css = re.sub(r'/\*.*?\*/|"[^"]*"|{[^{}]*}', " ", path.read_text("utf-8"), flags=re.DOTALL)
    classes = set(re.findall(r"\.([a-zA-Z][\w-]*)", css))
    assert {name for name in classes if not name.startswith("st") and not is_class(name)} == set()


def is_key(key: str) -> bool:
    """Whether a key of the page is this, or begins so and ends in what tells rows apart."""
    return any(whole in said() or is_made(whole, {"x"}) for whole in (key, f"{key}x", f"{key}-x"))


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.stem)
def test_every_key_that_has_a_style_is_on_the_page(path: Path) -> None:
    css = path.read_text("utf-8")
    keys = {*re.findall(r"\.st-key-([\w-]+)", css), *re.findall(r'class\*="st-key-([\w-]+)"', css)}
    assert {key for key in keys if not is_key(key)} == set()
