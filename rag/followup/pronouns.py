"""Pronouns of a question that point at what was asked before, and what they stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.followup.phrases import Phrase, inflected, phrases, qualified, topic
from rag.followup.pieces import pieces
from rag.words import Language, stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.followup.pieces import Piece


@dataclass(frozen=True, slots=True)
class _Pronoun:
    """What a pronoun says of the noun it stands for: genders, number, case; a place or a matter."""

    genders: frozenset[str] = frozenset({"masc", "femn", "neut"})
    plural: bool | None = None
    case: str = ""
    person: bool | None = None
    matter: bool = False
    place: bool = False


def _table() -> dict[str, _Pronoun]:
    he, she, it = frozenset({"masc", "neut"}), frozenset({"femn"}), frozenset({"neut"})
    rows = (
        ("он", _Pronoun(frozenset({"masc"}), False, "nomn")),
        ("его него", _Pronoun(he, False, "gent")),
        ("ему нему", _Pronoun(he, False, "datv")),
        ("нем", _Pronoun(he, False, "loct")),
        ("она", _Pronoun(she, False, "nomn")),
        ("ее нее", _Pronoun(she, False, "gent")),
        ("ей ней", _Pronoun(she, False, "datv")),
        ("ею нею", _Pronoun(she, False, "ablt")),
        ("оно", _Pronoun(it, False, "nomn")),
        ("они", _Pronoun(plural=True, case="nomn")),
        ("их них", _Pronoun(plural=True, case="gent")),
        ("ними", _Pronoun(plural=True, case="ablt")),
        ("это", _Pronoun(matter=True)),
        ("этого", _Pronoun(matter=True, case="gent")),
        ("этому", _Pronoun(matter=True, case="datv")),
        ("этим", _Pronoun(matter=True, case="ablt")),
        ("этом", _Pronoun(matter=True, case="loct")),
        ("там туда оттуда", _Pronoun(place=True)),
        ("he him his", _Pronoun(frozenset({"masc"}), person=True)),
        ("she her hers", _Pronoun(frozenset({"femn"}), person=True)),
        ("it its", _Pronoun(person=False)),
        ("they them their theirs", _Pronoun()),
        ("this that these those", _Pronoun(matter=True)),
        ("there", _Pronoun(place=True)),
    )
    return {word: row for words, row in rows for word in words.split()}


_PRONOUNS = _table()
#: «им» is they or he, by the instrument or the receiver; nothing here tells.
_EITHER = {"им": _Pronoun(case="datv"), "ним": _Pronoun(case="ablt")}
_DEMONSTRATIVE = re.compile(r"эт(?:от|а|о|и|ого|ой|у|ому|им|ом|их|ими)|this|that|these|those")
_NOMINAL = ("noun", "adjective")
#: Prepositions of places.
_WHERE = {"ru": ("в", "на"), "en": ("in", "at", "on")}
#: Before a "that" which points at something; behind anything else it joins clauses.
_BEFORE_THAT = frozenset(["", *"is was does did about of for to from after before".split()])
_POSSESSIVE = frozenset("его ее их his her its their".split())
#: «в этом году», "this week": points at the calendar, not at what was said.
_CALENDAR = frozenset(
    stem(word)
    for word in "год году месяце месяц неделе неделя день дня раз раза time year month week day "
    "morning evening quarter квартал квартале".split()
)
#: «этот документ», "this file": what is open before the person, not what was said.
_GENERIC = frozenset(
    stem(word) for word in "документ файл текст встреча document file text meeting".split()
)
#: What only a person does.
_PERSONAL = re.compile(
    r"\b(?:обеща|сказал|говор|взял|взялс|предлож|просил|ответил|думает|считает|пообещ"
    r"|promise|said|say|suggest|ask|think|agree)\w*",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?<=\b[оО])\s$")  # «о нём», which is «об отпуске»
_ARTICLE = re.compile(r"\b(?:a|an|the) $", re.IGNORECASE)
_CLAUSE = re.compile(r",| и | and | если | when | if ")
_NAME = re.compile(r"(?<![.!?…]\s)(?<!^)\b[А-ЯЁA-Z][\w-]+(?: [А-ЯЁA-Z][\w-]+)*")


def pointing(text: str, language: Language) -> list[Piece]:
    """The words of a question that point out of it, in order."""
    found = pieces(text, language)
    out = []
    for place, piece in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else None
        if _DEMONSTRATIVE.fullmatch(piece.folded) and following is not None:
            if stem(following.folded) in _CALENDAR or following.time:
                continue
            if following.kind in _NOMINAL:
                out.append(piece)
                continue
        if _means(piece) and not _expletive(found, place) and not _bound(text, piece, language):
            out.append(piece)
    return out


def _means(piece: Piece) -> _Pronoun | None:
    return _PRONOUNS.get(piece.folded) or _EITHER.get(piece.folded)


def _expletive(found: Sequence[Piece], place: int) -> bool:
    """Whether an English word only fills a place or joins: "is there a …", "that" after a noun."""
    word = found[place].folded
    before = found[place - 1].folded if place else ""
    after = [each.folded for each in found[place + 1 :]]
    if word == "there":
        return bool({before, *after[:1]} & {"is", "are", "was", "were"})
    if word == "it":
        return after[:1] == ["take"] and "to" in after
    return word == "that" and bool(after) and before not in _BEFORE_THAT


def _bound(text: str, piece: Piece, language: Language) -> bool:
    """Whether a noun of an earlier clause of the question itself is what a pronoun stands for."""
    wanted = _means(piece)
    if wanted is None or wanted.matter:
        return False
    before = text[: piece.start]
    clause = max((match.start() for match in _CLAUSE.finditer(before)), default=0)
    earlier = phrases(before[:clause], language)
    return any(_agrees(each, wanted) for each in earlier if not each.measured)


def _agrees(phrase: Phrase, wanted: _Pronoun) -> bool:
    """Whether a pronoun may stand for a phrase; a word of no dictionary may be anything."""
    if phrase.head.kind != "noun":
        return False
    if wanted.person is False and phrase.head.alive:
        return False
    return not phrase.readings or any(
        (wanted.plural is None or wanted.plural is each.plural)
        and (each.plural or not each.gender or each.gender in wanted.genders)
        for each in phrase.readings
    )


def resolved(text: str, said: Sequence[tuple[str, str]], language: Language) -> str | None:
    """The question with what its pronouns stand for in their place.

    `said` are earlier questions and their answers, the latest first. None where it points at
    nothing, or nothing before can be meant.
    """
    found = pointing(text, language)
    if not found:
        return None
    out = text
    for piece in reversed(found):
        if len(found) > 1 and piece.folded == "it":
            continue  # beside another pronoun it may be what was done
        following = [each for each in pieces(out, language) if each.start >= piece.end]
        demonstrative = bool(_DEMONSTRATIVE.fullmatch(piece.folded))
        if demonstrative and following and following[0].kind in _NOMINAL:
            put = _demonstrated(out, piece, following, said, language)
        else:
            put = _replaced(out, piece, following, said, language)
        if put is not None:
            out = put
    return None if out == text else out


def _demonstrated(
    text: str,
    piece: Piece,
    following: Sequence[Piece],
    said: Sequence[tuple[str, str]],
    language: Language,
) -> str | None:
    """«этот договор» as the contract that was asked about."""
    noun = next((each for each in following if each.kind == "noun"), following[0])
    about = phrases(said[0][0], language)
    place = next((i for i, each in enumerate(about) if stem(noun.folded) in _stems(each)), None)
    if place is None:
        names = [each.text for each in about if each.named and stem(noun.folded) not in _GENERIC]
        return f"{_bare(text)} ({names[0]})?" if names else None
    whole = qualified(about, place, said[0][0])
    rest = whole.text[_noun_end(whole, noun) :]
    return text[: piece.start] + text[following[0].start : noun.end] + rest + text[noun.end :]


def _noun_end(phrase: Phrase, noun: Piece) -> int:
    """Where in a phrase the noun ends, so that what qualifies it follows."""
    for each in phrase.pieces:
        if stem(each.folded) == stem(noun.folded):
            return each.end - phrase.start
    return len(phrase.text)


def _stems(phrase: Phrase) -> set[str]:
    return {stem(each.folded) for each in phrase.pieces}


def _with_article(phrase: Phrase, text: str) -> str:
    """The phrase with the article that stands before it in its question."""
    article = _ARTICLE.search(text[: phrase.start])
    return f"the {phrase.text}" if article else phrase.text


def _replaced(
    text: str,
    piece: Piece,
    following: Sequence[Piece],
    said: Sequence[tuple[str, str]],
    language: Language,
) -> str | None:
    wanted = _means(piece)
    if wanted is None:
        return None
    if wanted.person is None and _PERSONAL.search(text) and not wanted.matter:
        wanted = replace(wanted, person=True)
    if wanted.matter:
        entity = topic(said[0][0], language)
    else:
        entity = next((e for pair in said for e in _candidates(pair, wanted, language)), "")
    if not entity:
        return None
    possessed = piece.folded in _POSSESSIVE and following and following[0].kind in _NOMINAL
    if language == "ru" and wanted.case and not wanted.matter:
        before = text[: piece.start].rsplit(maxsplit=1)[-1:]
        object_ = wanted.case == "gent" and not possessed and not piece.folded.startswith("н")
        direct = object_ and before != ["у"]
        entity = inflected(entity, "accs" if direct else wanted.case)
    if possessed and language == "ru":
        noun = next((each for each in following if each.kind == "noun"), following[0])
        owned = text[following[0].start : noun.end]
        return f"{text[: piece.start]}{owned} {entity}{text[noun.end :]}"
    if possessed:
        entity += "'s"
    head = _ABOUT.sub("б ", text[: piece.start]) if entity[0].lower() in "аоуэи" else None
    return (head or text[: piece.start]) + entity + text[piece.end :]


def _candidates(said: tuple[str, str], wanted: _Pronoun, language: Language) -> Iterable[str]:
    """What a pronoun may stand for, likeliest first, in a question; then names of its answer."""
    question, answer = said
    about = phrases(question, language)
    fitting = [i for i, each in enumerate(about) if _agrees(each, wanted)]
    if wanted.place:
        places = [i for i in fitting if about[i].preposition in _WHERE[language]]
        for place in places or fitting[:1]:
            whole = qualified(about, place, question)
            if places or language == "en":
                where = whole.preposition if places else _WHERE["en"][0]
                yield f"{where} {_with_article(whole, question)}"
            else:
                yield whole.text
        return
    ranked = sorted(fitting, key=lambda i: _rank(about[i], wanted))
    persons = [i for i in ranked if about[i].head.alive or about[i].named]
    for place in persons if wanted.person else ranked:
        whole = qualified(about, place, question)
        if whole.measured and place + 1 < len(about):  # «дней отпуска»
            yield question[whole.start : about[place + 1].end]
        yield _with_article(whole, question)
    if wanted.person is not False:
        for match in _NAME.finditer(answer):
            named = phrases(match.group(), language, begins=False)
            if any(_agrees(each, wanted) for each in named):
                yield match.group()


def _rank(phrase: Phrase, wanted: _Pronoun) -> tuple[bool, ...]:
    """Units that are counted come last; persons first where one is meant, then subjects."""
    person = phrase.head.alive or phrase.named
    unlike = False if wanted.person is None else person is not wanted.person
    cases = {each.case for each in phrase.readings}
    aside = bool(phrase.preposition)
    return phrase.measured, unlike, aside, phrase.asked, bool(cases) and "nomn" not in cases


def _bare(text: str) -> str:
    return text.rstrip(" ?!.")
