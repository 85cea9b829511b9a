"""Given names and the short forms people use for them, many to many, and what a name looks like.

The tables are `data/diminutives_ru.tsv` and `data/given_names_en.tsv`: a full name, a tab, its
short forms.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from rag.minutes.morphology import parses
from rag.minutes.people.spellings import skeleton
from rag.words import fold

_NUMBERED = re.compile(
    r"(?:спикер|голос|участник|speaker|voice|гость|guest)[ _]?\d+\b", re.IGNORECASE
)
_INITIALS = re.compile(r"(?:^|\s)[^\W\d_]\.(?:\s|$|[^\W\d_])")
_NAME_TAGS = frozenset({"Name", "Surn", "Patr"})


@cache
def _table() -> dict[str, frozenset[str]]:
    """Folded name or short form to every folded name it can stand for or be called by."""
    linked: dict[str, set[str]] = {}
    for file in ("diminutives_ru.tsv", "given_names_en.tsv"):
        for line in (
            resources.files("rag.minutes")
            .joinpath("data")
            .joinpath(file)
            .read_text("utf-8")
            .splitlines()
        ):
            if line.startswith("#"):
                continue
            full, _, short = line.partition("\t")
            forms = [fold(form) for form in short.split()]
            linked.setdefault(fold(full), set()).update(forms)
            for form in forms:
                linked.setdefault(form, set()).add(fold(full))
    return {name: frozenset(forms) for name, forms in linked.items()}


def is_given_name(word: str) -> bool:
    """Whether a word, in the nominative, is in the tables of given names."""
    return fold(word) in _table()


def called(name: str) -> frozenset[str]:
    """Folded forms one may mean the bearer of `name` by: itself, its short and full forms.

    «Саша» gives Александр and Александра and itself, but not «Шура»: two short forms are one
    person only through a full name that the text holds.
    """
    folded = fold(name)
    return _table().get(folded, frozenset()) | {folded}


@cache
def _by_skeleton() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name in _table():
        if re.search("[а-я]", name):
            found.setdefault(skeleton(name), set()).add(name)
    return {key: frozenset(names) for key, names in found.items()}


def cyrillic_given(name: str) -> frozenset[str]:
    """Folded Russian forms of a given name written in Latin letters; none of a foreign name."""
    names = _by_skeleton().get(skeleton(name), frozenset())
    return frozenset(form for each in names for form in called(each))


def is_person_name(label: str) -> bool:
    """Whether a label reads as a person: a numbered voice, initials, a known name or its form."""
    if _NUMBERED.match(label) or _INITIALS.search(label):
        return True
    for word in re.findall(r"[^\W\d_]+", label):
        if is_given_name(word):
            return True
        if re.search("[а-яё]", word, re.IGNORECASE) and any(
            parse.grammemes & _NAME_TAGS and "nomn" in parse.grammemes and parse.score > 0.05
            for parse in parses(fold(word))
        ):
            return True
    return False
