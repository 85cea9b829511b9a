"""What is asked for in a summary, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rag.summary import LENGTHS

if TYPE_CHECKING:
    from rag.types import Receipt, Sentence
    from rag.words import Language

#: What one call of a model is for: to take down what a piece says, to shorten the notes of several
#: pieces, or to write the summary.
Step = Literal["map", "reduce", "final"]


@dataclass(frozen=True, slots=True)
class Brief:
    """How many sentences at most, on which topic ("" is all of it), and in which language.

    `language` None is that of the documents.
    """

    most: int = LENGTHS["medium"]
    about: str = ""
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model: what it was for, in which round (from 1), and its account.

    `kept` says that the reply was there from an earlier run.
    """

    step: Step
    round: int
    receipt: Receipt
    kept: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a document that a summary does not cover, since the model failed on it.

    `pages` and `lines` are the first and the last, None without pages or lines.
    """

    document: str
    start: int
    end: int
    pages: tuple[int, int] | None
    lines: tuple[int, int] | None
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary of documents; every sentence has its source.

    `by` says whose words the sentences are. `struck` are those of a model that the documents do
    not support, `gaps` what a model could not read. Where `refused`, there is nothing about the
    topic; where `instead`, nothing of a model's summary was supported and the documents' own
    sentences are given. `notes` say what was done to a model's text before it was checked.
    """

    documents: tuple[str, ...]
    language: Language
    sentences: tuple[Sentence, ...] = ()
    struck: tuple[Sentence, ...] = ()
    by: Literal["documents", "model"] = "documents"
    pieces: int = 0
    calls: tuple[Call, ...] = ()
    gaps: tuple[Gap, ...] = ()
    refused: bool = False
    instead: bool = False
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentences, one after another."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def kept(self) -> int:
        """Calls whose replies were there from an earlier run."""
        return sum(call.kept for call in self.calls)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a summary has come: in a round (from 1), pieces done and in all."""

    step: Step
    round: int
    done: int
    total: int
    kept: int
