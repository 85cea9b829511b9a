"""Whether a text is minutes or a protocol, by the marks such papers carry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.lexicon import family
from rag.minutes.morphology import reading
from rag.minutes.paper.fields import label_of
from rag.minutes.paper.lines import (
    BULLET,
    CHECKBOX,
    OWNER_FIELD,
    heading_of,
    rows_of,
    section_of,
)
from rag.minutes.people.given_names import is_person_name
from rag.minutes.people.headers import lists_people
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Turn
    from rag.words import Language

#: «СЛУШАЛИ:», «Решили (единогласно):», "RESOLVED:" are labels; other words before a colon may be
#: a tale («Решили они так:»)
_VERBS = re.compile(
    r"^[ \t\d.*#]{0,12}(?:слушали|решили|постановили|выступили|поручили|resolved)\b"
    r"(?P<label>[*_]{0,2}(?:[ \t]\([^()\n]{0,60}\)|[ \t](?:единогласно|следующее))?[ \t*_]{0,6}:)?"
    r"(?(label)|[^\n]{0,80}?:)",
    re.I | re.M,
)
_ACTION = re.compile(
    r"(?:^|[.)]\s)[ \t*_>-]{0,12}(?:action(?:\s(?:item|point))?s?|ap|ai)(?:\s?\d+)?[ \t*_]{0,6}"
    r"(?:[:–—]|-\s)[ \t*_]{0,6}(?P<owned>(?-i:@?[A-Z][\w.'’-]*(?:[ \t&,]+[A-Z][\w.'’-]*)*"
    r"(?:[ \t]+(?:to|will)\b|[ \t]*(?:[–—-]|$))))?",
    re.I | re.M,
)
_TITLE = re.compile(
    r"\b(?:протокол|совещани|заседани|собрани|встреч|созвон|синк|синхр|летучк|план[её]рк|оперативк|пятиминутк|стенограмм"
    r"|ретро|minutes|meeting|\bcall\b|sync\b|stand-?up|catch-?up|retro|notes\s+(?:of|from)|(?:call|team|project|board|weekly|planning)\s+notes|1:1|one-to-one|debrief)",
    re.I,
)
_ORDER = re.compile(
    r"^[ \t]*(?:[\d.)]{1,9}[ \t]+)?(?:поручить|рекомендовать|обязать)\s+\w", re.I | re.M
)
_NAMED = re.compile(r"^(?P<name>[^\W\d_][\w.'’ -]{1,30}?)\s*(?::|[—–]|\s-\s)\s*\S")
#: a title that names a meeting and its day
_DATED_TITLE = re.compile(r"\d{1,2}[./]\d{1,2}|\d{4}|\d{1,2}\s+[^\W\d_]{3,}")
_ENOUGH = 2
#: share of turns that begin as tasks are told from which they are a list of tasks
_TOLD_SHARE = 0.6
#: the same where nobody asks or speaks of himself or to another
_SILENT_SHARE = 0.3
_TALK = re.compile(
    r"\?|\b(?:я|мы|ты|вы|мне|нам|тебе|вам|меня|нас|тебя|вас|мой|наш|давай\w*|i|we|you|me|us|my|our|let's"
    r"|i'll|i'm|we'll)\b",
    re.IGNORECASE,
)
#: characters that tell whether a text is a protocol, and those its title is in
_SAMPLE = 200_000
_HEAD = 400
#: entries that begin with a person's name from which a list of them is a mark
_NAMED_ENTRIES = 2
#: bullets under a title that names a meeting and its day
_BULLETS = 3


def is_protocol(text: str) -> bool:
    """Whether a text carries the marks of minutes: fields, checkboxes, task tables, attendance."""
    total = 0
    for weight in _weights(text[:_SAMPLE]):
        total += weight
        if total >= _ENOUGH:
            return True
    return False


def lists_tasks(turns: Sequence[Turn], language: Language) -> bool:
    """Whether lines that read as turns are a list of tasks: «Олег: позвонить электрикам»."""
    told = sum(_is_told(turn.text, language) for turn in turns)
    silent = not any(_TALK.search(turn.text) for turn in turns)
    return bool(turns) and told >= (_SILENT_SHARE if silent else _TOLD_SHARE) * len(turns)


def _is_told(words: str, language: Language) -> bool:
    """Whether words begin as a task is told: with an infinitive, or an English verb as it is."""
    first = re.match(r"\W*([^\W\d_]+)", words)
    if first is None or words.rstrip().endswith("?"):
        return False
    word = fold(first[1])
    if language == "en":
        return word in family("en", "verb")
    return word != "есть" and reading(word, "INFN", at_least=0.3) is not None


def _weights(text: str) -> Iterator[int]:
    """What each mark that a text carries counts.

    A label of an owner alone makes no minutes (contracts and orders have it too), and a list of
    boxes to tick is one mark whatever stands over it.
    """
    yield max((1 + bool(match["label"]) for match in _VERBS.finditer(text)), default=0)
    yield any(_opens(text, match.start()) for match in OWNER_FIELD.finditer(text))
    actions = [match["owned"] for match in _ACTION.finditer(text)]
    yield bool(actions) + any(actions)
    yield bool(_TITLE.search(text[:_HEAD]))
    first = next((line for line in text[:_HEAD].split("\n") if line.strip()), "")
    listed = len(re.findall(r"^[ \t]*[-*•–][ \t]+\S", text, re.MULTILINE)) >= _BULLETS
    yield bool(_TITLE.search(first) and _DATED_TITLE.search(first) and listed)
    yield lists_people(text)
    yield bool(_ORDER.search(text))
    yield from _weights_of_lines(text)


def _weights_of_lines(text: str) -> Iterator[int]:
    """What tables, headings, boxes and entries of tasks count."""
    named = tasks = 0
    for row in rows_of(text):
        line = text[row.start : row.end]
        if not line.strip():
            continue
        if _heads_tasks(line):
            yield 2
        opening = row.start == 0 and line.rstrip()[-1] not in ".!?;"
        title = len(line) < 80 and (opening or heading_of(text, row))
        tasks += bool(title and section_of(line) in ("tasks", "review")) or bool(
            CHECKBOX.match(line)
        )
        bullet = BULLET.match(line)
        entry = _NAMED.match(bullet["body"] if bullet else line)
        named += entry is not None and is_person_name(entry["name"])
        if tasks == 1 or named == _NAMED_ENTRIES:
            yield 1
            tasks, named = tasks + 1, named + 1


def _opens(text: str, at: int) -> bool:
    """Whether a label stands where a field can: not in the middle of a sentence."""
    return (
        re.search(r"(?:^|[.;,:!?(\[|—–*_-]|\n|\s{2,})\s*[*_]*$", text[max(0, at - 12) : at])
        is not None
    )


def _heads_tasks(line: str) -> bool:
    """Whether a line heads a table with a column of tasks and one of those who do them."""
    cells = [cell.strip(" *_") for cell in re.split(r"\||\t+| {2,}", line) if cell.strip()]
    if not 2 <= len(cells) <= 9 or any(len(cell) > 40 for cell in cells):
        return False
    kinds = {label_of(cell) for cell in cells}
    return "owner" in kinds and bool(kinds & {"task", "column", "due"})
