"""Text of any length that searches like real text: real sentences, their words shuffled.

    python shuffled.py FOLDER CHUNKS

A sentence is one of the corpora (or of the question sets beside the project, where they are), in
which some words have been changed for others of its language, as often as those stand in the real
text, and some for names made up by Zipf's law, so that the vocabulary grows with the text as that
of a real library does (Heaps, "Information Retrieval", 1978). The same number gives the same text.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from measuring import CORPORA, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: Sections of a document; each becomes one chunk.
SECTIONS = 50
_SETS = ROOT.parent / "shared" / "eval"
_SOURCES = {
    "ru": ("xquad-ru", "refusal-ru"),
    "en": ("xquad-en", "squad2-en"),
}
_SEED = 41
_WORDS = 100  # a section has at least so many
_SHUFFLED = 0.3  # share of words changed for another of the real text
_NAMED = 0.03  # share of words changed for a name made up
_NAMES = 1 << 22  # how many names there are; the r-th is drawn 1/r as often as the first
_SYLLABLES = {
    "ru": "ба ве ги до жу за ки ло му на пе ри со ту фа хо цы ча ше яр ол ин ор ев".split(),
    "en": "ba ve gi do ju za ki lo mu na pe ri so tu fa ho ci cha she yar ol in or ev".split(),
}
_LETTERS = {"ru": "А-Яа-яЁё", "en": "A-Za-z"}


@dataclass(frozen=True, slots=True)
class Pool:
    """The real sentences of a language: all their words in a row, and where each begins."""

    language: str
    words: NDArray[np.object_]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, language: str) -> Pool:
        """The sentences of all sources of a language."""
        found = list(_sentences(language))
        lengths = [len(sentence) for sentence in found]
        words = np.array([word for sentence in found for word in sentence], object)
        return cls(language, words, np.concatenate([[0], np.cumsum(lengths)]))


def _sentences(language: str) -> Iterator[list[str]]:
    folders = [_SETS / name / "documents" for name in _SOURCES[language]]
    sentence = re.compile(
        rf"[{_LETTERS[language]}][{_LETTERS[language]}\d ,;:()'’«»–—-]{{20,400}}[.!?]"
    )
    for folder in [*folders, CORPORA]:
        for path in sorted(folder.rglob("*.[tm][xd]*")):
            text = path.read_text(encoding="utf-8", errors="replace")
            yield from (found.split() for found in sentence.findall(text))


def document(pools: tuple[Pool, ...], number: int, sections: int = SECTIONS) -> str:
    """The text of document `number`, Markdown: a section a chunk."""
    chance = np.random.default_rng([_SEED, number])
    pool = pools[number % len(pools)]
    parts = []
    for place in range(sections):
        head = " ".join(_name(pool.language, rank) for rank in _ranks(chance, 2))
        parts.append(f"## {head} {number}.{place + 1}\n\n{' '.join(_section(pool, chance))}\n")
    return "\n".join(parts)


def _section(pool: Pool, chance: np.random.Generator) -> list[str]:
    """Words of whole sentences, at least `_WORDS`."""
    count = len(pool.starts) - 1
    words: list[str] = []
    while len(words) < _WORDS:
        chosen = int(chance.integers(count))
        places = np.arange(pool.starts[chosen], pool.starts[chosen + 1])
        draw = chance.random(len(places))
        draw[-1] = 1.0  # the full stop stays
        other = draw < _SHUFFLED
        places[other] = chance.integers(len(pool.words), size=int(other.sum()))
        sentence = [word.rstrip(".!?") for word in pool.words[places[:-1]]]
        named = np.flatnonzero(draw < _NAMED)
        for at, rank in zip(named.tolist(), _ranks(chance, len(named)), strict=True):
            sentence[at] = _name(pool.language, rank)
        words += [*sentence, pool.words[places[-1]]]
    return words


def _ranks(chance: np.random.Generator, count: int) -> list[int]:
    """Ranks of names: the r-th is drawn 1/r as often as the first."""
    ranks: list[int] = np.exp(chance.random(count) * np.log(_NAMES)).astype(np.int64).tolist()
    return ranks


def _name(language: str, rank: int) -> str:
    syllables = _SYLLABLES[language]
    out = []
    rank += len(syllables)
    while rank:
        rank, syllable = divmod(rank, len(syllables))
        out.append(syllables[syllable])
    return "".join(out).capitalize()


def write(folder: Path, chunks: int) -> int:
    """Write documents of so many sections together; gives how many documents there are."""
    pools = (Pool.of("ru"), Pool.of("en"))
    number = 0
    for number, first in enumerate(range(0, chunks, SECTIONS), start=1):
        below = folder / f"{number // 1000:04}"
        below.mkdir(parents=True, exist_ok=True)
        text = document(pools, number, min(SECTIONS, chunks - first))
        (below / f"report-{number:06}.md").write_text(text, encoding="utf-8")
    return number


def questions(chunks: int, count: int) -> list[str]:
    """Questions put together of words from a section here and there."""
    pools = (Pool.of("ru"), Pool.of("en"))
    chance = np.random.default_rng([_SEED, chunks, count])
    asked = []
    for _ in range(count):
        number = int(chance.integers(1, max(chunks // SECTIONS, 1) + 1))
        lines = document(pools, number).split("\n")[2::4]
        words = lines[int(chance.integers(len(lines)))].split()
        first = int(chance.integers(max(len(words) - 12, 1)))
        held = [word.strip(".,;:()") for word in words[first : first + 12] if len(word) > 3]
        asked.append(f"{('Что', 'What')[number % 2]} {' '.join(held[:7])}?")
    return asked


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), int(sys.argv[2])))
