"""A question as a row of words, each with its part in it, in Russian and English.

Russian parts of speech, cases and genders come from the dictionary; English has none here and is
told by its closed classes: what is no preposition, auxiliary, pronoun or question word is content.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from rag.minutes.morphology import Parse, parses
from rag.words import Language, fold

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["ask", "prep", "noun", "adjective", "number", "verb", "pronoun", "small"]

_WORD = re.compile(r"«[^«»]+»|“[^“”]+”|\"[^\"]+\"|\d+(?:[.,:/]\d+)*%?|[^\W_]+(?:[-'’.][^\W_]+)*")
_LATIN = re.compile(r"[A-Za-z]")
_CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
_GENDERS = frozenset({"masc", "femn", "neut"})
_OTHER_CASES = {"gen2": "gent", "loc2": "loct", "acc2": "accs"}
_LIKELY = 0.04  # a reading of a word that is less likely is passed over

_ASK = {
    "ru": re.compile(
        r"кто|что|кого|чего|кому|чему|кем|чем|ком|как(?:ой|ая|ое|ие|ого|ому|им|ом|ую|их|ими)?"
        r"|котор\w+|чей|чья|чье|чьи|каков\w?|где|куда|откуда|когда|сколько|скольк\w+|насколько"
        r"|почему|зачем|ли"
    ),
    "en": re.compile(r"who|whom|whose|what|which|when|where|why|how"),
}
_PREPOSITIONS = frozenset(
    "about above after against at before behind below between by during for from in into of off on "
    "onto over per since through to toward towards under until till upon via with within without "
    "than as up".split()
)
_AUXILIARIES = frozenset(
    "is are was were be been being am do does did has have had can could may might must shall "
    "should will would isn't aren't wasn't don't doesn't didn't can't won't".split()
)
_ENGLISH_PRONOUNS = frozenset(
    "he she it they him her them his hers its their theirs this that these those there then one "
    "ones i you we me us my your our".split()
)
_SMALL = frozenset(
    "a an the and or but so also too if not no yes please else exactly many much more less "
    "any some all each every just only still ever long often".split()
)
_HELPING = frozenset(
    "do does did don't doesn't didn't can could may might must shall should will would".split()
)
#: English verbs that stand inside a question often, with something behind them.
_VERBS = frozenset(
    "take need cost weigh mean happen work begin start end pay get make go come run use want give "
    "say promise apply include require draw last owe send deliver".split()
)
_DEGREES = frozenset("minimum maximum first second last next previous main other".split())
_BEING = frozenset("is are was were be been being".split())
_PARTICIPLE = re.compile(
    r"\w+(?:ed|en)|kept|made|done|paid|sent|held|built|left|lost|set|spent|told|found|sold|bought"
)
_DETERMINERS = frozenset({"a", "an", "the"})
_OF_TIME = re.compile(
    r"год\w*|лет|месяц\w*|недел\w+|день|дня|дню|дне|дней|квартал\w*|январ\w+|феврал\w+|март\w?"
    r"|апрел\w+|ма[йяе]|июн\w|июл\w|август\w*|сентябр\w|октябр\w|ноябр\w|декабр\w|понедельник\w*"
    r"|вторник\w*|сред[ауы]|четверг\w*|пятниц\w+|суббот\w+|воскресень\w|лет[оа]|зим\w+|весн\w+"
    r"|осен\w+|выходн\w+|праздник\w*"
    r"|years?|months?|weeks?|days?|quarters?|january|february|march|april|may|june|july|august"
    r"|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|spring|summer|autumn|winter|weekends?|(?:19|20)\d\d"
)


class Reading(NamedTuple):
    """A form that a Russian noun or adjective may be."""

    case: str
    gender: str
    plural: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of a question, `text[start:end]`, or what stands in quotation marks there.

    `readings` are case, gender ("masc", "femn", "neut", "" for unknown) and whether it is plural of
    a Russian noun or adjective, and `alive` says that it is a living being. `named` says that it
    is written as a name, `time` that it belongs to a date.
    """

    text: str
    start: int
    end: int
    kind: Kind
    readings: tuple[Reading, ...] = ()
    alive: bool = False
    named: bool = False
    time: bool = False

    @property
    def folded(self) -> str:
        """The word in lower case, ё as е."""
        return fold(self.text)

    @property
    def cases(self) -> frozenset[str]:
        """The cases it may stand in; none for a word of no dictionary."""
        return frozenset(each.case for each in self.readings)


def pieces(text: str, language: Language, *, begins: bool = True) -> list[Piece]:
    """The words of a question, in order. Where a sentence `begins`, a capital makes no name."""
    matches = list(_WORD.finditer(text))
    found = [
        _piece(match, begins and number == 0, language) for number, match in enumerate(matches)
    ]
    return _with_verbs(found) if language == "en" else found


def _with_verbs(found: list[Piece]) -> list[Piece]:
    """English words that their place tells to be verbs: "who signed", "be kept", "does it end"."""
    out = list(found)
    helped = False
    for place, piece in enumerate(found):
        before = found[place - 1] if place else None
        helped = helped or piece.folded in _HELPING
        if piece.kind != "noun" or piece.named or before is None:
            continue
        passive = before.folded in _BEING and _PARTICIPLE.fullmatch(piece.folded)
        last = place == len(found) - 1 and (before.kind == "noun" or before.kind == "number")
        inside = helped and before.kind != "small" and piece.folded in _VERBS
        ending = last and (helped or _PARTICIPLE.fullmatch(piece.folded))
        after_subject = helped and before.kind == "pronoun"
        if before.folded == "who" or passive or inside or ending or after_subject:
            out[place] = replace(piece, kind="verb")
    return out


def _piece(match: re.Match[str], first: bool, language: Language) -> Piece:
    text, (start, end) = match.group(), match.span()
    word = fold(text)
    time = bool(_OF_TIME.fullmatch(word))
    if text[0] in '«“"':
        return Piece(text, start, end, "noun", named=True)
    if text[0].isdigit():
        return Piece(text, start, end, "number", time=time)
    if _ASK[language].fullmatch(word):
        return Piece(text, start, end, "ask")
    capital = text[0].isupper() and not first
    if language == "en":
        return Piece(text, start, end, _english(word), named=capital, time=time)
    if _LATIN.match(text):
        return Piece(text, start, end, "noun", named=True, time=time)
    return _russian(Piece(text, start, end, "small", named=capital, time=time))


def _english(word: str) -> Kind:
    if word in _PREPOSITIONS:
        return "prep"
    if word in _AUXILIARIES:
        return "verb"
    if word in _ENGLISH_PRONOUNS:
        return "pronoun"
    if word in _SMALL:
        return "small"
    return "adjective" if word in _DEGREES or word.endswith("est") else "noun"


def _russian(piece: Piece) -> Piece:
    """The piece with what the dictionary says of its likeliest reading."""
    kind, nouns = _reading(piece.folded)
    if piece.named and kind in ("adjective", "verb", "small"):
        kind = "noun"
    if kind not in ("noun", "adjective") or not nouns:
        return Piece(piece.text, piece.start, piece.end, kind, named=piece.named, time=piece.time)
    best = nouns[0].grammemes
    readings = (
        Reading(
            case, next((g for g in _GENDERS if g in each.grammemes), ""), "plur" in each.grammemes
        )
        for each in nouns
        for case in cases_of(each)
    )
    return Piece(
        piece.text,
        piece.start,
        piece.end,
        kind,
        tuple(readings),
        "anim" in best,
        piece.named or bool(best & {"Name", "Surn", "Patr"}),
        piece.time,
    )


@lru_cache(maxsize=20_000)
def _reading(word: str) -> tuple[Kind, tuple[Parse, ...]]:
    """The part that a Russian word likely plays, and its readings as a noun or an adjective."""
    found = [parse for parse in parses(word) if parse.score >= _LIKELY] or list(parses(word))
    tags = found[0].grammemes
    if any("PREP" in parse.grammemes for parse in found):
        return "prep", ()
    for kind, wanted in _KINDS:
        if tags & wanted:
            same = tuple(parse for parse in found if parse.grammemes & wanted)
            return kind, same if kind in ("noun", "adjective") else ()
    return "small", ()


_KINDS: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("pronoun", frozenset({"NPRO", "Apro"})),
    ("noun", frozenset({"NOUN"})),
    ("adjective", frozenset({"ADJF", "PRTF"})),
    ("number", frozenset({"NUMR"})),
    ("verb", frozenset({"VERB", "INFN", "PRTS", "ADJS", "PRED", "GRND"})),
)


def cases_of(parse: Parse) -> Iterable[str]:
    """The case of a reading, the rare ones as those they stand beside."""
    for tag in parse.grammemes:
        case = _OTHER_CASES.get(tag, tag)
        if case in _CASES:
            yield case


def is_determiner(piece: Piece) -> bool:
    """Whether it is an English article."""
    return piece.folded in _DETERMINERS


def is_auxiliary(piece: Piece) -> bool:
    """Whether it is an English auxiliary verb."""
    return piece.folded in _AUXILIARIES
