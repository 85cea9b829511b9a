"""Amounts: numbers with their units, however they are written.

"$3.2 million", «две тысячи», «полуторный», "six pounds forty", "two-week", «от 18 до 26 °C»: each
becomes a `Number`, and two are the same where they can mean the same amount.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from rag.cite.numerals import Found, Spot, clock, digits, of_day, prefix, worded

#: Units in which one amount may be written in two ways.
_EXACT = frozenset({"%", "times", "RUB", "USD", "EUR", "GBP", "nth"})  # units nobody leaves out
_LARGE = 100  # except of large numbers
_NOON = 12
#: Units of one measure, in terms of the smallest.
_BASES = {
    "day": ("day", 1), "week": ("day", 7), "month": ("month", 1), "year": ("month", 12),
    "minute": ("minute", 1), "hour": ("minute", 60), "g": ("g", 1), "kg": ("g", 1000),
    "t": ("g", 10**6), "mm": ("mm", 1), "cm": ("mm", 10), "m": ("mm", 1000),
    "km": ("mm", 10**6), "ml": ("ml", 1), "l": ("ml", 1000), "W": ("W", 1), "kW": ("W", 1000),
    "MB": ("MB", 1), "GB": ("MB", 1000),
}  # fmt: skip
_SHARES, _HOURS = frozenset({"%", "part"}), frozenset({"clock", "hour"})


_SCALES = {"k": 10**3, "mn": 10**6, "bn": 10**9, "tn": 10**12}
_SCALE = re.compile(
    r"\s*(?:(?P<k>тыс\b\.?|тысяч\w*|thousand\b|k\b)|(?P<mn>млн\b\.?|миллион\w*|million\b|mln\b)"
    r"|(?P<bn>млрд\b\.?|миллиард\w*|billion\b|bn\b)|(?P<tn>трлн\b\.?|триллион\w*|trillion\b))",
    re.I,
)
#: Units by name and how they are written; of two that begin alike the longer one comes first.
_UNITS = {
    "%": r"%|процент\w*|percent\b|per cent\b",
    "RUB": r"₽(?!\s?\d)|руб(?:л\w*|\b)|rubles?\b|roubles?\b|rub\b",
    "USD": r"\$(?!\s?\d)|долл(?:ар\w*|\b)|dollars?\b|usd\b",
    "EUR": r"€(?!\s?\d)|евро\b|euros?\b|eur\b",
    "GBP": r"£(?!\s?\d)|фунт\w* стерлинг\w*|pounds?\b|gbp\b",
    "kopeck": r"коп(?:е\w*|\b)|kopecks?\b",
    "cent": r"цент(?:а|ов|\b)|cents?\b",
    "penny": r"pence\b|penn(?:y|ies)\b",
    "times": r"раз(?:а)?\b|times\b",
    "day": r"дн(?:я|ей|ю|ем|ями|ях|\.)|день|сут(?:ки|ок|кам|ками)\b|days?\b",
    "week": r"недел\w*|weeks?\b",
    "month": r"месяц\w*|мес\b|months?\b",
    "year": r"год(?:а|у|ом|ов|е|ы|\b)|лет\b|г\.|гг\.|years?\b",
    "hour": r"час(?:а|ов|ам|ы|\b)|hours?\b|hrs?\b",
    "minute": r"минут\w*|мин\b|minutes?\b|mins?\b",
    "second": r"секунд\w*|сек\b|seconds?\b",
    "kWh": r"квт[·*⋅-]?\s?ч\b|киловатт-час\w*|kwh\b|kilowatt[- ]hours?\b",
    "kW": r"квт\b|киловатт\w*|kw\b|kilowatts?\b",
    "MW": r"мегаватт\w*|megawatts?\b",
    "W": r"вт\b|ватт\w*|watts?\b|w\b",
    "V": r"вольт\w*|volts?\b|v\b|(?-i:В)(?=[.,;)\s]|\Z)(?!\s+[а-я])",
    "A": r"ампер\w*|amps?\b|amperes?\b",
    "rpm": r"об/мин\b|оборот\w* в минуту|rpm\b",
    "bar": r"бар(?:а|ов)?\b|bars?\b",
    "kHz": r"кгц\b|khz\b",
    "MHz": r"мгц\b|mhz\b",
    "Hz": r"гц\b|герц\w*|hz\b|hertz\b",
    "GB": r"гб\b|гигабайт\w*|gb\b|gigabytes?\b",
    "MB": r"мб\b|мегабайт\w*|mb\b|megabytes?\b",
    "degree": r"°\s?[cсf]?|градус\w*|degrees?\b",
    "t": r"[тt]\b|тонн\w*|tons?\b|tonnes?\b",
    "kg": r"кг\b|килограмм\w*|kg\b|kilograms?\b|kilos?\b",
    "g": r"грамм\w*|гр?\b(?!\.)|grams?\b|g\b",
    "km": r"км\b|километр\w*|km\b|kilomet\w+",
    "mile": r"(?:морск\w+\s)?мил[яьией]\w*|(?:nautical\s)?miles?\b",
    "m2": r"м2\b|м²|кв\.?\s?м\b\.?|квадратн\w+ метр\w*|sq\.? ?m\b|square met\w+",
    "m3": r"м3\b|м³|куб\w*\.?\s?м\b\.?|кубометр\w*|cubic met\w+",
    "m": r"м\b|метр(?:а|ов|ам|ах|ами|ы|е|\b)|met(?:er|re)s?\b|m\b(?!\.?m)",
    "cm": r"см\b|сантиметр\w*|cm\b|centimet\w+",
    "mm": r"мм\b|миллиметр\w*|mm\b|millimet\w+",
    "ml": r"мл\b|миллилитр\w*|ml\b|millilit\w+",
    "l": r"л\b|литр\w*|lit(?:er|re)s?\b|l\b",
    "inch": r"дюйм\w*|inch(?:es)?\b",
    "foot": r"foot\b|feet\b|ft\b",
}
_PLACES = {f"u{place}": name for place, name in enumerate(_UNITS)}
_UNIT = re.compile(
    r"\s*(?:"
    + "|".join(f"(?P<u{place}>{forms})" for place, forms in enumerate(_UNITS.values()))
    + ")",
    re.I,
)
_OFTEN = {"d": "day", "w": "week", "m": "month", "y": "year"}
_REGULAR = re.compile(
    r"\b(?:(?P<d>ежедневн\w*|daily)|(?P<w>еженедельн\w*|weekly)|(?P<m>ежемесячн\w*|monthly)"
    r"|(?P<y>ежегодн\w*|yearly|annual\w*))\b",
    re.I,
)
_UNIT_BEGINS = re.compile(r"(?<![^\W\d_])[^\W\d_]|[%$€£₽°]")
_PERIODS = ("day", "week", "month", "year", "hour", "minute")
_PERIOD = "|".join(_UNITS[name] for name in _PERIODS)
EACH = re.compile(
    rf"(?<!\w)(?:кажд\w+|за|один|одн(?:а|у|ого|ой)|per|each|every|an?|one)(?=\s+(?:{_PERIOD}))"
    r"|(?<!\w)в(?=\s+(?:день|неделю|месяц|год|час|сутки|минуту|квартал)\b)",
    re.I,
)
_OWN = frozenset({"clock", "times", *_PERIODS, "t"})  # kinds of numbers that take no unit
#: Amounts that are no run of number words.
_FIXED = (
    (re.compile(r"\b(?:полгода|полугода|полугоди\w+|half a year)\b", re.I), "6", "month"),
    (re.compile(r"\bполтонны\b", re.I), "0.5", "t"),
    (re.compile(r"\b(?:полчаса|получаса|half an hour)\b", re.I), "0.5", "hour"),
    (re.compile(r"\b(?:a|one) year and a half\b", re.I), "18", "month"),
    (re.compile(r"\b(?:an|one) hour and a half\b", re.I), "1.5", "hour"),
    (re.compile(r"\b(?:a|one) month and a half\b", re.I), "1.5", "month"),
    (re.compile(r"\bone and a half\b", re.I), "1.5", None),
)
_PERIOD_HEADS = {
    "дневн": "day", "суточн": "day", "недельн": "week", "месячн": "month", "годичн": "year",
    "годов": "year", "летн": "year", "часов": "hour", "минутн": "minute", "day": "day",
    "week": "week", "month": "month", "year": "year", "hour": "hour", "minute": "minute",
}  # fmt: skip
#: «Двухнедельный», «45-дневный», "two-week".
_COMPOUND = re.compile(
    r"(?<![\w-])(?P<number>\d{1,3}(?=-)|[а-яё]{3,14}?|[a-z]{3,9}(?=-))-?"
    rf"(?P<period>(?:{'|'.join(_PERIOD_HEADS)})\w{{0,3}})(?!\w)",
    re.I,
)
#: Before a number that is a label and no amount: "Table 1", «кабинет 104».
LABELLED = re.compile(
    r"(?:\b(?:table|figure|fig\.|section|room|page|clause|article|chapter|appendix|version|part|step"
    r"|таблиц\w+|рисун\w+|рис\.|пункт\w*|кабинет\w*|комнат\w+|раздел\w*|глав\w+|стать\w+|страниц\w+"
    r"|приложени\w+|верси\w+|шаг\w*)|№)\s*$",
    re.I,
)
_REACH = 14  # characters before a number in which its label stands
#: What the hundredth part of a currency is called.
_PARTED = {"RUB": "kopeck", "USD": "cent", "EUR": "cent", "GBP": "penny"}
_CENTS, _THOUSAND, _YEARS = 100, 1000, 1999
_RANGE = re.compile(r"\s*(?:[-–—]|до|и|или|to|and|or)\s*")
_STOP = re.compile(r"[.!?]\s")
_BARE = re.compile(r"\s*(?:[.,;:!?)]|\Z|—)")
_ARTICLE = re.compile(r"\s+an?(?=\s)")
_BETWEEN = re.compile(
    r"\s+[^\W\d_]+ый\b|\s+[^\W\d_]+(?:ых|их|ого|ими|ным)\b|\s+(?:business|calendar|working|paid|full)\b"
)
#: Letters with figures that are no amount: «М10», EJ19, 7Z41.
CODE = re.compile(r"(?<!\w)(?:[^\W\d_]+\d\w*|\d+[A-ZА-ЯЁ]+\d\w*)")


class Number(NamedTuple):
    """A number as written, its possible values ("1,000" has two) and its unit where it has one."""

    written: str
    values: frozenset[Decimal]
    unit: str | None

    def same(self, other: Number) -> bool:
        """Whether both can mean the same amount; a unit counts where both have one.

        A half is 50 %, and 10 hours are 10 o'clock.
        """
        if self.unit in _SHARES and other.unit in _SHARES and self.unit != other.unit:
            return bool(self._shares() & other._shares())
        if "nth" in (self.unit, other.unit) and self.unit != other.unit:
            plain = self if other.unit == "nth" else other
            if plain.unit not in (None, "date") or not plain.written[0].isdigit():
                return False
            return self._meets(other)
        if self.unit != other.unit and self.measured and other.measured:
            return self.measured == other.measured
        return (self.alike(other) and self._meets(other)) or self._by_clock(other)

    @property
    def measured(self) -> tuple[str, Decimal] | None:
        """The amount in the smallest unit of its kind: two years are 24 months."""
        base, scale = _BASES.get(self.unit or "", ("", 0))
        return (base, max(self.values) * scale) if base else None

    def _by_clock(self, other: Number) -> bool:
        """Whether one is a time of day and the other its hour on a dial: 18:00 and "six"."""
        if {self.unit, other.unit} != {"clock", None}:
            return False
        time, plain = (self, other) if self.unit == "clock" else (other, self)
        return any(value <= _NOON and value + _NOON in time.values for value in plain.values)

    def alike(self, other: Number) -> bool:
        """Whether one can stand where the other does: of one unit, or one of them without."""
        units = {self.unit, other.unit}
        if None in units and units & _EXACT:
            return max(self.values) >= _LARGE or len(units) == 1
        return len(units) == 1 or None in units or units <= _HOURS or units <= _SHARES

    @property
    def each(self) -> bool:
        """Whether it tells how often: «каждый день», "a week"."""
        return self.unit in _PERIODS and self.values == {1} and not self.written[0].isdigit()

    def _meets(self, other: Number) -> bool:
        return not self.values.isdisjoint(other.values)

    def _shares(self) -> set[Decimal]:
        hundred = 100 if self.unit == "%" else 1
        return {round(value / hundred, 2) for value in self.values}


def periods(text: str) -> list[Number]:
    """How often something is, in one word: «ежедневно», monthly."""
    return [
        Number(match.group(), frozenset({Decimal(1)}), _OFTEN[match.lastgroup or ""])
        for match in _REGULAR.finditer(text)
    ]


def units(text: str) -> frozenset[str]:
    """The units that are written in a text, with numbers or without."""
    found = {
        _PLACES[match.lastgroup or ""]
        for word in _UNIT_BEGINS.finditer(text)
        if (match := _UNIT.match(text, word.start()))
    }
    return frozenset(found | ({"clock"} if "hour" in found else set()))


def blanked(text: str, spots: list[Spot]) -> str:
    """The text with spaces over the spots, its length kept."""
    for start, end in spots:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def numbers(text: str) -> tuple[list[Number], list[Spot]]:
    """The amounts of a text in which dates are blanked, and their spots."""
    found: list[Number] = []
    spots: list[Spot] = []
    for each in sorted(_found(text), key=lambda one: (one.spot[0], -one.spot[1])):
        if spots and each.spot[0] < spots[-1][1]:
            continue
        number, spot = _measured(text, each)
        if spots and (joined := _continued(found[-1], number, text[spots[-1][1] : spot[0]])):
            found[-1], rest = joined
            if rest is None:
                spots[-1] = spots[-1][0], spot[1]
                continue
        found.append(number)
        spots.append(spot)
    return _scaled_alike(text, found, spots), spots


def _found(text: str) -> list[Found]:
    """Numbers in digits and words, times of day, and words such as «полгода» and «двухлетний»."""
    times = clock(text)
    codes = [match.span() for match in CODE.finditer(text)]
    blank = blanked(text, [*(found.spot for found in times), *codes])
    each = [Found(match.span(), frozenset({Decimal(1)})) for match in EACH.finditer(blank)]
    fixed = [
        Found(match.span(), frozenset({Decimal(value)}), None, unit)
        for pattern, value, unit in _FIXED
        for match in pattern.finditer(blank)
    ]
    joined = [
        Found(match.span(), frozenset({value}), None, unit)
        for match in _COMPOUND.finditer(text)
        if (value := _prefix(match.group("number"))) and (unit := _period_of(match.group("period")))
    ]
    counted = [of_day(blank, one) for one in (*digits(blank), *worded(blank))]
    return [*joined, *times, *fixed, *counted, *each]


def _prefix(written: str) -> Decimal | None:
    """What the first part of «двухнедельный» or «45-дневный» is worth."""
    return Decimal(written) if written.isdigit() else prefix(written)


def _period_of(written: str) -> str:
    return next(unit for head, unit in _PERIOD_HEADS.items() if written.lower().startswith(head))


def _measured(text: str, found: Found) -> tuple[Number, Spot]:
    """A number with the scale and the unit that follow it."""
    (start, end), values, sign, kind = found
    stop, scale = end, 1
    if kind is None and (match := _SCALE.match(text, stop)):
        stop, scale = match.end(), _SCALES[match.lastgroup or ""]
    unit, stop = (None, stop) if kind in _OWN else _unit(text, stop, sign)
    if kind == "part" and unit is None and (article := _ARTICLE.match(text, stop)):
        unit, after = _unit(text, article.end(), None)
        stop = after if unit else stop
    if unit is None and kind is None and LABELLED.search(text[max(start - _REACH, 0) : start]):
        unit = "label"
    unit = unit or kind
    scaled = frozenset(value * scale for value in values)
    return Number(text[start:stop].strip(), scaled, unit), (start, stop)


def _continued(one: Number, two: Number, between: str) -> tuple[Number, Number | None] | None:
    """Two numbers in a row, where the second belongs to the first or lends it a unit.

    "Six pounds forty" and «12 рублей 50 копеек» are one amount, of "18 to 26 °C" both have degrees.
    """
    part = max(two.values)
    if (
        one.unit in _PARTED
        and two.unit in (None, _PARTED[one.unit])
        and between in (" ", " and ")
        and 1 <= part < _CENTS
        and (two.unit or between == " ")
        and all(value == int(value) for value in (*one.values, part))
    ):
        values = frozenset(value + part / _CENTS for value in one.values)
        return Number(f"{one.written}{between}{two.written}", values, one.unit), None
    if one.unit is None and two.unit in _UNITS and _RANGE.fullmatch(between):
        return one._replace(unit=two.unit), two
    return None


def _scaled_alike(text: str, found: list[Number], spots: list[Spot]) -> list[Number]:
    """The numbers, bare ones also as thousands where one before them is.

    «Бумаги на две тысячи, а тираж три»: nothing that is counted follows.
    """
    thousands = False
    result = []
    end = 0
    for number, (start, stop) in zip(found, spots, strict=True):
        if _STOP.search(text[end:start]):
            thousands = False
        least = min(number.values)
        if thousands and number.unit is None and least < _THOUSAND and _BARE.match(text, stop):
            values = number.values | {value * _THOUSAND for value in number.values}
            number = number._replace(values=values)
        elif number.unit not in _OWN and least > _YEARS and least % _THOUSAND == 0:
            thousands = True
        result.append(number)
        end = stop
    return result


def _unit(text: str, at: int, sign: str | None) -> tuple[str | None, int]:
    """The unit that follows a number at `at`, and where it ends."""
    if sign and (match := _UNIT.match(f"{sign} ")):
        return _PLACES[match.lastgroup or ""], at
    if match := _UNIT.match(text, at):
        return _PLACES[match.lastgroup or ""], match.end()
    if (between := _BETWEEN.match(text, at)) and (match := _UNIT.match(text, between.end())):
        return _PLACES[match.lastgroup or ""], at
    return None, at
