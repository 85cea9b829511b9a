"""What a Russian verb is about: its object, and the words that name the action."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.lexicon import family
from rag.minutes.morphology import parses, reading

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rag.minutes.people.names import Mention
    from rag.minutes.view import View

from rag.minutes.russian.conditions import is_condition
from rag.minutes.russian.edges import IDLE, without_edges
from rag.minutes.russian.words import future, infinitive

_PRONOUNS = frozenset(
    "меня тебя вас нас себя мне тебе вам нам мной тобой вами ними них ним этим том".split()
)


def is_noise(view: View, verb: str, at: int) -> bool:
    """Whether a weak verb has neither object nor deadline («посмотрю»)."""
    later_day = view.due((view.clause_at,)) or view.next_due()
    if later_day is None and (_in_chat(view) or _beside_demo(view, at)):
        return True
    if not view.is_in(verb, "weak") or verb == "сделать" or view.due((view.clause_at,)):
        return False
    visits = view.is_in(verb, "fetch") and bool(
        {"к", "ко", "в", "на", "за", "до"} & set(view.words)
    )
    named = visits or (has_object(view, at) if view.is_in(verb, "into") else has_thing(view, at))
    return not named and not object_beside(view)


def _in_chat(view: View) -> bool:
    """Whether something is put into the chat while all are there."""
    words = view.words
    return any(pair in (("в", "чат"), ("в", "чатик")) for pair in itertools.pairwise(words))


def _beside_demo(view: View, at: int) -> bool:
    """Whether another verb of the sentence is an act within the meeting («открою, найду»)."""
    own = view.tokens[at].word
    for other in view.others():
        verbs = [future(word, "1per", "sing") for word in other.words if word != own]
        if any(verb is not None and view.is_in(verb, "demo") for verb in verbs):
            return view.due((other.clause_at,)) is None
    return False


def _in_due(view: View, start: int) -> bool:
    before = bisect_right(view.dues, start, key=lambda found: found.start)
    return before > 0 and start < view.dues[before - 1].end


def nouns(view: View, *, skip: Sequence[str], after: int = -1) -> list[int]:
    """Indices of the clause's nouns and noun-like words, people and deadlines left out."""
    people = {
        i
        for m in view.mentions
        if m.cases & {"nomn", "voct", "datv"}
        for i in range(m.first, m.last)
    }
    found = []
    for index, token in enumerate(view.tokens):
        if index <= after or index in people or token.word in skip or len(token.word) < 3:
            continue
        if view.is_in(token.word, "filler") or token.word in IDLE or token.word in _PRONOUNS:
            continue
        top = parses(token.word)[0].grammemes if not view.is_in(token.word, "now") else frozenset()
        is_thing = "NOUN" in top or reading(token.word, "NOUN", at_least=0.3) is not None
        foreign = "LATN" in top or "NUMB" in top or "UNKN" in top
        counted = "ADJF" in top and "Anum" in top
        alone = _stands_alone(view, index, top)
        if (is_thing or foreign or counted or alone) and not _in_due(view, token.start):
            found.append(index)
    return found


def _stands_alone(view: View, index: int, top: frozenset[str]) -> bool:
    """Whether an adjective is a thing by itself («пояснительную», «нагрузочное», «новую»)."""
    word = view.tokens[index].word
    pronoun = "Apro" in top and not word.startswith("остальн")
    if "ADJF" not in top or pronoun or len(word) < 5 or not reading(word, "ADJF", "accs"):
        return False
    people = {i for m in view.mentions for i in range(m.first, m.last)}
    for after in range(index + 1, min(index + 4, len(view.tokens))):
        grammemes = parses(view.tokens[after].word)[0].grammemes
        if after not in people and "NOUN" in grammemes:
            return False
        if not grammemes & {"ADJF", "NUMR", "CONJ"}:
            return True
    return True


#: words that make a sentence of a clause without a verb
_PREDICATES = frozenset(
    "нужен нужна нужно нужны надо можно нельзя должен должна должны готов готова готовы есть "
    "нет пора жаль видно".split()
)


def is_predicated(view: View) -> bool:
    """Whether a clause says something of its own: it has a verb, or «нужен», «надо»."""
    return any(word in _PREDICATES or is_finite(word) for word in view.words)


def clauses_around(view: View) -> tuple[int, ...]:
    """The clause itself, then those beside it that hold no verb and no condition."""
    clauses = [view.clause_at]
    for step in (-1, 1):
        other = view.clause_at + step
        while 0 <= other < len(view.sentence.clauses):
            there = view.at(other)
            if is_predicated(there) or is_condition(there):
                break
            clauses.append(other)
            other += step
    return tuple(clauses)


#: words of a sentence that does nothing but name a thing
_NAMING = 9


def thing_of(view: View) -> tuple[int, int] | None:
    """The thing a sentence without verb names («И объявление про воду!»), by its words."""
    sentence = view.sentence
    if sentence.language != "ru" or not 0 < len(sentence.words) <= _NAMING:
        return None
    if any(is_predicated(view.at(i)) for i in range(len(sentence.clauses))):
        return None
    if any(map(infinitive, sentence.words)) or _QUESTIONING & set(sentence.words):
        return None
    if {"вот", "это", "ну"} & set(sentence.words[:2]):
        return None
    for clause_at in range(len(sentence.clauses)):
        place = view.at(clause_at)
        things = [i for i in nouns(place, skip=()) if not _is_governed(place, i)]
        people = {i for m in place.mentions for i in range(m.first, m.last)}
        word = place.words[things[0]] if things else ""
        idle = any(view.is_in(p.lemma, "event") for p in parses(word)[:1]) if word else True
        if things and not idle and things[0] not in people and reading(word, "accs"):
            start, end = place.clause.start, place.clause.end
            return without_edges(place, start, end, place.due((clause_at,)))
    return None


def has_thing(view: View, at: int, but: Collection[int] = ()) -> bool:
    """Whether the clause names what is acted on, rather than only where and when.

    `but` holds offsets of tokens that do not count.
    """
    named = (i for i in nouns(view, skip=()) if view.tokens[i].start not in but)
    return any(i != at and not _is_governed(view, i) for i in named)


def has_place(view: View) -> bool:
    """Whether the clause has a noun that hangs on a preposition («позвоню в банк»), no deadline."""
    return any(_is_governed(view, i) for i in nouns(view, skip=()))


def _is_governed(view: View, index: int) -> bool:
    """Whether a noun hangs on a preposition («после звонка», «до конца спринта»)."""
    words, before = view.words, index - 1
    while before >= 0:
        found = parses(words[before])
        if any("PREP" in p.grammemes for p in found[:2]) and words[before] not in ("я", "и"):
            return True
        chained = reading(words[index], "gent") and "NOUN" in found[0].grammemes
        if not (found[0].grammemes & {"ADJF", "NUMR", "PRTF", "NPRO"} or chained):
            return False
        before -= 1
    return False


#: pronouns that are as good as an object («дойду до них», «займусь этим»)
_STANDING_FOR = frozenset("его ее их это все с них ними ним ней этим нее него нему".split())


def has_object(view: View, at: int, skip: Mention | None = None) -> bool:
    """Whether the verb at `at` has something to be done to or about."""
    hidden = set(range(skip.first, skip.last)) if skip else set()
    if any(i != at and i not in hidden for i in nouns(view, skip=())):
        return True
    rest = [w for i, w in enumerate(view.words) if i != at and i not in hidden]
    return any(infinitive(word) for word in rest) or bool(_STANDING_FOR & set(rest))


def object_beside(view: View) -> bool:
    """Whether a verbless clause next to this one holds the object («новую смету, э-э, скину»)."""
    return _beside(view) is not None


def _is_aside(words: tuple[str, ...]) -> bool:
    """Whether a clause is an aside or a yes rather than words of the verb («честное слово»)."""
    joined = " ".join(words)
    return joined in family("ru", "assent") or joined in family("ru", "aside")


#: words of a verbless clause that is a sentence of its own («мне всё равно в ту сторону»)
_STATES = frozenset("ты вы он она они у это не нет без равно пути пора лень некогда".split())


#: what an indirect question begins with («узнай, сколько стоит»)
_QUESTIONING = frozenset(
    "сколько когда кто где почему как какой какая какие какое куда откуда есть можно почем".split()
)


def _is_complement(view: View, words: tuple[str, ...]) -> bool:
    """Whether the clause behind is what the verb is about.

    «проследи, чтобы склад закрыли»; «узнай, сколько стоит», «спрошу, есть ли места».
    """
    lemmas = [p.lemma for w in view.words for p in parses(w)]
    if words[:1] in (("чтобы",), ("чтоб",)):
        return any(view.is_in(lemma, name) for lemma in lemmas for name in ("see_to", "look"))
    if words[:1] == ("что",):
        return any(view.is_in(lemma, "tell") for lemma in lemmas)
    asks = words[:1] and (words[0] in _QUESTIONING or "ли" in words[1:3])
    return bool(asks) and any(
        view.is_in(lemma, name) for lemma in lemmas for name in ("ask", "look", "tell")
    )


def _beside(view: View) -> int | None:
    count = len(view.sentence.clauses)
    following = view.clause_at + 1
    if following < count and _is_complement(view, view.sentence.clauses[following].words):
        return following
    for step in (-1, 1):
        clause_at = view.clause_at + step
        while 0 <= clause_at < count:
            other = view.at(clause_at)
            if is_predicated(other) or any(map(infinitive, other.words)) or is_condition(other):
                break
            if _STATES & set(other.words) or _is_aside(other.words):
                break
            if has_thing(other, -1):
                return clause_at
            if step < 0 and nouns(other, skip=()):
                return _set_apart(view, clause_at)
            clause_at += step
    return None


def _set_apart(view: View, clause_at: int) -> int:
    """The thing before an aside («вторую вёрстку, с живым указателем, скину»), else the aside."""
    before = view.at(clause_at - 1) if clause_at else None
    if before is None or is_predicated(before) or is_condition(before):
        return clause_at
    objects = [i for i in nouns(before, skip=()) if not _is_governed(before, i)]
    meant = any(reading(before.words[i], "accs") for i in objects)
    return clause_at - 1 if meant else clause_at


#: verbs that stand before another of the same act
_HELPING = frozenset("мочь смочь быть стать давать успеть хотеть постараться попробовать".split())


def own_start(view: View, at: int) -> int | None:
    """Where the verb's own words begin in a clause that a recogniser left with another's verb."""
    before = [
        i
        for i, word in enumerate(view.words[:at])
        if is_finite(word) and parses(word)[0].lemma not in _HELPING
    ]
    alike = before and reading(view.words[before[-1]], "VERB", "1per") is not None
    return view.tokens[before[-1] + 1].start if before and not alike else None


def what_span(
    view: View, at: int, first: int | None, bare: bool
) -> tuple[int, int, tuple[int, ...], bool]:
    """(start, end, clauses searched for the deadline, bare) of the words that name the action."""
    clause = view.clause
    start = clause.start
    if first is not None and first < len(clause.tokens):
        start = clause.tokens[first].start
    elif (cut := own_start(view, at)) is not None:
        start = cut
    end = clause.end
    lonely = bare or not (has_object(view, at) or first is not None)
    beside = _beside(view) if lonely else None
    if beside is not None and not bare:
        start = min(start, view.sentence.clauses[beside].start)
        end = max(end, view.sentence.clauses[beside].end)
        lonely = False
    elif lonely and not bare and (thing := _named_before(view, at)) is not None:
        start, lonely = min(start, thing), False
    end = _halted(view, at, max(end, _flows_on(view)))
    return start, end, clauses_around(view), lonely


#: a halt in one's words, which takes back what follows
_HALTS = frozenset("стоп погоди погодите подожди подождите".split())
#: words before it that belong to it
_HESITATING = frozenset("э ээ эээ нет ой ну так а м мм".split())


def _halted(view: View, at: int, end: int) -> int:
    """Where the words end, or before «ээ нет стоп» where a recogniser left that in the clause."""
    for index in range(at + 1, len(view.tokens)):
        if view.words[index] in _HALTS and view.tokens[index].start < end:
            while index > at + 1 and view.words[index - 1] in _HESITATING:
                index -= 1
            return view.tokens[index - 1].end
    return end


#: families of verbs that need a thing, which the clause before can have named
_NEEDING = ("send", "bring", "buy")
_TRANSITIVE = frozenset(
    "показать повесить подписать распечатать напечатать починить поменять заменить отвезти "
    "вернуть разослать раздать выложить опубликовать поставить постирать покрасить собрать".split()
)
#: words of a clause that does little more than name a thing («фотографии готовы»)
_BRIEF = 4


def _named_before(view: View, at: int) -> int | None:
    """Where the thing begins that a short clause before has named («договор пришёл, подпишу»)."""
    verb = reading(view.words[at], "VERB", "1per")
    needing = verb and (
        verb.lemma in _TRANSITIVE or any(view.is_in(verb.lemma, name) for name in _NEEDING)
    )
    if not needing or not view.clause_at or {"их", "его", "ее", "это", "все"} & set(view.words):
        return None
    before = view.at(view.clause_at - 1)
    told = any(reading(w, "VERB", "past") or reading(w, "ADJS") for w in before.words)
    if not told or len(before.words) > _BRIEF or "не" in before.words or is_condition(before):
        return None
    for index in nouns(before, skip=()):
        thing = reading(before.words[index], "NOUN", "inan", "nomn", at_least=0.3)
        if thing and not _is_governed(before, index):
            return before.tokens[index].start
    return None


def _flows_on(view: View) -> int:
    """Where the words of the verb end: behind «пожалуйста», a name called, an indirect question."""
    end, count = view.clause.end, len(view.sentence.clauses)
    following, aside = view.clause_at + 1, False
    while following < count:
        behind = view.at(following)
        words = behind.words
        calls = len(behind.mentions) == 1 and len(words) == (
            behind.mentions[0].last - behind.mentions[0].first
        )
        if calls or set(words) <= {"пожалуйста", "плиз", "плз"}:
            aside = True
        elif _is_complement(view, words):
            return behind.clause.end
        elif aside and _is_continued(behind):
            end, aside = behind.clause.end, False
        else:
            return end
        following += 1
    return end


def _is_continued(behind: View) -> bool:
    """Whether a verbless clause goes on with the words of the one before the aside."""
    words = behind.words
    fresh = words[0] in ("а", "но", "и", "то", "что") or bool((_STATES - {"у"}) & set(words))
    verbal = any(is_finite(word) or infinitive(word) for word in words)
    return not fresh and not verbal and not is_condition(behind) and bool(nouns(behind, skip=()))
