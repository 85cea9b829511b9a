"""Who was there, by the head of a meeting's text, with the offices and initials it gives.

The head ends where the first words are said: a list that somebody reads out is no list of those
present. Lists stand behind their label, on the lines below it, or in a table; the labels are those
of `data/attendance.tsv`.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.morphology import parses
from rag.minutes.paper.words import matcher, pattern_of, wordings
from rag.minutes.people.given_names import is_given_name, is_person_name
from rag.minutes.places import label_start
from rag.minutes.turns.labels import clean_name, is_plausible, is_thing
from rag.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Document

_INITIAL = r"[^\W\d_a-zа-яё]\.\s?(?:[^\W\d_a-zа-яё]\.)?"
_CAPITAL = r"[^\W\d_a-zа-яё][\w'’]+(?:-[^\W\d_a-zа-яё][\w'’]*)?"
_WITH_INITIALS = re.compile(rf"{_CAPITAL}\s+{_INITIAL}|{_INITIAL}\s?{_CAPITAL}")
#: «Дёмин К. О.», «К. О. Дёмин», «Дёмин Константин Олегович», "P Anand", "Dana O'Neil", «@vera»
_NAME = re.compile(
    rf"{_WITH_INITIALS.pattern}|[A-Z](?:\s[A-Z])?\s{_CAPITAL}|{_CAPITAL}(?:\s+{_CAPITAL}){{0,2}}"
    r"|@\w+"
)
#: «представитель ООО «Ромашка» Ким Жанна»
_OFFICE_BEFORE = re.compile(
    rf"(?:(?:[^\W\d_A-ZА-ЯЁ][\w-]*\.?|«[^»]*»|[А-ЯЁA-Z]{{2,5}})\s+){{1,8}}(?P<name>{_NAME.pattern})"
)
_TITLE = re.compile(
    r"^(?:cllr|mr|mrs|ms|miss|dr|prof|rev|revd|sir|councillor)\.?\s+", re.IGNORECASE
)
_PATRONYMIC = re.compile(r"\w+(?:ович|евич|ьич|овна|евна|ична|оглы|кызы)")
_BESIDE = re.compile(r"\([^()]*\)|<[^<>]*>")
#: «5 чел.:»
_COUNT = re.compile(
    r"(?:^\s*|\b)\d+\s*(?:чел\w*|people|persons)\b\.?:?|^\s*\d+(?!\w)", re.IGNORECASE
)
_BULLET = re.compile(r"^\s*(?:[-*+·•–—]|\d{1,3}[.)]|\[[ xXхХ]\])\s+")
_BETWEEN = re.compile(r"[,;•]|\s(?:и|and)\s|\s&\s|(?<=[^\W\d_]{3})\.\s+(?=[A-ZА-ЯЁ][a-zа-яё])")
#: what a list adds to a name: «по телефону», "from Leeds"
_WHERE = re.compile(r"\s(?:on|by|via|from|at|по|из|от|через|онлайн|удал[её]нно)(?:\s.*)?$")
#: parts a name from what somebody is: «Титов О. В. — директор», «председатель — Титов О. В.»
_ROLE = re.compile(r"\s[-–—]\s|\s*\||:")
#: over some of a list: «От заказчика:»
_GROUP = re.compile(r"(?:от|со стороны|for|from)\s[^:]*:", re.IGNORECASE)
_PEOPLE_COLUMN = re.compile(
    r"\W*(?:участник\w*|присутствующ\w+|фио|ф\.\s?и\.\s?о\.|имя|name|attendee|participant)s?\W*",
    re.IGNORECASE,
)
#: «САВЕЛЬЕВ Д. И., директор МУП «Теплосеть».» over a speech of a stenogram
_TITLED = re.compile(
    r"^[ \t]*(?P<name>[А-ЯЁ]{2,}(?:-[А-ЯЁ]+)?[ \t]+[А-ЯЁ]\.[ \t]?(?:[А-ЯЁ]\.)?)"
    r",[ \t]*+(?P<office>[^\n]{3,90}?)\.?[ \t]*$",
    re.MULTILINE,
)
#: «Председатель собрания Жилин В. П., секретарь Усова Н. Г.»: offices in front of names
_SEATED = re.compile(
    r"\b(?P<office>председател[ья]|секретарь|казначей|директор|заведующ(?:ий|ая)|ведущий)"
    rf"(?:[ \t]+[а-яё]+){{0,2}}?[ \t]+(?P<name>(?-i:{_CAPITAL}[ \t]+{_INITIAL}))",
    re.IGNORECASE,
)
_MARKS = r"[ \t*_>#•-]{0,12}"
#: «На встрече были»
_WHERE_BEFORE = (
    r"(?:на\s+(?:встрече|созвоне|совещании|заседании|собрании|план[её]рке)\s+(?=были|прис|уч))?"
)
_NUMBER = r"[ \t]*(?:\([^()\n]*\)|\d+)?[*_ \t]*"
#: characters of a text that its head can take, and of a line that lists somebody
_HEAD = 4000
_LINE = 110
#: kinds of labels, those with something that parts them from the names first
_LABELS = ((True, "office"), (True, "list"), (True, "loose"), (False, "office"), (False, "list"))
#: words that an office can take
_OFFICE_WORDS = 7


class Listed(NamedTuple):
    """A person as listed, and what else the paper calls him: offices, "(SP)"."""

    name: str
    offices: tuple[str, ...] = ()


class _Label(NamedTuple):
    """The label of a list, what stands behind it on its line, and the office that it gives."""

    kind: str
    rest: str
    office: str


def participants_in(document: Document) -> list[str]:
    """Names listed under «Участники:», "Attendees" and the like, in order, each person once.

    «Галеев Т. И.» under the list and «Т. И. Галеев» under the paper are one; two of the same first
    name are two.
    """
    found: dict[tuple[str, ...], str] = {}
    for one in _listed_in(_head_of(document)):
        found.setdefault(tuple(sorted(words(one.name))), one.name)
    return list(found.values())


def offices_in(document: Document) -> dict[str, str]:
    """Who holds which office, in lower case: «Секретарь: Носкова Е. М.», "Joan Tully (chair)".

    Initials that a list gives beside a name ("Sam Price (SP)") stand among the offices.
    """
    found: dict[str, str] = {}
    for one in (*_listed_in(_head_of(document)), *_titled_in(document.text)):
        for office in one.offices:
            found.setdefault(office.lower(), one.name)
    return found


def lists_people(text: str) -> bool:
    """Whether people are listed behind a label at the head of a text."""
    lines = text[:_HEAD].split("\n")
    labels = ((_label_of(line), lines[place + 1 :]) for place, line in enumerate(lines))
    return any(label and any(_labelled(label, below)) for label, below in labels)


def without_title(name: str) -> str:
    """A name without «Cllr», "Dr" and the like in front."""
    return _TITLE.sub("", name)


def _head_of(document: Document) -> str:
    """What stands before the first words that are said."""
    end = label_start(document.text, document.turns[0]) if document.turns else _HEAD
    return document.text[: min(end, _HEAD)]


def _listed_in(head: str) -> Iterator[Listed]:
    """The people whom the lists of a head name, in order; one named twice stands twice."""
    lines = head.split("\n")
    for place, line in enumerate(lines):
        label = _label_of(line)
        below = lines[place + 1 :]
        yield from _labelled(label, below) if label else _in_column(line, below)
    for match in _SEATED.finditer(head):
        yield Listed(" ".join(match["name"].split()), (match["office"],))


def _titled_in(text: str) -> Iterator[Listed]:
    """Speakers of a stenogram with the office that stands beside the name."""
    for match in _TITLED.finditer(text):
        yield Listed(clean_name(match["name"]), (match["office"],))


@cache
def _labels(kind: str, *, parted: bool) -> re.Pattern[str]:
    """What finds a label at the start of a line, and with it what parts it from the names.

    «Секретарь комиссии Носкова Е. М.» needs nothing to part it, nor does «Были Зоя и Олег».
    """
    entries = tuple(e for row in wordings("attendance") if row.kind == kind for e in row.entries)
    more = r"(?:[ \t]+(?-i:[а-яёa-z])[\w-]*)"
    behind = rf"{more}{{0,2}}{_NUMBER}" if kind == "office" else _NUMBER
    if parted:
        behind = rf"{more}{{0,4}}?{_NUMBER}(?:[:—–][*_]*|$)"
    return re.compile(
        rf"{_MARKS}{_WHERE_BEFORE}(?P<label>(?:{pattern_of(entries)})(?!\w)){behind}(?P<rest>.*)",
        re.IGNORECASE,
    )


def _label_of(line: str) -> _Label | None:
    """The label that a line begins with, or None."""
    for parted, kind in _LABELS:
        match = _labels(kind, parted=parted).fullmatch(line)
        if match:
            office = match["label"] if kind == "office" else ""
            return _Label(kind if parted else "loose", match["rest"], office)
    return None


def _labelled(label: _Label, below: Sequence[str]) -> list[Listed]:
    """The people behind a label, and on the lines below it where the list goes on there.

    What a loose label stands before is a list only where somebody in it has a person's name.
    """
    row = _COUNT.sub("", label.rest).strip(" \t[]*_")
    found = list(_people(row, label.office))
    if row.endswith((",", ";")):
        for line in takewhile(str.strip, below):
            found += _people(line, label.office)
            if not line.rstrip().endswith((",", ";")):
                break
    elif not any(map(str.isalpha, _BESIDE.sub("", row))):
        rows = below[1:] if below and not below[0].strip() else below
        for line in takewhile(lambda line: line.strip() and len(line) <= _LINE, rows):
            more = list(_people(_BULLET.sub("", line), label.office))
            if not more and not _GROUP.fullmatch(line.strip()):
                break
            found += more
    sure = label.kind != "loose" or any(is_person_name(one.name) for one in found)
    return found if sure else []


def _in_column(header: str, below: Sequence[str]) -> Iterator[Listed]:
    """The people in a table's column of them, given its line of headings."""
    cells = _cells(header)
    columns = [place for place, cell in enumerate(cells) if _PEOPLE_COLUMN.fullmatch(cell)]
    if len(cells) < 2 or not columns:
        return
    for line in takewhile(lambda row: "|" in row, below):
        row = _cells(line)
        if columns[0] < len(row):
            yield from _people(row[columns[0]], "")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else []


def _people(row: str, office: str) -> Iterator[Listed]:
    """The people that a row names; what stands behind a name and names nobody is an office."""
    last: Listed | None = None
    for piece in _pieces(row):
        one = _listed(piece)
        if one and last:
            yield last
        if one:
            last = Listed(one.name, (*filter(None, (office,)), *one.offices))
        elif last and len(piece.split()) <= _OFFICE_WORDS and any(map(str.isalpha, piece)):
            last = Listed(last.name, (*last.offices, _tidy(piece)))
    if last:
        yield last


def _pieces(row: str) -> Iterator[str]:
    """The stretches of a row between commas and the like that stand in no brackets."""
    beside = [match.span() for match in _BESIDE.finditer(row)]
    start = 0
    for match in _BETWEEN.finditer(row):
        if not any(first < match.start() < last for first, last in beside):
            yield row[start : match.start()]
            start = match.end()
    yield row[start:]


def _listed(piece: str) -> Listed | None:
    """The person that a piece of a list names, if any, with what it says of him."""
    bare = without_title(_BESIDE.sub(" ", piece).strip(" \t*_\"'"))
    name = _name_in(bare)
    if name is None or matcher("attendance", "office").fullmatch(name):
        return None
    beside = [match.group().strip("()<> ") for match in _BESIDE.finditer(piece)]
    said = _tidy(_GROUP.sub("", bare.replace(name, " ", 1)))
    offices = tuple(filter(None, (said, *beside)))
    return Listed(without_title(clean_name(name)), offices)


def _name_in(piece: str) -> str | None:
    """The name that a piece of a list is, or that stands beside an office in it; None without."""
    for part in (piece, *_ROLE.split(piece)):
        part = _WHERE.sub("", part.strip(" \t*_\"'"))
        for form in (part, part.rstrip(". ")):
            whole = _NAME.fullmatch(form) or _OFFICE_BEFORE.fullmatch(form)
            said = whole.groupdict().get("name") or whole.group() if whole else ""
            if is_plausible(said) and not is_thing(said):
                return said
    spelled = _WITH_INITIALS.search(piece)
    if spelled:
        return spelled.group()
    known = (match.group() for match in _NAME.finditer(piece) if _is_name(match.group()))
    first = _NAME.match(piece)
    return next(known, first.group() if first and _is_foreign(first.group()) else None)


def _is_foreign(name: str) -> bool:
    """Whether two capitalised words in Latin letters, which no table need hold, are a name."""
    return " " in name and re.search("[а-яё]", name, re.IGNORECASE) is None


def _is_name(found: str) -> bool:
    """Whether capitalised words in the middle of others are a person, no office and no firm."""
    parts = found.split()
    if len(parts) == 1:
        return is_given_name(found)
    if not re.search("[а-яё]", found):
        return is_person_name(found)
    named = any(is_given_name(part) or _PATRONYMIC.fullmatch(part) for part in parts)
    return named or all(map(_is_surname, parts))


def _is_surname(word: str) -> bool:
    named = {"Surn", "Name", "Patr"}
    return any(p.grammemes & named and p.score >= 0.3 for p in parses(word.lower()))


def _tidy(office: str) -> str:
    return office.strip(" \t,;:.—–-|()*_")
