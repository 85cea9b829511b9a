"""What those who chair a meeting assign in speech: bodies, people by surname, whom they ask.

«Министерству — доложить до 1 мая», «поручаю Ахмерову засыпать промоину», «прошу вас подготовить»,
«пусть администрация подготовит», «хочу, чтобы Марина Евгеньевна проверила», «жду предложения».
Requests to people of the meeting wait for their answer; what bodies are told stands by itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.findings import ADDRESSEE
from rag.minutes.morphology import parses, reading
from rag.minutes.paper.nouns import Line, Named, is_inner, order_words
from rag.minutes.paper.reported import by_body
from rag.minutes.russian import clauses as rc
from rag.minutes.russian import conditions as rn
from rag.minutes.russian import spans as rs
from rag.minutes.russian import words as rw
from rag.minutes.russian.making import make
from rag.types import ALL

if TYPE_CHECKING:
    from rag.minutes.findings import Finding, Kind
    from rag.minutes.view import View

_ASKING = frozenset("прошу попрошу просим попросим просьба".split())
_YOU = frozenset("вас тебя вам тебе".split())
_NEEDS = frozenset("надо нужно необходимо следует надлежит предстоит придется".split())
_WISHES = frozenset("хочу хотим надо нужно необходимо прошу просим требую важно хотелось".split())
_BETWEEN = frozenset(
    "лично срочно завтра сегодня же вместе совместно с и также еще тоже прямо сразу в срок это"
    " вас тебя обязательно"
    " до к на по за не позднее".split()
)
#: tokens that a person's name may have
_NAMES = 3
#: tokens that may stand between the one told and the act
_FAR = 10


def order(view: View) -> Finding | None:
    """The assignment of a clause; None for most clauses."""
    if view.sentence.question or rn.is_condition(view) or rc.is_habit(view) or rn.is_idiom(view):
        return None
    if {"давай", "давайте"} & set(view.words):
        return None
    for rule in (_wished, _let, _asked, _charged, _told, _awaited, _stated):
        found = rule(view)
        if found:
            return found
    return None


def _line(view: View) -> Line:
    return Line(view.scene, view.tokens, frozenset(found.start for found in view.dues))


def _act(view: View, at: int) -> int | None:
    """The infinitive behind whom it is said to, past deadlines, adverbs and companions."""
    companions = False
    for index in range(at, min(at + _FAR, len(view.tokens))):
        word = view.words[index]
        if reading(word, "INFN", at_least=0.3) and word not in order_words("must"):
            return None if index and view.words[index - 1] == "не" else index
        due = any(f.start <= view.tokens[index].start < f.end for f in view.dues)
        companions = companions or word in ("вместе", "совместно")
        adverb = "ADVB" in parses(word)[0].grammemes
        if not (due or companions or adverb or word in _BETWEEN or word in _NEEDS):
            return None
    return None


def _made(view: View, at: int, named: list[Named]) -> Finding | None:
    """An order for those named; people of the meeting may answer it."""
    verb = rw.infinitive(view.words[at]) or ""
    if view.is_in(verb, "ask_noise") and not rc.later(view):
        return None
    if not (rs.has_object(view, at) or view.due((view.clause_at,))):
        return None
    known = named[0].name in view.scene.roster
    found = make(
        view,
        "request" if known else "promise",
        at,
        named[0].name,
        verb,
        act="assigned",
        imperative=True,
        first=at,
    )
    others = tuple(one.name for one in named[1:])
    to_whom = None if found.to_whom in others else found.to_whom
    return replace(found, others=others, to_whom=to_whom)


def _charged(view: View) -> Finding | None:
    """«Поручаю Ахмерову …», «прошу правительство …», «Ахмерова попрошу …»."""
    line = _line(view)
    for at, word in enumerate(view.words):
        lemmas = {parse.lemma for parse in parses(word)} | {word}
        needs = word in _NEEDS
        case = "datv" if lemmas & order_words("charge") else "accs" if word in _ASKING else ""
        if not case or rc.negated(view, at) or reading(word, "VERB", "past", at_least=0.4):
            continue
        before = [line.one(i, case, strict=True) for i in range(max(0, at - 2), at)]
        behind = line.everybody(at + 1, case) if at + 1 < len(line.tokens) else []
        named = behind or _joined(line, [one for one in before if one and one.last == at], case)
        if not named or not _mayact(view, line, named[0], needs=needs):
            continue
        last = max(at + 1, named[-1].last)
        found = _act(view, last)
        if found is None or (needs and not named[0].person and _gives(view, found)):
            continue
        return _made(view, found, named)
    return None


def _joined(line: Line, named: list[Named], case: str) -> list[Named]:
    """Those named, with whoever stands before them and «и» («Денису и Марине нужно сдать»)."""
    back = named[0].first - 1 if named and named[0].person else 0
    if back < 1 or line.tokens[back].word != "и":
        return named
    starts = range(max(0, back - _NAMES), back)
    found = next((p for i in starts if (p := line.person(i, case)) and p.last == back), None)
    return [found, *named] if found else named


def _told(view: View) -> Finding | None:
    """«Министерству — доложить …», «Шестаковой вместе с … обеспечить …»."""
    apart = bool(view.clause_at) and _act(view, 0) is not None
    place = view.at(view.clause_at - 1) if apart else view
    line = _line(place)
    at = rn.head(place)
    named = line.everybody(at, "datv") if at < len(line.tokens) else []
    if not named or not _mayact(view, line, named[0], needs=True):
        return None
    mention = line.mentions.get(named[0].first)
    if mention is not None and "nomn" in mention.cases:
        return None
    if apart and any(_carries(place, word) for word in place.words[named[-1].last :]):
        return None
    found = _act(view, 0 if apart else named[-1].last)
    if found is None or any(view.is_in(word, "must_not") for word in view.words):
        return None
    if _gives(view, found) and not apart:
        return None
    return _made(view, found, named)


def _carries(view: View, word: str) -> bool:
    """Whether a word behind the one told means more than when or with whom."""
    index = view.words.index(word)
    due = any(f.start <= view.tokens[index].start < f.end for f in view.dues)
    return not (due or view.is_in(word, "filler") or word in _BETWEEN)


def _mayact(view: View, line: Line, named: Named, *, needs: bool) -> bool:
    """Whether those named can be told: people of the meeting, bodies; of a need own ones alone."""
    if named.person:
        return named.name in view.scene.roster or not needs
    if named.name == ALL["ru"]:
        return not needs and bool(view.dues)
    return (
        is_inner(line, named)
        or (not needs and line.acts(named))
        or any(
            parse.lemma
            in ("министерство", "компания", "правительство", "агентство", "минстрой", "юрист")
            for token in line.tokens[named.first : named.first + 2]
            for parse in parses(token.word)
        )
    )


def _gives(view: View, at: int) -> bool:
    """Whether the dative can as well be whom something is given or told."""
    return view.is_in(rw.infinitive(view.words[at]) or "", "transfer")


def _asked(view: View) -> Finding | None:
    """«прошу вас подготовить справку», «вам надо встретиться с жителями»."""
    words = view.words
    asking = next((i for i, w in enumerate(words) if w in _ASKING), None)
    needing = (
        next((i for i, w in enumerate(words) if w in _NEEDS), None)
        if {"вам", "тебе"} & set(words)
        else None
    )
    at = asking if asking is not None else needing
    if at is None or rc.negated(view, at):
        return None
    if not (_YOU & set(words) or view.vocative) or (
        view.mentions and asking is not None and _accused(view)
    ):
        return None
    found = next(
        (i for i in range(at + 1, len(words)) if reading(words[i], "INFN", at_least=0.3)), None
    )
    if found is None or words[found - 1] == "не" or any(w == "чтобы" for w in words[:found]):
        return None
    verb = rw.infinitive(words[found]) or ""
    idle = view.is_in(verb, "ask_noise") or view.is_in(verb, "stative")
    if idle and not rc.later(view):
        return None
    if not rs.has_object(view, found):
        return None
    who = view.vocative or ADDRESSEE
    return make(view, "request", found, who, verb, imperative=True, first=found)


def _accused(view: View) -> bool:
    """Whether the clause itself names in the accusative who is asked."""
    return any("accs" in m.cases and "nomn" not in m.cases for m in view.mentions)


def _let(view: View) -> Finding | None:
    """«пусть администрация района подготовит проект»."""
    words = view.words
    if not {"пусть", "пускай"} & set(words):
        return None
    line = _line(view)
    for at in range(len(words)):
        named = line.one(at, "nomn", strict=True) if words[at] not in ("пусть", "пускай") else None
        if named is None or named.person:
            continue
        verb_at = next((i for i, w in enumerate(words) if rw.future(w, "3per")), None)
        if verb_at is None or not rs.has_object(view, verb_at):
            return None
        verb = rw.future(words[verb_at], "3per") or ""
        first = verb_at if verb_at > at else 0
        return make(view, "promise", verb_at, named.name, verb, act="assigned", first=first)
    return None


def _wished(view: View) -> Finding | None:
    """«хочу, чтобы Марина Евгеньевна лично проверила пункт завтра»."""
    words = view.words
    if "чтобы" not in words[:2] or not view.clause_at:
        return None
    wishes = _WISHES & set(view.sentence.clauses[view.clause_at - 1].words)
    if not wishes or len(view.sentence.clauses[view.clause_at - 1].words) > 4:
        return None
    line = _line(view)
    for at in range(words.index("чтобы") + 1, len(words)):
        named = line.one(at, "nomn", strict=True)
        if named is None or not (named.person or is_inner(line, named)):
            continue
        verb_at = next(
            (i for i, w in enumerate(words) if i > at and reading(w, "VERB", "past", at_least=0.4)),
            None,
        )
        if verb_at is None or rc.negated(view, verb_at) or not rs.has_object(view, verb_at):
            return None
        found = reading(words[verb_at], "VERB", "past")
        verb = found.lemma if found else ""
        if view.is_in(verb, "stative"):
            return None
        kind: Kind = "request" if named.name in view.scene.roster else "promise"
        return make(
            view, kind, verb_at, named.name, verb, act="assigned", imperative=True, first=verb_at
        )
    return None


def _stated(view: View) -> Finding | None:
    """«отдел ЖКХ проверит подвалы до пятницы»: a body of the own house, with a deadline."""
    if not view.dues or rc.is_subordinate(view) or rc.is_hearsay(view):
        return None
    found = by_body(view)
    return found if found and found.due else None


def _awaited(view: View) -> Finding | None:
    """«жду от вас предложения до пятницы» to somebody called by name, with a deadline."""
    words = view.words
    at = next((i for i, w in enumerate(words) if w in ("жду", "ждем", "ожидаю")), None)
    if at is None or view.vocative is None or rc.negated(view, at):
        return None
    if not (view.due((view.clause_at,)) or view.next_due()) or not rs.nouns(
        view, skip=(), after=at
    ):
        return None
    first = at + 1
    while first + 1 < len(words) and words[first] in ("от", "вас", "тебя", "с"):
        first += 1
    return make(view, "request", at, view.vocative, "", imperative=True, first=first)
