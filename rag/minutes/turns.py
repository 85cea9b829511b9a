"""Who speaks where in a plain text: the labels of meeting transcripts, found without guessing.

Known shapes: «Имя: слова» with or without a time stamp, chat exports (Zoom, WhatsApp), names on a
line of their own (Teams, stenograms), and dialogues whose lines begin with a dash. A text is a
meeting only where labels carry most of it and look like people; all else has no turns.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.people import is_person_name
from rag.types import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Line

_TIME = r"\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?"
_WORD = r"[^\W\d_][\w.'’-]*"
_CAPITAL = r"[^\W\d_a-zа-яё][\w.'’-]*"
_ASIDE = r"(?:\s*\([^)\n]{1,30}\))?"
#: a name: up to four words, the first with a capital; or a numbered voice
_NAME = (
    rf"(?:(?:[Сс]пикер|[Гг]олос|[Уу]частник|[Ss]peaker|SPEAKER|[Vv]oice)[ _]?\d{{1,2}}"
    rf"|{_CAPITAL}(?:[ \t]{{1,2}}(?:{_CAPITAL}|\w)){{0,3}})"
)
_EMPHASIS = r"(?:\*\*|__)?"

#: «[00:12:03] Имя: …», «Имя (10:41): …», «12.11.2025, 10:41 - Имя: …», «00:58:04<TAB>Имя:<TAB>…»
_STAMPED = re.compile(
    r"^[ \t]*(?:\[?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s+)?"
    rf"(?P<time>{_TIME})\]?(?:\s+[-–—])?"
    rf"[ \t]+(?P<name>{_WORD}(?:[ ]{_WORD}|[ ]\d+){{0,3}}){_ASIDE}"
    rf"|(?P<name2>{_WORD}(?:[ ]{_WORD}|[ ]\d+){{0,3}}){_ASIDE}[ \t]*[\[(](?P<time2>{_TIME})[\])])"
    r"[ \t]*:[ \t]*(?=\S)",
    re.MULTILINE,
)
#: «**Имя:** …», «Имя: …»
_LABEL = re.compile(
    rf"^[ \t]*{_EMPHASIS}(?P<name>{_NAME}){_ASIDE}{_EMPHASIS}[ \t]*:{_EMPHASIS}[ \t]+(?=\S)",
    re.MULTILINE,
)
#: «10:41:07 From Имя to Everyone:», the words on the same or on the next line
_CHAT = re.compile(
    rf"^[ \t]*(?:\d{{4}}-\d\d-\d\d[ \t]+)?(?P<time>{_TIME})[ \t]+(?:From|От)[ \t]+"
    r"(?P<name>.{1,60}?)[ \t]+(?:to|To|кому|Кому|для)[ \t]+[^:\n]{1,80}:[ \t]*\n?[ \t]*",
    re.MULTILINE,
)
#: «10:41:07 From Имя : слова», as older programs write it
_OLD_CHAT = re.compile(
    r"^[ \t]*(?P<time>\d{1,2}:\d\d:\d\d)[ \t]+(?:From|От)[ \t]+"
    r"(?P<name>[^:\n]{1,60}?)[ \t]*:[ \t]*\n?[ \t]*",
    re.MULTILINE,
)
#: «Олег Титов   0:11» and «Олег Титов [00:00:11]» on a line of their own
_NAME_THEN_TIME = re.compile(
    rf"^[ \t]*(?P<name>{_NAME}){_ASIDE}(?:[ \t]{{2,}}|\t|[ \t]+(?=[\[(]))"
    rf"[\[(]?(?P<time>{_TIME})[\])]?[ \t]*$\n?",
    re.MULTILINE,
)
#: «00:00:11 Олег Титов» on a line of its own
_TIME_THEN_NAME = re.compile(
    rf"^[ \t]*[\[(]?(?P<time>{_TIME})[\])]?[ \t]+(?P<name>{_NAME}){_ASIDE}[ \t]*$\n?", re.MULTILINE
)
#: «0:0:11.4 --> 0:0:15.3», the name on the next line
_RANGE = re.compile(
    r"^[ \t]*(?P<time>\d+:\d+:\d+(?:\.\d+)?)[ \t]*-->[^\n]*\n"
    rf"[ \t]*(?P<name>{_NAME}){_ASIDE}[ \t]*\n",
    re.MULTILINE,
)
#: «ТИТОВ О. В., директор.» on a line of its own
_STENOGRAM = re.compile(
    r"^[ \t]*(?P<name>[А-ЯЁ]{2,}(?:-[А-ЯЁ]+)?[ \t]+[А-ЯЁ]\.[ \t]?(?:[А-ЯЁ]\.)?)"
    r"(?:,[^\n]{1,90})?[ \t]*\n",
    re.MULTILINE,
)
_DASH = re.compile(r"^[ \t]*[—–][ \t]+(?=\S)", re.MULTILINE)
_BLANK_OR_CLOCK = re.compile(rf"^[ \t]*(?:\[?{_TIME}\]?)?[ \t]*$", re.MULTILINE)

#: words before a colon that are no people, however often they come
NOT_SPEAKERS = frozenset(
    """
    итого итог итоги встреча созвон совещание вопрос вопросы ответ ответы пример примеры важно
    внимание примечание примечания срок сроки ответственный ответственные решили решение решения
    слушали выступили постановили участники присутствовали были дата тема темы повестка цель цели
    задача задачи план статус ссылка ссылки адрес телефон почта кому от копия автор источник дано
    доказательство определение следствие теорема шаг вывод выводы например плюсы минусы результат
    note notes todo question questions answer answers example warning tip date time subject to cc
    from agenda attendees present apologies action actions decision decisions summary total status
    location topic result results step input output name title author source q a p s http https
    председатель секретарь докладчик фио должность контакты итак первое второе третье отв
    """.split()
)
_MIN_TURNS = 3
_MIN_SHARE = 0.5
_MIN_DASHES = 6
_MIN_DASH_SHARE = 0.75
#: characters of a turn looked at for the pronouns of talk
_LOOK = 200
_PRONOUN = re.compile(
    r"\b(?:я|мы|ты|вы|мне|нам|тебе|вам|меня|тебя|давай(?:те)?|i|we|you|me|us|i'll|let's|i'm)\b",
    re.IGNORECASE,
)
_SPELLED_NAME = re.compile(r"^(\w+)(\s+\w\.\s?(?:\w\.)?)$")


class _Start(NamedTuple):
    """The label of a turn: its place, where the words begin, and what it says."""

    at: int
    words: int
    name: str | None
    time: str | None


def find_turns(text: str, lines: Sequence[Line] = ()) -> tuple[Turn, ...]:
    """The turns of a meeting's plain text, in order; () where the text is no meeting.

    `lines` maps offsets to physical lines; without it, lines are counted by their ends.
    Deterministic, linear in the length of the text.
    """
    for read in (_chat, _ranges, _headed, _stamped, _labelled, _dialogue):
        found = read(text)
        if found:
            return tuple(_numbered(found, text, lines))
    return ()


def clean_name(name: str) -> str:
    """A label as a person's name: one kind of space, no «(Гость)», capitals only in front."""
    name = re.sub(r"\s*\([^)]*\)", "", name)
    name = re.sub(r"\s+", " ", name).strip(" *_\t")
    spelled = _SPELLED_NAME.match(name)
    if spelled and spelled[1].isupper() and len(spelled[1]) > 1:
        return spelled[1].title() + spelled[2]
    return name


def _starts(pattern: re.Pattern[str], text: str) -> list[_Start]:
    found = []
    for match in pattern.finditer(text):
        groups = match.groupdict()
        name = clean_name(groups.get("name") or groups.get("name2") or "") or None
        time = groups.get("time") or groups.get("time2")
        found.append(_Start(match.start(), match.end(), name, time))
    return found


def _spans(
    starts: Sequence[_Start], text: str, *, paragraphs: bool, stops: Sequence[int] = ()
) -> list[tuple[_Start, int]]:
    """Each start with the end of its words: the next start, or sooner a line that is no speech."""
    borders = sorted([*(start.at for start in starts), *stops, len(text)])
    found = []
    position = 0
    for start in starts:
        while borders[position] <= start.at:
            position += 1
        end = borders[position]
        gap = _BLANK_OR_CLOCK.search(text, text.find("\n", start.words, end) + 1, end)
        if not paragraphs and gap and "\n" in text[start.words : end]:
            end = gap.start()
        while end > start.words and text[end - 1].isspace():
            end -= 1
        if end > start.words:
            found.append((start, end))
    return found


def _chat(text: str) -> list[tuple[_Start, int]]:
    """The messages of a chat; with nothing before them, blank lines are a part of them."""
    for pattern, least in ((_CHAT, 1), (_OLD_CHAT, 2)):
        starts = _starts(pattern, text)
        if len(starts) >= least:
            alone = not text[: starts[0].at].strip()
            return _spans(starts, text, paragraphs=alone)
    return []


def _ranges(text: str) -> list[tuple[_Start, int]]:
    starts = [s for s in _starts(_RANGE, text) if s.name]
    return _enough(_spans(starts, text, paragraphs=False), 2)


def _headed(text: str) -> list[tuple[_Start, int]]:
    """Names on lines of their own: Teams with times, stenograms in capitals."""
    for pattern in (_NAME_THEN_TIME, _TIME_THEN_NAME, _STENOGRAM):
        starts = _starts(pattern, text)
        speakers = Counter(start.name for start in starts)
        if len(starts) >= _MIN_TURNS and len(speakers) < len(starts):
            return _spans(starts, text, paragraphs=True)
    return []


def _stamped(text: str) -> list[tuple[_Start, int]]:
    every = _starts(_STAMPED, text)
    starts = [s for s in every if s.name and not _is_stop(s.name)]
    stops = [s.at for s in every if s.name and _is_stop(s.name)]
    if _share(starts, stops, text) < _MIN_SHARE:
        return []
    return _enough(_spans(starts, text, paragraphs=False, stops=stops), _MIN_TURNS)


def _labelled(text: str) -> list[tuple[_Start, int]]:
    every = _starts(_LABEL, text)
    if len(every) < _MIN_TURNS:
        return []
    counts = Counter(s.name for s in every if s.name and not _is_stop(s.name))
    repeated = {name for name, count in counts.items() if count > 1}
    candidates = {name for name in counts if name in repeated or is_person_name(name)}
    starts = [s for s in every if s.name in candidates]
    speakers = {s.name for s in starts}
    if len(starts) < _MIN_TURNS or len(speakers) < 2 or not repeated & candidates:
        return []
    if _share(starts, [], text) < _MIN_SHARE or not _are_people(starts, text):
        return []
    stops = [s.at for s in every if s.name not in candidates]
    return _spans(starts, text, paragraphs=False, stops=stops)


def _dialogue(text: str) -> list[tuple[_Start, int]]:
    dashes = _starts(_DASH, text)
    if len(dashes) < _MIN_DASHES or _share(dashes, [], text) < _MIN_DASH_SHARE:
        return []
    spans = _spans(dashes, text, paragraphs=False)
    asked = sum(text[start.words : end].rstrip().endswith("?") for start, end in spans)
    return spans if asked >= 2 else []


def _enough(spans: list[tuple[_Start, int]], least: int) -> list[tuple[_Start, int]]:
    return spans if len(spans) >= least else []


def _is_stop(name: str) -> bool:
    return name.split()[0].lower().strip(".") in NOT_SPEAKERS or name.lower() in NOT_SPEAKERS


def _share(starts: Sequence[_Start], stops: Sequence[int], text: str) -> float:
    """The share of lines that are not blank and begin or continue a turn's paragraph."""
    if not starts:
        return 0.0
    begun = {start.at for start in starts} | set(stops)
    paragraphs = inside = 0
    speaking = False
    offset = 0
    for line in text.split("\n"):
        if offset in begun:
            speaking = True
        elif not line.strip():
            speaking = False
        if line.strip():
            paragraphs += 1
            inside += speaking
        offset += len(line) + 1
    return inside / paragraphs if paragraphs else 0.0


def _are_people(starts: Sequence[_Start], text: str) -> bool:
    """Whether the labels are known names, or else the words are those of people talking."""
    speakers = {start.name for start in starts if start.name}
    known = sum(map(is_person_name, speakers))
    if known * 3 >= len(speakers):
        return True
    lines = (text[start.words : start.words + _LOOK].split("\n")[0] for start in starts)
    personal = sum(_PRONOUN.search(line) is not None for line in lines)
    return len(starts) >= 2 * len(speakers) and personal * 3 >= len(starts)


def _numbered(
    spans: Sequence[tuple[_Start, int]], text: str, lines: Sequence[Line]
) -> Iterator[Turn]:
    """Turns with the physical line their words begin on."""
    number, counted, at_line = 1, 0, 0
    for start, end in spans:
        if lines:
            while at_line + 1 < len(lines) and lines[at_line + 1].start <= start.words:
                at_line += 1
            number = lines[at_line].number
        else:
            number += text.count("\n", counted, start.words)
            counted = start.words
        yield Turn(start.name, text[start.words : end], number, start.time, start.words, end)
