"""A model's text made harmless and taken apart into claims. It is untrusted input."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag import sentences
from rag.cite.framing import frames, unframed
from rag.guards import without_thoughts
from rag.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable

_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.S | re.I)
_TAG = re.compile(
    r"</?[a-z][a-z0-9-]*(?::[a-z0-9-]+)?(?=[\s/>])[^<>]*>|<!--.*?-->|<[!?].*?>", re.S | re.I
)
_OPEN_TAG = re.compile(r"<(?=[a-z/!?])", re.I)
_INSIDE = r"(?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.)*\])*"  # brackets may hold brackets
_TARGET = r"\((?:[^()\\]|\\.|\([^()]*\))*\)"
_IMAGE = re.compile(rf"!\[({_INSIDE})\](?:{_TARGET}|\[[^\[\]]*\])", re.S)
_LINK = re.compile(rf"\[({_INSIDE})\]\(\s*<?([^\s()<>]+(?:\([^\s()]*\)[^\s()<>]*)*)[^()]*\)", re.S)
_SCHEME = re.compile(
    r"\b[a-z][a-z0-9+.-]*:/{2,}|\b(?:javascript|data|vbscript|mailto|file):(?=\S)"
    r"|(?<![\w:/])/{2,}(?=\w)|\bwww\.(?=\w)",
    re.I,
)
#: What would still be a link, a picture or the address of one in Markdown.
_SYNTAX = re.compile(r"\](?=[(\[])|!(?=\[)|(?m:^[ \t>]*\[[^\[\]\n]+\](?=:))")
_MARK = re.compile(r"[\[【]\s*(\d+(?:\s*[,;–-]\s*\d+)*)\s*[\]】]")
_MARKS_AFTER_STOP = re.compile(r"(?<![.!?…])([.!?…]+)((?:\s*[\[【]\s*\d[\d\s,;–-]*[\]】])+)")
_BULLET = re.compile(r"^(?:[-*•–—▪●◦]|\d{1,2}[.)]|#{1,6}|>)\s+")
_HEADING = re.compile(r"#{1,6}\s")
_EMPHASIS = re.compile(r"\*\*|__|`+|(?<!\w)[*_]|[*_](?!\w)")
_MOST_MARKS = 50
#: Control, format, surrogate, private and unassigned characters.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of a model's answer, bare, and the passage numbers it was marked with."""

    text: str
    marks: tuple[int, ...]
    lead: str = ""  # what leads in to it, where it is an item of a list
    leads: bool = False  # whether it leads in to what follows, and states nothing alone

    @property
    def alone(self) -> str:
        """The text that is checked, without words about the answer itself."""
        return unframed(self.text)

    @property
    def joined(self) -> str:
        """An item of a list with what leads in to it."""
        return f"{self.lead.rstrip(' :')} {self.alone}" if self.lead else self.alone


def inert(text: str) -> str:
    """The text with nothing in it that a terminal, browser or Markdown viewer would act on.

    Tags and images go, links become "text (address)" without a scheme, control sequences and
    characters that cannot be seen are dropped, as is what a model thought aloud.
    """
    text = without_thoughts(legible(text))
    before = None
    while before != text:  # what is left of nested tags may form new ones
        before = text
        text = _TAG.sub("", _SCRIPT.sub("", text))
    text = _OPEN_TAG.sub("< ", text)
    before = None
    while before != text:  # and so may what is left of nested links, and of addresses
        before = text
        text = _SCHEME.sub("", _LINK.sub(r"\1 (\2)", _IMAGE.sub(r"\1", text)))
    return _SYNTAX.sub(lambda found: f"{found.group()} ", text).strip()


def still(text: str) -> str:
    """The text word for word, with a space where it would begin a tag, a link or a picture."""
    text = _OPEN_TAG.sub("< ", legible(text))
    return _SYNTAX.sub(lambda found: f"{found.group()} ", text)


def legible(text: str) -> str:
    """The text without control sequences, and without characters that have no picture."""
    plain = shown(text)
    if plain.isascii():
        return plain
    return "".join(
        char for char in plain if char in "\n\t" or unicodedata.category(char) not in _UNSEEN
    )


class Words:
    """Passes a model's words on as they come, each whole and harmless.

    A piece may end within an address or an escape sequence, so what follows the last space waits.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._waiting = ""

    def add(self, piece: str) -> None:
        """Take what the model said next, and tell what is whole of it."""
        whole, self._waiting = _whole_words(self._waiting + piece)
        if whole:
            self._tell(_harmless(whole))

    def end(self) -> None:
        """Tell the rest."""
        if self._waiting:
            self._tell(_harmless(self._waiting))
        self._waiting = ""


def _whole_words(text: str) -> tuple[str, str]:
    """The text up to its last white space, and what follows that."""
    end = next((place for place in range(len(text), 0, -1) if text[place - 1].isspace()), 0)
    return text[:end], text[end:]


def _harmless(words: str) -> str:
    """Words without what could act. Brackets stay: a terminal shows them as they are."""
    return _SCHEME.sub("", legible(words))


def claims(text: str) -> list[Claim]:
    """The sentences of a model's answer without marks, bullets and emphasis.

    Headings and sentences about the answer itself («Вот что найдено:») are left out. One that ends
    with a colon leads in to the items of the list after it, or else to the next sentence.
    """
    plain = _MARKS_AFTER_STOP.sub(r"\2\1", inert(text))
    found: list[Claim] = []
    lead, listed = "", False
    for start, end in sentences.split(plain):
        sentence = plain[start:end]
        if _HEADING.match(sentence):  # what follows on the next line is no part of it
            lead = ""
            sentence = sentence.partition("\n")[2].lstrip()
        item = bool(_BULLET.match(sentence))
        bare = _EMPHASIS.sub("", _BULLET.sub("", _MARK.sub("", sentence)))
        bare = re.sub(r"\s+([.,!?;:…])", r"\1", " ".join(bare.split()))
        marks = [number for mark in _MARK.finditer(sentence) for number in _numbers(mark.group(1))]
        if not any(char.isalnum() for char in bare):
            continue
        if not item and listed:
            lead, listed = "", False
        if frames(bare):
            lead = ""
            continue
        leads = bare.endswith(":")
        found.append(Claim(bare, tuple(dict.fromkeys(marks)), "" if leads else lead, leads))
        listed = item and not leads
        lead = bare if leads else lead if item else ""
    return found


def _numbers(inside: str) -> list[int]:
    """Passage numbers of "1, 3-5"; a range that is absurdly long counts by its ends."""
    numbers: list[int] = []
    for piece in re.split(r"[,;]", inside):
        ends = [int(end[:9]) for end in re.findall(r"\d+", piece)]
        if len(ends) == 2 and 0 < ends[1] - ends[0] < _MOST_MARKS:
            numbers += range(ends[0], ends[1] + 1)
        else:
            numbers += ends
    return numbers
