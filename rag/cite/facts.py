"""What a sentence states that words alone do not carry: numbers, dates, names, negations.

Everything is brought to one form, Russian and English alike: «1 000 000» and 1,000,000,
15.11.2025 and «15 ноября 2025», «5 процентов» and 5 %, «три» and three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from rag.cite.grammar import surely_name
from rag.cite.numerals import Found, Spot, clock, day, digits, is_number, of_day, worded
from rag.minutes.people import is_given_name
from rag.words import STOP_WORDS, WORD, fold, stem

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Units in which one amount may be written in two ways.
_EXACT = frozenset({"%", "times", "RUB", "USD", "EUR", "GBP", "nth"})  # units nobody leaves out
_LARGE = 100  # except of large numbers
_SHARES, _HOURS = frozenset({"%", "part"}), frozenset({"clock", "hour"})


class Date(NamedTuple):
    """A day, a month of a year, or a month; None where the text does not say."""

    year: int | None
    month: int | None
    day: int | None

    def within(self, other: Date) -> bool:
        """Whether `other` says everything this date says."""
        return all(mine in (None, its) for mine, its in zip(self, other, strict=True))

    def __str__(self) -> str:
        fields = (self.year, self.month, self.day)
        return "-".join(f"{field:02d}" for field in fields if field is not None)


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
        return self.alike(other) and self._meets(other)

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


class Name(NamedTuple):
    """A capitalised word, an acronym, a code, a Latin word among Russian ones, a weekday or season.

    `sure` is False for a capitalised word that opens a sentence: it may be any word.
    """

    written: str
    stem: str
    sure: bool
    start: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a text, and the spots that are taken up by dates and numbers."""

    numbers: tuple[Number, ...]
    dates: tuple[Date, ...]
    names: tuple[Name, ...]
    spots: tuple[Spot, ...]

    @property
    def placed(self) -> list[tuple[Number | Date, Spot]]:
        """The dates and numbers with their spots."""
        return list(zip((*self.dates, *self.numbers), self.spots, strict=True))


_RU_MONTH = (
    r"январ\w*|феврал\w*|март(?:а|е|у|ом)?|апрел\w*|ма[йяеюё]|июн[ьяею]|июл[ьяею]"
    r"|август(?:а|е|у|ом)?|сентябр\w*|октябр\w*|ноябр\w*|декабр\w*"
)
_EN_MONTH = (
    r"January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_RU_HEADS = "янв фев мар апр ма июн июл авг сен окт ноя дек".split()
_EN_HEADS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_YEAR = r"(?:1[89]|20)\d\d"
_DATE = re.compile(
    rf"(?<!\d)(?P<iy>{_YEAR})-(?P<im>[01]\d)-(?P<id>[0-3]\d)(?!\d)"
    rf"|(?<![\d.])(?P<nd>[0-3]?\d)[./](?P<nm>[01]?\d)[./](?P<ny>{_YEAR})(?!\d)"
    rf"|(?<!\d)(?P<rd>[0-3]?\d)(?:-?(?:го|му|е|ое))?\s+(?P<rm>{_RU_MONTH})\b"
    rf"(?:,?\s+(?P<ry>{_YEAR})\b)?"
    rf"|(?<!\d)(?P<ed>[0-3]?\d)(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<em>{_EN_MONTH})\b\.?"
    rf"(?:,?\s+(?P<ey>{_YEAR})\b)?"
    rf"|\b(?P<am>{_EN_MONTH})\b\.?\s+(?P<ad>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<ay>{_YEAR})\b)?"
    rf"|\b(?P<mm>(?i:{_RU_MONTH})|(?!May\b|March\b|Mar\b|Dec\b|Sep\b|Jan\b){_EN_MONTH})\b"
    rf"(?:,?\s+(?P<my>{_YEAR})\b)?"
    rf"|\b(?P<sm>May|March)\s+(?P<sy>{_YEAR})\b"
    r"|(?:(?<=\bin )|(?<=\bby )|(?<=\bto )|(?<=\bof )|(?<=from )|(?<=until )|(?<=since )"
    r"|(?<=early )|(?<=late )|(?<=and ))(?P<lm>May|March)\b"
    r"|(?<![\d.])(?P<td>[0-3]\d)\.(?P<tm>[01]\d)\.(?P<ty>\d\d)(?![\d.])",
)

_SCALES = {"k": 10**3, "mn": 10**6, "bn": 10**9, "tn": 10**12}
_SCALE = re.compile(
    r"\s*(?:(?P<k>тыс\b\.?|тысяч\w*|thousand\b|k\b)|(?P<mn>млн\b\.?|миллион\w*|million\b|mln\b)"
    r"|(?P<bn>млрд\b\.?|миллиард\w*|billion\b|bn\b)|(?P<tn>трлн\b\.?|триллион\w*|trillion\b))",
    re.I,
)
_WORDED_DAY = re.compile(
    r"\b((?:двадцать |тридцать |twenty-|thirty-)?[а-яёa-z]{4,})"
    rf"((?: of)? (?:{_RU_MONTH}|{_EN_MONTH})\b)"
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
#: Units of which one stands for another: kinds of money have parts, a day has hours.
#: The number of a clause or item: «3.2. Запрещается …».
_LABEL = re.compile(r"\s*\d{1,2}(?:\.\d{1,2})*[.)]\s+(?=[\"«]?[A-ZА-ЯЁ])")
_OFTEN = {"d": "day", "w": "week", "m": "month", "y": "year"}
_REGULAR = re.compile(
    r"\b(?:(?P<d>ежедневн\w*|daily)|(?P<w>еженедельн\w*|weekly)|(?P<m>ежемесячн\w*|monthly)"
    r"|(?P<y>ежегодн\w*|yearly|annual\w*))\b",
    re.I,
)
_UNIT_BEGINS = re.compile(r"(?<![^\W\d_])[^\W\d_]|[%$€£₽°]")
_PERIODS = ("day", "week", "month", "year", "hour", "minute")
_PERIOD = "|".join(_UNITS[name] for name in _PERIODS)
_EACH = re.compile(
    rf"(?<!\w)(?:кажд\w+|за|один|одн(?:а|у|ого|ой)|per|each|every|an?|one)(?=\s+(?:{_PERIOD}))"
    r"|(?<!\w)в(?=\s+(?:день|неделю|месяц|год|час|сутки|минуту|квартал)\b)",
    re.I,
)
_OWN = frozenset({"clock", "times", "month"})  # kinds of numbers that take no unit
_HALF_YEAR = re.compile(r"\b(?:полгода|полугода|half a year)\b", re.I)
_ARTICLE = re.compile(r"\s+an?(?=\s)")
_BETWEEN = re.compile(
    r"\s+[^\W\d_]+ый\b|\s+[^\W\d_]+(?:ых|их|ого|ими|ным)\b|\s+(?:business|calendar|working|paid|full)\b"
)
#: What a number or a date cannot do without, number words aside.
_COUNTS = re.compile(
    rf"\d|{_EACH.pattern}|{_RU_MONTH}|{_EN_MONTH}|(?:noon|midday|полд|полгода|полугода|ежедн|ежен|ежем|ежег|daily|weekly|monthly|yearly|annual)",
    re.I,
)
_DATED = re.compile(rf"\d[./-]\d|{_RU_MONTH}|{_EN_MONTH}", re.I)
#: Days of the week and seasons: written small in Russian, and as exact as a name.
_CALENDAR = re.compile(
    r"(?:понедельник|вторник|четверг|пятниц|суббот|воскресень)\w{0,2}\b|сред[ауые]\b"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|весн(?:а|ы|е|у|ой)\b|летом\b|осен(?:ь|и|ью)\b|зим(?:а|ы|е|у|ой)\b|summer\b|autumn\b|winter\b"
)
#: Letters with figures that are no amount: «М10», EJ19, 7Z41.
_CODE = re.compile(r"(?<!\w)(?:[^\W\d_]+\d\w*|\d+[A-ZА-ЯЁ]+\d\w*)")
_LEGAL_FORMS = frozenset("ооо оао ао пао зао ип гк нко inc ltd llc corp plc gmbh co".split())
_LOOK_BACK = 8  # characters before a word that tell whether it opens a sentence
_STOPPED = re.compile(r"[.!?…:\n]\s*[\"'«“‘(—–-]*\s*$")
_INITIAL = re.compile(r"(?<!\w)[A-ZА-ЯЁ]\.\s*$")
_OPENING = " \t\n\"'«“‘([—–-•*"
_CASE_ENDINGS = frozenset(
    "а я у ю е и ы о ь й ом ем ым им ой ей ов ев ин ого ому ам ами ах ям ями ях ова ева ина ову "
    "евой овой иной овым евым иным овой".split()
) | {""}


def facts(text: str) -> Facts:
    """The numbers, dates and names a text states."""
    if label := _LABEL.match(text):
        text = " " * label.end() + text[label.end() :]
    dates, spots = _dates(text) if _DATED.search(text) else ([], [])
    blank = _blanked(text, spots)
    numbers, more = _numbers(blank)
    names = _names(_blanked(blank, more), text)
    return Facts(tuple(numbers), tuple(dates), tuple(names), (*spots, *more))


def periods(text: str) -> list[Number]:
    """How often something is, in one word: «ежедневно», monthly."""
    return [
        Number(match.group(), frozenset({Decimal(1)}), _OFTEN[match.lastgroup or ""])
        for match in _REGULAR.finditer(text)
    ]


def may_count(text: str, forms: Iterable[str]) -> bool:
    """Whether a text of these folded words may state a number or a date."""
    return bool(_COUNTS.search(text)) or any(is_number(form) for form in forms)


def units(text: str) -> frozenset[str]:
    """The units that are written in a text, with numbers or without."""
    found = {
        _PLACES[match.lastgroup or ""]
        for word in _UNIT_BEGINS.finditer(text)
        if (match := _UNIT.match(text, word.start()))
    }
    return frozenset(found | ({"clock"} if "hour" in found else set()))


def akin(one: str, other: str) -> bool:
    """Whether two stems are forms of one name: equal, or apart by a Russian case ending."""
    if one == other:
        return True
    if one.isascii() or other.isascii():
        return False
    common = common_prefix(one, other)
    return common >= 4 and one[common:] in _CASE_ENDINGS and other[common:] in _CASE_ENDINGS


def common_prefix(one: str, other: str) -> int:
    """Number of characters two strings begin with alike."""
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def _blanked(text: str, spots: list[Spot]) -> str:
    """The text with spaces over the spots, its length kept."""
    for start, end in spots:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _dates(text: str) -> tuple[list[Date], list[Spot]]:
    dates, spots = [], []
    worded = _blanked_ordinals(text)
    for match in _DATE.finditer(worded):
        said = {name: value for name, value in match.groupdict().items() if value}
        fields = {name[1]: value for name, value in said.items()}
        month = fields["m"]
        number = int(month) if month.isdigit() else _month(month)
        year, day = fields.get("y"), fields.get("d")
        if 1 <= number <= 12 and (day is None or 1 <= int(day) <= 31):
            year = f"20{year}" if year and len(year) == 2 else year
            dates.append(Date(int(year) if year else None, number, int(day) if day else None))
            spots.append(match.span())
    return dates, spots


def _blanked_ordinals(text: str) -> str:
    """The text with days in words, as in «двадцатого октября», in digits of the same length."""

    def digits_for(match: re.Match[str]) -> str:
        value = day(match.group(1))
        return str(value).ljust(len(match.group(1))) + match.group(2) if value else match.group()

    return _WORDED_DAY.sub(digits_for, text)


def _month(name: str) -> int:
    folded = fold(name)
    heads = _EN_HEADS if folded.isascii() else _RU_HEADS
    # «март» begins with «ма» as «май» does, so the longest head decides
    return max(
        (len(head), place) for place, head in enumerate(heads, 1) if folded.startswith(head)
    )[1]


def _numbers(text: str) -> tuple[list[Number], list[Spot]]:
    times = clock(text)
    codes = [match.span() for match in _CODE.finditer(text)]
    blank = _blanked(text, [*(found.spot for found in times), *codes])
    each = [Found(match.span(), frozenset({Decimal(1)})) for match in _EACH.finditer(blank)]
    half = [
        Found(match.span(), frozenset({Decimal(6)}), None, "month")
        for match in _HALF_YEAR.finditer(blank)
    ]
    counted = [of_day(blank, one) for one in (*digits(blank), *worded(blank))]
    found = [*times, *half, *counted, *each]
    numbers: list[Number] = []
    spots: list[Spot] = []
    for (start, end), values, sign, kind in sorted(found, key=lambda one: one.spot):
        if spots and start < spots[-1][1]:
            continue
        stop, scale = end, 1
        if kind is None and (match := _SCALE.match(text, stop)):
            stop, scale = match.end(), _SCALES[match.lastgroup or ""]
        unit, stop = (None, stop) if kind in _OWN else _unit(text, stop, sign)
        if kind == "part" and unit is None and (article := _ARTICLE.match(text, stop)):
            unit, after = _unit(text, article.end(), None)
            stop = after if unit else stop
        unit = unit or kind
        scaled = frozenset(value * scale for value in values)
        numbers.append(Number(text[start:stop].strip(), scaled, unit))
        spots.append((start, stop))
    return numbers, spots


def _unit(text: str, at: int, sign: str | None) -> tuple[str | None, int]:
    """The unit that follows a number at `at`, and where it ends."""
    if sign and (match := _UNIT.match(f"{sign} ")):
        return _PLACES[match.lastgroup or ""], at
    if match := _UNIT.match(text, at):
        return _PLACES[match.lastgroup or ""], match.end()
    if (between := _BETWEEN.match(text, at)) and (match := _UNIT.match(text, between.end())):
        return _PLACES[match.lastgroup or ""], at
    return None, at


def _names(text: str, whole: str) -> list[Name]:
    russian = bool(re.search(r"[а-яё]", whole, re.I))
    names = []
    opens = 0  # where the current sentence begins
    for match in WORD.finditer(text):
        word, folded = match.group(), fold(match.group())
        capital = word[0].isupper()
        first = False
        before = whole[max(match.start() - _LOOK_BACK, 0) : match.start()] if capital else ""
        if capital:
            first = not whole[opens : match.start()].strip(_OPENING)
        if capital and _STOPPED.search(before) and not _INITIAL.search(before):
            first, opens = True, match.start()
        if _CALENDAR.match(folded) or _CODE.fullmatch(word):
            names.append(Name(word, stem(folded), True, match.start()))
        elif folded in STOP_WORDS or folded in _LEGAL_FORMS or len(word) < 2:
            continue
        elif (word.isupper() and not whole.isupper()) or (
            russian and word.isascii() and word.isalpha()
        ):
            names.append(Name(word, stem(folded), True, match.start()))
        elif word[0].isupper():
            known = surely_name(word) or is_given_name(word)
            names.append(Name(word, stem(folded), known or not first, match.start()))
    return names
