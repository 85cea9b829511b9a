"""A meeting under a table of phrases, and what a rule of deciding returns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.sections.patterns import phrases
from rag.minutes.sections.remarks import fold_letters
from rag.words import STOP_WORDS, words

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from rag.minutes.sections.remarks import Remark
    from rag.words import Language

#: how a decision was made: what says more about it stands for the others
ACCEPTED, SETTLED, ANNOUNCED = range(3)
#: content words without which a remark says nothing by itself
CONTENT = 2
#: words of a decision, above which nobody could have put it to a meeting
_LONGEST = 45
#: what stands at the edges of a decision and is no part of it
EDGES = " \t\n.,:;!?—–-*_~"


class Settled(NamedTuple):
    """The span of a decision, how it was made, and offsets of the assent to a proposal."""

    start: int
    end: int
    rank: int
    accepted: tuple[int, ...] = ()


@dataclass(frozen=True)
class Talk:
    """The remarks of a meeting, and the phrases of a table in its language by their kind.

    `on_paper` says that nobody speaks: minutes, a protocol, notes.
    """

    text: str
    language: Language
    remarks: Sequence[Remark]
    on_paper: bool = False
    table: str = "decisions"

    @cached_property
    def _kinds(self) -> dict[str, re.Pattern[str]]:
        return {}

    def kind(self, name: str) -> re.Pattern[str]:
        """What finds the phrases of a kind."""
        if name not in self._kinds:
            self._kinds[name] = phrases(self.table, name, self.language)
        return self._kinds[name]

    def find(self, kind: str, said: str, *span: int) -> re.Match[str] | None:
        """The first phrase of a kind."""
        return self.kind(kind).search(said, *span)

    def opens(self, kind: str, said: str) -> bool:
        """Whether words begin with a phrase of a kind."""
        return self.kind(kind).match(said) is not None

    def is_only(self, kind: str, said: str) -> bool:
        """Whether words are a phrase of a kind and nothing else."""
        return self.kind(kind).fullmatch(said) is not None

    def before(self, at: int) -> Remark | None:
        """The remark before in the same turn."""
        found = self.remarks[at - 1] if at else None
        return found if found is not None and found.turn == self.remarks[at].turn else None

    def settled(
        self, start: int, end: int, rank: int, accepted: tuple[int, ...] = ()
    ) -> Settled | None:
        """The span without fillers in front and tags behind; None where nothing is left."""
        start, end = trimmed(self.text, start, end)
        folded = fold_letters(self.text[start:end])
        while not self.opens("settle", folded) and (lead := self.kind("lead").match(folded)):
            start, _ = trimmed(self.text, start + lead.end(), end)
            folded = fold_letters(self.text[start:end])
        for tag in reversed(list(self.kind("tag").finditer(folded))):
            kept = folded[: tag.start()].rstrip(EDGES)
            if tag.end() == len(folded) and kept and len(kept) < tag.start():
                folded = kept
        found = words(folded)
        if len(found) > _LONGEST or not any(w[0].isalpha() for w in set(found) - STOP_WORDS):
            return None
        return Settled(start, start + len(folded), rank, accepted)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without blanks, emphasis and punctuation at its edges."""
    while start < end and text[start] in EDGES:
        start += 1
    while end > start and text[end - 1] in EDGES:
        end -= 1
    return start, end
