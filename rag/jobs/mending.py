"""JSON out of what a model wrote: found among prose and fences, and mended where it is broken.

What is whole is taken as it is. Only where nothing is whole does json-repair mend: commas left
over or missing, quotes of another kind, Python's None and True, comments, brackets never closed.
Nothing mended is trusted for that: the schema and the document decide afterwards.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.cite.clean import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Characters of an answer that are looked at; no answer within a window is longer.
_LONGEST = 400_000
#: Brackets open at once, beyond which nobody means it and parsers run out of stack.
_DEEPEST = 100
#: Values that are looked at.
_MOST_BLOCKS = 50
_FENCED = re.compile(r"```[ \t]*([\w+#.-]*)[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.S)
_FENCE = re.compile(r"^[ \t]*```", re.M)
_OPENING = re.compile(r"[{\[]")
#: A bracket, or a whole string, or one that is cut.
_SIGN = re.compile(r'[{}\[\]]|"(?:\\.|[^"\\\n])*(?:"|\Z)')


class Found(NamedTuple):
    """A value of an answer; `mended` says that it was broken, `cut` that its end is missing."""

    value: Any
    mended: bool
    cut: bool


def found(text: str) -> Iterator[Found]:
    """The JSON objects and arrays of an answer, the likeliest first.

    That is what is fenced before what is not, and the longest first. Nothing inside a broken value
    counts for itself: a row of a broken table is not the table. NaN and infinity, which are no
    JSON, are null.
    """
    text = spoken(text)[:_LONGEST]
    fences = [match.group(2) for match in _FENCED.finditer(text)]
    blocks = [block for part in (*fences, text) for block in _blocks(part)]
    for block in blocks:
        value = _whole(block)
        if value is not None:
            yield Found(value, mended=False, cut=False)
        elif value := _mended(block):
            yield Found(value, mended=True, cut=_depth(block).left > 0)


def _blocks(text: str) -> list[str]:
    """What stands between a bracket and the one that closes it, or the end; longest first."""
    blocks: list[str] = []
    opening = _OPENING.search(text)
    while opening and len(blocks) < _MOST_BLOCKS:
        place = opening.start()
        end = _closing(text, place)
        blocks.append(text[place:end])
        opening = _OPENING.search(text, end)
    return sorted(blocks, key=len, reverse=True)


def _closing(text: str, start: int) -> int:
    """Where the bracket at `start` is closed again; brackets inside of strings do not count."""
    depth = 0
    for match in _SIGN.finditer(text, start):
        sign = match.group()
        depth += (sign in "{[") - (sign in "}]")
        if depth == 0 and sign in "}]":
            return match.end()
    return len(text)


def _whole(block: str) -> Any:
    """The value of a block that is sound JSON; None where it is not."""
    try:
        return json.loads(block, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def _mended(block: str) -> Any:
    """The value that a broken block was to be; None where there is none in it."""
    from json_repair import repair_json

    if _depth(block).deepest > _DEEPEST:
        return None
    try:
        value = repair_json(block, return_objects=True, skip_json_loads=True)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, (dict, list)) else None


class _Depth(NamedTuple):
    """Brackets that are open at the end of a text, and the most that are open at once."""

    left: int
    deepest: int


def _depth(text: str) -> _Depth:
    depth = deepest = 0
    for match in _SIGN.finditer(text):
        depth += (match.group() in "{[") - (match.group() in "}]")
        deepest = max(deepest, depth)
    return _Depth(depth, deepest)


def code(text: str) -> tuple[str, bool]:
    """The code of an answer, its longest fenced block, and whether its end is missing.

    All of the answer where nothing is fenced.
    """
    text = spoken(text)
    blocks = [match.group(2) for match in _FENCED.finditer(text)]
    if not blocks:
        return text.strip("\n"), False
    return max(blocks, key=len), len(_FENCE.findall(text)) % 2 == 1
