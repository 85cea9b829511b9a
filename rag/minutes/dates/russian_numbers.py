"""Russian words for numbers, weekdays, months and seasons: patterns and what they count."""

from __future__ import annotations

import re

CARDINALS = {
    **dict.fromkeys(("один", "одну", "одного", "одной"), 1),
    **dict.fromkeys(("два", "две", "двух", "пару", "пары", "парочку"), 2),
    **dict.fromkeys(("три", "трех", "тройку"), 3),
    **dict.fromkeys(("четыре", "четырех"), 4),
    **{
        stem + end: number
        for number, stem in enumerate(
            "пят шест сем восем девят десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат "
            "шестнадцат семнадцат восемнадцат девятнадцат двадцат".split(),
            5,
        )
        for end in ("ь", "и")
    },
    **dict.fromkeys(("восьми", "восемь"), 8),
    **dict.fromkeys(("тридцать", "тридцати"), 30),
    **dict.fromkeys(("сорок", "сорока"), 40),
    **dict.fromkeys(("пятьдесят", "пятидесяти"), 50),
    **dict.fromkeys(("шестьдесят", "шестидесяти"), 60),
    **dict.fromkeys(("девяносто", "девяноста"), 90),
}
_TENS = r"(?:(?:двадцат[ьи]|тридцат[ьи]|сорока?|пят(?:ь|и)десят[иь]?|шест(?:ь|и)десят[иь]?)\s+)?"
_ORDINAL_STEMS = {
    stem: number
    for number, stem in enumerate(
        "перв втор трет четверт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат "
        "четырнадцат пятнадцат шестнадцат семнадцат восемнадцат девятнадцат двадцат".split(),
        1,
    )
} | {"тридцат": 30}
_WEEKDAYS = (
    r"понедельник\w{0,2}|пн",
    r"вторник\w{0,2}|вт",
    r"сред[ауеы]|средой|ср",
    r"четверг\w{0,2}|чт",
    r"пятниц[ауеы]|пятницей|пт",
    r"суббот[ауеы]|субботой|сб",
    r"воскресень[еяю]|воскресеньем|вс",
)
_MONTHS = (
    r"январ[ьяею]|янв\b\.?",
    r"феврал[ьяею]|фев\b\.?",
    r"март[ауе]?|мар\b\.",
    r"апрел[ьяею]|апр\b\.?",
    r"ма[йяюе]",
    r"июн[ьяею]",
    r"июл[ьяею]",
    r"август[ауе]?|авг\b\.?",
    r"сентябр[ьяею]|сент?\b\.?",
    r"октябр[ьяею]|окт\b\.?",
    r"ноябр[ьяею]|ноя\b\.?",
    r"декабр[ьяею]|дек\b\.?",
)
SEASONS = (r"зим[аыуе]|зимой", r"весн[аыуе]|весной", r"лет[ауо]|летом", r"осен[ьи]|осенью")

ORDINAL = (
    r"(?:(?:двадцать|тридцать)\s+)?(?:"
    + "|".join(sorted(_ORDINAL_STEMS, key=len, reverse=True))
    + r")(?:ь?его|ь?ему|ого|ому|ое|ье|ый|ий|ой|ым|ую|ом|ем)"
)
CARDINAL = rf"(?:\d{{1,3}}|{_TENS}(?:" + "|".join(sorted(CARDINALS, key=len, reverse=True)) + "))"
WEEKDAY = "(?:" + "|".join(_WEEKDAYS) + ")"
MONTH = "(?:" + "|".join(_MONTHS) + ")"


def cardinal(word: str) -> int:
    """2 for «два», «двух», «2»; 25 for «двадцать пять»."""
    return int(word) if word.isdigit() else sum(CARDINALS[each] for each in word.split())


def ordinal(words: str) -> int:
    """23 for «двадцать третьего»; 15 for «15-му»."""
    digits = re.match(r"\d+", words)
    if digits:
        return int(digits.group())
    *tens, last = words.split()
    stem = max((s for s in _ORDINAL_STEMS if last.startswith(s)), key=len)
    return _ORDINAL_STEMS[stem] + (0 if not tens else {"двадцать": 20, "тридцать": 30}[tens[0]])


def index(word: str, patterns: tuple[str, ...]) -> int:
    """Which of the patterns a word matches, from 0."""
    return next(i for i, pattern in enumerate(patterns) if re.fullmatch(pattern, word))


def weekday(word: str) -> int:
    """4 for «пятницу»."""
    return index(word, _WEEKDAYS)


def month_number(word: str) -> int:
    """11 for «ноября»."""
    return index(word, _MONTHS) + 1
