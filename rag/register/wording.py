"""What a question says of the register: its kind, what it narrows by, the days it names.

The tables are of whole turns of phrase; a question that has none of them may still be about a
promise («кто заказывает торт?»), which its rows alone can tell: see `may_ask`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from rag.words import STOP_WORDS, fold, stem, words

Wanted = Literal["promises", "decisions"]

_PROMISES = re.compile(
    r"\b(?:(?:по)?обеща\w*|обязал\w*|обязательств\w*|взял\w* на себя|поручени\w*|поручил\w*|"
    r"поручен\w?|кто (?:и )?что (?:должен|делает|сделает|взял)|кто (?:должен|за что|отвечает|"
    r"ответствен\w+|мне долж\w+|нам долж\w+)|кто мне (?:что )?(?:долж\w+|обеща\w+)|"
    r"что (?:должн?[аы]?|должен) (?:был\w* )?(?:сделать|подготовить|прислать)|"
    r"что (?:я|мы|мне|нам|[а-яё]+) (?:ещё |еще )?долж(?:ен|на|ны)|за что (?:я )?отвеча\w+|"
    r"(?:какие|что за|мои|список|чьи) (?:\w+ )?(?:задач|дел|долг|обязанност)\w* "
    r"(?:у|на|за|без|висит|висят)|"
    r"^мои (?:задачи|дела|долги)|^что (?:за мной|на мне|за кем|на ком|мне делать)\b|"
    r"^что (?:уже |ещё |еще |у нас |сейчас )*просроч\w+|"
    r"просроченн\w+ (?:задач|дел|обещан|поручен)\w*|"
    r"^что (?:ещё |еще )?не (?:сделано|выполнено|закрыто)|"
    r"(?:за)?дач\w+ без (?:срок|ответствен|владел)\w*|"
    r"(?:за)?дач\w+ (?:с|по итогам|после|на) (?:встреч|совещани|план[её]рк|созвон)\w*|"
    r"^(?:что|какие \w+) (?:у нас )?отмен(?:или|ено|ены)(?=\W*$)|"
    r"открыт\w+ (?:задач|обещан|поручен)\w*|"
    r"open (?:tasks|promises|items)|"
    r"what (?:was|got|has been|did we) (?:cancell?ed|cancel|dropped|drop)(?=\W*$)|"
    r"(?:tasks|items|promises) (?:\w+ )?(?:without|with no|no) (?:an? )?(?:owner|date|deadline)s?|"
    r"promis\w*|commit(?:ted|ments?)|action items?|to-?dos?|agreed? to (?:do|send|take)|"
    r"who (?:will|is going to|should|has to|agreed|took on|owes?)|what do i owe|owe[sd]? (?:me|us)|"
    r"what(?:'s| is| are| tasks are)? (?:still )?(?:overdue|outstanding|past due)|overdue (?:tasks|"
    r"items|promises)|(?:tasks|items|promises) (?:\w+ ){0,3}overdue|"
    r"what (?:should|must|does|did|will|do|is|has) \w+(?: \w+)? (?:\w+ )?"
    r"(?:do|send|deliver|prepare|"
    r"supposed to|have to|need to|owe)|what am i supposed to|what do i (?:have|need) to)\b",
    re.IGNORECASE,
)
#: «что за Олегом?», «что на Ольге?»: whose tasks, where the name is somebody's
WHOSE = re.compile(
    r"^\W*что (?:за|на|у|висит на) (?P<who>[а-яё.]+(?: [а-яё.]+){0,2})\W*$", re.IGNORECASE
)
_DECISIONS = re.compile(
    r"\b(?:(?:какие|что за|перечисли\w*|список) (?:\w+ )?решени\w*|что (?:\w+ )?решили|"
    r"(?:о ч[её]м|что) договорились|what (?:was|were|did \w+) (?:\w+ )?(?:decided?|agreed?)|"
    r"(?:which|what|list) (?:the )?decisions?)\b",
    re.IGNORECASE,
)
#: a question that may be about a promise, if there is one of these very words
_MAY = re.compile(
    r"^\W*(?:(?:а|и|ну) )?(?:кто\b|когда\b|(?:к|до|на) (?:какому|какого|какое|какой|какую) "
    r"(?:сроку?|числ\w+|дат\w+|дн\w+)|чем (?:\w+ )?(?:закончил|кончил)\w+|"
    r"что (?:там |у нас )?(?:с|со|по)\b|как (?:там )?(?:дела )?(?:с|со)\b|"
    r"нуж(?:ен|на|но|ны) ли|готов\w* ли|\w+(?:л|ла|ло|ли) ли\b|что (?:должен|должна|должны)\b|"
    r"\w{2,}[еи]м\b|что \w+(?:[её]т|ит|[уюая]т)\b|у кого\b|"
    r"who\b|when\b|by when\b|did \w+|has \w+|have \w+|does \w+|do we\b|is \w+|are \w+|"
    r"what (?:is|will) \w+ \w+|what (?:happened|about|became|is the status)|what's the status)",
    re.IGNORECASE,
)
#: the past of somebody: history books are asked so, registers are not
_BOOKISH = re.compile(
    r"^\W*(?:кто (?:был\w*|стал\w*|изобр\w+|написал\w*|открыл\w*|основал\w*|так\w+)|"
    r"когда (?:был\w*|родил\w+|умер\w*|основ\w+|постро\w+|начал\w*|закончил\w*|произош\w+|"
    r"появил\w+)|"
    r"who (?:was|were|invented|wrote|founded|discovered|won|did)|when (?:was|were|did))\b",
    re.IGNORECASE,
)
WHO = re.compile(
    r"^\W*(?:а |и |ну )?(?:кто\b|кому\b|за кем\b|на ком\b|who\b|whose\b)", re.IGNORECASE
)
WHEN = re.compile(
    r"^\W*(?:а |и |ну )?(?:когда\b|(?:к|до|на) как\w+ (?:сроку?|числ\w+|дат\w+)|when\b|by when\b)",
    re.IGNORECASE,
)
#: what is open alone is asked for: who still owes it
STILL = re.compile(
    r"\b(?:долж(?:ен|на|ны)|отвеча\w+|открыт\w+|просроч\w+|не (?:сделано|выполнено|закрыто)|"
    r"has to|have to|should|must|owes?|supposed|overdue|outstanding|open|need to|needs to)\b",
    re.IGNORECASE,
)
OVERDUE = re.compile(r"\b(?:просроч\w+|overdue|past due)\b", re.IGNORECASE)
NO_DATE = re.compile(
    r"\bбез (?:срок\w*|дат\w*|дедлайн\w*)|"
    r"\b(?:without|with no|no) (?:an? )?(?:due date|date|deadline)s?\b",
    re.IGNORECASE,
)
NO_OWNER = re.compile(
    r"\bбез (?:ответствен\w+|владел\w+|исполнител\w+|хозяин\w*)|"
    r"\b(?:without|with no|no) (?:an? )?owners?\b|\b(?:unassigned|unowned)\b",
    re.IGNORECASE,
)
CANCELLED = re.compile(r"\b(?:отмен(?:или|ено|[её]нн\w+|ены)|cancell?ed|dropped)\b", re.IGNORECASE)
ME_OWING = re.compile(
    r"\b(?:(?:я|на мне|за мной|мои|у меня|мне делать)\b|i\b|am i\b|my\b|mine\b)", re.IGNORECASE
)
TO_ME = re.compile(
    r"\b(?:(?:мне|передо мной|перед мной) (?:\w+ )?(?:долж\w+|обеща\w+|обязал\w+)|"
    r"(?:долж\w+|обеща\w+) (?:\w+ )?мне\b|кто мне|что мне (?:долж\w+|обеща\w+)|"
    r"(?:owe[sd]?|promised?|to|for) me\b)",
    re.IGNORECASE,
)
#: a name behind these is whom it is owed to
OWED = re.compile(
    r"\b(?:(?:по)?обеща(?:л|ла|ли)|долж(?:ен|на|ны)|обязал\w+|перед)\b",
    re.IGNORECASE,
)
#: Words of such questions that narrow nothing.
_FRAME = frozenset(
    stem(fold(word))
    for word in """
    обещал обещала обещали обещает обещание обещания пообещал обязался обязательства взял
    взяла взяли себя поручение поручения поручил поручили поручено должен должна должны
    сделать делает сделает делаем делаете делать задача задачи задачу дела отвечает отвечаю
    вчера сегодня вчерашней ответственный ответственного ответственных владельца исполнителя
    просрочено просроченные просроченных закончилось кончилось готов готова готово нужен нужна
    сделал сделала сделали напомни открытые отменили отменено статус висит
    сейчас следующий следующая следующее следующего
    сегодняшней прошлой прошлом последней последнем неделе неделю люди человек участник
    участники коллеги решение решения решили принял приняли принято список
    перечисли покажи дай кому именно всего итоги итогам срок сроки сроку числу дата даты
    promise promised promises promising commit committed commitments commitment action item
    items todo todos agree agreed people person anyone everyone someone deliver send do take
    took taken should must owe owes decision decisions decided decide list show give deadline
    deadlines due date dates going last today yesterday week overdue outstanding supposed need
    needs still without owner status happened became open task tasks done ready finished doing
    next remind cancelled canceled dropped open
    """.split()
)
#: The same, where the stem is that of a thing: «договор».
_WHOLE = frozenset({"договорились", "договорился", "договорилась"})
#: Words for a meeting: they choose meetings by their titles and are no topic.
MEETING = frozenset(
    stem(fold(word))
    for word in """
    встреча встрече встречи встречах совещание совещании совещания собрание собрании планерка
    планёрке летучка летучке оперативка оперативке стендап стендапе митинг созвон созвоне
    звонке звонок протокол протоколе meeting meetings call calls minutes
    """.split()
)
#: What a meeting is about, by a word beside one for a meeting.
SUBJECT = re.compile(
    r"\b(?:(?:встреч|совещани|собрани|план[её]рк|летучк|оперативк|стендап|митинг|созвон|звонк)\w*"
    r"\s+(?:по|про|об?|насч[её]т)|(?:meeting|call)s?\s+(?:about|on)(?:\s+the)?)"
    r"\s+(?P<after>[^\W\d_]+)"
    r"|\b(?:at|in|on|from|of|during)(?:\s+the)?"
    r"\s+(?!the\b)(?P<before>[^\W\d_]+)\s+(?:meeting|call)s?\b",
    re.IGNORECASE,
)
_MONTHS = (
    *(("январ", "jan"), ("феврал", "feb"), ("март", "mar"), ("апрел", "apr"), ("май", "may")),
    *(("июн", "jun"), ("июл", "jul"), ("август", "aug"), ("сентябр", "sep"), ("октябр", "oct")),
    *(("ноябр", "nov"), ("декабр", "dec")),
)
_DAY = re.compile(
    r"(?P<by>\b(?:к|до|не позднее|by|before|until|till)\s+(?:the\s+)?)?(?:"
    r"\b(?P<d1>\d{1,2})(?:-?(?:го|му|е|th|st|nd|rd))?\s+(?:of )?(?P<m1>[а-яё]{3,}|[a-z]{3,})\b"
    r"|\b(?P<m2>[a-z]{3,}) (?P<d2>\d{1,2})\b"
    r"|\b(?P<d3>\d{1,2})\.(?P<m3>\d{1,2})(?:\.(?P<y3>\d{4}))?\b"
    r"|\b(?P<y4>\d{4})-(?P<m4>\d{2})-(?P<d4>\d{2})\b)(?:\s+(?P<y1>20\d\d)\b)?",
    re.IGNORECASE,
)


def wanted(question: str) -> Wanted | None:
    """Whether a question asks for promises or decisions outright."""
    if _PROMISES.search(question) or WHOSE.match(question):
        return "promises"
    return "decisions" if _DECISIONS.search(question) else None


def may_ask(question: str) -> bool:
    """Whether a question may be about a promise, should there be one of these words."""
    return bool(_MAY.match(question)) and not _BOOKISH.match(question)


def topic_of(question: str) -> list[str]:
    """The words that narrow the question, each once."""
    found = (word for word in dict.fromkeys(words(question)) if word not in STOP_WORDS)
    return [w for w in found if w not in _WHOLE and stem(w) not in _FRAME | MEETING]


class Day:
    """A day of the calendar that a question names: month, day, and the year where it says one."""

    def __init__(self, month: int, day: int, year: int | None, *, by: bool, span: tuple[int, int]):
        self.month, self.day, self.year = month, day, year
        self.by = by  # «к 12 ноября»: a deadline, not the day of a meeting
        self.span = span

    @property
    def key(self) -> str:
        """Month and day as MM-DD."""
        return f"{self.month:02}-{self.day:02}"

    def near(self, other: date) -> date | None:
        """The day of the year that is nearest to another day, or of its own; None for 31.02."""
        years = [self.year] if self.year else [other.year - 1, other.year, other.year + 1]
        days = []
        for year in years:
            try:
                days.append(date(year, self.month, self.day))
            except ValueError:
                continue
        return min(days, key=lambda day: abs((day - other).days), default=None)


def day_of(question: str) -> Day | None:
    """The first day of the calendar that a question names."""
    for match in _DAY.finditer(question):
        part = match.groupdict()
        day = part["d1"] or part["d2"] or part["d3"] or part["d4"]
        number = part["m3"] or part["m4"]
        month = int(number) if number else _month(part["m1"] or part["m2"])
        year = part["y4"] or part["y3"] or part["y1"]
        if month and 1 <= month <= 12 and 1 <= int(day) <= 31:
            by, span = part["by"] is not None, match.span()
            return Day(month, int(day), int(year) if year else None, by=by, span=span)
    return None


def _month(word: str) -> int | None:
    folded = fold(word)
    if folded in ("мая", "мае"):
        return 5
    return next((n for n, heads in enumerate(_MONTHS, 1) if folded.startswith(heads)), None)
