"""What the parts of a meeting are called: as somebody called them, or by the words they own."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.minutes.morphology import analyser, parses
from rag.minutes.sections.moves import small_words
from rag.words import STOP_WORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.people.names import Roster
    from rag.words import Language

#: a second word enters a title that has at least this share of the first one's weight
_SECOND = 0.6
#: words that open a part and name nothing: whose turn it is, how it went, a number
_NAMELESS = frozenset(
    """
    mine yours ours theirs hers his good bad great fine weird sad nice red green amber one two three
    four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty
    ninety hundred thousand million first second third next last same done true right
    """.split()
)
_NP = re.compile(
    r"(?<!\w)(?:the|a|an|our|your|my|his|her|their)\s+"
    r"((?:[a-z][a-z'-]+\s+){0,2}[a-z][a-z'-]+)"
)


def titles_of(
    parts: Sequence[Sequence[str]],
    announced: Sequence[str | None],
    language: Language,
    roster: Roster,
) -> list[str]:
    """A title for each part: the one it was announced by, or its own words that mark it off.

    `parts` are the folded sentences of each part.
    """
    count = _russian if language == "ru" else _english
    counted = [count(said, roster) for said in parts]
    spread = Counter(key for counts in counted for key in counts)
    titles = []
    used: set[str] = set()
    for said, counts, given in zip(parts, counted, announced, strict=True):
        named = given is not None and not _NAMELESS.issuperset(words(given))
        title = given if given and named else _own(said, counts, spread, len(parts), used)
        used.add(title.lower())
        titles.append(title)
    return titles


def _own(
    said: Sequence[str],
    counts: dict[str, Counter[str]],
    spread: Counter[str],
    parts: int,
    used: set[str],
) -> str:
    """One or two of the words that a part has and the others have not."""
    weights = {
        key: sum(forms.values()) * math.log(1 + parts / spread[key])
        for key, forms in counts.items()
    }
    order = sorted(weights, key=lambda key: -weights[key])
    chosen: list[str] = []
    for key in order:
        often = sum(counts[key].values()) > 1
        if chosen and not (often and weights[key] >= _SECOND * weights[order[0]]):
            break
        name = counts[key].most_common(1)[0][0]
        if name.lower() not in used and not any(name in other for other in chosen):
            chosen.append(name)
        if len(chosen) == 2:
            break
    if not chosen:
        first = next((s for s in said if len(s.split()) > 3), said[0] if said else "")
        chosen = [" ".join(first.split()[:6]).strip(" ,.?!")]
    title = ", ".join(chosen)
    return title[:1].upper() + title[1:]


def _russian(said: Sequence[str], roster: Roster) -> dict[str, Counter[str]]:
    """Nouns by their dictionary form."""
    small = small_words("ru")
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in said:
        for word in words(sentence):
            if len(word) < 3 or not "а" <= word[0] <= "я" or word in STOP_WORDS:
                continue
            top = parses(word)[0]
            tags = top.grammemes
            if "NOUN" not in tags or tags & {"Name", "Patr", "Surn"} or top.score < 0.3:
                continue
            if top.lemma in small or word in small or roster.canonical(word) != word:
                continue
            found[top.lemma][_named(word)] += 1
    return found


@lru_cache(maxsize=20_000)
def _named(word: str) -> str:
    """A noun in the nominative of its number."""
    top = next(parse for parse in analyser().parse(word) if "NOUN" in parse.tag.grammemes)
    form = top.inflect({"nomn", "plur" if "plur" in top.tag.grammemes else "sing"})
    return str(form.word) if form else word


def _english(said: Sequence[str], roster: Roster) -> dict[str, Counter[str]]:
    """Words behind articles by their stem, as written most often."""
    small = small_words("en")
    found: dict[str, Counter[str]] = defaultdict(Counter)
    heads: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in said:
        for phrase in _NP.finditer(sentence):
            kept: list[str] = []
            for word in phrase[1].split():
                if word in STOP_WORDS or word in small or roster.canonical(word) != word:
                    break
                if word.endswith("ly") or not word.removesuffix("'s").isalpha():
                    break
                kept.append(word.removesuffix("'s"))
            if kept:
                heads[stem(kept[0])][kept[0]] += 1
    pairs = Counter(pair for sentence in said for pair in pairwise(words(sentence)))
    for sentence in said:
        for word in words(sentence):
            if heads.get(key := stem(word.removesuffix("'s"))):
                found[key][_paired(heads[key].most_common(1)[0][0], pairs)] += 1
    return found


def _paired(head: str, pairs: Counter[tuple[str, str]]) -> str:
    """A word with the one behind it, where the part says both together more than once."""
    behind = [
        (count, second)
        for (first, second), count in pairs.items()
        if first == head
        and count > 1
        and second.isalpha()
        and len(second) > 3
        and second not in STOP_WORDS
    ]
    fitting = [pair for pair in behind if not pair[1].endswith(("ed", "ing", "ly"))]
    return f"{head} {max(fitting)[1]}" if fitting else head
