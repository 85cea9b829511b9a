"""The words around a Russian deadline: what comes before and behind it, and how rules use them.

The words before decide how a phrase is read: «к», «до», «по» leave the start open, «с» the end, and
«от», «за», «на», «о» make it a topic rather than a deadline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.dates.phrases import Days, Rule
from rag.minutes.dates.russian_numbers import CARDINAL, ORDINAL, WEEKDAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from rag.minutes.dates.russian_days import Match

NEXT = r"(?:следующ\w+(?:\s+же)?|будущ\w+|грядущ\w+)"
THIS = r"(?:эт(?:от|у|ой|ого|ому|им|ом|о|и|их)(?:\s+же)?|ближайш\w+|текущ\w+|нынешн\w+)"
DAY = rf"(?:\d{{1,2}}(?:-?(?:го|му|е|ого|ому))?|{ORDINAL})"
YEAR = r"(?:\s*(?P<year>20\d\d)(?:\s*г(?:ода|\.|од)?)?)?"
PART = r"(?:начал[еоау]|середин[еыуа]|конц[еау]|конец|исход[еу]?)"

#: what may stand before a phrase; see the module's docstring
CLOCK = (
    r"(?:(?:утр[ау]|вечер[ау]|обед[ау]|полуд[ню]\w*|конц[ау]\s+(?:рабочего\s+)?дня)|"
    rf"(?:\d{{1,2}}(?:[:.]\d\d)?|{CARDINAL}|час[ау])(?:\s+(?:часам?|часов|утра|дня|вечера))*)"
)
OPEN = (
    rf"(?:до|к)\s+{CLOCK}(?=\s+(?:{WEEKDAY}|завтра|послезавтра)\b)|"
    r"не\s+(?:позднее|позже|дольше)(?:\s+чем)?|крайний\s+срок\s*[—–:-]?|дедлайн\s*[—–:-]?|максимум(?:\s+до)?|"
    r"самое\s+позднее|до|ко?|по"
)
FROM = r"не\s+раньше(?:\s+чем)?|начиная\s+со?|со?"
TOPIC = r"от|за|на|обо?|про|из|после|перед|прошл\w+|минувш\w+|позапрошл\w+|кажд\w+"
LEAD = (
    rf"(?:(?:(?P<open>{OPEN})|(?P<from>{FROM})|(?P<topic>{TOPIC})|во?|где-то|примерно|уже|прямо|"
    r"срок(?:ом|и)?\s*[—–:-]?|"
    rf"максимум|край|утром|днем|вечером|ночью|с\s+утра|(?:до|к)\s+{CLOCK}(?=\s+(?:во?\s|\d)))"
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


def rule(
    example: str,
    counter: str,
    pattern: str,
    read: Callable[[Match, date], Days | None],
    *,
    lead: str = LEAD,
    tail: str = TAIL,
) -> Rule:
    return Rule(example, counter, rf"(?<![\w.,:-]){lead}{pattern}{tail}(?!\w)", read)


UNIT = (
    r"(?P<unit>(?:(?:рабоч|календарн)\w+\s+)?(?:д(?:ень|ня|ней|енек|енька)|сут(?:ки|ок))|"
    r"недельк[уи]|недел[юиьяе]|недель|месяц\w{0,2}|полгода|год[а]?|лет|полчас(?:а|ика)|"
    r"час(?:а|ов|ик|ика|ок)?|минут\w{0,3})"
)
IN = r"(?:через|спустя)\s+"
OF_WEEK = rf"(?:(?:(?P<next>{NEXT}|той)|(?P<this>{THIS}))\s+)?(?:рабоч\w+\s+)?недел(?:ьк)?[яеиюь]"
PART_OPTIONAL = rf"(?:(?P<part>{PART})\s+)?"
LEAD_NEEDED = rf"(?:(?P<open>{OPEN})|(?P<from>{FROM})|во?|на)\s+"
EVENT = (
    r"(?:следующ\w+\s+|ближайш\w+\s+|нашей\s+|очередн\w+\s+)?(?:встреч|созвон|совещани|планерк|"
    r"заседани|собрани|релиз|запуск|демо|спринт|отпуск|каникул|праздник|приезд|открыти|сдач|"
    r"поставк|дедлайн|ревью|ретро|митинг|конференци|выставк|проверк|аудит|оплат|согласовани|"
    r"подписани|утверждени|получени|выступлени|мероприяти|обед)\w*"
)
