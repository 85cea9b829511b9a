"""Whom a paper names as the one to act: people, offices, bodies, initials, everybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.clauses import tokens_of
from rag.minutes.morphology import analyser, parses
from rag.minutes.people.headers import without_title
from rag.types import ALL
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rag.minutes.view import Scene

#: what stands where nobody is named yet
PLACEHOLDER = re.compile(
    r"^[\s—–\-?_.…*/]*$|^(?:фио|ф\.\s?и\.\s?о\.?|tbd|tbc|tba|n/?a|нет|без срока|кто"
    r"|никто|пока никто|ищем|свободно|вакансия|name|имя"
    r"|не назначен\w*"
    r"|не определ[её]н\w*|определить|назначить|уточн\w+|unassigned|none|nobody|open|xx+|х{2,})$",
    re.I,
)
_ALL = re.compile(
    r"^(?:все|всем|всеми|all|everyone|everybody|команда|вся команда|the team|team|all of us)"
    r"(?:\s+(?:участник\w*|присутствующ\w*|сотрудник\w*|член\w*(?:\s+\w+)?|коллег\w*|present|staff|members"
    r"|trustees|councillors|attendees|volunteers|committee members))?$",
    re.I,
)
_JOINT = re.compile(r"\s*(?:[,;/&+\n]|\bсовместно\s+с\b|\bвместе\s+с\b)\s*|\s+(?:и|and|with)\s+")
_BRACKETS = re.compile(r"\([^()]*\)")
_TOO_LONG = 7
_INITIALS = re.compile(r"^[A-ZА-ЯЁ]{2,3}$")
_SURNAME = re.compile(
    r"(?:ов|ев|ин|ын|ова|ева|ина|ына|ский|цкий|ская|цкая|ко|ук|юк|ич|ян|дзе|швили|ых|их)$"
)
#: initials whose last full stop was cut off with the end of a sentence
_HALF_INITIALS = re.compile(r"(?:^|\s)[^\W\d_]\.\s?[^\W\d_]$")
_PERSON = re.compile(
    r"^(?:[^\W\d_a-zа-яё][\w'’-]+(?:\s+[^\W\d_a-zа-яё]\.\s?(?:[^\W\d_a-zа-яё]\.?)?|(?:\s+[^\W\d_a-zа-яё][\w'’-]+){0,2})"
    r"|[^\W\d_a-zа-яё]\.\s?(?:[^\W\d_a-zа-яё]\.\s?)?[^\W\d_a-zа-яё][\w'’-]+|@\w+)$"
)


def owners_named(scene: Scene, words: str) -> list[str]:
    """Everybody the value of an owner's field names; known people by their full names."""
    found: list[str] = []
    cleaned = _BRACKETS.sub(" ", words)
    for piece in _split(scene, cleaned):
        name = _tidy(piece)
        if PLACEHOLDER.match(name) or not re.search(r"[^\W\d_]", name):
            continue
        if _ALL.match(name):
            found.append(ALL[scene.language])
            continue
        person = person_named(scene, name)
        if person:
            found.append(person)
        elif len(name.split()) <= _TOO_LONG and not (found and _describes(name)):
            found.append(name)
    return list(dict.fromkeys(found))


def only_people(scene: Scene, words: str) -> list[str]:
    """The people a piece of a line names where it holds nothing else; [] where it holds more."""
    cleaned = _BRACKETS.sub(" ", words)
    found: list[str] = []
    for piece in _JOINT.split(cleaned):
        name = _tidy(piece or "")
        if not name:
            continue
        if _ALL.match(name) and not found:
            found.append(ALL[scene.language])
            continue
        person = person_named(scene, name, alone=True)
        if person is None:
            return []
        found.append(person)
    return list(dict.fromkeys(found))


def person_named(scene: Scene, name: str, *, alone: bool = False) -> str | None:
    """The person some words mean: by name, office or initials; None where nobody is known by them.

    `alone` demands that the words be a name and nothing more, of an outsider too.
    """
    role = office_holder(scene.roles, name)
    if role:
        return role
    if _INITIALS.match(name):
        return _by_initials(scene, name)
    tokens = tokens_of(name, 0, len(name))
    mentions = scene.roster.mentions(tokens)
    if mentions and not alone:
        whole = mentions[0].known or mentions[0].last - mentions[0].first == len(tokens)
        return mentions[0].name if whole or not name.istitle() else None
    if mentions:
        named = {i for m in mentions[:1] for i in range(m.first, m.last)}
        rest = [t.word for i, t in enumerate(tokens) if i not in named and len(t.word) > 1]
        return mentions[0].name if not rest else None
    canonical = scene.roster.canonical(name)
    if canonical and canonical != name:
        return canonical
    if alone and _PERSON.match(name) and _is_outsider(name):
        return name
    return None


def office_holder(roles: Mapping[str, str], words: str) -> str | None:
    """Who holds an office, where the paper tells and only one holder fits."""
    wanted = _stems(words)
    if not wanted or not roles:
        return None
    exact = roles.get(fold(words))
    if exact:
        return exact
    near = {name for office, name in roles.items() if _fits(wanted, _stems(office))}
    return near.pop() if len(near) == 1 else None


def _fits(wanted: list[str], office: list[str]) -> bool:
    """«главный врач» is the «главный врач поликлиники», «директор библиотеки» its «директор»."""
    if not office:
        return False
    own = len(office) == 1 and wanted[:1] == office and len(wanted) == 2
    return own or (office[: len(wanted)] == wanted and (len(wanted) > 1 or len(office) == 1))


def _stems(words: str) -> list[str]:
    return [
        parses(word)[0].lemma if re.search("[а-я]", word) else word
        for word in re.findall(r"[^\W\d_]+", fold(words))
        if word not in ("the", "of", "и")
    ]


def _by_initials(scene: Scene, letters: str) -> str | None:
    known = scene.roles.get(letters.lower())
    if known:
        return known
    fitting = [name for name in scene.roster.names if letters.upper() in _initials_of(name)]
    return fitting[0] if len(fitting) == 1 else None


def _initials_of(name: str) -> set[str]:
    """«Сэм Прайс» as СП and ПС; with a patronymic in every usual order."""
    letters = [part[0].upper() for part in re.findall(r"[^\W\d_]+", name)]
    if len(letters) < 2:
        return set()
    forms = {"".join(letters), "".join(letters[:2]), "".join(letters[1::-1])}
    if len(letters) == 3:
        forms |= {letters[1] + letters[2] + letters[0], letters[0] + letters[2]}
    return forms


def _split(scene: Scene, words: str) -> Iterable[str]:
    """The names of a value; a body whose name holds «и» stays whole."""
    pieces = [piece for piece in _JOINT.split(words) if piece and piece.strip()]
    kept: list[str] = []
    for piece in pieces:
        joined = re.search(rf"(?:\bи|\band)\s+{re.escape(piece.strip())}", words)
        lower = piece.strip()[:1].islower()
        if kept and joined and lower and not office_holder(scene.roles, _tidy(piece)):
            kept[-1] = (
                f"{kept[-1].strip()} {'и' if scene.language == 'ru' else 'and'} {piece.strip()}"
            )
        else:
            kept.append(piece)
    return kept


def _tidy(piece: str) -> str:
    name = re.sub(r"\s+", " ", piece).strip(" *_~`:—–|")
    name = without_title(name)
    name += "." * bool(_HALF_INITIALS.search(name))
    return name if re.search(r"\b[^\W\d_]\.$", name) else name.strip(" .")


def _describes(name: str) -> bool:
    """Whether lower-case words behind a name are that person's office."""
    first = fold(name.split()[0])
    if not name[0].islower():
        return False
    found = parses(first)[0].grammemes if re.search("[а-я]", first) else frozenset()
    return "anim" in found or "ADJF" in found or language_is_latin(first)


def language_is_latin(word: str) -> bool:
    """Whether a word is written in Latin letters."""
    return re.search("[а-яё]", word) is None


def _is_outsider(name: str) -> bool:
    """Whether capitalised words read as a person's name the roster lacks."""
    if name.startswith("@") or re.search(r"\b[^\W\d_]\.", name):
        return True
    tokens = [fold(word) for word in re.findall(r"[^\W\d_]+", name)]
    if not re.search("[а-я]", tokens[0]):
        return False
    return all(_is_name(token) for token in tokens)


def _is_name(word: str) -> bool:
    """Whether a word is a name by the dictionary, or a surname by its ending."""
    named = any(p.grammemes & {"Surn", "Name", "Patr"} and p.score >= 0.3 for p in parses(word))
    return named and (analyser().word_is_known(word) or _SURNAME.search(word) is not None)
