"""English reports: "sent the draft", "the contract is signed", "we dropped the van"."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rag.minutes.dialogue.stance import has_phrase
from rag.minutes.lexicon import family
from rag.minutes.reports.told import LONG_AGO, Told, person_at, told_of, trimmed
from rag.words import stem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.minutes.clauses import Clause, Sentence
    from rag.minutes.view import Scene

_PAST = frozenset(
    """
    sent wrote made did done bought brought paid found gave put set built rang took met read
    left cut ran drew chose kept told written given taken drawn chosen found
    """.split()
)
_STATES = frozenset({"done", "ready", "finished", "complete", "completed", "out", "in"})
_BE = frozenset("is are was were been be got it's that's they're 's".split())
_WENT = frozenset({"went", "gone"})
_FIRST = frozenset("i we i've we've".split())
_THEY = frozenset("he she they you who it he's she's they've you've somebody someone".split())
_NOT = frozenset(
    """
    not never no don't didn't hasn't haven't isn't aren't wasn't weren't won't can't cannot couldn't
    nearly almost hardly half partly except bar would could should might may will i'll
    we'll i'd we'd to
    """.split()
)
_IF = frozenset("if when once unless until whether before wish supposed".split())
_BETWEEN = frozenset("have had 've already just finally also both all now then did has".split())
_DROPS = frozenset(
    """
    drop dropped dropping scrap scrapped scrapping cancel cancelled canceled cancelling ditch
    ditched ditching shelve shelved shelving skip skipped skipping forget kill killed
    """.split()
)
_DROP_PHRASES = frozenset(
    """
    no longer need|no longer needs|no longer needed|don't need|do not need|isn't needed|
    not needed|aren't needed|is off|are off|called off|don't bother with|no need for|
    not doing|don't book|is cancelled|is canceled|are cancelled|was cancelled
    """.replace("\n", " ").split("|")
)
_PHRASES = frozenset(" ".join(phrase.split()) for phrase in _DROP_PHRASES)
_OPENERS = frozenset("we i let's lets so okay ok right and we're i'm we've i've have then".split())
_IDLE = frozenset(
    """
    i we i've we've have has had already just finally also both all now then did so okay ok yeah
    yes right and but well oh is are was were been it it's that's this that yesterday today
    morning last night no longer need needs needed don't do not isn't aren't let's lets we're i'm
    cancelled canceled dropped drop dropping scrap scrapped cancel cancelling ditch shelve skip
    forget called off bother with anymore any more after for doing actually about book anything
    nothing everything
    """.split()
)
_ARTICLE = frozenset({"the", "a", "an", "my", "your", "our", "his", "her", "their", "that", "this"})


def told(
    scene: Scene, sentence: Sentence, before: Sentence | None, speaker: str | None
) -> Iterator[Told]:
    """The reports of a sentence that asks nothing; `before` is the one that went before it."""
    if set(sentence.words) & _IF or LONG_AGO.search(scene.text, sentence.start, sentence.end):
        return
    for clause in sentence.clauses:
        found = (
            _dropped(sentence, clause)
            or _done(scene, sentence, clause, before, speaker)
            or _passive(sentence, clause)
        )
        if found:
            yield found


def _idle(word: str) -> bool:
    return word in _IDLE or word in family("en", "filler")


def _dropped(sentence: Sentence, clause: Clause) -> Told | None:
    words = clause.words
    verb = next((i for i, word in enumerate(words) if word in _DROPS), None)
    begins = verb is not None and set(words[:verb]) <= _OPENERS
    if not begins and not has_phrase(words, _PHRASES):
        return None
    return told_of("cancelled", None, trimmed(clause.tokens, _idle), sentence)


def _guarded(words: Sequence[str]) -> bool:
    return bool(set(words) & _NOT) or bool(set(words) & family("en", "habit"))


def _is_past(word: str) -> bool:
    if word in _PAST:
        return True
    return word.endswith("ed") and len(word) > 4 and stem(word) not in _barred()


@cache
def _barred() -> frozenset[str]:
    """Stems of what is no deed to report."""
    named = ("in_meeting", "stative", "promise_verb", "threat")
    tries = "try attempt hope aim plan".split()
    return frozenset(stem(word) for word in (*tries, *(w for n in named for w in family("en", n))))


def _done(
    scene: Scene,
    sentence: Sentence,
    clause: Clause,
    before: Sentence | None,
    speaker: str | None,
) -> Told | None:
    """What "I've sent the draft", "Sent the draft", "Ned called the florist"."""
    words = clause.words
    if _guarded(words):
        return None
    at = next((i for i, word in enumerate(words) if _is_past(word)), None)
    if at is None or (at and words[at - 1] in _ARTICLE | _BE):
        return None
    ahead = [w for w in words[:at] if w not in _BETWEEN and w not in family("en", "filler")]
    subject = next((w for w in words[:at] if w in _FIRST), None)
    named = person_at(scene, clause.tokens[:at], "nomn")
    if set(words[:at]) & _THEY or not (subject or named or not ahead):
        return None
    one = speaker if subject or not named else named
    who = None if subject in ("we", "we've") else one
    rest = clause.tokens[at:]
    if all(_idle(token.word) for token in rest[1:]):
        return told_of("done", who, _asked(before), sentence)
    return told_of("done", who, trimmed(rest, lambda _: False), sentence)


def _passive(sentence: Sentence, clause: Clause) -> Told | None:
    """What "the contract is signed", "the draft went out", "the hats are done"."""
    words = clause.words
    if _guarded(words) or not words:
        return None
    be = next((i for i, word in enumerate(words) if word in _BE | _WENT), None)
    if not be or set(words[:be]) & (_THEY | _FIRST):
        return None
    rest = [word for word in words[be + 1 :] if word not in _BETWEEN | _BE]
    went = words[be] in _WENT and bool(rest) and rest[0] in ("out", "off")
    if not went and not (rest and (rest[0] in _STATES or _is_past(rest[0]))):
        return None
    if rest[0] == "in" and len(rest) > 1:
        return None  # "the draft is in the folder" says where, not that it is done
    return told_of("done", None, trimmed(clause.tokens, _opens), sentence)


def _opens(word: str) -> bool:
    return word in family("en", "filler")


def _asked(before: Sentence | None) -> tuple[int, int] | None:
    """What the sentence before asked about: "What about the draft?" — "Sent it yesterday." """
    if before is None or not before.question:
        return None
    words = _IDLE | frozenset("what how about did you where is can could any news on there".split())
    return (
        trimmed(before.clauses[-1].tokens, lambda word: word in words) if before.clauses else None
    )
