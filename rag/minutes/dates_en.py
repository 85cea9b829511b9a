"""English deadline phrases: patterns over folded text and what they mean; see `dates_ru`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.days_en import (
    Match,
    day_month,
    day_next_week,
    day_only,
    day_range,
    in_units,
    iso,
    midweek,
    month,
    none,
    nth_weekday,
    offset,
    on_weekday,
    quarter,
    season,
    slashed,
    week,
    week_after_next,
    week_end,
    week_from,
    week_of,
    weekdays,
    weekend,
    within,
    year,
)
from rag.minutes.numerals_en import CARDINAL, DAY, MONTH, ORDINAL, SEASONS, WEEKDAY
from rag.minutes.phrases import Days, Rule

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

YEAR = r"(?:,?\s+(?P<year>20\d\d))?"

#: the end of a day or of a period, as it is said without a deadline's "by"
_END_OF_DAY = (
    r"(?:the\s+)?end\s+of\s+(?:the\s+|today'?s?\s*)?(?:business\s+)?(?:day|today|play)|eod|cob|cop|"
    r"(?:the\s+)?close\s+of\s+(?:business|play)"
)
_CLOCK = (
    rf"(?:{_END_OF_DAY}|lunch(?:time)?|noon|midday|midnight|\d{{1,2}}(?::\d\d)?(?:\s*(?:am|pm)\b|\s+o'clock\b)|"
    r"\d{1,2}:\d\d)"
)
OPEN = (
    rf"(?:by|before)\s+{_CLOCK}(?:\s+on|,)?(?=\s)|on\s+or\s+before|by|before|until|till|til|no\s+later\s+than|not\s+later\s+than|due(?:\s+by|\s+on)?|"
    r"deadline:?(?:\s+is)?|at\s+the\s+latest\s+by"
)
FROM = r"not\s+before|from|starting|as\s+(?:of|from)"
TOPIC = r"for|of|about|after|last|every|each|since|previous"
LEAD = (
    rf"(?:(?:(?P<open>{OPEN})|(?P<from>{FROM})|(?P<topic>{TOPIC})|on|in(?!\s+(?:by|on|before|until))|at|sometime|"
    rf"maybe|first\s+thing(?:\s+on)?|the\s+morning\s+of|{_CLOCK})\s+){{0,3}}(?:the\s+)?"
)
_DAY_NAMED = rf"(?:{WEEKDAY},?\s+(?:the\s+)?)?"
TAIL = (
    r"(?:,?\s+(?:morning|afternoon|evening|night|lunch(?:time)?|noon|midday|at\s+the\s+latest|latest|"
    r"first\s+thing|latest|inclusive|"
    rf"(?:(?:at|by|before)\s+)?{_CLOCK}|(?:at|by|before)\s+(?:\d{{1,2}}(?::\d\d)?|one|"
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))(?!\w))*"
)


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
    _rule(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)", iso),
    _rule(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>20\d\d)", iso),
    _rule(
        r"(?P<day>1[3-9]|2\d|3[01])/(?P<month>0?[1-9]|1[0-2])(?P<year>(?!))?",
        slashed,
        lead=rf"(?:(?P<open>{OPEN})|on)\s+",
    ),
    _rule(
        rf"{_DAY_NAMED}(?P<month>{MONTH})\.?\s+(?:the\s+)?(?P<day>{ORDINAL}|\d{{1,2}}(?!\d)){YEAR}",
        day_month,
    ),
    _rule(rf"{_DAY_NAMED}(?P<day>{DAY})\s+(?:of\s+)?(?P<month>{MONTH}){YEAR}", day_month),
    _rule(rf"{WEEKDAY},?\s+(?:the\s+)?(?P<day>{ORDINAL})", day_only),
    _rule(
        rf"(?:the\s+)?(?:week\s+(?:of|commencing|beginning|starting)|w/c)\s+(?:the\s+)?"
        rf"(?P<day>{DAY})(?:\s+(?:of\s+)?(?P<month>{MONTH}))?",
        week_of,
    ),
    _rule(
        rf"(?:the\s+)?(?P<which>first|second|third|fourth|last)\s+(?P<weekday>{WEEKDAY})\s+(?:of|in)\s+"
        rf"(?:(?P<next>next)\s+month|(?:the|this)\s+month|(?P<month>{MONTH}))",
        nth_weekday,
    ),
    _rule(
        r"(?:a\s+|in\s+a\s+)?(?P<plus>week|fortnight|two\s+weeks)\s+(?:from\s+)?(?P<day>today|tomorrow)",
        week_from,
    ),
    _rule(
        r"(?P<plus>two\s+weeks|fortnight|week)\s+from\s+(?P<day>now)", week_from, lead=r"(?:a\s+)?"
    ),
    _rule(
        rf"(?:from\s+|between\s+)?(?:the\s+)?(?P<day>{ORDINAL})\s*(?:to|-|–|until|and)\s*"
        rf"(?:the\s+)?(?P<day2>{ORDINAL})",
        day_range,
        lead="",
    ),
    _rule(
        rf"(?P<day>{ORDINAL})",
        day_only,
        lead=rf"(?:(?:(?P<open>{OPEN})|(?P<from>{FROM})|(?P<topic>{TOPIC})|on)\s+)(?:\w+day\s+)?the\s+",
    ),
    _rule(r"(?:the\s+)?day\s+after\s+tomorrow", offset(2)),
    _rule(
        r"(?:the\s+)?(?:end\s+of\s+tomorrow)",
        offset(1, open_start=True),
        lead=rf"(?P<open>{OPEN})\s+",
    ),
    _rule(r"tomorrow", offset(1)),
    _rule(r"(?:tonight|today|this\s+(?:morning|afternoon|evening))", offset(0)),
    _rule(
        rf"(?:{_CLOCK}|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
        r"(?:\s+o'clock)?(?=\s*(?:[.,;!?]|$|and\b|today\b))|half\s+past\s+\w+)(?:\s+today)?",
        offset(0, open_start=True),
        lead=r"(?P<open>by|before|till?|until)\s+",
        tail="",
    ),
    _rule(
        r"(?:eod|later\s+today|in\s+(?:half\s+an\s+hour|a\s+(?:minute|moment|bit)))",
        offset(0),
        lead="",
    ),
    _rule(
        rf"(?:(?P<next>next)\s+)?(?P<weekday>{WEEKDAY})(?:\s+(?:or|to|through|and)\s+|-|–)(?P<weekday2>{WEEKDAY})",
        weekdays,
        lead=r"(?:on\s+|from\s+|between\s+)?",
    ),
    _rule(
        rf"(?:a\s+)?(?:(?P<plus>week|fortnight|two\s+weeks)\s+(?:from|on)\s+)?"
        rf"(?:(?P<next>next)\s+|this\s+(?:coming\s+)?|coming\s+)?(?P<weekday>{WEEKDAY})"
        rf"(?:\s+(?P<week>week|fortnight)\b|(?P<nextweek>,?\s+(?:of\s+)?next\s+week))?(?!'s(?!\s+(?:fine|ok|okay|good|great|better|perfect)\b))",
        on_weekday,
        lead=rf"{LEAD}(?P<prep>)",
    ),
    _rule(
        rf"(?:in|after)\s+(?:about\s+|around\s+)?(?P<number>{CARDINAL})\s+{_UNIT}"
        r"(?:'?\s+time)?",
        in_units,
        lead="",
    ),
    _rule(rf"(?P<number>{CARDINAL})\s+{_UNIT}\s+from\s+(?:now|today)", in_units, lead=""),
    _rule(
        rf"(?:within(?:\s+the\s+next)?|(?:in|over|during)\s+the\s+next|inside)\s+"
        rf"(?:(?P<number>{CARDINAL})\s+)?{_UNIT}",
        within,
        lead="",
    ),
    _rule(
        rf"next\s+week,?\s+(?:on\s+|(?P<open>{OPEN})\s+)?(?P<weekday>{WEEKDAY})",
        day_next_week,
        lead="",
    ),
    _rule(rf"{_PART}?(?:the\s+)?week\s+after\s+next", week_after_next, lead=rf"{_PREP}?"),
    _rule(rf"{_PART}?(?:(?P<next>next)|this)\s+week", week, lead=rf"{_PREP}?"),
    _rule(rf"{_PART}(?P<next>(?!))?(?:the\s+)?week", week, lead=rf"{_PREP}?"),
    _rule(
        r"(?P<part>end\s+of|late)?(?P<next>(?!))?eow", week_end, lead=rf"(?:(?P<open>{OPEN})\s+)?"
    ),
    _rule(
        r"(?:the\s+)?(?P<month>(?!))?(?P<next>(?!))?(?P<year>(?!))?(?P<part>month[\s-]end|eom|end\s+of\s+month)",
        month,
        lead=rf"(?:(?:(?P<open>{OPEN})|at)\s+)?",
    ),
    _rule(r"mid-?week", midweek, lead=rf"{_PREP}?"),
    _rule(
        rf"{_PART}?(?:(?:(?P<next>next)|this|the)\s+month|(?P<month>(?!)))(?P<year>(?!))?",
        month,
        lead=rf"{_PREP}?",
    ),
    _rule(rf"{_PART}?(?P<next>(?!))?(?P<month>{MONTH}){YEAR}", month, lead=_PREP),
    _rule(rf"{_PART}(?P<next>(?!))?(?P<month>{MONTH}){YEAR}", month, lead=""),
    _rule(
        rf"{_PART}?(?:(?:(?P<next>next)|this|the)\s+)?(?:q(?P<which>[1-4])|quarter)",
        quarter,
        lead=_PREP,
    ),
    _rule(
        rf"(?:{_PART}(?:the\s+)?|(?P<next>next)\s+)(?P<which>(?!))?quarter",
        quarter,
        lead="",
    ),
    _rule(
        rf"{_PART}?(?P<next>(?!))?(?:the\s+)?(?P<which>first|second|third|fourth)\s+quarter",
        quarter,
        lead=_PREP,
    ),
    _rule(r"(?:the\s+)?(?P<next>(?!))?(?P<part>year[\s-]end)", year, lead=rf"{_PREP}?"),
    _rule(rf"{_PART}?(?:(?P<next>next)|this|the)\s+year", year, lead=rf"{_PREP}"),
    _rule(r"(?P<part>(?!))?(?P<next>next)\s+year", year, lead=""),
    _rule(r"(?:(?P<next>next)\s+|this\s+|the\s+)?weekend", weekend, lead=rf"{_PREP}?"),
    _rule(
        rf"(?:the\s+)?(?P<season>{'|'.join(SEASONS)})",
        season,
        lead=rf"(?:(?P<open>{OPEN})|in|this)\s+",
    ),
    _rule(
        r"(?:in|over|within|during)\s+(?:the\s+)?(?:next\s+|coming\s+)?(?:a\s+)?(?:few|several|some)\s+\w+",
        none,
        lead="",
        tail="",
    ),
    _rule(
        r"(?:before|by|after|over|at|for|until)\s+(?:the\s+)?(?:weekend|christmas|xmas|easter|half[\s-]term|"
        r"thanksgiving|new\s+year|bank\s+holiday|holidays|summer\s+break|term\s+ends)",
        none,
        lead="",
        tail="",
    ),
    _rule(r"the\s+week\s+after(?!\s+next)", none, lead="", tail=""),
    _rule(
        rf"{CARDINAL}\s+{_UNIT}\s+(?:after|before|from|of)\s+(?!now|today|tomorrow)\w+",
        none,
        lead=r"(?:in\s+|within\s+)?",
        tail="",
    ),
    _rule(
        r"(?:asap|as\s+soon\s+as\s+possible|soon(?!\s+as)|shortly|right\s+away|straight\s+away|immediately)",
        none,
        lead="",
        tail="",
    ),
    _rule(rf"(?:after|before|by|at|on|for|to|until)\s+{_EVENT}", none, lead="", tail=""),
    _rule(
        r"(?:before|after|once|when)\s+(?:we|they|it|the\s+\w+)\s+(?:go|goes|launch\w*|ship\w*|open\w*|start\w*|close\w*)(?:\s+live)?",
        none,
        lead="",
        tail="",
    ),
    _rule(
        r"(?:in\s+)?(?:the\s+)?next\s+(?:sprint|iteration|meeting|release)", none, lead="", tail=""
    ),
)
