"""What can be wrong with a model's text before anybody checks what it says.

Pure functions over text: an endless repetition, an answer of nothing, one in the wrong language, a
last sentence that was never finished.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag import sentences
from rag.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.words import Language

#: The longest stretch that is looked for again, in characters: a paragraph.
_LONGEST_UNIT = 1200
#: How often a stretch of at least so many characters has to stand in a row to be a loop; a table
#: may well have some equal rows, and a speaker say "no" a few times.
_REPEATS = ((100, 3), (40, 4), (12, 6), (5, 10), (1, 24))
_ROW_REPEATS = 12  # of a unit with the bars or tabs of a table
_RULE_LENGTH = 400  # of a loop without a letter: a rule under a heading, a row of zeros are none
_SUFFIX = 16  # characters that are looked for to find where a stretch may have stood before
_CANDIDATES = 64  # places looked at
#: Lines that differ in nothing but the number before them.
_LIKE_LINES, _LIKE_LENGTH = 6, 20
_COUNTER = re.compile(r"^\s*(?:[-*•–—]|\d{1,4}[.)]|#+)?\s*(?:\d{1,4}[.)])?\s*")
_REST_OF_WORD = re.compile(r"\w*")

_THOUGHT = re.compile(
    r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)|\A.*?</think(?:ing)?>", re.S | re.I
)
_MARKS = r"\[\s*\d*(?:\s*[,;–-]\s*\d*)*\]?"
_END = rf"[.!?…][\"'»”’)\]*_]*(?:\s*{_MARKS})*"
_FINISHED = re.compile(rf"{_END}\s*\Z")
_SENTENCE_END = re.compile(rf"{_END}(?=\s)|(?=\n)")

#: What stands in quotation marks or in code says nothing of the language of the answer.
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"\n]*\"|```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.S)
_MARK = re.compile(r"\[[\d\s,;–-]+\]")
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = {"ru": re.compile(r"[а-яё]", re.I), "en": re.compile(r"[a-z]", re.I)}
#: Letters of another script from which on an answer can be in the wrong language, and the share of
#: its own script that it still must have then.
_FEWEST_LETTERS, _OWN_SHARE = 20, 0.4


def repetition(text: str) -> int | None:
    """Where to cut a text that ends in a loop, after the loop's first round; None without one.

    A loop is a stretch of up to `_LONGEST_UNIT` characters that stands again and again, exactly
    and with nothing between, up to the end; or line after line that differ in their number alone.
    """
    loop = _period(text)
    if loop is not None:
        start = len(text) - loop
        while start > 0 and text[start - 1] == text[start - 1 + loop]:
            start -= 1
        return _round_end(text, start + loop, loop)
    return _like_lines(text)


def _round_end(text: str, end: int, loop: int) -> int:
    """Where a round that is over at `end` ends for a reader: it may have begun mid-sentence."""
    if _FINISHED.search(text[:end]) or text[:end].endswith("\n"):
        return end
    sentence = _SENTENCE_END.search(text, end, end + loop)
    if sentence is not None:
        return sentence.end()
    if text[end - loop : end].isalnum() or not text[end - 1].isalnum():
        return end  # a word without end, or the end of one
    word = _REST_OF_WORD.match(text, end)
    return word.end() if word else end


def _period(text: str) -> int | None:
    """The length of the stretch that a text ends in, often enough."""
    end = len(text)
    suffix = text[-_SUFFIX:]
    if end < 2 * _SUFFIX:
        return None
    place = end - len(suffix)
    for _ in range(_CANDIDATES):
        place = text.rfind(suffix, max(0, end - _SUFFIX - _LONGEST_UNIT), place + _SUFFIX - 1)
        if place < 0:
            return None
        period = end - _SUFFIX - place
        length = period * _needed(text[-period:])
        if length <= end and text[end - length : end - period] == text[end - length + period :]:
            return period
    return None


def _needed(unit: str) -> int:
    """How often this stretch must stand in a row to be a loop."""
    if not any(map(str.isalpha, unit)):
        return -(-_RULE_LENGTH // len(unit))
    if "|" in unit or "\t" in unit:
        return _ROW_REPEATS
    return next(repeats for length, repeats in _REPEATS if len(unit) >= length)


def _like_lines(text: str) -> int | None:
    """After the first of the last lines, when they are the same but for their numbers."""
    tail = text[-_LIKE_LINES * _LONGEST_UNIT :]
    lines = [line for line in tail.splitlines(keepends=True)[:-1] if line.strip()]
    bare = [_COUNTER.sub("", line).strip() for line in lines]
    if len(bare) < _LIKE_LINES or len(bare[-1]) < _LIKE_LENGTH:
        return None
    if "|" in bare[-1] or "\t" in bare[-1] or set(bare[-_LIKE_LINES:]) != {bare[-1]}:
        return None
    same = next((n for n, line in enumerate(reversed(bare)) if line != bare[-1]), len(bare))
    first = len(text) - len(tail) + tail.index(lines[-same])
    return first + len(lines[-same].rstrip())


def without_thoughts(text: str) -> str:
    """The text without what a reasoning model thought aloud; "" when it is nothing else."""
    return _THOUGHT.sub("", text)


def finished(text: str) -> str:
    """The text up to the last sentence that was finished, and its marks."""
    spans = sentences.split(text)
    if not spans or _FINISHED.search(text[spans[-1][0] :]):
        return text
    start = spans[-1][0]
    marks = re.match(rf"(?:{_MARKS}\s*)+", text[start:])  # of the sentence before
    return text[: start + (marks.end() if marks else 0)].rstrip()


def wrong_language(text: str, language: Language, sources: Iterable[str]) -> bool:
    """Whether an answer is written in another script than the language it should be in.

    Marks, names (words with a capital), quotations, code, and sentences that stand word for word
    in a source do not count: an answer may quote a foreign document. Told by letters alone, so
    that German is not told from English.
    """
    plain = _MARK.sub(" ", _QUOTED.sub(" ", without_thoughts(text)))
    held = [f" {' '.join(words(source))} " for source in sources]
    own = foreign = 0
    for start, end in sentences.split(plain):
        sentence = plain[start:end]
        letters = [word for word in _WORD.findall(sentence) if not word[0].isupper()]
        mine = sum(len(word) for word in letters if _LETTERS[language].match(word))
        other = sum(map(len, letters)) - mine
        if other > mine and any(f" {' '.join(words(sentence))} " in source for source in held):
            continue
        own, foreign = own + mine, foreign + other
    return foreign >= _FEWEST_LETTERS and own < _OWN_SHARE * (own + foreign)
