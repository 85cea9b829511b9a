"""Who is listed at the head of a paper, with office and initials: «Дёмин К. О. — главный врач»."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.morphology import parses
from rag.minutes.people import is_given_name, is_person_name
from rag.minutes.protocol_words import matcher

if TYPE_CHECKING:
    from collections.abc import Iterator

_INITIALS = r"[^\W\d_a-zа-яё]\.\s?(?:[^\W\d_a-zа-яё]\.)?"
_SPELLED = r"[A-Z](?:\s[A-Z])?\s"
_CAPITAL = r"[^\W\d_a-zа-яё][\w'’]*(?:-[^\W\d_a-zа-яё][\w'’]*)?"
_WORD = r"[^\W\d_a-zа-яё][\w'’]+(?:-[^\W\d_a-zа-яё][\w'’]*)?"
#: «Дёмин К. О.», «К. О. Дёмин», «Дёмин Константин Олегович», "Joan Tully", "Dana O'Neil"
NAME = re.compile(
    rf"{_WORD}\s+{_INITIALS}|{_INITIALS}\s?{_WORD}|{_SPELLED}{_WORD}|{_WORD}(?:\s+{_WORD}){{0,2}}"
)
_WITH_INITIALS = re.compile(rf"{_WORD}\s+{_INITIALS}|{_INITIALS}\s?{_WORD}")
_LABEL = re.compile(
    r"^[ \t]*[*_#>-]*\s*(?P<label>(?:на\s+(?:заседании|совещании|встрече"
    r"|собрании)\s+)?[^\W\d_][^:\n|]{2,40}?)"
    r"[*_]*\s*(?::[*_]*|—|–)[ \t]*(?P<rest>[^\n]*)$",
    re.MULTILINE,
)
#: «## Участники», "Attendees" on a line of their own
_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]*)?[*_]*(?P<label>[^\W\d_][^:\n|.,]{2,30}?)[*_]*[ \t]*$(?P<rest>)",
    re.MULTILINE,
)
_LISTING = re.compile(
    r"(?:участник|участвова|присутств|приглаш|член|состав|отсутств|председател|секретар|вел[аи]?\b|вёл\b"
    r"|вед[её]т|ведущ|записыва|протокол(?:ист)?\b|докладчик|комисси|модератор|были\b|созвал|attend|present|participant|here\b"
    r"|apolog|regret|chair|secretary|minutes\s+(?:by|taken)|minuted|note-?taker|notes\s+(?:by|taken)|facilitat|host|who\s+was|on\s+the\s+call|absent"
    r"|members?\b|trustees\b|councillors\b|clerk|scribe|people\b|who\b|кто\s+был)",
    re.IGNORECASE,
)
#: offices that a label itself gives («Секретарь: Носкова Е. М.»)
_OFFICE_LABEL = re.compile(
    r"^(?:секретарь|председатель(?:ствующий)?|ведущий|модератор|протоколист|chair(?:man|woman|person)?"
    r"|secretary|treasurer|clerk|facilitator|note-?taker)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"^(?:cllr|mr|mrs|ms|miss|dr|prof|rev|revd|sir|councillor)\.?\s+", re.IGNORECASE
)
_PATRONYMIC = re.compile(r"\w+(?:ович|евич|ьич|овна|евна|ична|оглы|кызы)")
_SHORT = re.compile(r"\(\s*([A-ZА-ЯЁ]{2,4})\s*\)")
_MARKER = re.compile(r"^\s*(?:[-*+•·–—]|\d+[.)])?\s*")
#: characters of a paper that its head can take
_HEAD = 4000


#: «САВЕЛЬЕВ Д. И., директор МУП «Теплосеть».» over a speech of a stenogram
_TITLED = re.compile(
    r"^[ \t]*(?P<name>[А-ЯЁ]{2,}(?:-[А-ЯЁ]+)?[ \t]+[А-ЯЁ]\.[ \t]?(?:[А-ЯЁ]\.)?)"
    r",[ \t]*(?P<office>[^\n]{3,90}?)\.?[ \t]*$",
    re.MULTILINE,
)


_SEATED = re.compile(
    r"\b(?P<office>председател[ья]|секретарь|казначей|директор|заведующ(?:ий|ая)"
    r"|ведущий)(?:[ \t]+[а-яё]+){0,2}?"
    rf"[ \t]+(?P<name>(?-i:{_WORD}[ \t]+{_INITIALS}))",
    re.IGNORECASE,
)


class Listed(NamedTuple):
    """A person as listed, the office beside the name, and the initials the paper uses."""

    name: str
    office: str
    short: str


def listed_in(text: str) -> list[Listed]:
    """The people of «Участвовали:», "Present:" and the like, on the line or on those below it."""
    head = text[:_HEAD]
    found: list[Listed] = []
    for match in sorted(
        (*_LABEL.finditer(head), *_HEADING.finditer(head)), key=lambda match: match.start()
    ):
        label = match["label"].strip(" *_")
        whole = matcher("sections", "people").fullmatch(label)
        people = whole or (match.re is _LABEL and _LISTING.match(label))
        if not people or len(label.split()) > 6:
            continue
        office = label.lower() if _OFFICE_LABEL.match(label) else ""
        for piece in _pieces(match["rest"], head, match.end()):
            one = _listed(piece, office)
            if one:
                found.append(one)
    return found + _seated(head)


def _seated(head: str) -> list[Listed]:
    """«Председатель собрания Жилин В. П., секретарь Усова Н. Г.»: offices in front of names."""
    return [
        Listed(" ".join(match["name"].split()), match["office"].lower(), "")
        for match in _SEATED.finditer(head)
    ]


def titled_in(text: str) -> list[Listed]:
    """Speakers of a stenogram with the office that stands beside the name."""
    return [
        Listed(
            re.sub(r"^[\w-]+", lambda m: m.group().title(), match["name"]),
            match["office"].lower(),
            "",
        )
        for match in _TITLED.finditer(text)
    ]


def _pieces(rest: str, head: str, at: int) -> Iterator[str]:
    """The stretches that hold one person each."""
    lines = [rest.strip(" *_")] if rest.strip(" *_") else []
    below = head[at + 1 :].split("\n")
    if not lines or rest.rstrip().endswith((",", ";")):
        for line in below:
            body = _MARKER.sub("", line, count=1).strip()
            if not body or len(body) > 110 or body.endswith(":"):
                break
            if _named(body):
                lines.append(body)
            elif line[:1].strip():
                break
    for line in lines:
        parts = re.split(r"[,;•]\s*|\s+и\s+|\s+and\s+", re.sub(r"\([^)]*\)", "", line))
        named = [part for part in parts if _named(part)]
        if len(named) <= 1 or ";" in line:
            yield from (part for part in re.split(r";\s*", line) if part.strip())
        else:
            yield from re.split(r",\s*(?![^()]*\))|\s+и\s+|\s+and\s+", line)


def _listed(piece: str, office: str) -> Listed | None:
    piece = _TITLE.sub("", piece.strip())
    match = _name_in(piece)
    if match is None:
        return None
    short = _SHORT.search(piece)
    rest = piece[: match.start()] + " " + piece[match.end() :]
    rest = _SHORT.sub("", rest).strip(" ,;.—–-()*_")
    name = without_title(re.sub(r"\s+", " ", match.group()))
    return Listed(name, (rest or office).strip(), short[1] if short else "")


def without_title(name: str) -> str:
    """A name without «Cllr», "Dr" and the like in front."""
    return _TITLE.sub("", name)


def _named(piece: str) -> bool:
    return _name_in(_TITLE.sub("", piece.strip())) is not None


def _name_in(piece: str) -> re.Match[str] | None:
    """The name in a piece of a list; in Latin letters, capitalised words in front are one."""
    spelled = _WITH_INITIALS.search(piece)
    if spelled:
        return spelled
    known = next((m for m in NAME.finditer(piece) if _is_name(m.group())), None)
    if known or re.search("[а-яё]", piece, re.IGNORECASE):
        return known
    first = NAME.match(piece)
    whole = first is not None and (" " in first.group() or first.end() == len(piece.strip()))
    return first if whole else None


def _is_name(words: str) -> bool:
    """Whether capitalised words are a person rather than an office or a firm."""
    parts = words.split()
    if re.search(_INITIALS, words):
        return True
    if len(parts) == 1:
        return is_given_name(words)
    if not re.search("[а-яё]", words):
        return is_person_name(words)
    named = [part for part in parts if is_given_name(part) or _PATRONYMIC.fullmatch(part)]
    return bool(named) or all(_is_surname(part) for part in parts)


def _is_surname(word: str) -> bool:
    return any(
        p.grammemes & {"Surn", "Name", "Patr"} and p.score >= 0.3 for p in parses(word.lower())
    )
