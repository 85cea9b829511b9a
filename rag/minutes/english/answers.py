"""How a turn of English answers a request, withdraws a promise, or reports it done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.english.leads import base_of, gerunds, opens, says
from rag.minutes.lexicon import family
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from rag.minutes.clauses import Clause, Sentence
    from rag.minutes.view import Scene

#: "consider the trees saved"
_CONSIDERED = re.compile(
    r"consider (?:\S+ ){1,4}(?:\w+ed|done|gone|sent|built|bought|made|cut|paid)\b"
)
_IDLE = frozenset("no it's fine that's i'll i i'm do did and nah nope don't worry will it".split())
_REFERRING = frozenset("something it that this them those one him her".split())
#: how many sentences of an answer tell whether it is a yes
_OPENING = 2
#: words of an echo before the yes ("Mint. Noted.")
_ECHO = 2
#: words a short answer may open with before its yes or no
_OPENERS = frozenset(
    "well oh um uh er erm so and but right then hmm hm ah em sorry ha omg lol haha wow god gosh "
    "ooh aw btw".split()
)
#: days that are scratched for another day, not taken back
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday today tomorrow tmrw tonight".split()
)
#: words after which "drop" or "scrap" takes back ("let's drop the away day")
_ORDERS = frozenset("let's we'll we can to should i'd better just you".split())


def answers(scene: Scene, sentences: Sequence[Sentence]) -> Literal["yes", "no"] | None:
    """How a turn answers, by how it opens; None where it does not answer at all."""
    opening = [word for sentence in sentences[:_OPENING] for word in sentence.words]
    first = list(sentences[0].words)
    named = scene.mentions(sentences[0].clauses[0].tokens)
    if named and named[0].known and named[0].first == 0 and named[0].last < len(first):
        first = first[named[0].last :]
    while len(first) > 1 and first[0] in _OPENERS and " " not in opens(first, "assent"):
        first = first[1:]
    if opens(first, "no_is_yes") or _CONSIDERED.match(" ".join(first)):
        return "yes"
    if says(opening, "refusal_phrase"):
        return "no"
    if sentences[0].question and len(first) > 3:
        return None
    assent = opens(first, "assent")
    refusal = opens(first, "refusal")
    if len(refusal) > len(assent):
        return "no"
    if assent or _comes_round(sentences[0]) or (first and first[0] in gerunds()):
        return "yes"  # "sending it after this call"
    echoed = len(sentences[0].words) <= _ECHO and len(sentences) > 1
    return "yes" if echoed and opens(sentences[1].words, "assent") else None


def asks_minding(asked: str) -> bool:
    """Whether a request asks whether one minds, so that no is yes."""
    return _MINDING.search(asked) is not None


def minds(sentences: Sequence[Sentence]) -> Literal["yes", "no"] | None:
    """How a turn answers "would you mind …?": "No, that's fine" takes it, "I would" does not."""
    opening = [word for sentence in sentences[:_OPENING] for word in sentence.words]
    if says(opening, "refusal_phrase"):
        return "no"
    first = [word for word in sentences[0].words if word not in _OPENERS]
    if " ".join(first).startswith(_MINDS):
        return "no"
    no = len(opening) > 1 and first[:1] and first[0] in _MINDS_NOT and "but" not in opening
    return "yes" if no else None  # a bare "No." may well be one


_MINDING = re.compile(r"\bmind(?:ing)?\b", re.IGNORECASE)
_MINDS = ("i do", "i would", "yes i do", "yes i would", "i'd rather", "actually i", "well i do")
_MINDS_NOT = frozenset("no nope nah not".split())


def further(sentence: Sentence) -> tuple[int, int] | None:
    """The thing that a question without a verb adds to what was just promised ("And the keys?")."""
    if not sentence.question or not sentence.clauses:
        return None
    clause = sentence.clauses[0]
    words = clause.words
    while words and words[0] in _OPENERS - {"and"}:
        words = words[1:]
    lead_in = next((p for p in _FURTHER if words[: len(p)] == p), None)
    thing = words[len(lead_in) :] if lead_in else ()
    if not 0 < len(thing) <= _THING or thing[0] not in _DETERMINERS:
        return None
    if thing[-1] in family("en", "private") | family("en", "person_noun"):
        return None  # "And the kids?": small talk
    return clause.tokens[-len(thing)].start, clause.end


def echoes(said: str, sentence: Sentence) -> bool:
    """Whether an answer only says again what was asked for ("And the keys.")."""
    own = [word for word in sentence.words if word not in family("en", "filler")]
    return bool(own) and not sentence.question and set(own) <= set(fold(said).split())


_FURTHER = (("and", "what", "about"), ("and", "how", "about"), ("and",), ("plus",))
_DETERMINERS = frozenset("the a an my our your his her their that those these this".split())
#: words of a thing that is asked for besides
_THING = 4


def gives(verb: str) -> bool:
    """Whether what is offered is handed over, so that it can be taken."""
    return verb in _GIVING


_GIVING = frozenset("lend give send bring loan spare pass share sell donate let hand drop".split())


def receives(sentences: Sequence[Sentence]) -> bool:
    """Whether a turn takes what it is offered ("I'll take them!")."""
    return bool(opens([w for w in sentences[0].words if w not in _OPENERS], "receiving"))


def acts_on_it(said: str) -> bool:
    """Whether an act is done to what was just named ("get them printed", "have it iced")."""
    words = fold(said).split()
    return len(words) > 1 and words[1].strip(",.") in _REFERRING


def places(verb: str) -> bool:
    """Whether a verb says how something asked for is done ("pop it in a spreadsheet")."""
    return base_of(verb) in _PLACING


_PLACING = frozenset(
    "pop put stick bung do get have sort knock run take drop leave whip jot chuck type throw "
    "slip fire ping shoot bang dig make see start finish tackle squeeze fit turn".split()
)


def _comes_round(sentence: Sentence) -> bool:
    """Whether a later clause agrees: "Two's tight but yeah, works", "if Dana sends it, yes"."""
    for clause in sentence.clauses[1:]:
        words = [word for word in clause.words if word not in _OPENERS]
        if " ".join(words) in family("en", "strong_yes"):
            return True
    return False


def volunteers(sentence: Sentence) -> bool:
    """Whether a short answer to "who …?" is "me"."""
    words = [w for w in sentence.words if w not in family("en", "filler") or w == "i"]
    return len(words) <= 5 and bool(opens(words, "mine_answer"))


def kindred(one: str, other: str) -> bool:
    """Whether two verbs tell of one act: "ring" and "telephone", "get" and "buy"."""
    one, other = base_of(one), base_of(other)
    return one == other or any(
        {one, other} <= family("en", name)
        for name in ("contact", "acquire", "deliver_to", "compose")
    )


def act_in(sentence: Sentence) -> tuple[int, int]:
    """Where a sentence names an act still to be done: "sort them" of "I was going to sort them"."""
    for clause in reversed(sentence.clauses):
        for at in range(len(clause.words)):
            wanted = opens(clause.words[at:], "wanted")
            first = at + wanted.count(" ") + 1
            if wanted and first < len(clause.tokens):
                return clause.tokens[first].start, clause.end
    return sentence.start, sentence.end


def is_idle(sentence: Sentence) -> bool:
    """Whether a sentence says nothing that could be done ("no, it's fine", "yeah yeah I'll")."""
    idle = family("en", "filler") | family("en", "assent") | _IDLE
    return all(word in idle for word in sentence.words)


def refers_back(said: str) -> bool:
    """Whether an act is told by pronouns, so that the request's words say more of it."""
    return bool(_REFERRING & set(fold(said).split()))


def withdrawn(sentence: Sentence) -> Clause | None:
    """The clause that takes something back: "forget the booth", "no need for the cake"."""
    for clause in sentence.clauses:
        if {"if", "when", "unless"} & set(clause.words):
            continue
        if " ".join(clause.words) in family("en", "cancel_whole"):
            return clause
        words = [w for w in clause.words if w not in family("en", "filler")]
        if says(clause.words, "cancel_phrase") and not says(clause.words, "take_on"):
            return clause
        for at, word in enumerate(words[:3]):
            ordered = at == 0 or words[at - 1] in _ORDERS
            day = bool(_DAYS & set(words[at + 1 : at + 2]))
            if word in family("en", "cancel") and ordered and not day:
                return clause  # "scratch Friday" only looks for another day
            if word == "don't" and at == 0 and words[1:] and words[1] in family("en", "verb"):
                return clause
    return None
