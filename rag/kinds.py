"""What kind of answer a question asks for, and where a sentence holds something of that kind.

Patterns only, Russian and English alike: they say "a number stands here", never which one is right.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal

from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]
Kind = Literal[
    "number", "percent", "money", "date", "person", "place", "reason", "manner", "meaning"
]

_AMOUNT = (
    r"сумм|доход|выручк|прибыл|цен|стоимост|дол|вес|размер|возраст|количеств|числ|температур"
    r"|скорост|высот|длин|глубин|площад|населени|объ[её]м|расстояни|срок"
)
_AMOUNT_EN = (
    r"revenues?|sales|income|price|cost|share|weight|number|amount|rate|total|temperature|speed"
    r"|size|population|height|length|area|volume|distance|duration|age|score|capacity"
)
_PEOPLE = (
    r"игрок|человек|президент|корол|учен|учё|автор|режисс|актер|актёр|певец|певиц|тренер|министр"
    r"|император|художник|писател|директор|сотрудник|физик|философ|инженер|изобретател|лидер|команд"
    r"|компани|организаци|группа|групп"
)
_PEOPLE_EN = (
    r"players?|persons?|people|presidents?|kings?|queens?|scientists?|authors?|directors?|actors?"
    r"|singers?|coach|ministers?|emperors?|artists?|writers?|man|woman|inventors?|leaders?"
    r"|physicists?|philosophers?|engineers?|team|company|organi[sz]ation|group|agency"
)
_PLACES = (
    r"город|стран|област|мест|район|регион|континент|улиц|штат|остров|республик|государств|здани"
)
_PLACES_EN = (
    r"city|country|town|state|place|county|region|continent|street|island|village|district|province"
    r"|river|area|building|stadium|location|venue"
)
_ASKED: tuple[tuple[Kind, str], ...] = (
    (
        "percent",
        r"как(?:ой|ая|ую) (?:\w+ )?(?:процент|дол)\w*|what (?:\w+ )?(?:percent\w*|fraction)",
    ),
    (
        "money",
        r"сколько (?:\w+ ){0,3}?(?:стоит|стоил\w*|денег|рубл\w+|доллар\w+|заплат\w+|потрат\w+)"
        r"|как(?:ая|ова|ую|ой) (?:\w+ ){0,2}?(?:цен|стоимост|выручк|прибыл|зарплат|сумм|бюджет)\w*"
        r"|how much (?:\w+ ){0,2}?(?:money|did \w+ (?:cost|pay|spend)|does \w+ cost)"
        r"|wh(?:at|ich) (?:\w+ ){0,5}?(?:price|cost|revenues?|income|salary|budget|sales)",
    ),
    (
        "number",
        rf"скольк\w+|во сколько|насколько|как (?:долго|часто|далеко|высоко)|численность"
        rf"|как(?:ая|ой|ова|ов|ую|ие|им|ого|ому) (?:\w+ ){{0,2}}?(?:{_AMOUNT})\w*"
        rf"|how (?:many|much|long|old|far|large|big|high|tall|deep|heavy|often|fast|wide)"
        rf"|wh(?:at|ich) (?:\w+ ){{0,5}}?(?:{_AMOUNT_EN})\b",
    ),
    (
        "date",
        r"когда|в как(?:ом|ой|ие|ую) (?:\w+ )?(?:год\w*|месяц\w*|день|дни|век\w*|дат\w+|период\w*)"
        r"|до какого|с какого|какого числа|каком году|какой год|when|what (?:\w+ )?(?:years?|dates?"
        r"|month|day|century|decade|time|era)|wh(?:at|ich) year|since when",
    ),
    (
        "person",
        rf"кто|кого|кому|кем|ком|чей|чья|чь[её]|чьи|как(?:ой|ая|ие|ого"
        rf"|им) (?:\w+ )?(?:{_PEOPLE})\w*"
        rf"|who|whom|whose|wh(?:at|ich) (?:\w+ ){{0,2}}?(?:{_PEOPLE_EN})\b|what (?:was"
        rf"|is) the name",
    ),
    (
        "place",
        rf"где|куда|откуда|как(?:ом|ой|ая|ую|ие|их) (?:\w+ )?(?:{_PLACES})\w*|where"
        rf"|wh(?:at|ich) (?:\w+ ){{0,2}}?(?:{_PLACES_EN})\b",
    ),
    (
        "reason",
        r"почему|зачем|отчего|по какой причине|в чем причина|из-за чего|какова причина|why"
        r"|for what (?:reason|purpose)|what (?:was|is|were) the (?:reason|purpose|cause)"
        r"|what caused",
    ),
    (
        "manner",
        r"как(?: именно)?(?= \w+(?:ет|ут|ют|ит|ат|ят|л|ла|ли|ло|ть|ся)\b)|каким образом"
        r"|how (?:do|does|did|is|are|was|were|can|could|has|have)",
    ),
    (
        "meaning",
        r"что такое|что (?:значит|означает|представляет)|кто так(?:ой|ая|ие)"
        r"|what (?:is|are) (?!the\b)|what does \w+ mean|define",
    ),
)
_SAME_PLACE = 3  # characters: «в каком году» is found with and without its preposition
_KINDS = tuple((kind, re.compile(rf"\b(?:{found})", re.IGNORECASE)) for kind, found in _ASKED)

_SCALE = (
    r"(?:тыс(?:яч\w*)?\b\.?|миллион\w*|миллиард\w*|триллион\w*|млн|млрд|трлн|thousand|million"
    r"|billion|trillion|hundred|dozen)"
)
_DIGITS = r"\d+(?:[  ]\d{3})*(?:[.,]\d+)*"
_COUNT = (
    r"один|одна|одно|одн(?:ой|им|их|ого|ому|ом|у)|дв(?:а|е|ух|ум|умя)|оба|обе|тр(?:и|ех|ем|емя)"
    r"|четыр(?:е|ех|ем|ьмя)|пят(?:ь|и|ью)|шест(?:ь|и|ью)|семь|семи|семью|вос(?:емь|ьми|емью)"
    r"|девят(?:ь|и|ью)|десят(?:ь|и|ью)|(?:один|две|три|четыр|пят|шест|сем|восем"
    r"|девят)надцат(?:ь|и|ью)"
    r"|двадцат(?:ь|и)|тридцат(?:ь|и)|сорока?|пятьдесят|шестьдесят|семьдесят|восемьдесят|девяносто"
    r"|ст[оа]|двести|триста|четыреста|пятьсот|дв(?:ое|оих)|тро(?:е|их)|четвер(?:о|ых)|половин\w+"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|half|twice|once|third|quarter|dozens?"
)
_NUMBER = rf"(?:(?:{_DIGITS}|½)(?:[ \-]?{_SCALE})?|(?:{_COUNT}|{_SCALE})\b(?:[ -]{_SCALE}\b)?)"
_CURRENCY = (
    r"(?:руб(?:л\w+)?\b|₽|доллар\w*|евро|фунт\w*|юан\w*|dollars?|euros?|pounds?|cents?|usd"
    r"|eur|rub|yen)"
)
_MONTH = (
    r"(?:январ|феврал|март|апрел|ма[йяею]\b|июн|июл|август|сентябр|октябр|ноябр|декабр)\w*"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
)
_WEEKDAY = (
    r"понедельник\w*|вторник\w*|сред[аеуы]\b|четверг\w*|пятниц\w+|суббот\w+|воскресень\w+"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
)
_DATE = (
    rf"(?:\d{{1,2}}(?:-?(?:го|е|st|nd|rd"
    rf"|th))?,? (?:of )?)?(?:{_MONTH})(?:,? \d{{1,2}}(?:st|nd|rd|th)?\b)?"
    r"(?:,? (?:of )?\d{4}\b)?(?: г(?:од\w*|\.))?|\d{1,2}\.\d{1,2}\.\d{2,4}\b|\d{4}-\d\d-\d\d\b"
    r"|\d+ (?:\w+ )?(?:years?|лет|года) (?:ago|назад)\b"
    r"|(?:1\d{3}|20\d{2})(?:s\b|-х\b|\b)(?!(?:[.,]\d| ?(?:%|км|м|kg|km)\b))(?: ?г(?:од\w*|г?\.))?"
    rf"|(?:{_WEEKDAY})|(?:[ivx]+|\d{{1,2}}(?:-?(?:м|го|й|th|st|nd|rd)))[ -](?:век\w*|в\."
    rf"|century|centuries"
    r"|столети\w+)|(?:сегодня|завтра|вчера|today|tomorrow|yesterday)\b"
)
_CAPITAL = r"[A-ZА-ЯЁ][\w’'.-]*\w"
_LINK = r"(?: (?:of|the|de|von|van|der|du|la|le|al|фон|де|ван|да|ди)){1,2}"
_NAME = rf"(?:{_CAPITAL}|[A-ZА-ЯЁ]\.)(?:(?:{_LINK})? (?:{_CAPITAL}|[A-ZА-ЯЁ]\.|[IVX]+\b))*"
#: On folded text, but for names and places, which are known by their capital letters. No pattern
#: begins with a border of a word, so that the engine can skip to its first letters: `held` looks.
_HOLDS: dict[Kind, str] = {
    "number": _NUMBER,
    "percent": (
        rf"{_NUMBER} ?(?:%|per ?cent\w*|процент\w*)|(?:one|two|three)[- ](?:half|thirds?|quarters?"
        r"|fifths?)\b|(?:половин\w+|треть\w*|четверть\w*|half|third|quarter)\b"
    ),
    "money": rf"[$€£₽¥] ?{_NUMBER}|{_NUMBER} ?(?:\w+ )?{_CURRENCY}",
    "date": _DATE,
    "person": _NAME,
    "place": (
        r"(?:in|at|near|from|to|through|across|into|around|outside|within|of|on|between"
        r"|along|в|во|на"
        r"|из|под|у|около|через|возле|до|за|по|к|от|над|между|вдоль|In|At|On|Near|From|В"
        r"|На|Из|У|Под) "
        rf"(?:the |(?:[а-яa-z-]+ )?)?(?P<at>{_NAME})"
    ),
    "reason": (
        r"(?:because|due to|since|so that|so as|as a result|in order|owing to|thanks to"
        r"|therefore|caused?"
        r"|reasons?|led to|allow(?:s|ed|ing)?|so|to \w+|for \w+ing|потому|так как|поскольку"
        r"|из-за|благодаря|чтобы|вследствие|в связи|поэтому|причин\w+|в результате|ввиду|для)\b"
    ),
    "manner": (r"(?:by \w+|through|using|with|via|путем|с помощью|посредством|используя|через)\b"),
    "meaning": (
        r"[—–-] это\b|это\b|называ[юе]т|представляет собой|означает|определя[ею]т|is (?:an?|the)\b"
        r"|are\b|refers? to|means?\b|defined as|known as|called"
    ),
}
_AS_WRITTEN = frozenset({"person", "place"})
#: Kinds whose span in a sentence is the answer itself, most telling first.
POINTED: tuple[Kind, ...] = ("percent", "money", "date", "number", "place", "person")


def asked(question: str) -> tuple[Kind, ...]:
    """The kinds of answer that a question may want, in the order of this module's list.

    The first question word decides: in «кто был королём, когда …» only the person is asked for.
    """
    found = [(match.start(), kind) for kind, p in _KINDS if (match := p.search(question))]
    first = min(found, default=(0, None))[0]
    return tuple(kind for start, kind in found if start <= first + _SAME_PLACE)


def held(kind: Kind, sentence: str) -> Iterator[Span]:
    """Where a sentence holds something of a kind, as offsets into it."""
    folded = sentence if kind in _AS_WRITTEN else fold(sentence)
    text = folded if len(folded) == len(sentence) else sentence
    for match in _pattern(kind).finditer(text):
        start = match.start()
        before = text[start - 1 : start]
        if start and (
            before.isalnum() or (before in ".," and text[start - 2 : start - 1].isdigit())
        ):
            continue  # inside a word or a number
        yield match.span("at") if kind == "place" else match.span()


@cache
def _pattern(kind: Kind) -> re.Pattern[str]:
    """Compiled on first use: most questions ask for one kind only."""
    return re.compile(_HOLDS[kind])


def is_new(span: Span, sentence: str, question: str) -> bool:
    """Whether what stands there is not in the folded question already."""
    return fold(sentence[span[0] : span[1]]) not in question
