"""English words for numbers, weekdays, months and seasons: patterns and what they count."""

from __future__ import annotations

import re

CARDINALS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split(),
        1,
    )
} | {
    **dict.fromkeys(("a", "an"), 1),
    **dict.fromkeys(("a couple of", "couple of", "a couple", "couple"), 2),
    "thirty": 30,
    "forty": 40,
    "forty-eight": 48,
    "forty-five": 45,
    "fifty": 50,
    "sixty": 60,
}
ORDINALS = {
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
SEASONS = ("winter", "spring", "summer", "autumn|fall")

ORDINAL = (
    r"(?:(?:twenty|thirty)-?\s?)?(?:"
    + "|".join(sorted(ORDINALS, key=len, reverse=True))
    + r")|\d{1,2}(?:st|nd|rd|th)"
)
DAY = rf"(?:{ORDINAL}|\d{{1,2}})"
CARDINAL = r"(?:\d{1,3}|" + "|".join(sorted(CARDINALS, key=len, reverse=True)) + ")"
WEEKDAY = "(?:" + "|".join(_WEEKDAYS) + ")"
MONTH = "(?:" + "|".join(_MONTHS) + ")"


def cardinal(words: str) -> int:
    """2 for "two", "a couple of", "2"."""
    return int(words) if words.isdigit() else CARDINALS[re.sub(r"\s+", " ", words)]


def ordinal(words: str) -> int:
    """23 for "twenty-third", "23rd", "23"."""
    digits = re.match(r"\d+", words)
    if digits:
        return int(digits.group())
    tens, _, last = words.replace("-", " ").rpartition(" ")
    return ORDINALS[last] + {"": 0, "twenty": 20, "thirty": 30}[tens]


def index(word: str, patterns: tuple[str, ...]) -> int:
    return next(i for i, pattern in enumerate(patterns) if re.fullmatch(pattern, word))


def weekday(word: str) -> int:
    """4 for "fri"."""
    return index(word, _WEEKDAYS)


def month_number(word: str) -> int:
    """11 for "nov"."""
    return index(word, _MONTHS) + 1
