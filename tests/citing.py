"""Answers about invented documents, each sentence of them known to be true or planted as false.

`data/citing/*.txt` hold them so: "=== name", the document, "---", answers apart by empty lines. A
sentence begins with "+" where it is true, with "-kind" where it is false, with "~" where it only
leads in to others; a further "- " makes it an item of a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.chunk import chunk
from rag.readers import read_document
from rag.types import Document, Passage

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parent / "data" / "citing"
LANGUAGES = ("ru", "en")
PASSAGES = 8  # as many as an answer is written from by default
_LINE = re.compile(r"([+~]|-[a-z]+) (.*)")


@dataclass(frozen=True)
class Said:
    """One sentence of an answer: "true", "frame" or the kind of its falsehood."""

    kind: str
    text: str


@dataclass(frozen=True)
class Case:
    """An answer about a document."""

    document: str
    said: tuple[Said, ...]

    @property
    def text(self) -> str:
        """As a model would write it: items of a list and what leads in to them on their own."""
        text = ""
        for place, each in enumerate(self.said):
            fresh = each.text.startswith("- ") or self.said[place - 1].kind == "frame"
            text += ("\n" if fresh else " ") * bool(text) + each.text
        return text


def cases(language: str) -> tuple[dict[str, str], list[Case]]:
    """The texts of the documents by name, and the answers about them."""
    texts: dict[str, str] = {}
    found: list[Case] = []
    for block in re.split(r"(?m)^=== ", (DATA / f"{language}.txt").read_text("utf-8"))[1:]:
        head, _, answers = block.partition("\n---\n")
        name, _, texts_of = head.partition("\n")
        texts[name] = texts_of
        found += [
            Case(name, tuple(_said(line) for line in answer.splitlines()))
            for answer in re.split(r"\n\s*\n", answers.strip())
        ]
    return texts, found


def _said(line: str) -> Said:
    match = _LINE.fullmatch(line)
    assert match, line
    sign, text = match.groups()
    return Said({"+": "true", "~": "frame"}.get(sign, sign[1:]), text)


def library(texts: dict[str, str], folder: Path) -> dict[str, Document]:
    """The texts read as files are."""
    documents = {}
    for name, text in texts.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        documents[name] = read_document(path)
    return documents


def passages(documents: dict[str, Document], name: str) -> list[Passage]:
    """Chunks of the document among those of the others, which come first and last."""
    own = _chunks(documents, name)
    others = [each for other in documents if other != name for each in _chunks(documents, other)][
        : max(PASSAGES - len(own), 2)
    ]
    return [*others[::2], *own, *others[1::2]]


def _chunks(documents: dict[str, Document], name: str) -> list[Passage]:
    return [
        Passage(each, name, (), None, 1.0, rank, ("words",))
        for rank, each in enumerate(chunk(documents[name]), 1)
    ]


def singly(case: Case) -> Iterator[Case]:
    """The answer as several: the true sentences with one of the falsehoods each, in their place.

    A falsehood is never checked after another one, which its pronouns might mean.
    """
    true = [each.kind in ("true", "frame") for each in case.said]
    wrong = [place for place, right in enumerate(true) if not right]
    for place in wrong or [-1]:
        kept = (each for i, each in enumerate(case.said) if true[i] or i == place)
        yield Case(case.document, tuple(kept))
