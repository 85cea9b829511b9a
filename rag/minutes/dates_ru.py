"""Russian deadline phrases: patterns over folded text (lower case, ё as е) and what they mean.

Each rule is a pattern and a function from its match and the base day to days, or None where the
phrase has no calendar anchor. The words before the phrase decide how it is read: «к», «до», «по»
leave the start open, «с» the end, and «от», «за», «на», «о» make it a topic rather than a deadline.
"""

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
    **dict.fromkeys(("один", "одну", "одного", "одной"), 1),
    **dict.fromkeys(("два", "две", "двух", "пару", "пары"), 2),
    **dict.fromkeys(("три", "трех"), 3),
    **dict.fromkeys(("четыре", "четырех"), 4),
    **dict.fromkeys(("пять", "пяти"), 5),
    **dict.fromkeys(("шесть", "шести"), 6),
    **dict.fromkeys(("семь", "семи"), 7),
    **dict.fromkeys(("восемь", "восьми"), 8),
    **dict.fromkeys(("девять", "девяти"), 9),
    **dict.fromkeys(("десять", "десяти"), 10),
    **dict.fromkeys(("двенадцать", "двенадцати"), 12),
    **dict.fromkeys(("четырнадцать", "четырнадцати"), 14),
    **dict.fromkeys(("пятнадцать", "пятнадцати"), 15),
    **dict.fromkeys(("двадцать", "двадцати"), 20),
    **dict.fromkeys(("тридцать", "тридцати"), 30),
}
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
_SEASONS = (r"зим[аыуе]|зимой", r"весн[аыуе]|весной", r"лет[ауо]|летом", r"осен[ьи]|осенью")

ORDINAL = (
    r"(?:(?:двадцать|тридцать)\s+)?(?:"
    + "|".join(sorted(_ORDINAL_STEMS, key=len, reverse=True))
    + r")(?:ь?его|ь?ему|ого|ому|ое|ье|ый|ий|ой|ым|ую|ом|ем)"
)
CARDINAL = r"(?:\d{1,3}|" + "|".join(sorted(_CARDINALS, key=len, reverse=True)) + ")"
WEEKDAY = "(?:" + "|".join(_WEEKDAYS) + ")"
MONTH = "(?:" + "|".join(_MONTHS) + ")"
NEXT = r"(?:следующ\w+|будущ\w+)"
THIS = r"(?:эт(?:от|у|ой|ого|ому|им|ом|о|и|их)|ближайш\w+|текущ\w+|нынешн\w+)"
DAY = rf"(?:\d{{1,2}}(?:-?(?:го|му|е|ого|ому))?|{ORDINAL})"
YEAR = r"(?:\s*(?P<year>20\d\d)(?:\s*г(?:ода|\.|од)?)?)?"
PART = r"(?:начал[еоау]|середин[еыуа]|конц[еау]|конец)"

#: what may stand before a phrase; see the module's docstring
OPEN = (
    r"не\s+(?:позднее|позже|дольше)|крайний\s+срок\s*[—–:-]?|дедлайн\s*[—–:-]?|максимум(?:\s+до)?|"
    r"самое\s+позднее|до|ко?|по"
)
FROM = r"начиная\s+со?|со?"
TOPIC = r"от|за|на|обо?|про|из|после|перед|прошл\w+|минувш\w+|позапрошл\w+|кажд\w+"
LEAD = rf"(?:(?:(?P<open>{OPEN})|(?P<from>{FROM})|(?P<topic>{TOPIC})|во?|где-то|примерно|уже)\s+){{0,2}}"
_HOUR = (
    rf"(?:\d{{1,2}}(?:[:.]\d\d)?|{CARDINAL}|час[ау]?|половин[аеуы]\s+\w+|полудня|полудню|обед[ау])"
)
TAIL = (
    rf"(?:\s+же\b|,?\s+(?:утром|днем|вечером|ночью|с\s+утра(?:\s+пораньше)?|утречком|включительно|"
    rf"(?:после|до|к)\s+(?:обед[ау]?|вечер[ау]|полуд\w+)|(?:до|к|в|часам?\s+к|около)\s+{_HOUR}"
    rf"(?:\s+(?:час\w*|утра|дня|вечера|мин\w*)\b)*)(?!\w))*"
)


def cardinal(word: str) -> int:
    """2 for «два», «двух», «2»."""
    return int(word) if word.isdigit() else _CARDINALS[word]


def ordinal(words: str) -> int:
    """23 for «двадцать третьего»; 15 for «15-му»."""
    digits = re.match(r"\d+", words)
    if digits:
        return int(digits.group())
    *tens, last = words.split()
    stem = max((s for s in _ORDINAL_STEMS if last.startswith(s)), key=len)
    return _ORDINAL_STEMS[stem] + (0 if not tens else {"двадцать": 20, "тридцать": 30}[tens[0]])


def _index(word: str, patterns: tuple[str, ...]) -> int:
    return next(i for i, pattern in enumerate(patterns) if re.fullmatch(pattern, word))


def weekday(word: str) -> int:
    """4 for «пятницу»."""
    return _index(word, _WEEKDAYS)


def month_number(word: str) -> int:
    """11 for «ноября»."""
    return _index(word, _MONTHS) + 1


def _part(match: Match) -> Part | None:
    word = match["part"]
    if word is None:
        return None
    return "start" if word.startswith("нач") else "middle" if word.startswith("сер") else "end"


def _numeric(match: Match, base: date) -> Days | None:
    year = match["year"]
    found = periods.day_in_year(
        base, int(match["day"]), int(match["month"]), int(year) if year else None
    )
    return Days.one(found)


def _iso(match: Match, base: date) -> Days | None:
    return Days.one(
        periods.day_in_year(base, int(match["day"]), int(match["month"]), int(match["year"]))
    )


def _day_month(match: Match, base: date) -> Days | None:
    year = int(match["year"]) if match["year"] else None
    return Days.one(
        periods.day_in_year(base, ordinal(match["day"]), month_number(match["month"]), year)
    )


def _day_range(match: Match, base: date) -> Days | None:
    last_month = match["month2"]
    if last_month is None:
        first = periods.next_day_of_month(base, ordinal(match["day"]))
        last = first and periods.next_day_of_month(first, ordinal(match["day2"]))
        return Days(first, last) if first and last else None
    first_month = match["month"] or last_month
    first = periods.day_in_year(base, ordinal(match["day"]), month_number(first_month), None)
    last = first and periods.day_in_year(
        first, ordinal(match["day2"]), month_number(last_month), None
    )
    return Days(first, last) if first and last else None


def _day_only(match: Match, base: date) -> Days | None:
    return Days.one(periods.next_day_of_month(base, ordinal(match["day"])))


def _relative(match: Match, base: date) -> Days:
    offsets = {"сегодня": 0, "завтра": 1, "послезавтра": 2}
    first = offsets[match["day"]]
    last = offsets[match["day2"]] if match["day2"] else first
    return Days(periods.plus(base, first), periods.plus(base, last))


def _adjective_day(match: Match, base: date) -> Days:
    return Days.one_day(periods.plus(base, 1 if match["day"].startswith("завтра") else 0))


def _weekday(match: Match, base: date) -> Days:
    number = weekday(match["weekday"])
    if match["next"] or match["nextweek"]:
        return Days.one_day(periods.weekday_of_week(base, number, 1))
    return Days.one_day(periods.next_weekday(base, number))


def _weekdays(match: Match, base: date) -> Days:
    first = periods.next_weekday(base, weekday(match["weekday"]))
    return Days(first, periods.next_weekday(first, weekday(match["weekday2"])))


def _after(number: int, unit: str, base: date) -> date | None:
    """The day that is `number` units after the base day; None for an unknown unit."""
    if re.match(r"рабоч", unit):
        return periods.plus_workdays(base, number)
    if re.match(r"час|минут", unit):
        return base
    if re.match(r"д[ен]|сут", unit):
        return periods.plus(base, number)
    if re.match(r"недел", unit):
        return periods.plus(base, 7 * number)
    if re.match(r"месяц", unit):
        return periods.plus_months(base, number)
    if re.match(r"полгода|полугод", unit):
        return periods.plus_months(base, 6 * number)
    return periods.plus_months(base, 12 * number) if re.match(r"год|лет", unit) else None


def _in_units(match: Match, base: date) -> Days | None:
    number = cardinal(match["number"]) if match["number"] else 1
    first = _after(number, match["unit"], base)
    second = match.groupdict().get("number2")
    last = _after(cardinal(second), match["unit"], base) if second else first
    return Days(first, last) if first and last else None


def _within(match: Match, base: date) -> Days | None:
    number = cardinal(match["number"]) if match["number"] else 1
    last = _after(number, match["unit"], base)
    return Days(None, last) if last else None


def _term(match: Match, base: date) -> Days | None:
    stem = match["number"] or ""
    number = next((n for word, n in _CARDINALS.items() if word == stem), 1)
    number = int(stem.rstrip("-")) if stem.rstrip("-").isdigit() else number
    last = _after(number, match["unit"], base)
    return Days(None, last) if last else None


def _week(match: Match, base: date) -> Days:
    part = _part(match)
    weeks = 1 if match["next"] else 0
    first, last = periods.week(base, weeks, part)
    if last < base and not match["this"]:
        first, last = periods.week(base, weeks + 1, part)
    return Days(max(first, base), last, whole=part is None, bounded=part == "end")


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
    if not match["month"]:
        first = max(first, base) if part is None else first
    return Days(first, last, whole=part is None)


def _half_month(match: Match, base: date) -> Days:
    year, number = periods.named_month(base, month_number(match["month"]))
    return Days(*periods.half_month(year, number, ordinal(match["which"])))


def _decade(match: Match, base: date) -> Days:
    year, number = periods.named_month(base, month_number(match["month"]))
    parts: tuple[Part, ...] = ("start", "middle", "end")
    return Days(*periods.month(year, number, parts[min(ordinal(match["which"]), 3) - 1]))


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def _quarter(match: Match, base: date) -> Days | None:
    now = (base.month + 2) // 3
    year, number = base.year, now
    if match["which"]:
        number = _ROMAN.get(match["which"]) or ordinal(match["which"])
        if not 1 <= number <= 4:
            return None
        year, number = periods.named_quarter(base, number)
    elif match["next"]:
        year, number = (year + 1, 1) if now == 4 else (year, now + 1)
    part = _part(match)
    first, last = periods.quarter(year, number, part)
    return Days(first, last, whole=part is None)


def _half_year(match: Match, base: date) -> Days:
    half = ordinal(match["which"])
    year = base.year + (half == 1 and base.month > 6)
    return Days(*periods.half_year(year, min(half, 2)))


def _year(match: Match, base: date) -> Days:
    year = int(match["year"]) if match["year"] else base.year + bool(match["next"])
    first, last = periods.whole_year(year)
    return Days(first if match["next"] or year > base.year else base, last, whole=not match["part"])


def _season(match: Match, base: date) -> Days:
    return Days(*periods.season(base, _index(match["season"], _SEASONS)), whole=True)


def _weekend(match: Match, base: date) -> Days:
    saturday, sunday = periods.weekend(base)
    if match["next"]:
        saturday, sunday = periods.plus(saturday, 7), periods.plus(sunday, 7)
    return Days(saturday, sunday, whole=True)


def _none(_match: Match, _base: date) -> None:
    return None


def _rule(
    pattern: str, read: Callable[[Match, date], Days | None], *, lead: str = LEAD, tail: str = TAIL
) -> Rule:
    return Rule(re.compile(rf"(?<![\w.,:-]){lead}{pattern}{tail}(?!\w)"), read)


_UNIT = (
    r"(?P<unit>(?:рабоч\w+\s+)?(?:д(?:ень|ня|ней)|сут(?:ки|ок))|недел[юиьяе]|недель|месяц\w{0,2}|"
    r"полгода|год[а]?|лет|час\w{0,2}|минут\w?)"
)
_IN = r"(?:через|спустя)\s+"
_OF_WEEK = rf"(?:(?:(?P<next>{NEXT})|(?P<this>{THIS}))\s+)?недел[яеиюь]"
_PART_OPTIONAL = rf"(?:(?P<part>{PART})\s+)?"
_LEAD_NEEDED = rf"(?:(?P<open>{OPEN})|(?P<from>{FROM})|во?|на)\s+"
_EVENT = (
    r"(?:следующ\w+\s+|ближайш\w+\s+|нашей\s+|очередн\w+\s+)?(?:встреч|созвон|совещани|планерк|"
    r"заседани|собрани|релиз|запуск|демо|спринт|отпуск|каникул|праздник|приезд|открыти|сдач|"
    r"поставк|дедлайн|ревью|ретро|митинг|конференци|выставк|проверк|аудит|оплат|согласовани|"
    r"подписани|утверждени|получени|выступлени|мероприяти|обед)\w*"
)

RULES: tuple[Rule, ...] = (
    _rule(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)", _iso),
    _rule(
        r"(?P<day>\d{1,2})\.(?P<month>\d\d)(?:\.(?P<year>20\d\d|\d\d))?\.?"
        r"(?!\.?\d|\s*(?:%|руб|тыс|млн|кг|проц|балл|дюйм|верси))",
        _numeric,
        lead=rf"(?:(?P<not>верси\w*|пункт\w*|п\.|раздел\w*|глав\w*|подпункт\w*|стать\w*|№)\s*)?{LEAD}",
    ),
    _rule(
        rf"(?:с\s+)?(?P<day>{DAY})(?:\s+(?P<month>{MONTH}))?\s*(?:по|до|–|—|-)\s*"
        rf"(?P<day2>{DAY})\s+(?P<month2>{MONTH})",
        _day_range,
        lead="",
    ),
    _rule(
        rf"с\s+(?P<day>{DAY})(?P<month>(?!))?\s+(?:по|до)\s+(?P<day2>{DAY})(?P<month2>(?!))?"
        rf"(?!\s+(?:тыс|млн|руб|%|процент|балл|человек|час|штук|утра|вечера))",
        _day_range,
        lead="",
    ),
    _rule(rf"(?P<day>{DAY})\s+(?P<month>{MONTH}){YEAR}", _day_month),
    _rule(
        rf"(?P<day>\d{{1,2}}-?(?:го|му|е|ого|ому)|{ORDINAL})(?:\s+числ\w+)?",
        _day_only,
        lead=rf"{LEAD}(?P<bare>)",
    ),
    _rule(
        r"(?P<day>сегодня|завтра)(?:\s*[-–—]\s*|\s+или\s+)(?P<day2>завтра|послезавтра)", _relative
    ),
    _rule(r"(?P<day>сегодня|послезавтра|завтра)(?P<day2>(?!))?", _relative),
    _rule(
        r"(?P<day>завтрашн\w+|сегодняшн\w+)\s+(?:утр[уоа]|вечер[уа]|дн[юя]|обед[уа])",
        _adjective_day,
        lead=rf"(?P<open>{OPEN})\s+",
    ),
    _rule(
        r"(?:вечером|днем|после\s+обеда|ближе\s+к\s+вечеру|ночью)(?:\s+сегодня)?",
        lambda _m, base: Days.one_day(base),
        lead="",
    ),
    _rule(
        r"(?:(?:до|к)\s+(?:обед[ау]|вечер[уа]|полуд\w+)|(?:до|к)\s+конц[ауе]\s+(?:рабочего\s+)?дня)",
        lambda _m, base: Days(None, base),
        lead="",
    ),
    _rule(r"(?:до|к)\s+утр[ауе]", lambda _m, base: Days(None, periods.plus(base, 1)), lead=""),
    _rule(
        rf"(?:с\s+)?(?P<weekday>{WEEKDAY})\s*(?:\s(?:по|до|или)\s|–|—|-)\s*(?:во?\s+)?"
        rf"(?P<weekday2>{WEEKDAY})",
        _weekdays,
        lead=r"(?:во?\s+)?",
    ),
    _rule(
        rf"(?:(?P<next>{NEXT})\s+|{THIS}\s+)?(?P<weekday>{WEEKDAY})"
        rf"(?P<nextweek>\s+(?:на\s+)?{NEXT}\s+недел[еи])?",
        _weekday,
        lead=rf"{LEAD}(?P<prep>)",
    ),
    _rule(
        rf"{_IN}(?:(?P<number>{CARDINAL})(?:\s*-\s*(?P<number2>{CARDINAL}))?\s+)?{_UNIT}",
        _in_units,
        lead="",
    ),
    _rule(
        rf"(?P<unit>дня|дней|недели|недель|месяца|часа)\s+через\s+(?P<number>{CARDINAL})",
        _in_units,
        lead="",
    ),
    _rule(rf"через\s+(?P<number>(?!))?(?P<unit>полгода)", _in_units, lead=""),
    _rule(
        rf"(?:в\s+течение|за|в\s+пределах)\s+(?:ближайш\w+\s+)?(?:(?P<number>{CARDINAL})\s+)?{_UNIT}"
        r"(?!\s+(?:до|назад|подряд|мы\b|был))",
        _within,
        lead="",
    ),
    _rule(
        rf"в\s+(?P<number>\d+-?|двух|трех|четырех|пяти|шести|семи|десяти)?"
        r"(?P<unit>дневный|недельный|месячный)\s+срок",
        lambda m, base: _term(m, base),
        lead="",
    ),
    _rule(rf"{_PART_OPTIONAL}{_OF_WEEK}", _week, lead=_LEAD_NEEDED),
    _rule(
        rf"(?P<part>{PART})\s+(?:(?P<next>{NEXT})\s+|{THIS}\s+)?(?:месяца|(?P<month>{MONTH}){YEAR})",
        _month,
    ),
    _rule(
        rf"(?P<part>(?!))?(?:(?P<next>{NEXT})|{THIS})\s+месяц[еау]?(?P<month>(?!))?(?P<year>(?!))?",
        _month,
        lead=_LEAD_NEEDED,
    ),
    _rule(
        rf"(?P<part>(?!))?(?P<next>(?!))?(?P<month>{MONTH}){YEAR}",
        _month,
        lead=rf"(?:(?P<open>{OPEN})|(?P<from>{FROM})|во?)\s+",
    ),
    _rule(
        rf"во?\s+(?P<which>перв\w+|втор\w+)\s+половин\w+\s+(?P<month>{MONTH})", _half_month, lead=""
    ),
    _rule(
        rf"во?\s+(?P<which>перв\w+|втор\w+|треть\w+)\s+декад\w+\s+(?P<month>{MONTH})",
        _decade,
        lead="",
    ),
    _rule(
        rf"{_PART_OPTIONAL}(?:(?P<next>{NEXT})\s+|{THIS}\s+|(?P<which>[1-4]-?\w{{0,3}}|iv|i{{1,3}}|перв\w+|"
        rf"втор\w+|треть\w+|четверт\w+)\s+)?квартал[еау]?",
        _quarter,
        lead=_LEAD_NEEDED,
    ),
    _rule(r"(?P<which>перв\w+|втор\w+)\s+полугоди\w+", _half_year, lead=_LEAD_NEEDED),
    _rule(
        rf"(?P<part>{PART})\s+(?:(?P<next>{NEXT})\s+|{THIS}\s+)?(?:(?P<year>20\d\d)\s+)?года", _year
    ),
    _rule(
        rf"(?P<part>(?!))?(?:(?P<next>{NEXT})|{THIS})\s+году(?P<year>(?!))?", _year, lead=r"в\s+"
    ),
    _rule(
        r"нов(?:ого|ому)\s+год[ау]",
        lambda _m, base: Days.one_day(periods.whole_year(base.year)[1]),
        lead=rf"(?P<open>{OPEN})\s+",
    ),
    _rule(rf"(?:(?P<next>{NEXT})\s+|{THIS}\s+)?выходн\w+", _weekend, lead=_LEAD_NEEDED),
    _rule(
        rf"(?P<field>)(?P<part>(?!))?(?P<next>(?!))?(?P<month>{MONTH})(?=\s+20\d\d){YEAR}",
        _month,
        lead="",
    ),
    _rule(r"(?P<season>весной|летом|осенью|зимой)", _season, lead=""),
    _rule(r"(?P<season>весн[ые]|лет[ау]|осени|зим[ые])", _season, lead=r"(?P<open>до|к)\s+"),
    _rule(r"через\s+(?:несколько|пару-тройку)\s+\w+", _none, lead="", tail=""),
    _rule(
        r"(?:как\s+можно\s+(?:скорее|быстрее|раньше)|на\s+днях|на\s+неделе|в\s+ближайшее\s+время|в\s+ближайшие\s+дни|"
        r"немедленно|срочно|асап|в\s+кратчайшие\s+сроки|в\s+рабочем\s+порядке)",
        _none,
        lead="",
        tail="",
    ),
    _rule(
        rf"(?:после|перед|до|ко?|во?(?:\s+день)?|на)\s+{_EVENT}(?:\s+заказчик\w*)?",
        _none,
        lead="",
        tail="",
    ),
    _rule(
        r"(?:до|к|на|в)\s+следующ\w+\s+(?:раз|спринт\w*|итераци\w*|созвон\w*|встреч\w*)",
        _none,
        lead="",
        tail="",
    ),
    _rule(r"по\s+(?:готовности|факту|возможности)", _none, lead="", tail=""),
)
