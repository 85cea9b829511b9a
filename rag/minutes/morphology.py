"""Russian word forms: one shared pymorphy3 analyser, made on first use, with a cache over words.

Making the analyser costs about 0.2 s and 15 MB, so nothing here runs at import. Grammemes are
those of OpenCorpora ("VERB", "futr", "1per", …).
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

_lock = Lock()
_made: list[Any] = []


class Parse(NamedTuple):
    """One reading of a word: dictionary form (ё as е), grammemes, probability 0..1."""

    lemma: str
    grammemes: frozenset[str]
    score: float


def analyser() -> Any:
    """The shared `pymorphy3.MorphAnalyzer`."""
    if not _made:
        with _lock:
            if not _made:
                import pymorphy3

                _made.append(pymorphy3.MorphAnalyzer())
    return _made[0]


@lru_cache(maxsize=100_000)
def parses(word: str) -> tuple[Parse, ...]:
    """All readings of a word, likeliest first."""
    return tuple(
        Parse(found.normal_form.replace("ё", "е"), found.tag.grammemes, found.score)
        for found in analyser().parse(word)
    )


@lru_cache(maxsize=100_000)
def reading(word: str, *wanted: str, at_least: float = 0.0) -> Parse | None:
    """The likeliest reading that has every wanted grammeme; None without one."""
    need = frozenset(wanted)
    return next(
        (parse for parse in parses(word) if need <= parse.grammemes and parse.score >= at_least),
        None,
    )


@lru_cache(maxsize=20_000)
def singular_forms(name: str) -> frozenset[tuple[str, str]]:
    """(form, case) of the singular of a noun or name given in the nominative; cases as grammemes.

    Every nominative reading contributes, so that a name the dictionary guesses badly still has its
    forms; a word without such a reading has itself alone.
    """
    forms = {(name, "nomn")}
    for found in analyser().parse(name):
        grammemes = found.tag.grammemes
        if "nomn" not in grammemes or "plur" in grammemes:
            continue
        if not grammemes & {"NOUN", "ADJF"}:
            continue
        gender = grammemes & {"masc", "femn"}
        for form in found.lexeme:
            tags = form.tag.grammemes
            if "sing" in tags and "COMP" not in tags and (not gender or gender & tags):
                case = next((tag for tag in tags if tag in CASES), None)
                if case:
                    forms.add((form.word.replace("ё", "е"), CASES[case]))
    if not any(case == "datv" for _, case in forms):
        forms |= surname_forms(name)
    return frozenset(forms)


#: endings of surnames, by which those unknown to the dictionary are declined
_SURNAMES = (
    (("ов", "ев", "ёв", "ин", "ын"), "", "а gent|а accs|у datv|ым ablt|е loct"),
    (("ова", "ева", "ёва", "ина", "ына"), "а", "ой gent|ой datv|у accs|ой ablt|ой loct"),
    (("ский", "цкий"), "ий", "ого gent|ого accs|ому datv|им ablt|ом loct"),
    (("ская", "цкая"), "ая", "ой gent|ой datv|ую accs|ой ablt|ой loct"),
)


def surname_forms(name: str) -> set[tuple[str, str]]:
    """(form, case) of a surname by its ending, whatever else the word means («Лапина»)."""
    for endings, cut, declined in _SURNAMES:
        if name.endswith(endings):
            stem = name.removesuffix(cut)
            pairs = (entry.split() for entry in declined.split("|"))
            return {(stem + ending, case) for ending, case in pairs}
    return set()


CASES = {
    "nomn": "nomn",
    "gent": "gent",
    "gen2": "gent",
    "datv": "datv",
    "accs": "accs",
    "ablt": "ablt",
    "loct": "loct",
    "loc2": "loct",
    "voct": "voct",
}


@lru_cache(maxsize=5_000)
def nominative(word: str, case: str | None = None) -> str:
    """A noun or name in the nominative singular of its own gender; as it is where none is known.

    `case` chooses the reading to start from.
    """
    wanted = {"NOUN", "sing"} | ({case} if case else set())
    found = next((p for p in analyser().parse(word) if wanted <= p.tag.grammemes), None)
    form = found.inflect({"nomn", "sing"}) if found else None
    return str(form.word) if form else word


@lru_cache(maxsize=5_000)
def in_nominative(word: str, case: str) -> str:
    """A noun in the nominative of its own number («водителям» as «водители»)."""
    found = next((p for p in analyser().parse(word) if {"NOUN", case} <= p.tag.grammemes), None)
    number = "plur" if found and "plur" in found.tag.grammemes else "sing"
    form = found.inflect({"nomn", number}) if found else None
    return str(form.word) if form else word


@lru_cache(maxsize=5_000)
def gender_of(name: str) -> str | None:
    """ "masc" or "femn" by the given name or patronymic in a name; None where it can be both."""
    found: set[str] = set()
    for word in name.lower().split():
        for parse in parses(word.replace("ё", "е")):
            named = parse.grammemes & {"Name", "Patr"} and "nomn" in parse.grammemes
            if named and not parse.grammemes & {"ms-f", "plur"}:
                found |= parse.grammemes & {"masc", "femn"}
    return found.pop() if len(found) == 1 else None
