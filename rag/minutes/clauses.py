"""Turns into sentences, clauses and tokens, by offsets into the document.

A clause here is what stands between commas, dashes and brackets, cut once more before a
conjunction where it holds two finite verbs, so that speech without punctuation falls apart too.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.lexicon import family
from rag.minutes.morphology import parses
from rag.minutes.stretches import CLAUSES, of_few_words, stretches
from rag.sentences import split
from rag.words import fold, language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.words import Language

_TOKEN = re.compile(
    r"@\w+|[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.:]\d+)*(?:-\w+)?|[+👍👌✅🆗🫡❤💪🙏]"
)
_BORDER = re.compile(r"[,;:()…]+|\.{2,}|\s[—–-]\s|^[—–-]\s")
#: words that are quoted, or notes of who typed the text («[смех]», "{vocalsound}")
_QUOTED = re.compile(r"\{[^}\n]*\}|\[[^\]\n]*\]|«[^»]*»|“[^”]*”|\"[^\"\n]*\"")
_RU_CONJUNCTIONS = frozenset(
    "и а но или что чтобы если когда пока тогда поэтому потому хотя как который которая которые "
    "я мы ты вы он она они это".split()
)
_EN_CONJUNCTIONS = frozenset(
    "and but or so because if when once then while unless provided as".split()
)
#: a sentence end that is followed by lower case, as in chats; not after abbreviations
_CASUAL_END = re.compile(r"(?:[!?]+[)»\"]*|(?<=[^\W\d_]{4})\.|(?<=плз)\.)\s+(?=[^\W\d_])")
_TAGS = frozenset(
    "хорошо ладно ок окей да идет договорились ага лады а правильно верно right okay ok yeah yes "
    "alright deal please".split()
)
_NOT_FINITE = frozenset(
    "давай давайте значит мой мои три пять есть дай да ли вот дня для мне нет стали уже еще".split()
)


class Token(NamedTuple):
    """A word at `text[start:end]`, folded, and whether it began with a capital or @."""

    start: int
    end: int
    word: str
    capital: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence with its tokens, and their folded words."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    words: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", tuple(token.word for token in self.tokens))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its clauses in order, whether it asks, its language, and its folded words."""

    start: int
    end: int
    question: bool
    clauses: tuple[Clause, ...]
    language: Language = "ru"
    words: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = tuple(word for clause in self.clauses for word in clause.words)
        object.__setattr__(self, "words", words)


def tokens_of(text: str, start: int, end: int) -> list[Token]:
    """The words of `text[start:end]`."""
    return [
        Token(m.start(), m.end(), fold(m.group()), m.group()[0].isupper() or m.group()[0] == "@")
        for m in _TOKEN.finditer(text, start, end)
    ]


@lru_cache(maxsize=100_000)
def is_finite(word: str) -> bool:
    """Whether a Russian word reads as a finite verb."""
    if word in _NOT_FINITE or len(word) < 3:
        return False
    found = parses(word)
    if (
        word[0] == "я"
        and len(word) > 5
        and not any(p.score >= 0.3 and "VERB" in p.grammemes for p in found)
    ):
        found = parses(word[1:])  # «ясделаю»
        return any("1per" in p.grammemes and "VERB" in p.grammemes for p in found)
    return any(p.score >= 0.3 and "VERB" in p.grammemes for p in found)


def sentences_of(text: str, start: int, end: int, language: Language) -> list[Sentence]:
    """The sentences of a stretch; words inside quotation marks are no tokens.

    `language` is the meeting's; a sentence of several words in the other is read as that.
    """
    return list(_sentences(text, start, end, language))


@lru_cache(maxsize=4_096)  # a turn is gone back to, and gone through again for reports
def _sentences(text: str, start: int, end: int, language: Language) -> tuple[Sentence, ...]:
    found = []
    for first, last in spans_of(text, start, end):
        spoken = _spoken(text[first:last], language)
        quoted = [match.span() for match in _QUOTED.finditer(text, first, last)]
        clauses = []
        for left, right in _segments(text, first, last, quoted):
            tokens = [
                token
                for token in tokens_of(text, left, right)
                if not any(a <= token.start < b for a, b in quoted)
            ]
            clauses += [
                Clause(part[0].start, part[-1].end, tuple(part)) for part in _parts(tokens, spoken)
            ]
        question = text[first:last].rstrip("\"'»”)🙂 ").endswith("?")
        if question and len(clauses) > 1 and set(clauses[-1].words) <= _TAGS:
            question = False
        left = first
        while len(clauses) > CLAUSES:
            few, clauses = clauses[:CLAUSES], clauses[CLAUSES:]
            found.append(Sentence(left, few[-1].end, False, tuple(few), spoken))
            left = clauses[0].start
        found.append(Sentence(left, last, question, tuple(clauses), spoken))
    return tuple(found)


_WORDS = {"ru": re.compile(r"[А-Яа-яЁё]{2,}"), "en": re.compile(r"[A-Za-z]+(?:'[a-z]+)?")}


def _spoken(text: str, language: Language) -> Language:
    """The language of a sentence: the meeting's, unless most of several words are in the other."""
    other: Language = "en" if language == "ru" else "ru"
    if language_of(text) == language or len(_WORDS[other].findall(text)) < _FOREIGN:
        return language
    return other


#: words from which a sentence can be in another language than the meeting
_FOREIGN = 3


def spans_of(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences, cut also where a casual writer goes on in lower case."""
    spans = []
    whole = (piece for span in split(text, start, end) for piece in stretches(text, *span))
    for first, last in (few for piece in whole for few in of_few_words(text, *piece)):
        quoted = [match.span() for match in _QUOTED.finditer(text, first, last)]
        left = first
        for match in _CASUAL_END.finditer(text, first, last):
            if not any(a < match.start() < b for a, b in quoted):
                spans.append((left, match.end() - len(match.group()) + len(match.group().rstrip())))
                left = match.end()
        spans.append((left, last))
    return spans


def _segments(
    text: str, start: int, end: int, quoted: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    segments = []
    left = start
    for match in _BORDER.finditer(text, start, end):
        if any(a < match.start() < b - 1 for a, b in quoted):
            continue
        between_digits = text[match.start() - 1 : match.start()].isdigit() and (
            text[match.end() : match.end() + 1].isdigit()
        )
        if not between_digits:
            segments.append((left, match.start()))
            left = match.end()
    segments.append((left, end))
    return segments


def _parts(tokens: list[Token], language: Language) -> list[list[Token]]:
    """Tokens of a segment cut before the conjunction between two finite verbs."""
    if not tokens:
        return []
    if language == "en":
        return _english_parts(tokens)
    verbs = [i for i, t in enumerate(tokens) if is_finite(t.word) or t.word in _RU_PREDICATES]
    cuts = {0, len(tokens), *_infinitive_cuts(tokens, verbs)}
    for one, other in itertools.pairwise(verbs):
        between = range(one + 1, other)
        cut = next((i for i in between if tokens[i].word in _RU_CONJUNCTIONS), None)
        if cut is not None:
            cuts.add(cut)
    cuts |= _condition_cuts(tokens, verbs)
    for i in range(1, len(tokens) - 1):
        if (tokens[i].word, tokens[i + 1].word) in _RU_CONDITIONS:
            cuts.add(i)
    return [tokens[a:b] for a, b in itertools.pairwise(sorted(cuts)) if a < b]


#: words that are as good as a verb
_RU_PREDICATES = frozenset("надо нужно нужен нужна нужны можно нельзя пора".split())
#: pairs of words that open a condition without a comma before them
_RU_CONDITIONS = {("при", "условии"), ("как", "только")}


def _condition_cuts(tokens: list[Token], verbs: list[int]) -> set[int]:
    """Where a condition without comma ends: before its second verb («если подпишешь закажу»)."""
    opens = next((i for i, token in enumerate(tokens) if token.word == "если"), None)
    inside = [i for i in verbs if opens is not None and i > opens]
    if len(inside) < 2 or any(tokens[i].word in _RU_CONJUNCTIONS for i in range(*inside[:2])):
        return set()
    own = any(p.grammemes >= {"VERB", "1per"} for p in parses(tokens[inside[1]].word)[:2])
    return {inside[1]} if own else set()


def _infinitive_cuts(tokens: list[Token], verbs: list[int]) -> list[int]:
    """Where «и» joins two infinitives that each have words of their own («сдать … и убрать …»)."""
    acts = [i for i, token in enumerate(tokens) if is_infinitive(token.word)]
    cuts = []
    for one, other in itertools.pairwise(acts):
        joint = next((i for i in range(one + 2, other) if tokens[i].word == "и"), None)
        if joint == other - 1 and other + 1 < len(tokens) and not set(range(one, other)) & {*verbs}:
            cuts.append(joint)
    return cuts


@lru_cache(maxsize=50_000)
def is_infinitive(word: str) -> bool:
    """Whether a Russian word reads as an infinitive."""
    return any(p.score >= 0.3 and "INFN" in p.grammemes for p in parses(word))


_EN_SUBJECTS = frozenset(
    "i we you he she they it i'll we'll you'll he'll she'll they'll it'll i'm i've i'd we're we've "
    "he's she's it's they're that's there's you're let's can could would".split()
)
#: subjects with their verb, before which a clause begins even without a conjunction
_EN_OPENERS = frozenset("i'll we'll he'll she'll they'll you'll".split())
#: what follows a second verb of the same subject («write it and run it past legal»)
_EN_OBJECTS = frozenset(
    "the a an my our your his her their this that these those it them him me us you everyone "
    "everybody some any all up out over".split()
)
#: verbs that make one act with the next («come over and check it»)
_EN_MOVING = frozenset(
    "go come sit pop nip head drive swing stop try turn hurry be favour favor".split()
)
_EN_CLAUSE_OPENERS = frozenset("what how why where which whether who doubt wish that".split())
#: words after which "if" is "whether" («see if she'd go»)
_EN_ASKING = frozenset(
    "see check ask know wonder tell sure out remember asking checking as".split()
)
#: words that end a deadline, behind which another thing may have another («… Friday and the notes»)
_EN_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday tomorrow today tonight weekend week "
    "month morning afternoon evening noon lunchtime one two three four five six".split()
)


def _english_parts(tokens: list[Token]) -> list[list[Token]]:
    cuts = [0]
    for i in range(1, len(tokens)):
        word, previous = tokens[i].word, tokens[i - 1].word
        behind = tokens[i + 1].word if i + 1 < len(tokens) else ""
        begins = word in _EN_CONJUNCTIONS and (
            behind in _EN_SUBJECTS
            or (behind in _EN_LINKS and _subject_at(tokens, i + 2))
            or (behind and word in ("but", "because", "if", "once", "so", "unless", "provided"))
            or (word == "when" and i + 2 < len(tokens) and previous not in ("is", "of", "about"))
            or (word == "and" and _second_act(tokens, cuts[-1], i))
            or (word == "and" and _second_thing(tokens, i))
            or (word in ("and", "but", "so") and _third_person(tokens, i + 1))
        )
        if word == "if" and (previous in _EN_ASKING or _is_offered(tokens, cuts[-1], i)):
            continue
        named = all(token.capital for token in tokens[cuts[-1] : i])
        if word == "and" and behind.startswith("i") and named:
            continue  # "Tom and I will"
        if i - 1 == cuts[-1] and previous in ("and", "but", "so"):
            continue  # "and if that doesn't work": one clause
        if word == "as" and previous in ("soon", "long", "far", "well"):
            continue
        soon = word == "as" and behind in ("soon", "long")
        bare = word in _EN_OPENERS and previous not in _EN_CONJUNCTIONS
        bare = bare or (
            word in ("i", "we")
            and behind in ("will", "shall", "can", "am", "could")
            and i - cuts[-1] > 2
            and tokens[cuts[-1]].word in ("if", "once", "when", "unless", "provided", "as")
        )
        if (begins or soon or (bare and not _is_told(tokens[cuts[-1] : i]))) and i > cuts[-1]:
            cuts.append(i)
    cuts.append(len(tokens))
    return [tokens[a:b] for a, b in itertools.pairwise(cuts) if a < b]


def _subject_at(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].word in _EN_SUBJECTS


def _is_offered(tokens: list[Token], first: int, at: int) -> bool:
    """Whether "if I" at a token offers: "would it help if I rang them"."""
    behind = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if behind == "you" and tokens[at - 1].word in _EN_WELCOME:
        return True  # "it'd be great if you brought it"
    own = behind in ("i", "we")
    return own and "it" in {token.word for token in tokens[first:at]} and _ASKS(tokens[first].word)


#: words between a conjunction and its subject («and then we can talk»)
_EN_LINKS = frozenset("then maybe perhaps also afterwards".split())
_EN_WELCOME = frozenset(
    "great good help helpful lovely brilliant handy useful grateful glad happier nice".split()
)
_ASKS = frozenset("would is how will".split()).__contains__


def _is_told(before: list[Token]) -> bool:
    """Whether what follows is what somebody said, doubts or asks («I don't think I'll go»)."""
    words = [token.word for token in before]
    if any(word in family("en", "reporting") for word in words) or words[-1] in _EN_CLAUSE_OPENERS:
        return True
    return words[-1] in ("think", "sure") and bool({"don't", "not", "didn't"} & set(words))


_EN_THIRD = frozenset("will is has to can could promised agreed said".split())


def _third_person(tokens: list[Token], at: int) -> bool:
    """Whether a name with its verb begins at a token: "Dana's printing", "Dana will print"."""
    if at + 1 >= len(tokens) or not tokens[at].capital or tokens[at].word.startswith("i'"):
        return False
    if tokens[at].word.endswith(("'s", "'ll")):
        return tokens[at + 1].word.endswith("ing") or tokens[at].word.endswith("'ll")
    return tokens[at + 1].word in _EN_THIRD


def _second_thing(tokens: list[Token], at: int) -> bool:
    """Whether "and" at a token, behind a deadline, brings another thing to be done."""
    known = at + 2 < len(tokens) and tokens[at + 1].word in ("the", "my", "your", "a", "an", "our")
    return known and tokens[at - 1].word in _EN_DAYS and at > 3


def _second_act(tokens: list[Token], first: int, at: int) -> bool:
    """Whether "and" at a token opens another act of the same subject."""
    verbs = family("en", "verb")
    verb = at + 1
    while verb + 1 < len(tokens) and tokens[verb].word in ("then", "also", "just", "maybe"):
        verb += 1
    if verb + 1 >= len(tokens) or tokens[verb].word not in verbs:
        return False
    known = tokens[verb + 1].word in _EN_OBJECTS or tokens[verb + 1].capital
    moving = any(token.word in _EN_MOVING for token in tokens[first:at])
    return known and not moving and not any(t.word.endswith("n't") for t in tokens[first:at])
