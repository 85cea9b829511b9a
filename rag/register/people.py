"""The people of all meetings: which names of different files are one person.

Two names are one where nothing in them speaks against it and nobody else fits: «Олег», «Олег Титов»
and «Титов О. В.» are one as long as no other Oleg and no other Титов О. is about. A name that fits
two people is neither of them: it stays a person of its own, of its own file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rag.minutes.morphology import parses
from rag.minutes.people.given_names import called, is_given_name
from rag.minutes.people.spellings import skeleton
from rag.types import ALL, WE
from rag.words import fold, language_of, stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: names that stand for a group, whoever speaks
GROUPS = frozenset((*WE.values(), *ALL.values()))
_WORD = re.compile(r"[^\W\d_]{2,}")
_INITIAL = re.compile(r"\b([^\W\d_])\.")
_ASIDE = re.compile(r"\([^)]*\)")
_PATRONYMIC = re.compile(r"\w{2,}(?:ович|евич|ьич|овна|евна|ична|инична)")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, or a group: the fullest name, and every name the files have for them.

    `document` is the one file a name belongs to that fits several people or is only a number.
    `called` are the folded words that the names begin with. A directory has one of each.
    """

    name: str
    names: frozenset[str]
    document: str | None = None
    called: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in its parts, folded; `initials` in the order given name, patronymic."""

    whole: str
    given: str
    patronymic: str
    surnames: frozenset[str]
    initials: tuple[str, ...]

    @property
    def fullness(self) -> tuple[bool, int, int]:
        """How much of a person the name tells; an initial is less than any word."""
        words = bool(self.given) + bool(self.patronymic) + len(self.surnames)
        return not self.initials and words > 1, words + len(self.initials), len(self.whole)


def _parts(name: str) -> _Name:
    bare = _ASIDE.sub(" ", name)
    words = [fold(word) for word in _WORD.findall(bare)]
    initials = tuple(fold(letter) for letter in _INITIAL.findall(bare))
    given = "" if initials else next((word for word in words if is_given_name(word)), "")
    rest = [word for word in words if word != given]
    patronymic = next((word for word in rest if given and _PATRONYMIC.fullmatch(word)), "")
    surnames = frozenset(skeleton(word) for word in rest if word != patronymic)
    return _Name(name, given, patronymic, surnames, initials)


def _same_given(one: str, other: str) -> bool:
    if one in called(other) or other in called(one):
        return True
    return language_of(one) != language_of(other) and skeleton(one) == skeleton(other)


def _clash(one: _Name, other: _Name) -> bool:
    """Whether two names cannot be of one person."""
    if one.given and other.given and not _same_given(one.given, other.given):
        return True
    if _spare(one, other) and _spare(other, one):
        return True
    if one.patronymic and other.patronymic and one.patronymic != other.patronymic:
        return True
    if any(a != b for a, b in zip(one.initials, other.initials, strict=False)):
        return True
    return any(_initials_clash(a, b) for a, b in ((one, other), (other, one)))


def _spare(one: _Name, other: _Name) -> frozenset[str]:
    """Words of a name that the other has nothing for; a given name may be there as an initial."""
    spare = one.surnames - other.surnames - {skeleton(other.given)}
    told = other.given and _same_given(one.given, other.given)
    if one.given and not (told or other.initials or skeleton(one.given) in other.surnames):
        spare |= {one.given}
    return spare


def _initials_clash(short: _Name, full: _Name) -> bool:
    if not short.initials:
        return False
    first = {form[0] for form in called(full.given) if form} if full.given else set()
    if first and short.initials[0] not in first:
        return True
    second = short.initials[1:2]
    return bool(second and full.patronymic and second[0] != full.patronymic[0])


def _share(one: _Name, other: _Name) -> bool:
    """Whether two names have a surname or a given name in common."""
    both_given = bool(one.given and other.given) and _same_given(one.given, other.given)
    return both_given or bool(one.surnames & other.surnames)


class Directory:
    """Who the names of all meetings are; see `person` and `find`."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        """`names` are those of each document."""
        documents: dict[str, set[str]] = {}
        for document, held in names.items():
            for name in held:
                documents.setdefault(name, set()).add(document)
        self._people: dict[tuple[str | None, str], Person] = {}
        clusters: list[list[_Name]] = []
        alone: list[str] = []
        parts = [_parts(name) for name in documents if name not in GROUPS]
        for each in sorted(parts, key=lambda p: (p.fullness, p.whole), reverse=True):
            if re.search(r"\d", each.whole):
                alone.append(each.whole)  # «Спикер 1» of another file is another voice
                continue
            fitting = [c for c in clusters if self._fits(each, c)]
            if len(fitting) == 1:
                fitting[0].append(each)
            elif fitting:
                alone.append(each.whole)
            else:
                clusters.append([each])
        for cluster in clusters:
            wholes = frozenset(each.whole for each in cluster)
            person = Person(cluster[0].whole, wholes, called=_beginnings(wholes))
            for each in cluster:
                self._people[None, each.whole] = person
        for name in alone:
            for document in documents[name]:
                one = frozenset({name})
                self._people[document, name] = Person(name, one, document, _beginnings(one))

    @staticmethod
    def _fits(name: _Name, cluster: list[_Name]) -> bool:
        return any(_share(name, each) for each in cluster) and not any(
            _clash(name, each) for each in cluster
        )

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        people = {person for person in self._people.values() if person.name not in GROUPS}
        return tuple(sorted(people, key=_by_name))

    @cached_property
    def called(self) -> frozenset[str]:
        """The folded words that anybody's names begin with."""
        return frozenset().union(*(person.called for person in self.people))

    def person(self, document: str, name: str) -> Person:
        """Who a name of a document is."""
        found = self._people.get((document, name)) or self._people.get((None, name))
        if found is None:  # a group
            found = self._people[None, name] = Person(name, frozenset({name}))
        return found

    def find(self, asked: str) -> tuple[Person, ...]:
        """Everybody that a name in any case, short or full, may mean, by name.

        Names that hold the words as they are go before those that only decline to them.
        """
        words = [fold(word).removesuffix("'s") for word in re.findall(r"[^\W_][\w'’]*", asked)]
        words = [word for word in words if len(word) > 1 or word.isdigit()]
        for forms_of in (_itself, _declined):
            sets = [set().union(*map(self._bearers, forms_of(word))) for word in words]
            found = set.intersection(*sets) if sets else set()
            if found:
                return tuple(sorted(found, key=_by_name))
        return ()

    def _bearers(self, key: str) -> set[Person]:
        return self._keys.get(key, set())

    @cached_property
    def _keys(self) -> dict[str, set[Person]]:
        """People by every form that a word of a name of theirs is found by."""
        found: dict[str, set[Person]] = {}
        for person in self.people:
            words = {fold(w) for name in person.names for w in re.findall(r"[^\W_]+", name)}
            for word in words:
                forms = {one for form in called(word) for one in (form, _key(form))}
                for key in (*forms, skeleton(word)):
                    found.setdefault(key, set()).add(person)
        return found


def _beginnings(names: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(name.split()[0]) for name in names)


def _by_name(person: Person) -> tuple[str, str]:
    return person.name, person.document or ""


def _key(word: str) -> str:
    return f"{stem(word)}-"  # a stem is not to be taken for a name as it is: «ан-» for Аня


def _itself(word: str) -> frozenset[str]:
    return frozenset({word, skeleton(word)})


def _declined(word: str) -> frozenset[str]:
    found = {word, _key(word)}
    if language_of(word) == "ru":
        names = [p for p in parses(word) if p.grammemes & {"Name", "Surn", "Patr"}]
        found |= {form for p in names for form in (p.lemma, _key(p.lemma))}
    return frozenset(found)
