"""The words that lead into an act: "I'll", "would you mind", "we're going to", and the verb behind.

Phrases come from the families of `data/lexicon_en.tsv`. Adverbs may stand anywhere inside or behind
them ("I'll also just send"), and so may words of moving about ("I'll go and see him").
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.lexicon import family

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.view import View

_VOWELS = "aeiou"


class Lead(NamedTuple):
    """A lead-in at token `at`, the first word of the act and its verb, by tokens of the clause.

    `first` and `verb_at` differ for "go and see". `phrase` is the lead-in as the table has it.
    """

    at: int
    first: int
    verb_at: int
    phrase: str


def lead(view: View, name: str) -> Lead | None:
    """The first lead-in of a family that a word follows."""
    return _lead(view.words, name)


@lru_cache(maxsize=4096)
def _lead(said: tuple[str, ...], name: str) -> Lead | None:
    kept = _without_adverbs(said)
    joined = f" {' '.join(word for _, word in kept)} "
    for match in _pattern(name).finditer(joined):
        begins = joined.count(" ", 0, match.start() + 1) - 1
        behind = begins + match["phrase"].count(" ") + 1
        if behind >= len(kept) or kept[behind][1] in _STUTTERS:
            continue
        at = kept[begins][0]
        words = [word for _, word in kept]
        return Lead(at, kept[behind][0], kept[behind + moved(words[behind:])][0], match["phrase"])
    return None


def moved(words: Sequence[str]) -> int:
    """How far behind a verb of moving the act proper is: 2 for "go and see him", otherwise 0."""
    phrase = opens(words, "motion")
    far = phrase.count(" ") + 1 if phrase else 0
    if not phrase and words[:1] and words[0] in _MOVING and "and" in words[1:_MOVING_REACH]:
        far = words.index("and") + 1
    return far if far < len(words) and (phrase or words[far] in family("en", "verb")) else 0


def is_bare(view: View, name: str) -> bool:
    """Whether the clause is a lead-in and nothing else: "would you?", "I will"."""
    kept = [word for _, word in _without_adverbs(view.words) if not view.is_in(word, "filler")]
    return " ".join(kept) in family("en", name)


def has_any(view: View, name: str, first: int = 0) -> bool:
    """Whether an entry of a family stands among the words from `first` on."""
    return says(view.words[first:], name)


def says(words: Sequence[str], name: str) -> bool:
    """Whether an entry of a family stands in the words, whole words only."""
    return _pattern(name).search(f" {' '.join(words)} ") is not None


def opens(words: Sequence[str], name: str) -> str:
    """The longest entry of a family that the words begin with, or nothing."""
    match = _pattern(name).match(f" {' '.join(words)} ")
    return match["phrase"] if match else ""


@cache
def gerunds() -> dict[str, str]:
    """ "sending" to "send", for all verbs of the table."""
    forms = {}
    for verb in family("en", "verb"):
        forms[f"{verb}ing"] = verb
        if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
            forms[f"{verb[:-1]}ing"] = verb
        elif verb.endswith("ie"):
            forms[f"{verb[:-2]}ying"] = verb
        elif len(verb) > 2 and verb[-1] not in "aeiouwxy" and verb[-2] in _VOWELS:
            forms[f"{verb}{verb[-1]}ing"] = verb
    return forms


def is_gerund(word: str) -> bool:
    """Whether a word is a verb in -ing; "morning" is none."""
    return word in gerunds() or (
        len(word) > 4 and word.endswith("ing") and word not in family("en", "not_gerund")
    )


def base_of(word: str) -> str:
    """A verb without its -ing; the word itself where it is no known gerund."""
    return gerunds().get(word, word)


#: a subject said again ("I'll, I'll send it")
_STUTTERS = frozenset("i'll i'm i we'll we're you'll".split())


#: verbs of moving about, and how far behind them another act may be («come Thursday and check»)
_MOVING = frozenset("go come pop head drive nip run swing drop stop travel sit fly cycle".split())
_MOVING_REACH = 6


def _without_adverbs(words: Sequence[str]) -> list[tuple[int, str]]:
    adverbs = family("en", "adverb")
    return [(i, word) for i, word in enumerate(words) if word not in adverbs]


@cache
def _pattern(name: str) -> re.Pattern[str]:
    entries = sorted(family("en", name), key=len, reverse=True)
    return re.compile(f" (?P<phrase>{'|'.join(map(re.escape, entries))})(?= )")
