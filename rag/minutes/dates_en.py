"""English deadline phrases: patterns over folded text and what they mean; see `dates_ru`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes import periods
from rag.minutes.phrases import Days, Rule

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from rag.minutes.periods import Part

Match = re.Match[str]

_CARDINALS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen".split(),
        1,
    )
} | {"a": 1, "an": 1, "a couple of": 2, "couple of": 2, "twenty": 20, "thirty": 30}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
        "twentieth".split(),
        1,
    )
} | {"thirtieth": 30}
_WEEKDAYS = tuple(
    rf"{full}|{short}"
    for full, short in (
        ("monday", "mon"),
        ("tuesday", "tues?"),
        ("wednesday", "wed"),
        ("thursday", "thurs?|thu"),
        ("friday", "fri"),
        ("saturday", "sat"),
        ("sunday", "sun"),
    )
)
_MONTHS = tuple(
    "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug "
    "september|sept?|sep october|oct november|nov december|dec".split()
)
_SEASONS = ("winter", "spring", "summer", "autumn|fall")

ORDINAL = (
    r"(?:(?:twenty|thirty)-?\s?)?(?:"
    + "|".join(sorted(_ORDINALS, key=len, reverse=True))
    + r")|\d{1,2}(?:st|nd|rd|th)"
)
DAY = rf"(?:{ORDINAL}|\d{{1,2}})"
CARDINAL = r"(?:\d{1,3}|" + "|".join(sorted(_CARDINALS, key=len, reverse=True)) + ")"
WEEKDAY = "(?:" + "|".join(_WEEKDAYS) + ")"
MONTH = "(?:" + "|".join(_MONTHS) + ")"
YEAR = r"(?:,?\s+(?P<year>20\d\d))?"

OPEN = (
    r"by|before|until|till|til|no\s+later\s+than|not\s+later\s+than|due(?:\s+by|\s+on)?|"
    r"deadline:?(?:\s+is)?|at\s+the\s+latest\s+by"
)
FROM = r"from|starting|as\s+of|since"
TOPIC = r"for|of|about|after|last|every|each"
LEAD = (
    rf"(?:(?:(?P<open>{OPEN})|(?P<from>{FROM})|(?P<topic>{TOPIC})|on|in(?!\s+(?:by|on|before|until))|at|sometime|maybe|"
    r"first\s+thing(?:\s+on)?|the\s+morning\s+of|(?:the\s+)?end\s+of\s+(?:the\s+)?day|eod|cob|noon|lunch(?:time)?)\s+){0,3}(?:the\s+)?"
)
TAIL = (
    r"(?:,?\s+(?:morning|afternoon|evening|night|lunchtime|noon|at\s+the\s+latest|first\s+thing|"
    r"(?:at|by|before)\s+(?:\d{1,2}(?::\d\d)?\s*(?:am|pm|o'clock)?|noon|midday|lunch(?:time)?)|"
    r"end\s+of\s+day|eod)(?!\w))*"
)


def cardinal(words: str) -> int:
    """2 for "two", "a couple of", "2"."""
    return int(words) if words.isdigit() else _CARDINALS[re.sub(r"\s+", " ", words)]


def ordinal(words: str) -> int:
    """23 for "twenty-third", "23rd", "23"."""
    digits = re.match(r"\d+", words)
    if digits:
        return int(digits.group())
    tens, _, last = words.replace("-", " ").rpartition(" ")
    return _ORDINALS[last] + {"": 0, "twenty": 20, "thirty": 30}[tens]


def _index(word: str, patterns: tuple[str, ...]) -> int:
    return next(i for i, pattern in enumerate(patterns) if re.fullmatch(pattern, word))


def weekday(word: str) -> int:
    """4 for "fri"."""
    return _index(word, _WEEKDAYS)


def month_number(word: str) -> int:
    """11 for "nov"."""
    return _index(word, _MONTHS) + 1


def _part(match: Match) -> Part | None:
    word = match["part"]
    if not word:
        return None
    if re.match(r"early|(?:the\s+)?(?:beginning|start)", word):
        return "start"
    return "middle" if re.match(r"mid|(?:the\s+)?middle", word) else "end"


def _iso(match: Match, base: date) -> Days | None:
    return Days.one(
        periods.day_in_year(base, int(match["day"]), int(match["month"]), int(match["year"]))
    )


def _day_month(match: Match, base: date) -> Days | None:
    year = int(match["year"]) if match["year"] else None
    return Days.one(
        periods.day_in_year(base, ordinal(match["day"]), month_number(match["month"]), year)
    )


def _day_only(match: Match, base: date) -> Days | None:
    return Days.one(periods.next_day_of_month(base, ordinal(match["day"])))


def _day_range(match: Match, base: date) -> Days | None:
    first = periods.next_day_of_month(base, ordinal(match["day"]))
    last = first and periods.next_day_of_month(first, ordinal(match["day2"]))
    return Days(first, last) if first and last else None


def _offset(days: int, *, open_start: bool = False) -> Callable[[Match, date], Days]:
    def read(_match: Match, base: date) -> Days:
        """The same days whatever the match."""
        day = periods.plus(base, days)
        return Days(None if open_start else day, day)

    return read


def _weekday(match: Match, base: date) -> Days:
    number = weekday(match["weekday"])
    if match["next"]:
        return Days.one_day(periods.weekday_of_week(base, number, 1))
    day = periods.next_weekday(base, number)
    return Days.one_day(periods.plus(day, 7) if match["plus"] else day)


def _weekdays(match: Match, base: date) -> Days:
    first = periods.next_weekday(base, weekday(match["weekday"]))
    return Days(first, periods.next_weekday(first, weekday(match["weekday2"])))


def _after(number: int, unit: str, base: date) -> date:
    """The day that is `number` units after the base day."""
    if re.match(r"business|working|work", unit):
        return periods.plus_workdays(base, number)
    for stem, days in (("hour", 0), ("minute", 0), ("day", 1), ("week", 7), ("fortnight", 14)):
        if unit.startswith(stem):
            return periods.plus(base, days * number)
    return periods.plus_months(base, number * (1 if unit.startswith("month") else 12))


def _in_units(match: Match, base: date) -> Days:
    return Days.one_day(_after(cardinal(match["number"]), match["unit"], base))


def _within(match: Match, base: date) -> Days:
    number = cardinal(match["number"]) if match["number"] else 1
    return Days(None, _after(number, match["unit"], base))


def _week(match: Match, base: date) -> Days:
    first, last = periods.week(base, 1 if match["next"] else 0, _part(match))
    return Days(max(first, base), last, whole=not match["part"])


def _month(match: Match, base: date) -> Days:
    year, number = base.year, base.month
    if match["month"]:
        year, number = periods.named_month(base, month_number(match["month"]))
        year = int(match["year"]) if match["year"] else year
    elif match["next"]:
        later = periods.plus_months(base, 1)
        year, number = later.year, later.month
    part = _part(match)
    first, last = periods.month(year, number, part)
    if not match["month"] and part is None:
        first = max(first, base)
    return Days(first, last, whole=part is None)


def _quarter(match: Match, base: date) -> Days:
    now = (base.month + 2) // 3
    year, number = base.year, now
    if match["which"]:
        which = match["which"]
        year, number = periods.named_quarter(
            base, int(which) if which.isdigit() else _ORDINALS[which]
        )
    elif match["next"]:
        year, number = (year + 1, 1) if now == 4 else (year, now + 1)
    part = _part(match)
    first, last = periods.quarter(year, number, part)
    return Days(first, last, whole=part is None)


def _year(match: Match, base: date) -> Days:
    first, last = periods.whole_year(base.year + bool(match["next"]))
    return Days(first if match["next"] else base, last, whole=not match["part"])


def _season(match: Match, base: date) -> Days:
    return Days(*periods.season(base, _index(match["season"], _SEASONS)), whole=True)


def _weekend(match: Match, base: date) -> Days:
    saturday, sunday = periods.weekend(base)
    weeks = 7 if match["next"] else 0
    return Days(periods.plus(saturday, weeks), periods.plus(sunday, weeks), whole=True)


def _none(_match: Match, _base: date) -> None:
    return None


def _rule(
    pattern: str,
    read: Callable[[Match, date], Days | None],
    *,
    lead: str = LEAD,
    tail: str = TAIL,
) -> Rule:
    return Rule(re.compile(rf"(?<![\w.,:'-]){lead}{pattern}{tail}(?!\w)"), read)


_UNIT = (
    r"(?P<unit>(?:business|working|work)\s+days?|hours?|minutes?|days?|weeks?|fortnights?|"
    r"months?|years?)"
)
_PART = (
    r"(?:(?P<part>early|late|mid|(?:the\s+)?(?:beginning|start|middle|end)\s+of)[\s-]+(?:in\s+)?"
    r"(?:the\s+)?)"
)
_PREP = rf"(?:(?:(?P<open>{OPEN})|(?P<from>{FROM})|in|at|on|over|during|sometime|later)\s+)"
_EVENT = (
    r"(?:our\s+|the\s+|next\s+|this\s+)*(?:meeting|call|release|launch|sprint|demo|review|sync|"
    r"stand-?up|deadline|holiday|trip|conference|event|session|break|retro|audit|delivery|"
    r"go-live|approval|opening|visit|inspection)(?:\s+day)?"
)

RULES: tuple[Rule, ...] = (
    _rule(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)", _iso),
    _rule(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>20\d\d)", _iso),
    _rule(rf"(?P<month>{MONTH})\.?\s+(?P<day>{ORDINAL}|\d{{1,2}}(?!\d)){YEAR}", _day_month),
    _rule(rf"(?P<day>{DAY})\s+(?:of\s+)?(?P<month>{MONTH}){YEAR}", _day_month),
    _rule(
        rf"(?:from\s+|between\s+)?(?:the\s+)?(?P<day>{ORDINAL})\s*(?:to|-|–|until|and)\s*"
        rf"(?:the\s+)?(?P<day2>{ORDINAL})",
        _day_range,
        lead="",
    ),
    _rule(
        rf"(?P<day>{ORDINAL})",
        _day_only,
        lead=rf"(?:(?:(?P<open>{OPEN})|(?P<from>{FROM})|(?P<topic>{TOPIC})|on)\s+)(?:\w+day\s+)?the\s+",
    ),
    _rule(r"the\s+day\s+after\s+tomorrow", _offset(2)),
    _rule(r"tomorrow", _offset(1)),
    _rule(r"(?:tonight|today|this\s+(?:morning|afternoon|evening))", _offset(0)),
    _rule(
        r"(?:(?:the\s+)?end\s+of\s+(?:the\s+|today'?s?\s*)?(?:business\s+)?(?:day|today)|eod|cob|close\s+of\s+(?:business|play)|lunch(?:time)?|noon|midday)",
        _offset(0, open_start=True),
        lead=rf"(?P<open>{OPEN})\s+",
    ),
    _rule(r"(?:eod|later\s+today)", _offset(0), lead=""),
    _rule(
        rf"(?P<weekday>{WEEKDAY})\s+(?:or|to|through)\s+(?P<weekday2>{WEEKDAY})",
        _weekdays,
        lead=r"(?:on\s+|from\s+)?",
    ),
    _rule(
        rf"(?P<plus>a\s+week\s+(?:from|on)\s+)?(?:(?P<next>next)\s+|this\s+(?:coming\s+)?|coming\s+)?"
        rf"(?P<weekday>{WEEKDAY})(?P<next2>(?!))?(?!'s(?!\s+(?:fine|ok|okay|good|great|better|perfect)\b))",
        _weekday,
        lead=rf"{LEAD}(?P<prep>)",
    ),
    _rule(
        rf"(?:in|after)\s+(?:about\s+|around\s+)?(?P<number>{CARDINAL})\s+{_UNIT}"
        r"(?:'?\s+time)?",
        _in_units,
        lead="",
    ),
    _rule(rf"(?P<number>{CARDINAL})\s+{_UNIT}\s+from\s+(?:now|today)", _in_units, lead=""),
    _rule(rf"within\s+(?:the\s+next\s+)?(?:(?P<number>{CARDINAL})\s+)?{_UNIT}", _within, lead=""),
    _rule(rf"{_PART}?(?:(?P<next>next)|this|the)\s+week", _week, lead=rf"{_PREP}?"),
    _rule(
        rf"{_PART}?(?:(?:(?P<next>next)|this|the)\s+month|(?P<month>(?!)))(?P<year>(?!))?",
        _month,
        lead=rf"{_PREP}?",
    ),
    _rule(rf"{_PART}?(?P<next>(?!))?(?P<month>{MONTH}){YEAR}", _month, lead=_PREP),
    _rule(rf"{_PART}(?P<next>(?!))?(?P<month>{MONTH}){YEAR}", _month, lead=""),
    _rule(
        rf"{_PART}?(?:(?:(?P<next>next)|this|the)\s+)?(?:q(?P<which>[1-4])|quarter)",
        _quarter,
        lead=_PREP,
    ),
    _rule(
        rf"{_PART}?(?P<next>(?!))?(?:the\s+)?(?P<which>first|second|third|fourth)\s+quarter",
        _quarter,
        lead=_PREP,
    ),
    _rule(r"(?:the\s+)?(?P<next>(?!))?(?P<part>year[\s-]end)", _year, lead=_PREP),
    _rule(rf"{_PART}?(?:(?P<next>next)|this|the)\s+year", _year, lead=rf"{_PREP}"),
    _rule(r"(?:(?P<next>next)\s+|this\s+|the\s+)?weekend", _weekend, lead=rf"{_PREP}?"),
    _rule(
        rf"(?:the\s+)?(?P<season>{'|'.join(_SEASONS)})",
        _season,
        lead=rf"(?:(?P<open>{OPEN})|in)\s+",
    ),
    _rule(r"in\s+(?:a\s+few|several|some)\s+\w+", _none, lead="", tail=""),
    _rule(
        r"(?:asap|as\s+soon\s+as\s+possible|soon(?!\s+as)|shortly|right\s+away|straight\s+away|immediately)",
        _none,
        lead="",
        tail="",
    ),
    _rule(rf"(?:after|before|by|at|on|for|to|until)\s+{_EVENT}", _none, lead="", tail=""),
    _rule(
        r"(?:before|after|once|when)\s+(?:we|they|it|the\s+\w+)\s+(?:go|goes|launch\w*|ship\w*|open\w*|start\w*|close\w*)(?:\s+live)?",
        _none,
        lead="",
        tail="",
    ),
    _rule(
        r"(?:in\s+)?(?:the\s+)?next\s+(?:sprint|iteration|meeting|release)", _none, lead="", tail=""
    ),
)
