"""Words that settle something: «решили: …», «оставляем …», "the fair is off", «без обсуждений»."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.morphology import reading
from rag.minutes.sections.remarks import fold_letters
from rag.minutes.sections.talk import ANNOUNCED, CONTENT, EDGES, SETTLED
from rag.words import STOP_WORDS, content_stems, words

if TYPE_CHECKING:
    from rag.minutes.sections.remarks import Remark
    from rag.minutes.sections.talk import Settled, Talk

_BORDER = re.compile(r"(?<!\d),|,(?!\d)|[;()…]+|\.{2,}|:\s|\s[—–-]\s")
#: what may stand between a word of deciding and the decision
_AFTER = re.compile(
    r"(?:(?:[\s,]+[^\s:,]+){1,4}:|[\s:,—–-]*"
    r"(?:(?:на том,?\s)?что\s|чтобы\s|that\s|to\s|on\s|is\s)?)[\s:,—–-]*"
)
#: words that say nothing of what was decided unless more than a name or a day follows
_ASSENTS = frozenset({"договорились", "agreed", "decided", "settled"})
#: words of deciding that need a subject, or none
_BARE = frozenset({"agreed", "decided", "settled", "resolved"})
#: the words behind a clause that give its reason or what follows from it
_REASON = re.compile(r"\s*(?:потому|так как|чтобы|а то|иначе|потом|поэтому|because|so|otherwise)\b")
_EN_GO_ON = frozenset("not and until for from at by in on with except only".split())
#: letters after «решили», within which «ещё в прошлый раз» still dates it
_BEHIND = 25
#: remarks before, in which what a faint verb settles was asked or proposed
_ECHO, _ASKED = 8, 3
#: words up to which a remark is no more than an opening of the next
_SHORT = 4
#: what asks for a nod behind the last comma or full stop
_NOD = re.compile(r"[,.—–-]\s*(?P<nod>[^,.?]{2,30})\?\s*$")
#: words up to which a remark can be nothing but a decision, and those that tell of habits instead
_PLAIN, _EN_PLAIN = 9, 12
_NARRATORS = frozenset("мы я нас нам вы они у вас вам тут там где когда пока кто что как".split())
_DAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|the|on|\d{1,2}(?:st|nd|rd|th)?"
)
_WH = re.compile(r"(?<!\w)(?:who|what|when|where|how|why|which|that|think|know|because|or)(?!\w)")
_CONDITIONS = ("если", "if", "unless")
#: verbs of knowing, being able, and of what goes on anyway, which settle nothing
_IDLE = re.compile(
    r"зна|понима|вид|слыш|успева|хвата|мож|хот|помн|говор|спор|обсужда|забыва|теря|дума|ищ|чита"
    r"|смотр|спи|перебива|жд|работа|ид|ед|начина|продолжа|заканчива|закругля|жив|готов|пиш|счита"
    r"|наде|планир|стара|пыта|слуша|быва|отста|опазд|ход|сид|сто|име|возвраща|переход|уточня"
    r"|выясня|разбир|движ|провер|тестир|отвлека|тороп|рад|благодар|знаком|зва|трат(?:ить|им)ся"
    r"|подвод|решать|расход|вер(?:им|ить)|прощ|пережива|относ|общ|занима|потеря|наблюда|получа|прос|боим|бояться"
)
#: «вешаем», «не выплачиваем», in the first person plural
_DOING = re.compile(rf"(?<!\w)(?:не )?(?P<verb>(?!{_IDLE.pattern})\w{{2,}}[еи]м(?:ся)?)(?!\w)")
#: «будем печатать»: the infinitive follows or stands within so many words
_SHALL = re.compile(r"(?<!\w)(?:не )?будем(?!\w)")
_NEAR = 4
_EN_DOING = re.compile(
    r"(?<!\w)we(?:'re| are)(?: not)? (?!(?:look|runn|gett|start|los|wait|think|talk|hav|do|go|com"
    r"|try|be|see|say|hop|work|miss|hir|hear|ask|learn|liv|sitt|stand|read|writ|speak|feel|struggl|fac"
    r"|show|tell|kid|jok|pay|mov)\w{0,3}ing\b)\w+ing(?!\w)"
)
#: words that a clause can hold without saying what is settled
_FAINT = frozenset("пока больше тоже вообще теперь сейчас сегодня мы тогда now still too".split())
#: who decides is no object of the decision, nor somebody else
_WE = frozenset("мы коллеги друзья ребята участники стороны члены и ведь же вроде уже".split())


def announced(talk: Talk, at: int) -> Settled | None:
    """«Решили: …», "no matinee, decided": what follows the word, or what stands before it."""
    remark = talk.remarks[at]
    mark = talk.find("announce", remark.said)
    if mark is None or (remark.asks and not _confirms(talk, remark)):
        return None
    guard = talk.find("bar", remark.said, 0, mark.end() + _BEHIND)
    if guard is not None and guard.start() <= mark.start():
        return None
    if talk.find("before", remark.said, 0, mark.end() + _BEHIND):
        return None
    if talk.find("month", remark.said, 0, mark.start()):
        return None
    if talk.language == "ru" and _is_of_others(remark.said[: mark.start()]):
        return None
    if mark.group() in _BARE and not _stands_alone(talk, remark.said, mark):
        return None
    found = _behind(talk, remark, mark)
    return found or talk.settled(remark.start, remark.start + mark.start(), ANNOUNCED)


def _stands_alone(talk: Talk, said: str, mark: re.Match[str]) -> bool:
    """Whether "agreed" opens or ends a sentence, and is no verb of somebody else in it."""
    front, rest = said[: mark.start()].strip(EDGES), said[mark.end() :].strip(EDGES)
    while front and (lead := talk.kind("lead").match(front)):
        front = front[lead.end() :].strip(EDGES)
    return not front or not rest


def _behind(talk: Talk, remark: Remark, mark: re.Match[str]) -> Settled | None:
    """What follows the word of deciding; with its object, where that stands in front."""
    after = _AFTER.match(remark.folded, mark.end())
    begin = after.end() if after else mark.end()
    glued = mark.group()[-1].isalpha() and not remark.said[mark.end() : begin].strip(" \n")
    found = talk.settled(remark.start + begin, remark.end, ANNOUNCED)
    if found is None or not _says(talk, found, mark.group(), glued=glued):
        return None
    cuts = _BORDER.finditer(remark.said, 0, mark.start())
    opening = max((cut.end() for cut in cuts), default=0)
    if glued and _is_object(talk, remark.said[opening : mark.start()]):
        return talk.settled(remark.start + opening, remark.end, ANNOUNCED)
    return found


def _says(talk: Talk, found: Settled, mark: str, *, glued: bool) -> bool:
    """Whether words behind «договорились» say what: a verb does, a bare name or day does not."""
    folded = fold_letters(talk.text[found.start : found.end])
    if mark not in _ASSENTS and (not glued or talk.language == "en"):
        return True
    if len(content_stems(folded)) > 1 and (mark not in _ASSENTS or talk.language == "en"):
        return True
    return talk.language == "ru" and any(
        is_finite(word) or word.endswith(("ть", "ти", "чь")) for word in words(folded)
    )


def _is_object(talk: Talk, said: str) -> bool:
    """Whether words before «решили» are what was decided on: «мебель решили не везти»."""
    if talk.language == "en":
        return False
    found = [w for w in words(said) if not talk.is_only("lead", w) and w not in _WE]
    return bool(found) and found[0] not in STOP_WORDS


def _is_of_others(said: str) -> bool:
    """Whether somebody else is the subject of what follows: «соседи», «они»."""
    return any(
        word in ("они", "те") or reading(word, "NOUN", "anim", "plur", "nomn", at_least=0.3)
        for word in words(said)[-4:]
        if word not in _WE
    )


def closed(talk: Talk, at: int) -> Settled | None:
    """The remark before «без обсуждений», "that's settled", where that says all there is."""
    remark, before = talk.remarks[at], talk.before(at)
    close = None if remark.asks else talk.find("close", remark.said)
    if close is not None and not talk.find("bar", remark.said):
        front = remark.said[: close.start()]
        if _BORDER.search(front) and len(content_stems(front)) >= CONTENT:
            return talk.settled(remark.start, remark.start + close.start(), SETTLED)
    if close is None or before is None or before.asks or talk.find("bar", before.said):
        return None
    rest = remark.said[: close.start()] + remark.said[close.end() :]
    if len(content_stems(rest)) >= CONTENT or len(content_stems(before.said)) < CONTENT:
        return None
    return talk.settled(before.start, before.end, SETTLED)


def settles(talk: Talk, at: int) -> Settled | None:
    """A verb that settles by itself, or a fainter one under a mark or after a question."""
    remark = talk.remarks[at]
    said = remark.said
    confirms = remark.asks and _confirms(talk, remark)
    if remark.asks and not confirms:
        return None
    if echo := talk.find("echo", said):
        front, rest = said[: echo.start()], said[echo.end() :].strip(EDGES)
        if rest or len(front.split()) > _SHORT or _WH.search(front):
            return None
        if _is_guarded(talk, said, echo) or _is_haggling(talk, front):
            return None
        return talk.settled(remark.start, remark.end, SETTLED, (remark.start,))
    if verb := talk.find("settle", said):
        return None if _is_guarded(talk, said, verb) else _clause(talk, remark, verb)
    return _faintly(talk, at, marked=confirms or _is_marked(talk, at))


def _faintly(talk: Talk, at: int, *, marked: bool) -> Settled | None:
    """What a verb settles that by itself only tells: «берём», «утвердили», "stays"."""
    remark = talk.remarks[at]
    said = remark.said
    for kind, fits in (
        ("past", marked or talk.on_paper),
        ("state", marked),
        ("weak", marked or talk.on_paper or _is_plain(talk, said) or _is_echo(talk, at)),
    ):
        verb = _verb(talk, kind, said) if fits else None
        if verb is None or _is_guarded(talk, said, verb):
            continue
        if kind == "past" and (talk.find("before", said) or talk.find("month", said)):
            continue
        answers = _is_asked(talk, at, verb.group())
        return _clause(talk, remark, verb, least=0 if answers else CONTENT)
    return None


def _verb(talk: Talk, kind: str, said: str) -> re.Match[str] | None:
    """A verb of a kind; among the faint ones any that tells what «мы», "we" do or shall do."""
    if kind == "weak" and talk.find("now", said):
        return None
    found = talk.find(kind, said)
    if found is not None or kind != "weak":
        return found
    if talk.language == "en":
        short = len(said.split()) <= _EN_PLAIN and talk.opens("open", said)
        return _EN_DOING.search(said) if short else None
    for doing in _DOING.finditer(said):
        if reading(doing["verb"], "VERB", "1per", "plur", "pres", at_least=0.3):
            return doing
    shall = _SHALL.search(said)
    if shall is None:
        return None
    near = [*words(said[: shall.start()])[-_NEAR:], *words(said[shall.end() :])[:_NEAR]]
    return shall if any(reading(w, "INFN") and not _IDLE.match(w) for w in near) else None


def _confirms(talk: Talk, remark: Remark) -> bool:
    """Whether a remark only asks for a nod: «…, так?», "…, right?"."""
    found = _NOD.search(remark.said)
    return found is not None and talk.is_only("nod", found["nod"])


def _is_guarded(talk: Talk, said: str, verb: re.Match[str]) -> bool:
    """Whether a guard stands before the verb, or a condition anywhere."""
    return any(
        bar.start() < verb.end() or bar.group() in _CONDITIONS
        for bar in talk.kind("bar").finditer(said)
    )


def _is_haggling(talk: Talk, said: str) -> bool:
    """Whether words name nothing but a day: that is a deadline, not a decision."""
    rest = [word for word in words(said) if not talk.is_only("lead", word)]
    return bool(rest) and all(_DAY.fullmatch(word) for word in rest)


def _is_marked(talk: Talk, at: int) -> bool:
    """Whether the remark concludes by its words, or a short one before it in the turn does."""
    said = talk.remarks[at].said
    if talk.find("mark", said) or (talk.opens("open", said) and "," in said):
        return True
    before = talk.before(at)
    return (
        before is not None
        and len(before.said.split()) <= _SHORT
        and talk.find("mark", before.said) is not None
    )


def _is_plain(talk: Talk, said: str) -> bool:
    """Whether a short remark without «мы» is all about what to do: «Премии режем вдвое»."""
    found = words(said)
    return (
        talk.language == "ru"
        and len(found) <= _PLAIN
        and _NARRATORS.isdisjoint(found)
        and talk.find("weak", said) is not None
    )


def _is_echo(talk: Talk, at: int) -> bool:
    """Whether another turn asked about the matter, or proposed it, a little before."""
    remark = talk.remarks[at]
    own = set(content_stems(remark.folded))
    return any(
        before.turn != remark.turn
        and (before.asks or talk.find("propose", before.said) is not None)
        and not own.isdisjoint(content_stems(before.folded))
        for before in talk.remarks[max(0, at - _ECHO) : at]
    )


def _is_asked(talk: Talk, at: int, verb: str) -> bool:
    """Whether the turn before asked with this very verb: «Встаём? — Встаём»."""
    turn = talk.remarks[at].turn - 1
    return any(
        before.asks and before.turn == turn and verb.removeprefix("не ") in before.said
        for before in talk.remarks[max(0, at - _ASKED) : at]
    )


def _clause(talk: Talk, remark: Remark, verb: re.Match[str], least: int = 0) -> Settled | None:
    """The clause of the verb, with the one before where it says little, and what goes on.

    None where it has fewer than `least` words of content.
    """
    said = remark.said
    cuts = [cut.span() for cut in _BORDER.finditer(said)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(said)]
    first = last = max(i for i, start in enumerate(starts) if start <= verb.start())
    while last + 1 < len(starts) and ends[last] < verb.end():
        last += 1
    while last + 1 < len(starts) and _goes_on(talk, said[starts[last + 1] : ends[last + 1]]):
        last += 1
    while first and len(content_stems(said[starts[first] : ends[last]])) < CONTENT:
        first -= 1
    if len(set(words(said[starts[first] : ends[last]])) - _FAINT - STOP_WORDS) < least:
        return None
    return talk.settled(remark.start + starts[first], remark.start + ends[last], SETTLED)


def _goes_on(talk: Talk, clause: str) -> bool:
    """Whether a clause belongs to the decision in the clause before it."""
    if not clause.strip() or _REASON.match(clause):
        return False
    if talk.language == "en":
        return clause.split()[0] in _EN_GO_ON
    if talk.find("weak", clause) or talk.find("settle", clause):
        return True
    return not any(is_finite(word) for word in words(clause))
