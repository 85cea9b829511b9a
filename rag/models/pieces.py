"""Token ids into pieces of text as they come, and the strings that end a text.

Pure steps: what is given out is never taken back, and no part of a stop string gets out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: What a decoder puts where bytes are no whole character yet.
_BROKEN = "\ufffd"
#: A character of UTF-8 is at most four bytes, hence four tokens; what stays broken longer is broken
#: for good.
_MOST_HELD = 8


class Detokenizer:
    """Gives the text of token ids one by one, each character once it is whole.

    Only the last few ids are decoded anew, so a piece costs the same at the end of a long text as
    at its beginning. They are decoded with those before them, since a decoder may treat the first
    token of a text in its own way (the leading space of sentencepiece); the way of Hugging Face's
    text-generation-inference and of vLLM.
    """

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self._decode = decode
        self._ids: list[int] = []
        self._given = 0  # ids whose text was given out
        self._before = ""  # the text of those

    def add(self, token: int) -> str:
        """The text that is whole now; often that of this token, sometimes nothing yet."""
        self._ids.append(token)
        text = self._decode(self._ids)
        held = len(self._ids) - self._given
        if text == self._before or (text.endswith(_BROKEN) and held < _MOST_HELD):
            return ""
        return self._advance(text)

    def end(self) -> str:
        """What is left, whole or not."""
        return self._advance(self._decode(self._ids)) if self._ids else ""

    def _advance(self, text: str) -> str:
        piece = text[len(self._before) :]
        self._ids = self._ids[self._given :]
        self._given = len(self._ids)
        self._before = self._decode(self._ids)
        return piece


class Stops:
    """Ends a text before the first of some strings; `met` says that one came."""

    def __init__(self, strings: Sequence[str]) -> None:
        self._strings = [each for each in strings if each]
        self._held = ""
        self.met = False

    def add(self, piece: str) -> str:
        """What may go out; the rest may yet turn out to be the beginning of a stop string."""
        text = self._held + piece
        places = [at for each in self._strings if (at := text.find(each)) >= 0]
        if places:
            self.met, self._held = True, ""
            return text[: min(places)]
        keep = max((_overlap(text, each) for each in self._strings), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def end(self) -> str:
        """What was held back and is no stop string after all."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, string: str) -> int:
    """How many last characters of a text begin a string, which is not whole in it."""
    longest = min(len(text), len(string) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(string[:n])), 0)
