"""Russian deadline phrases: patterns over folded text (lower case, ё as е) and what they mean.

Each rule is a pattern and a function from its match and the base day to days, or None where the
phrase has no calendar anchor; with it stand an example and one that is near it and none. Here are
days and terms; `russian_periods` holds the rest.
"""

from __future__ import annotations

from rag.minutes.dates import periods
from rag.minutes.dates.phrases import Days, Rule
from rag.minutes.dates.russian_days import (
    adjective_day,
    day_month,
    day_only,
    day_range,
    in_units,
    iso,
    none,
    numeric,
    on_weekday,
    relative,
    term,
    weekdays,
    within,
)
from rag.minutes.dates.russian_numbers import CARDINAL, MONTH, ORDINAL, WEEKDAY
from rag.minutes.dates.russian_periods import PERIODS
from rag.minutes.dates.russian_words import (
    DAY,
    FROM,
    IN,
    LEAD,
    LEAD_NEEDED,
    NEXT,
    OPEN,
    THIS,
    UNIT,
    YEAR,
    rule,
)

RULES: tuple[Rule, ...] = (
    rule("2026-03-20", "2026-3-2", r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)", iso),
    rule(
        "до 20.03",
        "20.03 %",
        r"(?P<day>\d{1,2})\.(?P<month>\d\d)(?:\.(?P<year>20\d\d|\d\d))?\.?"
        r"(?!\.?\d|\s*(?:%|руб|тыс|млн|кг|проц|балл|дюйм|верси))",
        numeric,
        lead=rf"(?:(?P<not>верси\w*|пункт\w*|п\.|раздел\w*|глав\w*(?!\s+\d+\.\d+\.\d)|подпункт\w*|стать\w*|№)\s*)?{LEAD}",
    ),
    rule(
        "до 20/03",
        "20/03",
        r"(?P<day>\d{1,2})/(?P<month>0\d|1[0-2])(?:/(?P<year>20\d\d|\d\d))?",
        numeric,
        lead=LEAD_NEEDED,
    ),
    rule(
        "с 16 по 20 марта",
        "16 из 20 марта",
        rf"(?:с\s+)?(?P<day>{DAY})(?:\s+(?P<month>{MONTH}))?\s*(?:по|до|–|—|-)\s*"
        rf"(?P<day2>{DAY})\s+(?P<month2>{MONTH})",
        day_range,
        lead=r"(?:(?P<open>до|ко?|не\s+позднее)\s+)?",
    ),
    rule(
        "с первого по восьмое",
        "с 5 до 8 часов",
        rf"с\s+(?P<day>{DAY})(?P<month>(?!))?\s+(?:по|до)\s+(?P<day2>{DAY})(?P<month2>(?!))?"
        rf"(?!\s+(?:тыс|млн|руб|%|процент|балл|человек|час|штук|утра|вечера))",
        day_range,
        lead="",
    ),
    rule(
        "пятнадцатого-шестнадцатого",
        "15-20 человек",
        rf"(?P<day>{ORDINAL}|\d{{1,2}}(?:-?го)?)\s*(?:-|–|—|или)\s*"
        rf"(?P<day2>{ORDINAL}|\d{{1,2}}(?:-?го)?(?=\s+числ))(?P<month>(?!))?(?P<month2>(?!))?"
        r"(?:\s+числ\w+)?",
        day_range,
        lead=r"(?:(?P<open>до|ко?|не\s+позднее)\s+)?",
    ),
    rule("20 марта", "20 маршруток", rf"(?P<day>{DAY})\s+(?P<month>{MONTH}){YEAR}", day_month),
    rule(
        "к пятнадцатому",
        "15",
        rf"(?P<day>\d{{1,2}}-?(?:го|му|е|ого|ому)|\d{{1,2}}(?=\s+числ)|{ORDINAL})(?!\s+половин)"
        r"(?:\s+числ\w+)?",
        day_only,
        lead=rf"{LEAD}(?P<bare>)",
    ),
    rule(
        "сегодня-завтра",
        "сегодня, а завтра",
        r"(?P<day>сегодня|завтра)(?:\s*[-–—]\s*|\s+или\s+)(?P<day2>завтра|послезавтра)",
        relative,
    ),
    rule(
        "завтра", "завтрак", r"(?P<day>сегодня|седня|послезавтра|завтра)(?P<day2>(?!))?", relative
    ),
    rule(
        "к завтрашнему утру",
        "завтрашний созвон",
        r"(?P<day>завтрашн\w+|сегодняшн\w+)\s+(?:утр[уоа]|вечер[уа]|дн[юя]|обед[уа])",
        adjective_day,
        lead=rf"(?:(?P<open>{OPEN})|(?P<from>{FROM}))\s+",
    ),
    rule(
        "вечером",
        "вечеринка",
        r"(?:вечером|днем|после\s+обеда|ближе\s+к\s+вечеру|ночью)(?:\s+сегодня)?",
        lambda _m, base: Days.one_day(base),
        lead="",
    ),
    rule(
        "к вечеру",
        "обед",
        r"(?:(?:до|к)\s+(?:обед[ау]|вечер[уа]|полуд\w+)|(?:до|к)\s+конц[ауе]\s+(?:рабочего\s+)?дня)",
        lambda _m, base: Days(None, base),
        lead="",
    ),
    rule(
        "до 18 часов",
        "до 18 человек",
        rf"(?:до|к)\s+(?:\d{{1,2}}[:.]\d\d|(?:\d{{1,2}}|двум|трем|четырем|{CARDINAL})\s+"
        rf"(?:часам?|часов|утра|дня|вечера)|"
        rf"половин[еы]\s+{ORDINAL}|пол-?\s?{ORDINAL})",
        lambda _m, base: Days(None, base),
        lead="",
        tail="",
    ),
    rule(
        "в обед",
        "обедать",
        r"(?:в\s+обед|во\s+второй\s+половине\s+дня|через\s+пол-?часа|через\s+часок)",
        lambda _m, base: Days.one_day(base),
        lead="",
    ),
    rule(
        "к утру",
        "утром",
        r"(?:до|к)\s+утр[ауе]",
        lambda _m, base: Days(None, periods.plus(base, 1)),
        lead="",
    ),
    rule(
        "в четверг-пятницу",
        "в четверг",
        rf"(?:с\s+)?(?P<weekday>{WEEKDAY})\s*(?:\s(?:по|до|или|либо|максимум)\s|–|—|-)\s*(?:во?\s+)?"
        rf"(?P<weekday2>{WEEKDAY})",
        weekdays,
        lead=rf"(?:во?\s+|(?P<open>{OPEN})\s+)?",
    ),
    rule(
        "в пятницу",
        "пятничный",
        rf"(?:(?P<next>{NEXT})\s+|{THIS}\s+)?(?P<weekday>{WEEKDAY})"
        rf"(?P<nextweek>\s+(?:на\s+)?{NEXT}\s+недел[еи])?",
        on_weekday,
        lead=rf"{LEAD}(?P<prep>)",
    ),
    rule(
        "через две недели",
        "две недели",
        rf"{IN}(?:(?P<number>{CARDINAL})(?:\s*-\s*(?P<number2>{CARDINAL}))?\s+)?{UNIT}",
        in_units,
        lead="",
    ),
    rule(
        "через два дня после подписания",
        "через два дня",
        rf"(?:(?:{IN}|в\s+течение\s+|за\s+|не\s+позднее\s+)(?:{CARDINAL}\s+)?{UNIT}|на\s+следующий\s+день)\s+"
        r"(?:после|с\s+момента|со\s+дня|с\s+даты|до(?!\s+конца)|от)\s+\w+",
        none,
        lead="",
        tail="",
    ),
    rule(
        "дней через пять",
        "дней пять",
        rf"(?P<unit>дня|дней|недели|недель|месяца|часа)\s+через\s+(?P<number>{CARDINAL})",
        in_units,
        lead="",
    ),
    rule(
        "через полгода", "полгода", r"через\s+(?P<number>(?!))?(?P<unit>полгода)", in_units, lead=""
    ),
    rule(
        "в течение трёх дней",
        "три дня",
        rf"(?:в\s+течение|за|в\s+пределах|в(?=\s+ближайш\w+\s+{CARDINAL}\b)|не\s+(?:позднее|позже)(?:\s+чем\s+через)?)\s+(?:ближайш\w+\s+)?(?:(?P<number>{CARDINAL})\s+)?{UNIT}"
        r"(?!\s+(?:до|назад|подряд|мы\b|был))",
        within,
        lead="",
    ),
    rule(
        "в двухдневный срок",
        "двухдневный поход",
        r"в\s+(?P<number>\d+-?|двух|трех|четырех|пяти|шести|семи|десяти)?"
        r"(?P<unit>дневный|недельный|месячный)\s+срок",
        lambda m, base: term(m, base),
        lead="",
    ),
    *PERIODS,
)
