"""What a word or clause of Russian is, morphologically: the questions the rules of `russian` ask."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.minutes.clauses import is_finite
from rag.minutes.findings import ADDRESSEE, EVERYBODY, SPEAKER
from rag.minutes.lexicon import family
from rag.minutes.morphology import analyser, nominative, parses, reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.dates import Found
    from rag.minutes.names import Mention
    from rag.minutes.view import View
    from rag.types import Force

PERFORMATIVES = frozenset({"обещаю", "обязуюсь", "гарантирую", "берусь"})
_PREFIXED = re.compile(r"(?:за|от|по|до|на|пере|раз|рас|про|вы|при|об|у|с)\w{3,}[ую]")
_SUBORDINATE = frozenset(
    "если когда пока чтобы чтоб который которая которое которые которого которой которому раз хотя "
    "зачем почему где куда кто откуда сколько будто словно ли".split()
)
_NEGATIONS = frozenset({"не", "ни"})
_WHAT_DROPS = frozenset(
    "я мы тебе вам мне нам всем ему ей им сам сама сами уже же бы еще тоже также лично сразу быстро там "
    "тут это вот то ведь только лучше пусть прошу".split()
)
_PAST = ("VERB", "past")
#: words back from a verb in which «сейчас» still means it
_NOW_REACH = 4


@lru_cache(maxsize=50_000)
def future(word: str, person: str, number: str | None = None) -> str | None:
    """Lemma of a perfective future in that person; the guesses for slang count in the first."""
    if word in family("ru", "homograph"):
        return None
    wanted = ["VERB", "perf", "futr", person] + ([number] if number else [])
    found = reading(word, *wanted, at_least=0.05)
    if found:
        return found.lemma
    if person == "1per" and number == "sing" and _PREFIXED.fullmatch(word):
        if not analyser().word_is_known(word) and not reading(word, "Name"):
            return parses(word)[0].lemma if reading(word, "VERB") else word
    return None


def glued(word: str) -> str | None:
    """Lemma of «ясделаю»: a pronoun that a recogniser ran into the verb."""
    if word.startswith("я") and len(word) > 5 and not analyser().word_is_known(word):
        return future(word[1:], "1per", "sing")
    return None


@lru_cache(maxsize=50_000)
def infinitive(word: str) -> str | None:
    """Lemma of an infinitive."""
    found = reading(word, "INFN", at_least=0.3)
    return found.lemma if found else None


@lru_cache(maxsize=50_000)
def imperative(word: str) -> str | None:
    """Lemma of an imperative addressed to others."""
    found = reading(word, "VERB", "impr", "excl", at_least=0.3)
    return found.lemma if found else None


def reading_is_rare(word: str) -> bool:
    """Whether a word that can be an imperative is mostly something else («мой», «три»)."""
    return word in {"мой", "мои", "три", "дай", "пила", "вали", "стой", "или", "суши", "пол"}


@lru_cache(maxsize=5_000)
def taking(word: str) -> str | None:
    """Lemma of «беру», «возьму», «забираю»."""
    found = reading(word, "VERB", "1per", "sing", at_least=0.2)
    return (
        found.lemma if found and found.lemma in ("брать", "взять", "забирать", "забрать") else None
    )


@lru_cache(maxsize=5_000)
def promised(word: str) -> bool:
    """Whether a word says that somebody else promised or took on."""
    found = reading(word, *_PAST, at_least=0.2) or reading(
        word, "VERB", "pres", "3per", at_least=0.3
    )
    return found is not None and found.lemma in {
        "обещать",
        "пообещать",
        "обязаться",
        "взяться",
        "согласиться",
        "вызваться",
        "подрядиться",
    }


def negated(view: View, at: int) -> bool:
    """Whether the token is denied: «не» right before it or before its auxiliary."""
    words = view.words
    if at and words[at - 1] in _NEGATIONS:
        return True
    return (
        at > 1
        and words[at - 2] in _NEGATIONS
        and words[at - 1] in ("буду", "будет", "будем", "стану")
    )


def conditional_mood(view: View) -> bool:
    """Whether the clause has «бы»."""
    return "бы" in view.words or "б" in view.words


def is_idiom(view: View) -> bool:
    """Whether the clause holds a set phrase that only looks like a commitment."""
    joined = " ".join(view.words)
    return any(phrase in joined for phrase in _phrases(view, "idiom"))


def _phrases(view: View, name: str) -> frozenset[str]:
    return family(view.scene.language, name)


def is_habit(view: View) -> bool:
    """Whether the sentence tells what always happens."""
    return any(view.is_in(word, "habit") for word in view.sentence.words)


def _head(view: View) -> int:
    """Index of the first token that is no filler."""
    return next(
        (i for i, w in enumerate(view.words) if not view.is_in(w, "filler") or w == "что"),
        len(view.words),
    )


def is_condition(view: View) -> bool:
    """Whether the clause is a condition: «если …», «как только …», «как согласуют»."""
    words = view.words[_head(view) :]
    if not words or is_idiom(view):
        return False
    if words[0] in ("только", "но") and len(words) > 1:
        words = words[1:]
    if words[0] == "если" or words[:2] in (("как", "только"), ("при", "условии"), ("в", "случае")):
        return True
    verbal = any(is_finite(word) for word in words[1:])
    if words[0] == "как":
        return any(future(word, "3per") for word in words[1:3])
    return words[0] == "когда" and verbal and not any(reading(w, *_PAST) for w in words[1:])


def is_subordinate(view: View) -> bool:
    """Whether nothing in the clause can be promised: a condition, a relative or reported clause."""
    if is_condition(view):
        return True
    words = view.words[_head(view) :]
    if not words:
        return False
    if words[0] in _SUBORDINATE:
        return True
    if words[0] == "что":
        return not _may_introduce(view)
    before = view.words[: _head(view)]
    return "что" in before and not _may_introduce(view)


def _may_introduce(view: View) -> bool:
    """Whether «что» follows an agreement or a promise rather than hearsay."""
    joined: list[str] = []
    for clause_at in range(view.clause_at - 1, -1, -1):
        joined += view.at(clause_at).words
    lemmas = {parse.lemma for word in joined for parse in parses(word)}
    if view.scene.on_paper and lemmas & {"сообщить", "заявить", "заверить", "доложить"}:
        return True
    if lemmas & _phrases(view, "speech_verb"):
        return False
    return bool(lemmas & (_phrases(view, "agreement") | _phrases(view, "promise_verb")))


def condition(view: View) -> tuple[int, int] | None:
    """Span of the sentence's condition, with the clauses that only continue it."""
    count = len(view.sentence.clauses)
    for clause_at in range(count):
        if clause_at == view.clause_at or not is_condition(view.at(clause_at)):
            continue
        last = clause_at
        while last + 1 < count and last + 1 != view.clause_at and not _is_main(view.at(last + 1)):
            last += 1
        start = view.sentence.clauses[clause_at].tokens[_head(view.at(clause_at))].start
        return start, view.sentence.clauses[last].end
    return None


def _is_main(view: View) -> bool:
    return any(is_finite(word) for word in view.words)


def force(view: View) -> Force:
    """Tentative where a word before the end of the clause hedges."""
    spoken = [w for i in range(view.clause_at + 1) for w in view.at(i).words]
    return "tentative" if any(view.is_in(word, "hedge_word") for word in spoken) else "firm"


def is_calendar(due: Found | None) -> bool:
    """Whether a deadline names a day; without a meeting date, whether it is there at all."""
    return due is not None


def later(view: View) -> bool:
    """Whether the clause names a day after the meeting's."""
    due = view.due((view.clause_at,)) or view.next_due()
    if due is None:
        return False
    base = view.scene.base.isoformat() if view.scene.base else None
    return base is None or (due.due.end or due.due.start or "") > base


def is_momentary(view: View, verb: str, at: int) -> bool:
    """Whether the act is done within the meeting, or is only presence, a threat or nothing."""
    spoken = [w for i in range(view.clause_at) for w in view.at(i).words] + list(view.words[:at])
    if any(view.is_in(word, "now") for word in spoken[-_NOW_REACH:]):
        return True
    if view.is_in(verb, "threat") or verb in _phrases(view, "stative"):
        return True
    if "пойду" in view.words[:at]:
        return True
    if view.is_in(verb, "in_meeting"):
        return not (view.is_in(verb, "postponable") and later(view))
    return False


def is_hearsay(view: View) -> bool:
    """Whether somebody else is being quoted without marks («она говорит я напишу»)."""
    before = [w for i in range(view.clause_at) for w in view.at(i).words] + list(view.words)
    for index, word in enumerate(before):
        found = reading(word, *_PAST, at_least=0.3) or reading(
            word, "VERB", "3per", "pres", at_least=0.3
        )
        if found and view.is_in(found.lemma, "speech_verb"):
            return "я" not in before[max(0, index - 2) : index]
    return _is_cited(view)


def _is_cited(view: View) -> bool:
    """«Он мне: пришлю завтра»: a colon behind another's pronoun and no verb."""
    text = view.scene.text
    for clause_at in range(view.clause_at):
        here, following = view.sentence.clauses[clause_at : clause_at + 2]
        cited = {"он", "она", "они"} & set(here.words)
        if cited and ":" in text[here.end : following.start]:
            return True
    return False


def is_own_condition(view: View) -> bool:
    """Whether the sentence's condition is an act of one's own («если закрою глаза, найду»)."""
    for other in view.others():
        verbs = [lemma for word in other.words if (lemma := future(word, "1per", "sing"))]
        if verbs and is_condition(other) and not {"успеть", "смочь"} & set(verbs):
            return True
    return False


def is_noise(view: View, verb: str, at: int) -> bool:
    """Whether a weak verb has neither object nor deadline («посмотрю»)."""
    later_day = view.due((view.clause_at,)) or view.next_due()
    if later_day is None and (_in_chat(view) or _beside_demo(view, at)):
        return True
    return (
        view.is_in(verb, "weak")
        and verb not in ("сделать",)
        and not has_object(view, at)
        and not object_beside(view)
        and view.due((view.clause_at,)) is None
    )


def _in_chat(view: View) -> bool:
    """Whether something is put into the chat while all are there."""
    words = view.words
    return any(
        pair in (("в", "чат"), ("в", "чатик")) for pair in zip(words, words[1:], strict=False)
    )


def _beside_demo(view: View, at: int) -> bool:
    """Whether another verb of the sentence is an act within the meeting («открою, найду»)."""
    own = view.tokens[at].word
    verbs = [future(word, "1per", "sing") for word in view.sentence.words if word != own]
    return any(verb is not None and view.is_in(verb, "in_meeting") for verb in verbs)


def is_stative(view: View, verb: str) -> bool:
    """Whether a third person's verb is presence, talk or feeling."""
    return any(view.is_in(verb, name) for name in ("stative", "in_meeting", "threat")) or verb in (
        "успокоиться",
        "поворчать",
    )


def _in_due(view: View, start: int) -> bool:
    return any(found.start <= start < found.end for found in view.dues)


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
        if view.is_in(token.word, "filler") or token.word in _WHAT_DROPS or token.word in _PRONOUNS:
            continue
        top = parses(token.word)[0].grammemes if not view.is_in(token.word, "now") else frozenset()
        is_thing = "NOUN" in top or reading(token.word, "NOUN", at_least=0.3) is not None
        foreign = "LATN" in top or "NUMB" in top or "UNKN" in top
        counted = "ADJF" in top and "Anum" in top
        if (is_thing or foreign or counted) and not _in_due(view, token.start):
            found.append(index)
    return found


_PRONOUNS = frozenset(
    "меня тебя вас нас себя мне тебе вам нам мной тобой вами ними них ним этим том".split()
)


def has_object(view: View, at: int, skip: Mention | None = None) -> bool:
    """Whether the verb at `at` has something to be done to or about."""
    hidden = set(range(skip.first, skip.last)) if skip else set()
    if any(i != at and i not in hidden for i in nouns(view, skip=())):
        return True
    rest = [w for i, w in enumerate(view.words) if i != at and i not in hidden]
    return any(infinitive(word) for word in rest) or bool(
        {"его", "ее", "их", "это", "все", "с"} & set(rest)
    )


def object_beside(view: View) -> bool:
    """Whether a verbless clause next to this one holds the object («новую смету, э-э, скину»)."""
    return _beside(view) is not None


def _beside(view: View) -> int | None:
    count = len(view.sentence.clauses)
    for step in (-1, 1):
        clause_at = view.clause_at + step
        while 0 <= clause_at < count:
            other = view.at(clause_at)
            if any(is_finite(word) or infinitive(word) for word in other.words) or is_condition(
                other
            ):
                break
            if nouns(other, skip=()):
                return clause_at
            clause_at += step
    return None


def subject(view: View) -> Mention | None:
    """Who acts: a person in the nominative, or the one «он», «она» stands for in the sentence.

    On paper «сообщил, что проведёт» leaves even the pronoun out.
    """
    named = next((m for m in view.mentions if "nomn" in m.cases), None)
    if named:
        return named
    introduced = view.clause_at and any(promised(w) for w in view.at(view.clause_at - 1).words)
    implied = "что" in view.words[:2] and (view.scene.on_paper or introduced)
    if not implied and not {"он", "она"} & set(view.words):
        return None
    for clause_at in range(view.clause_at - 1, -1, -1):
        earlier = next((m for m in view.at(clause_at).mentions if "nomn" in m.cases), None)
        if earlier:
            return earlier._replace(first=-1, last=-1)
    return None


def taken_back(view: View) -> bool:
    """Whether a later clause says it came to nothing («обещал, но не прислал»)."""
    for clause_at in range(view.clause_at + 1, len(view.sentence.clauses)):
        words = view.at(clause_at).words
        if words and words[0] in ("но", "а", "и") and any(reading(w, *_PAST) for w in words):
            return True
    return False


def is_dative(view: View, mention: Mention) -> bool:
    """Whether the mention's own form is a dative rather than another case it shares."""
    return mention.cases == {"datv"} or "nomn" not in mention.cases


def organisation(view: View, case: str, after: int | None) -> str | None:
    """«управлением ЖКХ» as «управление ЖКХ»: a body of people as agent or addressee."""
    for index, token in enumerate(view.tokens):
        if after is not None and index <= after:
            continue
        found = reading(token.word, "NOUN", case)
        if found and view.is_in(found.lemma, "event_org"):
            name = nominative(found.lemma)
            following = view.tokens[index + 1 : index + 2]
            text = view.scene.text
            if following and text[following[0].start : following[0].end].isupper():
                name += " " + text[following[0].start : following[0].end]
            return name
    return None


def called_on(view: View) -> tuple[str, int] | None:
    """(name, index behind it) of «за Олегом отчёт», «на Вере отчёт», «с Олега отчёт»."""
    for mention in view.mentions:
        before = view.words[mention.first - 1] if mention.first else ""
        case = {"за": "ablt", "на": "loct", "с": "gent", "со": "gent"}.get(before)
        if case and case in mention.cases and mention.first - 1 <= _head(view):
            return mention.name, mention.last
    return None


def bound(view: View, at: int) -> str | None:
    """Who must: «Олег должен», «прошу Олега», «поручим Олегу» before the infinitive at `at`."""
    ordering = any(
        parse.lemma in ("просить", "поручить", "попросить")
        for word in view.words[:at]
        for parse in parses(word)
    )
    for mention in view.mentions:
        if mention.last > at:
            continue
        if "nomn" in mention.cases and {"должен", "должна", "обязан", "обязана"} & set(view.words):
            return mention.name
        if ordering and mention.cases & {"accs", "datv"}:
            return mention.name
    return None


def office(view: View, after: int) -> str | None:
    """«секретарём»: the agent by his office, as the person who holds it where that is known."""
    for index, token in enumerate(view.tokens):
        likely = index > after and len(token.word) > 3
        found = (
            reading(token.word, "NOUN", "anim", "ablt", "sing", at_least=0.3) if likely else None
        )
        if found and "Name" not in found.grammemes:
            return view.scene.roles.get(found.lemma, nominative(token.word, "ablt"))
    return None


def asked(view: View, at: int) -> tuple[str, bool] | None:
    """(lemma, whether bare) of a question that asks for an act: «сможешь собрать?», «пришлёшь?».

    «сможешь» and «успеешь» ask without a question mark too, as a recogniser writes them.
    """
    word = view.words[at]
    polite = conditional_mood(view) and word in ("мог", "могла", "могли")
    second = reading(word, "VERB", "2per", at_least=0.3)
    if second is None and not polite:
        return None
    lemma = second.lemma if second else "мочь"
    if not view.sentence.question and not polite and lemma not in ("смочь", "успеть"):
        return None
    if view.is_in(lemma, "request_modal"):
        index = next((i for i, w in enumerate(view.words) if infinitive(w)), None)
        if index is None:
            return (lemma, True)
        verb = infinitive(view.words[index]) or ""
        return None if view.is_in(verb, "ask_noise") and not later(view) else (verb, False)
    if second is None or "perf" not in second.grammemes or view.is_in(lemma, "ask_noise"):
        return None
    return (lemma, not has_object(view, at) and not object_beside(view))


def needed(view: View) -> int | None:
    """Index of «нужен» in «мне нужен план», or of «жду» in «жду от тебя смету»."""
    words = view.words
    if {"мне", "нам"} & set(words):
        at = next(
            (i for i, w in enumerate(words) if w in ("нужен", "нужна", "нужны", "нужно")), None
        )
        if at is not None and nouns(view, skip=(), after=at):
            return at
    at = next((i for i, w in enumerate(words) if w in ("жду", "ждем")), None)
    return at if at is not None and nouns(view, skip=()) else None


def needing(view: View) -> str | None:
    """The speaker, of «жду от тебя смету» and «мне нужен план»; "" for «нам нужен»."""
    return SPEAKER if {"жду", "мне"} & set(view.words) else ""


def recipient(view: View, verb: str, at: int, who: str | None) -> str | None:
    """To whom, by a dative beside a verb of giving or telling; see the marks of `findings`."""
    if not view.is_in(verb, "transfer"):
        return None
    words = view.words
    for mention in view.mentions:
        if "datv" in mention.cases and is_dative(view, mention) and mention.name != who:
            return mention.name
    for word in words:
        if word in ("тебе", "вам"):
            return ADDRESSEE
        if word == "всем":
            return EVERYBODY
        if word == "мне" and who != SPEAKER:
            return SPEAKER
    for index, word in enumerate(words):
        found = parses(word)[0] if {"NOUN", "anim", "datv"} <= parses(word)[0].grammemes else None
        if found and index != at and "Name" not in found.grammemes and not reading(word, "nomn"):
            return nominative(word, "datv")
    return None


def what_span(
    view: View, at: int, first: int | None, bare: bool
) -> tuple[int, int, tuple[int, ...], bool]:
    """(start, end, clauses searched for the deadline, bare) of the words that name the action."""
    clause = view.clause
    start = (
        clause.tokens[first].start
        if first is not None and first < len(clause.tokens)
        else clause.start
    )
    end = clause.end
    lonely = bare or not (has_object(view, at) or first is not None)
    beside = _beside(view) if lonely else None
    if beside is not None and not bare:
        start = min(start, view.sentence.clauses[beside].start)
        end = max(end, view.sentence.clauses[beside].end)
        lonely = False
    clauses = [view.clause_at]
    for step in (-1, 1):
        other = view.clause_at + step
        while 0 <= other < len(view.sentence.clauses):
            if any(is_finite(word) for word in view.at(other).words) or is_condition(
                view.at(other)
            ):
                break
            clauses.append(other)
            other += step
    return start, end, tuple(clauses), lonely


def without_edges(view: View, start: int, end: int, due: Found | None) -> tuple[int, int]:
    """The span without fillers, pronouns, the called name and the deadline at its edges."""
    tokens = [
        t for c in view.sentence.clauses for t in c.tokens if start <= t.start and t.end <= end
    ]
    called = {
        view.at(i).tokens[k].start
        for i in range(len(view.sentence.clauses))
        for m in view.at(i).mentions
        if m.cases & {"nomn", "voct"} and (m.last - m.first) == len(view.at(i).tokens)
        for k in range(m.first, m.last)
    }

    def idle(position: int) -> bool:
        token = tokens[position]
        return (
            view.is_in(token.word, "filler")
            or token.word in _WHAT_DROPS
            or token.start in called
            or (due is not None and due.start <= token.start < due.end)
        )

    low, high = 0, len(tokens)
    while low < high and idle(low):
        low += 1
    while high > low and idle(high - 1):
        high -= 1
    return (tokens[low].start, tokens[high - 1].end) if low < high else (start, end)
