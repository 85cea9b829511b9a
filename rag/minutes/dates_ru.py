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


from rag.minutes.days_ru import (
    Match,
    adjective_day,
    day_month,
    day_only,
    day_range,
    days_of_month,
    decade,
    half_month,
    half_year,
    in_units,
    iso,
    last_day,
    month,
    next_week_day,
    none,
    nth_weekday,
    numeric,
    on_weekday,
    quarter,
    relative,
    season,
    span,
    term,
    week,
    weekdays,
    weekend,
    within,
    year,
)
from rag.minutes.numerals_ru import (
    CARDINAL,
    MONTH,
    ORDINAL,
    WEEKDAY,
)

NEXT = r"(?:следующ\w+(?:\s+же)?|будущ\w+|грядущ\w+)"
THIS = r"(?:эт(?:от|у|ой|ого|ому|им|ом|о|и|их)(?:\s+же)?|ближайш\w+|текущ\w+|нынешн\w+)"
DAY = rf"(?:\d{{1,2}}(?:-?(?:го|му|е|ого|ому))?|{ORDINAL})"
YEAR = r"(?:\s*(?P<year>20\d\d)(?:\s*г(?:ода|\.|од)?)?)?"
PART = r"(?:начал[еоау]|середин[еыуа]|конц[еау]|конец|исход[еу]?)"

#: what may stand before a phrase; see the module's docstring
_CLOCK = (
    r"(?:(?:утр[ау]|вечер[ау]|обед[ау]|полуд[ню]\w*|конц[ау]\s+(?:рабочего\s+)?дня)|"
    rf"(?:\d{{1,2}}(?:[:.]\d\d)?|{CARDINAL}|час[ау])(?:\s+(?:часам?|часов|утра|дня|вечера))*)"
)
OPEN = (
    rf"(?:до|к)\s+{_CLOCK}(?=\s+(?:{WEEKDAY}|завтра|послезавтра)\b)|"
    r"не\s+(?:позднее|позже|дольше)(?:\s+чем)?|крайний\s+срок\s*[—–:-]?|дедлайн\s*[—–:-]?|максимум(?:\s+до)?|"
    r"самое\s+позднее|до|ко?|по"
)
FROM = r"не\s+раньше(?:\s+чем)?|начиная\s+со?|со?"
TOPIC = r"от|за|на|обо?|про|из|после|перед|прошл\w+|минувш\w+|позапрошл\w+|кажд\w+"
LEAD = (
    rf"(?:(?:(?P<open>{OPEN})|(?P<from>{FROM})|(?P<topic>{TOPIC})|во?|где-то|примерно|уже|прямо|"
    r"срок(?:ом|и)?\s*[—–:-]?|"
    rf"максимум|край|утром|днем|вечером|ночью|с\s+утра|(?:до|к)\s+{_CLOCK}(?=\s+(?:во?\s|\d)))"
    r"\s+){0,2}"
)
_HOUR = (
    rf"(?:\d{{1,2}}(?:[:.]\d\d)?|{CARDINAL}|час[ау]?|половин[аеуы]\s+\w+|полудня|полудню|обед[ау])"
)
TAIL = (
    rf"(?:\s+же\b|,?\s+(?:утром|днем|вечером|ночью|с\s+утра(?:\s+пораньше)?|утречком|включительно|"
    rf"(?:после|до|к)\s+(?:обед[ау]?|вечер[ау]|полуд\w+|конц[ау]\s+(?:рабочего\s+)?дня)|во\s+второй\s+половине\s+дня|в\s+обед|вечеру|утру|обеду|(?:до|к|в|часам?\s+к|около)\s+{_HOUR}"
    rf"(?:\s+(?:час\w*|утра|дня|вечера|мин\w*)\b)*)(?!\w))*"
)


def _rule(
    pattern: str, read: Callable[[Match, date], Days | None], *, lead: str = LEAD, tail: str = TAIL
) -> Rule:
    return Rule(re.compile(rf"(?<![\w.,:-]){lead}{pattern}{tail}(?!\w)"), read)


_UNIT = (
    r"(?P<unit>(?:(?:рабоч|календарн)\w+\s+)?(?:д(?:ень|ня|ней|енек|енька)|сут(?:ки|ок))|"
    r"недельк[уи]|недел[юиьяе]|недель|месяц\w{0,2}|полгода|год[а]?|лет|полчас(?:а|ика)|"
    r"час(?:а|ов|ик|ика|ок)?|минут\w{0,3})"
)
_IN = r"(?:через|спустя)\s+"
_OF_WEEK = rf"(?:(?:(?P<next>{NEXT}|той)|(?P<this>{THIS}))\s+)?(?:рабоч\w+\s+)?недел(?:ьк)?[яеиюь]"
_PART_OPTIONAL = rf"(?:(?P<part>{PART})\s+)?"
_LEAD_NEEDED = rf"(?:(?P<open>{OPEN})|(?P<from>{FROM})|во?|на)\s+"
_EVENT = (
    r"(?:следующ\w+\s+|ближайш\w+\s+|нашей\s+|очередн\w+\s+)?(?:встреч|созвон|совещани|планерк|"
    r"заседани|собрани|релиз|запуск|демо|спринт|отпуск|каникул|праздник|приезд|открыти|сдач|"
    r"поставк|дедлайн|ревью|ретро|митинг|конференци|выставк|проверк|аудит|оплат|согласовани|"
    r"подписани|утверждени|получени|выступлени|мероприяти|обед)\w*"
)

RULES: tuple[Rule, ...] = (
    _rule(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)", iso),
    _rule(
        r"(?P<day>\d{1,2})\.(?P<month>\d\d)(?:\.(?P<year>20\d\d|\d\d))?\.?"
        r"(?!\.?\d|\s*(?:%|руб|тыс|млн|кг|проц|балл|дюйм|верси))",
        numeric,
        lead=rf"(?:(?P<not>верси\w*|пункт\w*|п\.|раздел\w*|глав\w*|подпункт\w*|стать\w*|№)\s*)?{LEAD}",
    ),
    _rule(
        r"(?P<day>\d{1,2})/(?P<month>0\d|1[0-2])(?:/(?P<year>20\d\d|\d\d))?",
        numeric,
        lead=_LEAD_NEEDED,
    ),
    _rule(
        rf"(?:с\s+)?(?P<day>{DAY})(?:\s+(?P<month>{MONTH}))?\s*(?:по|до|–|—|-)\s*"
        rf"(?P<day2>{DAY})\s+(?P<month2>{MONTH})",
        day_range,
        lead=r"(?:(?P<open>до|ко?|не\s+позднее)\s+)?",
    ),
    _rule(
        rf"с\s+(?P<day>{DAY})(?P<month>(?!))?\s+(?:по|до)\s+(?P<day2>{DAY})(?P<month2>(?!))?"
        rf"(?!\s+(?:тыс|млн|руб|%|процент|балл|человек|час|штук|утра|вечера))",
        day_range,
        lead="",
    ),
    _rule(
        rf"(?P<day>{ORDINAL}|\d{{1,2}}(?:-?го)?)\s*(?:-|–|—|или)\s*"
        rf"(?P<day2>{ORDINAL}|\d{{1,2}}(?:-?го)?(?=\s+числ))(?P<month>(?!))?(?P<month2>(?!))?"
        r"(?:\s+числ\w+)?",
        day_range,
        lead=r"(?:(?P<open>до|ко?|не\s+позднее)\s+)?",
    ),
    _rule(rf"(?P<day>{DAY})\s+(?P<month>{MONTH}){YEAR}", day_month),
    _rule(
        rf"(?P<day>\d{{1,2}}-?(?:го|му|е|ого|ому)|\d{{1,2}}(?=\s+числ)|{ORDINAL})(?!\s+половин)"
        r"(?:\s+числ\w+)?",
        day_only,
        lead=rf"{LEAD}(?P<bare>)",
    ),
    _rule(
        r"(?P<day>сегодня|завтра)(?:\s*[-–—]\s*|\s+или\s+)(?P<day2>завтра|послезавтра)", relative
    ),
    _rule(r"(?P<day>сегодня|седня|послезавтра|завтра)(?P<day2>(?!))?", relative),
    _rule(
        r"(?P<day>завтрашн\w+|сегодняшн\w+)\s+(?:утр[уоа]|вечер[уа]|дн[юя]|обед[уа])",
        adjective_day,
        lead=rf"(?:(?P<open>{OPEN})|(?P<from>{FROM}))\s+",
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
    _rule(
        rf"(?:до|к)\s+(?:\d{{1,2}}[:.]\d\d|(?:\d{{1,2}}|двум|трем|четырем|{CARDINAL})\s+"
        rf"(?:часам?|часов|утра|дня|вечера)|"
        rf"половин[еы]\s+{ORDINAL}|пол-?\s?{ORDINAL})",
        lambda _m, base: Days(None, base),
        lead="",
        tail="",
    ),
    _rule(
        r"(?:в\s+обед|во\s+второй\s+половине\s+дня|через\s+пол-?часа|через\s+часок)",
        lambda _m, base: Days.one_day(base),
        lead="",
    ),
    _rule(r"(?:до|к)\s+утр[ауе]", lambda _m, base: Days(None, periods.plus(base, 1)), lead=""),
    _rule(
        rf"(?:с\s+)?(?P<weekday>{WEEKDAY})\s*(?:\s(?:по|до|или|либо|максимум)\s|–|—|-)\s*(?:во?\s+)?"
        rf"(?P<weekday2>{WEEKDAY})",
        weekdays,
        lead=rf"(?:во?\s+|(?P<open>{OPEN})\s+)?",
    ),
    _rule(
        rf"(?:(?P<next>{NEXT})\s+|{THIS}\s+)?(?P<weekday>{WEEKDAY})"
        rf"(?P<nextweek>\s+(?:на\s+)?{NEXT}\s+недел[еи])?",
        on_weekday,
        lead=rf"{LEAD}(?P<prep>)",
    ),
    _rule(
        rf"{_IN}(?:(?P<number>{CARDINAL})(?:\s*-\s*(?P<number2>{CARDINAL}))?\s+)?{_UNIT}",
        in_units,
        lead="",
    ),
    _rule(
        rf"(?:(?:{_IN}|в\s+течение\s+|за\s+|не\s+позднее\s+)(?:{CARDINAL}\s+)?{_UNIT}|на\s+следующий\s+день)\s+"
        r"(?:после|с\s+момента|со\s+дня|с\s+даты|до(?!\s+конца)|от)\s+\w+",
        none,
        lead="",
        tail="",
    ),
    _rule(
        rf"(?P<unit>дня|дней|недели|недель|месяца|часа)\s+через\s+(?P<number>{CARDINAL})",
        in_units,
        lead="",
    ),
    _rule(r"через\s+(?P<number>(?!))?(?P<unit>полгода)", in_units, lead=""),
    _rule(
        rf"(?:в\s+течение|за|в\s+пределах|не\s+(?:позднее|позже)(?:\s+чем\s+через)?)\s+(?:ближайш\w+\s+)?(?:(?P<number>{CARDINAL})\s+)?{_UNIT}"
        r"(?!\s+(?:до|назад|подряд|мы\b|был))",
        within,
        lead="",
    ),
    _rule(
        r"в\s+(?P<number>\d+-?|двух|трех|четырех|пяти|шести|семи|десяти)?"
        r"(?P<unit>дневный|недельный|месячный)\s+срок",
        lambda m, base: term(m, base),
        lead="",
    ),
    _rule(rf"{_PART_OPTIONAL}{_OF_WEEK}(?P<after>(?!))?", week, lead=_LEAD_NEEDED),
    _rule(
        rf"(?:на\s+)?(?:{NEXT}|той)\s+недел(?:ьк)?[еи],?\s+(?:(?P<open>{OPEN})\s+|во?\s+)?(?P<weekday>{WEEKDAY})",
        next_week_day,
        lead="",
    ),
    _rule(
        rf"(?:через\s+недел\w+,?\s+во?\s+(?P<weekday>{WEEKDAY}))",
        next_week_day,
        lead="",
    ),
    _rule(
        rf"во?\s+(?P<weekday>{WEEKDAY}),?\s+(?:через\s+недел\w+|на\s+той\s+недел[еи])",
        next_week_day,
        lead="",
    ),
    _rule(
        rf"(?P<which>перв\w+|втор\w+|треть\w+|четверт\w+|последн\w+)\s+(?P<weekday>{WEEKDAY})\s+"
        rf"(?:(?P<next>{NEXT})\s+|{THIS}\s+)?(?:месяца|(?P<month>{MONTH}))",
        nth_weekday,
    ),
    _rule(
        rf"последн(?:его|ий\s+день|ему\s+дню|его\s+дня)\s+(?:месяца|(?P<month>{MONTH}))",
        last_day,
    ),
    _rule(
        rf"(?P<tens>перв|десят|двадцат|тридцат)(?:ых|ым)\s+чис(?:л\w+|ел)(?:\s+(?P<month>{MONTH}))?",
        days_of_month,
        lead=rf"(?:(?P<open>{OPEN})|(?P<from>{FROM})|во?)\s+",
    ),
    _rule(
        rf"числ\w+\s+(?P<day>\d{{1,2}}(?:-?(?:го|му|е|ого|ому))?|{ORDINAL})",
        day_only,
        lead=rf"{LEAD}(?P<bare>)",
    ),
    _rule(
        rf"(?:в\s+течение|за)\s+(?:(?P<next>{NEXT})\s+|{THIS}\s+)?"
        rf"(?:(?P<weekend>выходные)|(?P<week>(?<=й\s)недел[иья])|(?P<quarter>(?<=о\s)квартала)|"
        rf"(?<=о\s)месяца|(?P<month>(?<=е\s){MONTH}))",
        span,
        lead="",
    ),
    _rule(
        rf"(?P<part>{PART})\s+(?:(?P<next>{NEXT})\s+|{THIS}\s+)?(?:месяца|(?P<month>{MONTH}){YEAR})",
        month,
    ),
    _rule(
        rf"(?P<part>(?!))?(?:(?P<next>{NEXT})|{THIS})\s+месяц[еау]?(?P<month>(?!))?(?P<year>(?!))?",
        month,
        lead=_LEAD_NEEDED,
    ),
    _rule(
        rf"(?P<part>(?!))?(?P<next>(?!))?(?P<month>{MONTH}){YEAR}",
        month,
        lead=rf"(?:(?P<open>{OPEN})|(?P<from>{FROM})|во?)\s+",
    ),
    _rule(
        rf"во?\s+(?P<which>перв\w+|втор\w+)\s+половин\w+\s+(?P<month>{MONTH})", half_month, lead=""
    ),
    _rule(
        rf"во?\s+(?P<which>перв\w+|втор\w+|треть\w+)\s+декад\w+\s+(?P<month>{MONTH})",
        decade,
        lead="",
    ),
    _rule(
        rf"{_PART_OPTIONAL}(?:(?P<next>{NEXT})\s+|{THIS}\s+|(?P<which>[1-4]-?\w{{0,3}}|iv|i{{1,3}}|перв\w+|"
        rf"втор\w+|треть\w+|четверт\w+)\s+)?квартал[еау]?",
        quarter,
        lead=_LEAD_NEEDED,
    ),
    _rule(r"(?P<which>перв\w+|втор\w+)\s+полугоди\w+", half_year, lead=_LEAD_NEEDED),
    _rule(
        rf"(?P<part>{PART})\s+(?:(?P<next>{NEXT})\s+|{THIS}\s+)?(?:(?P<year>20\d\d)\s+)?года", year
    ),
    _rule(
        r"(?P<part>(?!))?(?P<next>(?!))?(?P<year>20\d\d)\s+год[уа]?",
        year,
        lead=rf"(?:(?P<open>{OPEN})|во?)\s+",
    ),
    _rule(rf"(?P<part>(?!))?(?:(?P<next>{NEXT})|{THIS})\s+году(?P<year>(?!))?", year, lead=r"в\s+"),
    _rule(
        r"нов(?:ого|ому)\s+год[ау]",
        lambda _m, base: Days.one_day(periods.whole_year(base.year)[1]),
        lead=rf"(?P<open>{OPEN})\s+",
    ),
    _rule(rf"(?:(?P<next>{NEXT})\s+|{THIS}\s+)?выходн\w+", weekend, lead=_LEAD_NEEDED),
    _rule(
        rf"(?P<field>)(?P<part>(?!))?(?P<next>(?!))?(?P<month>{MONTH})(?=\s+20\d\d){YEAR}",
        month,
        lead="",
    ),
    _rule(r"(?P<season>весной|летом|осенью|зимой)", season, lead=""),
    _rule(r"(?P<season>весн[ые]|лет[ау]|осени|зим[ые])", season, lead=r"(?P<open>до|к)\s+"),
    _rule(r"через\s+(?:несколько|пару-тройку|полтор[аы])\s+\w+", none, lead="", tail=""),
    _rule(
        r"(?:после|ближе\s+к|до|к|на)\s+(?:\w+\s+)?(?:выходных|майск\w+|праздник\w+|рождеств\w+|пасх\w+|"
        r"масленниц\w+|лет[ау]|осени|зим[ыеу]|весн[ыеу])",
        none,
        lead="",
        tail="",
    ),
    _rule(
        r"(?:как\s+можно\s+(?:скорее|быстрее|раньше)|на\s+днях|на\s+неделе|в\s+ближайшее\s+время|в\s+ближайшие\s+дни|"
        r"немедленно|срочно|асап|в\s+кратчайшие\s+сроки|в\s+рабочем\s+порядке)",
        none,
        lead="",
        tail="",
    ),
    _rule(
        rf"(?:после|перед|до|ко?|во?(?:\s+день)?|на)\s+{_EVENT}(?:\s+заказчик\w*)?",
        none,
        lead="",
        tail="",
    ),
    _rule(
        r"(?:до|к|на|в)\s+следующ\w+\s+(?:раз|спринт\w*|итераци\w*|созвон\w*|встреч\w*)",
        none,
        lead="",
        tail="",
    ),
    _rule(r"по\s+(?:готовности|факту|возможности)", none, lead="", tail=""),
)
