"""The words around an English deadline: what comes before and behind it, and how rules use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.dates.english_numbers import WEEKDAY
from rag.minutes.dates.phrases import Days, Rule

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from rag.minutes.dates.english_days import Match

YEAR = r"(?:,?\s+(?P<year>20\d\d))?"

#: the end of a day or of a period, as it is said without a deadline's "by"
END_OF_DAY = (
    r"(?:the\s+)?end\s+of\s+(?:the\s+|today'?s?\s*)?(?:business\s+)?(?:day|today|play)|eod|cob|cop|"
    r"(?:the\s+)?close\s+of\s+(?:business|play)"
)
CLOCK = (
    rf"(?:{END_OF_DAY}|lunch(?:time)?|noon|midday|midnight|\d{{1,2}}(?::\d\d)?(?:\s*(?:am|pm)\b|\s+o'clock\b)|"
    r"\d{1,2}:\d\d)"
)
OPEN = (
    rf"(?:by|before)\s+{CLOCK}(?:\s+on|,)?(?=\s)|on\s+or\s+before|by|before|until|till|til|no\s+later\s+than|not\s+later\s+than|due(?:\s+by|\s+on)?|"
    r"deadline:?(?:\s+is)?|at\s+the\s+latest\s+by"
)
FROM = r"not\s+before|from|starting|as\s+(?:of|from)"
TOPIC = r"for|of|about|after|last|every|each|since|previous"
LEAD = (
    rf"(?:(?:(?P<open>{OPEN})|(?P<from>{FROM})|(?P<topic>{TOPIC})|on|in(?!\s+(?:by|on|before|until))|at|sometime|"
    rf"maybe|first\s+thing(?:\s+on)?|the\s+morning\s+of|{CLOCK})\s+){{0,3}}(?:the\s+)?"
)
DAY_NAMED = rf"(?:{WEEKDAY},?\s+(?:the\s+)?)?"
TAIL = (
    r"(?:,?\s+(?:morning|afternoon|evening|night|lunch(?:time)?|noon|midday|at\s+the\s+latest|latest|"
    r"first\s+thing|latest|inclusive|"
    rf"(?:(?:at|by|before)\s+)?{CLOCK}|(?:at|by|before)\s+(?:\d{{1,2}}(?::\d\d)?|one|"
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))(?!\w))*"
)


def rule(
    example: str,
    counter: str,
    pattern: str,
    read: Callable[[Match, date], Days | None],
    *,
    lead: str = LEAD,
    tail: str = TAIL,
) -> Rule:
    return Rule(example, counter, rf"(?<![\w.,:'-]){lead}{pattern}{tail}(?!\w)", read)


UNIT = (
    r"(?P<unit>(?:business|working|work)\s+days?|hours?|minutes?|days?|weeks?|fortnights?|"
    r"months?|years?)"
)
PART = (
    r"(?:(?P<part>early|late|mid|(?:the\s+)?(?:beginning|start|middle|end)\s+of)[\s-]+(?:in\s+)?"
    r"(?:the\s+)?)"
)
PREP = rf"(?:(?:(?P<open>{OPEN})|(?P<from>{FROM})|in|at|on|over|during|sometime|later)\s+)"
EVENT = (
    r"(?:our\s+|the\s+|next\s+|this\s+)*(?:meeting|call|release|launch|sprint|demo|review|sync|"
    r"stand-?up|deadline|holiday|trip|conference|event|session|break|retro|audit|delivery|"
    r"go-live|approval|opening|visit|inspection)(?:\s+day)?"
)
