"""What was replied where the sentence that was found only asks, or only opens the matter.

In talk the words of a question stand in somebody's question, and the answer in the turn behind it.
A question of how many, by when or who is answered by a sentence with a figure, a day or somebody;
where talk that is about the thing has none, the meeting does not say it.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Literal

from rag.register.matching import is_verb, keys_of
from rag.register.wording import topic_of
from rag.sentences import split
from rag.types import Sentence
from rag.words import STOP_WORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.types import Citation, Document, Found, Turn

    Kind = Literal["money", "figure", "time", "person"]

#: turns behind the one that asks in which the answer may stand
_TURNS_BEHIND = 2
#: sentences that are looked at behind the one that was found
_SENTENCES_BEHIND = 6
#: sentences, best first, that are held against a question whose passages are unsure
_LOOKED_AT = 6
#: words of its own that a sentence may have which only opens a matter: «Второй вопрос, аренда.»
_OPENING = 3

_ASKS: dict[Kind, re.Pattern[str]] = {
    "money": re.compile(
        r"^\W*(?:а |и |ну )?(?:сколько (?:\w+ ){0,2}?(?:сто[ия]\w*|платим|заплат\w+|денег|рублей)|"
        r"(?:за сколько|поч[её]м)\b|как(?:ой|ая|ую|ова|ого) (?:\w+ )?(?:сумм|цен|бюджет|штраф)\w*|"
        r"how much (?:\w+ ){1,6}?(?:costs?|charges?|pays?|paid|owed?)\b|"
        r"how much (?:is|are|was|were)\b|"
        r"what(?:'s| is| was) the (?:\w+ )?(?:price|cost|sum|budget|balance|fee)\b)",
        re.IGNORECASE,
    ),
    "figure": re.compile(
        r"^\W*(?:а |и |ну )?(?:(?:на |по |за |до |через |со? )?скольк\w+|"
        r"как(?:ой|ая|ую|ого|ое|ова) (?:\w+ )?(?:сумм|цен|тираж|бюджет|ширин|длин|высот|скидк|штраф"
        r"|процент|дол[яю]|площад|температур|объ[её]м|вес|остат|номер)\w*|"
        r"how (?:many|much|long|far|often|big|old|tall|wide|high)\b|"
        r"what(?:'s| is| was| are) the (?:\w+ )?(?:price|cost|sum|balance|budget|total|amount"
        r"|number|rate|fee|width|length|score)\b)",
        re.IGNORECASE,
    ),
    "time": re.compile(
        r"^\W*(?:а |и |ну )?(?:когда\b|(?:к|до|на|в|с) как\w+ (?:числ|дат|дн|день|врем|час|срок)\w*"
        r"|(?:на|к|до) когда\b|when\b|by when\b|(?:what|which) (?:date|day|time)\b)",
        re.IGNORECASE,
    ),
    "person": re.compile(
        r"^\W*(?:а |и |ну )?(?:(?:у |к |за |на |от |с )?(?:кто|кого|кому|кем|ком)\b|who\b|whose\b)",
        re.IGNORECASE,
    ),
}
_FIGURE = re.compile(
    r"\d|\b(?:один|одн[аоуи]|одного|дв[аеу]\w*|тр(?:и|[её]х|[её]м|еть\w*)\b|четыр\w+|пят[ьи]\w*|"
    r"шест[ьи]\w*|сем(?:ь|и|ью|ьдесят\w*)\b|восем\w*|восьм\w+|девят\w+|десят\w+|\w+надцат\w+|\w+дцат\w*|сорок\w*|"
    r"ст[оа]\b|двест\w+|(?:три|четыре)ста|(?:пять|шесть|семь|восемь|девять)сот|тысяч\w*|миллион\w*|полтор\w+|половин\w+|пол\w*год\w*|"
    r"пар[ауы]\b|дюжин\w+|нисколько|ничего|ни (?:один|одной|одного|рубля)|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twent\w+|thirt\w+|"
    r"fort(?:y|ies)|fift\w+|sixt\w+|sevent\w+|eight\w+|ninet\w+|hundreds?|thousands?|millions?|"
    r"dozen|half|couple|none|nothing|grand|quid)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\d[\d ,.]{2,}|[£$€₽]|\b(?:тысяч\w*|тыщ\w*|тыс|рубл\w+|руб|миллион\w*|млн|евро|доллар\w*|"
    r"процент\w*|бесплатн\w*|(?:пять|шесть|семь|восемь|девять)сот|ст[оа]|двест\w+|"
    r"(?:три|четыре)ста|hundreds?|thousands?|millions?|"
    r"pounds?|euros?|dollars?|bucks|cents?|pence|quid|grand|percent|free|nothing|\d+k)\b|%",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:понедельник\w*|вторник\w*|сред[ауыеой]+|четверг\w*|пятниц\w+|суббот\w+|воскресень\w+|"
    r"январ\w+|феврал\w+|март[аеу]?|апрел\w+|ма[йяею]|июн\w+|июл\w+|август\w*|сентябр\w+|"
    r"октябр\w+|ноябр\w+|декабр\w+|весн\w+|лет[оаеу]м?|осен\w+|зим\w+|недел\w+|месяц\w*|квартал\w*|"
    r"сегодня|завтра|послезавтра|вчера|утр\w+|вечер\w*|обед\w*|полдень|полдня|конц[аеу]|начал[аеу]|"
    r"скоро|сразу|никогда|потом|позже|после|пока не|как только|ежедневно|кажд\w+|праздник\w*|"
    r"mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|january|february|march"
    r"|april|may|june|july|august|september|october|november|december|spring|summer|autumn|fall"
    r"|winter|weeks?|weekend|months?|quarter|today|tonight|tomorrow|tmrw|tmr|yesterday|morning"
    r"|evening|afternoon|noon|lunch\w*|midnight|soon|never|later|after|until|once|as soon|every"
    r"|easter|christmas|eod|eow|end of)\b",
    re.IGNORECASE,
)
_DAY_OR_CLOCK = re.compile(
    r"\b\d{1,2}[.:]\d\d(?:[.:]\d{2,4})?\b|\b(?:19|20)\d\d\b|\b\d{4}-\d\d-\d\d\b|\[[\d:]+\]"
)
_PERSON = re.compile(
    r"\b(?:я|мы|мне|нам|мной|меня|нас|i|i'll|i'm|we|we'll|me|us)\b|(?<=[\w,:]\s)[А-ЯЁA-Z][а-яёa-z]+",
)
_FIRST_PERSON = re.compile(r"\b\w{2,}(?:ю|у|юсь|усь)\b")


def replied(
    question: str, found: Sequence[Sentence], document_of: Callable[[str], Document]
) -> Sequence[Sentence]:
    """The sentences with what was replied to them; none where talk does not say what is asked.

    What stands in no turn of a meeting is left as it is.
    """
    kind = next((kind for kind, asks in _ASKS.items() if asks.match(question)), None)
    kept: list[Sentence] = []
    for sentence in found:
        place = sentence.citations[0]
        document = document_of(place.document)
        turn = _turn_at(document, place.start)
        if turn < 0 or (kind is None and not _is_question(place.quote)):
            kept.append(sentence)
            continue
        own = document.text[max(place.start, document.turns[turn].start) : place.end]
        asks = "?" in own if kind == "person" else own.endswith("?")
        if kind is not None and not asks and _fits(kind, own, question):
            kept.append(sentence)
            continue
        reply = _reply(question, kind, document, place, turn)
        if reply is not None:
            kept += [sentence, Sentence(reply.quote, "supported", (reply,))]
        elif kind is None:
            kept.append(sentence)
    return list({each.citations[0].start: each for each in kept}.values())


def told(
    question: str, found: Sequence[Found], document_of: Callable[[str], Document]
) -> Sequence[Sentence]:
    """The first sentence of talk that names all things of a question and tells what is asked.

    In a short meeting words are too few for their rarity to say how sure a passage is; a question
    of a kind that a sentence can be held against needs it less.
    """
    kind = next((kind for kind, asks in _ASKS.items() if asks.match(question)), None)
    if kind is None or kind == "person":
        return ()
    asks = _ASKS[kind].match(question)
    topic = topic_of(question[asks.end() :]) if asks else ()
    wanted = [keys_of(word) for word in topic if not is_verb(word)]
    for each in found[:_LOOKED_AT] if wanted else ():
        held = {key for word in words(each.citation.quote) for key in keys_of(word)}
        if all(keys & held for keys in wanted):
            sentence = Sentence(each.citation.quote, "supported", (each.citation,))
            in_talk = _turn_at(document_of(each.citation.document), each.citation.start) >= 0
            if in_talk and (kept := replied(question, [sentence], document_of)):
                return kept
    return ()


def _turn_at(document: Document, offset: int) -> int:
    """The number of the turn at an offset; -1 where there is none."""
    found = (n for n, t in enumerate(document.turns) if t.start - _name(t) <= offset < t.end)
    return next(found, -1)


def _name(turn: Turn) -> int:
    """Characters before a turn that a sentence may begin with: its speaker and the time."""
    return len(turn.speaker or "") + len(turn.time or "") + len("[] : ")


def _is_open(question: str, said: str) -> bool:
    """Whether words only ask, or name the matter of the question and hardly more."""
    if _is_question(said):
        return True
    asked = {stem(word) for word in words(question)}
    own = [w for w in words(said) if w not in STOP_WORDS and stem(w) not in asked]
    return len(own) <= _OPENING and _FIGURE.search(said) is None


def _is_question(said: str) -> bool:
    return said.rstrip(" »\"')").endswith("?")


def _fits(kind: Kind, said: str, question: str) -> bool:
    """Whether words can answer a question of a kind."""
    if kind == "person":
        asked = set(words(question))
        named = (each.group() for each in _PERSON.finditer(said))
        return any(each.lower() not in asked for each in named) or bool(_FIRST_PERSON.search(said))
    if kind == "money":
        return _MONEY.search(_DAY_OR_CLOCK.sub(" ", said)) is not None
    if kind == "time" and _TIME.search(said):
        return True
    asked_figures = set(_FIGURE.findall(question.lower()))
    return any(each.lower() not in asked_figures for each in _FIGURE.findall(said))


def _reply(
    question: str, kind: Kind | None, document: Document, place: Citation, turn: int
) -> Citation | None:
    """The first sentence behind a place that answers."""
    opens = _is_open(question, place.quote)
    behind = _behind(document, place.end, turn, _TURNS_BEHIND if opens else 0)
    for start, end in islice(behind, _SENTENCES_BEHIND if opens else 1):
        said = document.text[start:end]
        if not said.endswith("?") and (kind is None or _fits(kind, said, question)):
            return document.citation(place.document, start, end)
    return None


def _behind(document: Document, offset: int, turn: int, turns: int) -> Iterator[tuple[int, int]]:
    """Spans of the sentences behind an offset, of its turn and of some further ones."""
    for each in document.turns[turn : turn + turns + 1]:
        yield from split(document.text, max(offset, each.start), max(offset, each.end))
