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
_CAPITAL = r"[^\W\d_a-zа-яё][\w'’]*(?:-[^\W\d_a-zа-яё][\w'’]*)?"
_WORD = r"[^\W\d_a-zа-яё][\w'’]+(?:-[^\W\d_a-zа-яё][\w'’]*)?"
#: «Дёмин К. О.», «К. О. Дёмин», «Дёмин Константин Олегович», "Joan Tully", "Dana O'Neil"
NAME = re.compile(rf"{_WORD}\s+{_INITIALS}|{_INITIALS}\s?{_WORD}|{_WORD}(?:\s+{_WORD}){{0,2}}")
_LABEL = re.compile(
    r"^[ \t]*[*_#>-]*\s*(?P<label>(?:на\s+(?:заседании|совещании|встрече|собрании)\s+)?[^\W\d_][^:\n|]{2,40}?)"
    r"[*_]*\s*(?::[*_]*|—|–)[ \t]*(?P<rest>[^\n]*)$",
    re.MULTILINE,
)
_LISTING = re.compile(
    r"(?:участник|участвова|присутств|приглаш|член|состав|отсутств|председател|секретар|вел[аи]?\b|вёл\b"
    r"|вед[её]т|ведущ|записыва|протокол(?:ист)?\b|докладчик|модератор|были\b|созвал|attend|present|participant"
    r"|apolog|regret|chair|secretary|minutes|minuted|note|facilitat|host|who\s+was|on\s+the\s+call|absent"
    r"|member|trustee|councillor|clerk|scribe)",
    re.IGNORECASE,
)
#: offices that a label itself gives («Секретарь: Носкова Е. М.»)
_OFFICE_LABEL = re.compile(
    r"^(?:секретарь|председатель(?:ствующий)?|ведущий|модератор|протоколист|chair(?:man|woman|person)?"
    r"|secretary|treasurer|clerk|facilitator|note-?taker)\b",
    re.IGNORECASE,
)
_PATRONYMIC = re.compile(r"\w+(?:ович|евич|ьич|овна|евна|ична|оглы|кызы)")
_SHORT = re.compile(r"\(\s*([A-ZА-ЯЁ]{2,4})\s*\)")
_MARKER = re.compile(r"^\s*(?:[-*+•·–—]|\d+[.)])?\s*")
#: characters of a paper that its head can take
_HEAD = 4000


#: «САВЕЛЬЕВ Д. И., директор МУП «Теплосеть».» over a speech of a stenogram
_TITLED = re.compile(
    r"^[ \t]*(?P<name>[А-ЯЁ]{2,}(?:-[А-ЯЁ]+)?[ \t]+[А-ЯЁ]\.[ \t]?(?:[А-ЯЁ]\.)?),[ \t]*(?P<office>[^\n]{3,90}?)\.?[ \t]*$",
    re.MULTILINE,
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
    for match in _LABEL.finditer(head):
        label = match["label"].strip(" *_")
        people = matcher("sections", "people").match(label) or _LISTING.match(label)
        if not people or len(label.split()) > 6:
            continue
        office = label.lower() if _OFFICE_LABEL.match(label) else ""
        for piece in _pieces(match["rest"], head, match.end()):
            one = _listed(piece, office)
            if one:
                found.append(one)
    return found


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
        names = [m for m in NAME.finditer(line) if _is_name(m.group())]
        parts = re.split(r"[,;•]\s*|\s+и\s+|\s+and\s+", re.sub(r"\([^)]*\)", "", line))
        named = [part for part in parts if _named(part)]
        if len(named) <= 1 or ";" in line:
            yield from (part for part in re.split(r";\s*", line) if part.strip())
        elif len(names) == 1:
            yield line
        else:
            yield from re.split(r",\s*(?![^()]*\))|\s+и\s+|\s+and\s+", line)


def _listed(piece: str, office: str) -> Listed | None:
    match = next((m for m in NAME.finditer(piece) if _is_name(m.group())), None)
    if match is None:
        return None
    short = _SHORT.search(piece)
    rest = piece[: match.start()] + " " + piece[match.end() :]
    rest = _SHORT.sub("", rest).strip(" ,;.—–-()*_")
    return Listed(
        re.sub(r"\s+", " ", match.group()), (rest or office).strip(), short[1] if short else ""
    )


def _named(piece: str) -> bool:
    return any(_is_name(match.group()) for match in NAME.finditer(piece))


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
