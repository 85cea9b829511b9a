"""Numbers in digits, in words and as times of day: what they are worth, and where they stand.

«двадцать пять», "three hundred and fifty", «восемь тысяч четыреста», «половина», "twice", 9:30 and
"2 p.m." each become a value, or two where the writing leaves two open ("1,000").
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from rag.words import WORD, fold

Spot = tuple[int, int]

_CARDINALS = {
    2: "два две двух двум двумя двое двоих two",
    3: "три трех трем тремя трое троих three",
    4: "четыре четырех четырем четырьмя четверо four",
    5: "пять пяти пятью пятеро five",
    6: "шесть шести шестью six",
    7: "семь семи семью seven",
    8: "восемь восьми восемью eight",
    9: "девять девяти девятью nine",
    10: "десять десяти десятью ten",
    11: "одиннадцать одиннадцати eleven",
    12: "двенадцать двенадцати twelve дюжина dozen",
    13: "тринадцать тринадцати thirteen",
    14: "четырнадцать четырнадцати fourteen",
    15: "пятнадцать пятнадцати fifteen",
    16: "шестнадцать шестнадцати sixteen",
    17: "семнадцать семнадцати seventeen",
    18: "восемнадцать восемнадцати eighteen",
    19: "девятнадцать девятнадцати nineteen",
    20: "двадцать двадцати twenty",
    30: "тридцать тридцати thirty",
    40: "сорок сорока forty",
    50: "пятьдесят пятидесяти fifty",
    60: "шестьдесят шестидесяти sixty",
    70: "семьдесят семидесяти seventy",
    80: "восемьдесят восьмидесяти eighty",
    90: "девяносто девяноста ninety",
    100: "сто ста hundred",
    200: "двести двухсот",
    300: "триста трехсот",
    400: "четыреста четырехсот",
    500: "пятьсот пятисот",
    600: "шестьсот шестисот",
    700: "семьсот семисот",
    800: "восемьсот восьмисот",
    900: "девятьсот девятисот",
    1000: "тысяча тысячи тысяч тысячу thousand",
}
_FRACTIONS = {
    "0.5": "половина половины половину половине половиной полцены half halves",
    "1.5": "полтора полторы полутора",
    "0.25": "четверть четверти quarter",
}
_ORDINALS = {
    2: "втор", 3: "треть трет", 4: "четверт", 5: "пят", 6: "шест", 7: "седьм",
    8: "восьм", 9: "девят", 10: "десят", 11: "одиннадцат", 12: "двенадцат", 13: "тринадцат",
    14: "четырнадцат", 15: "пятнадцат", 16: "шестнадцат", 17: "семнадцат", 18: "восемнадцат",
    19: "девятнадцат", 20: "двадцат", 30: "тридцат", 40: "сороков",
}  # fmt: skip
_ORDINAL_ENDINGS = "ый ой ий ая ое ого ому ом ым ую ые ых ыми ою я е его ему ем ей ю и их".split()
_EN_ORDINALS = (
    "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12}
_NTH = {
    **{first + last: Decimal(n) for n, all_ in _ORDINALS.items() for first in all_.split()
       for last in _ORDINAL_ENDINGS},
    **{form: Decimal(n) for n, form in enumerate(_EN_ORDINALS, 2)},
}  # fmt: skip
_WORDS: dict[str, Decimal] = {
    **_NTH,
    **{form: Decimal(n) for n, forms in _CARDINALS.items() for form in forms.split()},
    **{form: Decimal(n) for n, forms in _FRACTIONS.items() for form in forms.split()},
}  # fmt: skip
#: How many times as much.
_MULTIPLES = {
    **{first + last: Decimal(n)
       for n, first in (("2", "двойн"), ("3", "тройн"), ("1.5", "полуторн"))
       for last in _ORDINAL_ENDINGS},
    **{form: Decimal(2) for form in "вдвое дважды twice double doubled".split()},
    **{form: Decimal(3) for form in "втрое трижды triple".split()},
}  # fmt: skip
_WORDS |= _MULTIPLES
#: «две трети», "two thirds": what the numerator is divided by.
_PARTS = {
    **dict.fromkeys(("треть", "трети", "третей", "thirds", "third"), 3),
    **dict.fromkeys(("четверти", "четвертей", "quarters"), 4),
    **dict.fromkeys(("пятых", "fifths"), 5),
}
_SINGLE = frozenset({"одно", "one"})
_THOUSAND, _HUNDRED = 1000, 100
_NUMBER = re.compile(
    r"(?<![^\W\d_])(?:(?P<sign>[$€£₽])\s?)?(?P<digits>"
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?"
    r"|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?"
    r"|\d+(?:[.,]\d+)?)(?:-?(?:й|я|е|го|му|м|х|ый|ого|ому|ми|ти|st|nd|rd|th)\b)?"
)
_CLOCK = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-4])(?::([0-5]\d)(?:\s*([ap])\.?m\b\.?)?|\s*([ap])\.?m\b\.?)"
    r"(?!:?\d)|\b(noon|midday|полдень|полудня)\b",
    re.I,
)
_HALF_PAST = re.compile(
    r"\b(?:половин\w+ (?P<nth>[а-яё]+ого|третьего)|half past (?P<past>[a-z]+|\d{1,2}))\b", re.I
)
#: At the end of a line "120 385" may be two cells of a table.
_CELLS, _LINE_END = re.compile(r"\d{1,3} \d{3}"), re.compile(r"[ \t]*(?:\n|\Z)")
_PRONOUN = re.compile(r"\b[Tt]he two$")
_FIRST, _DAYS = frozenset("первое первого первому первым first".split()), 31
_PART_OF_DAY = re.compile(r" час(?:а|ов) (дня)\b|(?: час(?:а|ов))? (утра|вечера|ночи)\b", re.I)
_NOON = 12


class Found(NamedTuple):
    """A number where it stands, its possible values, the sign of a currency before it, its kind."""

    spot: Spot
    values: frozenset[Decimal]
    sign: str | None = None
    kind: str | None = None  # "clock", "part", "times" or "nth"


def is_number(word: str) -> bool:
    """Whether a folded word is a number in digits or in letters."""
    return word[0].isdigit() or word in _WORDS


def day(words: str) -> int | None:
    """The day of a month that ordinal words mean: «двадцать первого» is 21."""
    *tens, last = re.split(r"[ -]", fold(words))
    value = _NTH.get(last) or (Decimal(1) if last in _FIRST else None)
    if value is None:
        return None
    total = int(value + sum(_WORDS.get(each, Decimal(0)) for each in tens))
    return total if 1 <= total <= _DAYS else None


def prefix(written: str) -> Decimal | None:
    """What a number word before another word is worth: «двух» in «двухнедельный»."""
    folded = fold(written)
    return Decimal(1) if folded in _SINGLE else _WORDS.get(folded)


def _half_past(match: re.Match[str]) -> Decimal | None:
    """12.5 for «половина первого» and "half past twelve"."""
    half, later = Decimal("0.5"), match.group("past")
    if later:
        value = Decimal(later) if later.isdigit() else _WORDS.get(fold(later))
        return value + half if value is not None and value <= _NOON else None
    nth = fold(match.group("nth"))
    before = Decimal(1) if nth in _FIRST else _NTH.get(nth)
    if before is None or before > _NOON:
        return None
    return (before - 1 or _NOON) + half


def clock(text: str) -> list[Found]:
    """Times of day, in hours: 9:30 is 9.5, "2 p.m." is 14."""
    found = [
        Found(match.span(), frozenset({time}), None, "clock")
        for match in _HALF_PAST.finditer(text)
        if (time := _half_past(match)) is not None
    ]
    for match in _CLOCK.finditer(text):
        hour, minute, half, other, noon = match.groups()
        half = (half or other or "").lower()
        value = Decimal(_NOON if noon else hour) + Decimal(minute or 0) / 60
        if half and int(hour) % _NOON == 0:
            value -= _NOON
        if half == "p":
            value += _NOON
        found.append(Found(match.span(), frozenset({value}), None, "clock"))
    return found


def of_day(text: str, found: Found) -> Found:
    """A number with the part of the day behind it as a time: «семь вечера» is 19."""
    match = _PART_OF_DAY.match(text, found.spot[1])
    hours = max(found.values)
    if not match or hours > _NOON:
        return found
    later = match.group().strip().lower().endswith(("вечера", "дня")) and hours < _NOON
    spot = found.spot[0], match.end()
    return Found(spot, frozenset({hours + _NOON * later}), None, "clock")


#: Longer numbers, which `decimal` would not reckon with exactly, are told apart by these.
_MOST_DIGITS = 24


def digits(text: str) -> list[Found]:
    """Numbers in digits; "1,000" may be a thousand or one."""
    found = []
    for match in _NUMBER.finditer(text):
        written = re.sub(r"\s", "", match.group("digits"))
        if len(written) > _MOST_DIGITS:
            written = re.sub(r"\D", "", written)[:_MOST_DIGITS]
        values = {
            Decimal(
                written.replace(",", "") if written.count(",") > 1 else written.replace(",", ".")
            )
        }
        if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", written):
            values.add(Decimal(written.replace(",", "")))
        if _CELLS.fullmatch(match.group("digits")) and _LINE_END.match(text, match.end()):
            values |= {Decimal(cell) for cell in match.group("digits").split()}
        found.append(Found(match.span(), frozenset(values), match.group("sign")))
    return found


def worded(text: str) -> list[Found]:
    """Runs of number words such as «двадцать пять», and Roman numerals."""
    found: list[Found] = []
    run: list[Decimal] = []
    end = -1
    for match in WORD.finditer(text):
        word = match.group()
        folded = fold(word)
        roman = _ROMAN.get(word)
        value = Decimal(roman) if roman else _WORDS.get(folded)
        if folded == "two" and _PRONOUN.search(text[: match.end()]):
            value = None  # "the two must never be mixed"
        between = text[end : match.start()] if run else ""
        if run and between == " " and folded in _PARTS and len(run) == 1:
            share = (run[0] / _PARTS[folded]).quantize(Decimal("0.0001"))
            found[-1] = Found((found[-1].spot[0], match.end()), frozenset({share}), None, "part")
            run = []
            continue
        if folded == "треть" or (folded == "third" and re.search(r"\ba $", text[: match.start()])):
            found.append(Found(match.span(), frozenset({Decimal("0.3333")}), None, "part"))
            run = []
            continue
        if value is None:
            if not (run and folded == "and" and run[-1] >= _HUNDRED):
                run = []
                continue
            continue  # "three hundred and fifty"
        joins = run and between in (" ", "-", " and ") and _goes_on(run[-1], value)
        run = [*run, value] if joins else [value]
        kind = "part" if value in (Decimal("0.5"), Decimal("0.25")) else None
        kind = "times" if folded in _MULTIPLES else "nth" if folded in _NTH else kind
        start = found[-1].spot[0] if joins else match.start()
        if joins:
            found.pop()
        found.append(Found((start, match.end()), frozenset({_worth(run)}), None, kind))
        end = match.end()
    return found


def _goes_on(last: Decimal, value: Decimal) -> bool:
    """Whether a number word continues a run: smaller than the last one leaves open, or a scale."""
    if value in (_HUNDRED, _THOUSAND):
        return last < value or (value == _THOUSAND and last >= 1)
    room = _THOUSAND if last >= _THOUSAND else _HUNDRED if last >= _HUNDRED else 10
    return value < room and last >= 20 and value == int(value)


def _worth(run: list[Decimal]) -> Decimal:
    """What a run of number words comes to."""
    total = part = Decimal(0)
    for value in run:
        if value == _HUNDRED and 0 < part < _HUNDRED:
            part *= value
        elif value == _THOUSAND:
            total += (part or 1) * value
            part = Decimal(0)
        else:
            part += value
    return total + part
