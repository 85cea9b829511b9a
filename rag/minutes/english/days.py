"""Days that answer: all that a turn says, put in place of the one asked for, or agreed to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.lexicon import family

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.clauses import Sentence, Token
    from rag.minutes.dates import Found
    from rag.minutes.view import View

#: what may stand beside a day that is the whole answer ("Say Friday", "give me till Monday")
_BESIDE = frozenset(
    "give me us say let's by maybe probably hopefully at latest the first thing on or so and not "
    "sooner for about around roughly promise make it that there done i'd you'll have them early "
    "late end".split()
)
#: how the rest of a sentence goes on that only says more of the day ("…, I'm on till six anyway")
_GOES_ON = frozenset(
    "i i'm i'll i've i'd if when before after because as or at not and but so promise scout's "
    "honest honour latest okay ok right all fine depending subject touch fingers unless".split()
)
_NEGATIONS = frozenset("can't cannot won't not never don't isn't no couldn't shan't".split())
#: words of a question that only asks for another day ("Would Friday do?", "can we make it Monday?")
_ASKING = frozenset(
    "would could can is does do will how's what's how about what make it that work works wait till "
    "until by be okay ok all right alright fine we i you they instead say possible suit suits with "
    "for at the latest too late early enough soon we'd me us on give push move to let's shall "
    "have hold any good better perhaps maybe of end start middle beginning morning afternoon "
    "lunchtime evening or so then and no so".split()
)
#: words of a question that can be nothing but about a day
_SHORT = 12
#: "I can't before Monday", "Monday's the earliest I can do", "I could do Friday"
_NOT_BEFORE = re.compile(
    r"(?:can't|cannot|couldn't|won't|not|never) .*\b(?:before|until|till|this side of)\b|earliest|"
    r"^(?:i|we) (?:can|could)(?: only| probably| maybe)? (?:do|manage|make)(?: it| that)?\b"
)
#: "Friday's fine", "middle of January's perfect", "the tenth works"
_SUITS = re.compile(
    r"^(?:\S+ ){0,4}?\S+(?:'s| is|'ll be| will be|'d be| would be| sounds) "
    r"(?:just |absolutely |perfectly |quite |more than )?"
    r"(?:fine|perfect|good|great|ok|okay|lovely|ideal|plenty|better|alright|all right|brilliant|"
    r"early enough|soon enough)\b|^(?:\S+ ){0,4}?(?:works|suits|will do|'ll do|would work)\b|"
    r"\bit is\b"
)


def opening_day(view: View) -> Found | None:
    """The day that the first clause of a turn is ("First thing tomorrow, I promise")."""
    clauses = view.sentence.clauses
    if not clauses or view.sentence.question or view.sentence.language != "en":
        return None
    first, *rest = clauses
    if _NEGATIONS & set(view.sentence.words):
        return None
    due = next((f for f in view.bare_dues if first.start <= f.start < first.end), None)
    if due is None or not _is_only(view, due, first.tokens, _BESIDE):
        return None
    return due if not rest or (rest[0].words[:1] and rest[0].words[0] in _GOES_ON) else None


def countered(view: View) -> Found | None:
    """The day put in place of another ("Would Friday do?", "I can't before Monday")."""
    sentence = view.sentence
    if sentence.language != "en" or not view.bare_dues or len(sentence.words) > _SHORT:
        return None
    due = view.bare_dues[0]
    tokens = tuple(token for clause in sentence.clauses for token in clause.tokens)
    if sentence.question:
        return due if _is_only(view, due, tokens, _ASKING) else None
    return due if _NOT_BEFORE.search(" ".join(sentence.words)) else None


def suits(sentence: Sentence) -> bool:
    """Whether a sentence is content with a day ("Monday's fine")."""
    return not sentence.question and _SUITS.search(" ".join(sentence.words)) is not None


def _is_only(view: View, due: Found, tokens: Sequence[Token], beside: frozenset[str]) -> bool:
    """Whether tokens say nothing but a day and the words that may stand beside it."""
    idle = beside | family("en", "filler") | family("en", "assent")
    called = {view.tokens[m.first].start for m in view.mentions}
    return all(
        token.word in idle or due.start <= token.start < due.end or token.start in called
        for token in tokens
    )
