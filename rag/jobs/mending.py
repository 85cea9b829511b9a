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
#: Brackets that are tried as the beginning of a value.
_MOST_TRIES = 200
_FENCED = re.compile(r"```[ \t]*([\w+#.-]*)[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.S)
_FENCE = re.compile(r"^[ \t]*```", re.M)
_OPENING = re.compile(r"[{\[]")
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)


class Found(NamedTuple):
    """A value of an answer; `mended` says that it was broken, `cut` that its end is missing."""

    value: Any
    mended: bool
    cut: bool


def found(text: str) -> Iterator[Found]:
    """The JSON objects and arrays of an answer, the likeliest first; whole ones before mended.

    NaN and infinity, which are no JSON, are null.
    """
    text = spoken(text)[:_LONGEST]
    blocks = [match.group(2) for match in _FENCED.finditer(text) if "{[".find(match[2][:1]) >= 0]
    whole = [value for block in [*blocks, text] for value in _whole(block)]
    yield from (Found(value, mended=False, cut=False) for value in whole)
    for block in [*blocks, text]:
        opening = _OPENING.search(block)
        if opening is None:
            continue
        broken = block[opening.start() :]
        value = _mended(broken)
        if isinstance(value, (dict, list)) and value:
            yield Found(value, mended=True, cut=_open(broken))


def _whole(text: str) -> list[Any]:
    """What parses as it stands, longest first, nothing that lies inside another."""
    values: list[tuple[int, Any]] = []
    place = tries = 0
    while (opening := _OPENING.search(text, place)) and tries < _MOST_TRIES:
        tries += 1
        try:
            value, place = _DECODER.raw_decode(text, opening.start())
        except (ValueError, RecursionError):
            place = opening.end()
            continue
        values.append((place - opening.start(), value))
    return [value for _, value in sorted(values, key=lambda each: -each[0])]


def _mended(text: str) -> Any:
    from json_repair import repair_json

    if _depth(text) > _DEEPEST:
        return None
    try:
        return repair_json(text, return_objects=True, skip_json_loads=True)
    except (ValueError, RecursionError):
        return None


def _depth(text: str) -> int:
    """Brackets open at once, quotes left out of account."""
    depth = deepest = 0
    for char in text:
        depth += (char in "{[") - (char in "}]")
        deepest = max(deepest, depth)
    return deepest


def _open(text: str) -> bool:
    """Whether brackets outside of strings are left open at the end."""
    bare = re.sub(r'"(?:\\.|[^"\\])*"', "", text)
    return sum(map(bare.count, "{[")) > sum(map(bare.count, "}]")) or bare.count('"') % 2 == 1


def code(text: str) -> tuple[str, bool]:
    """The code of an answer, its longest fenced block, and whether its end is missing.

    All of the answer where nothing is fenced.
    """
    text = spoken(text)
    blocks = [match.group(2) for match in _FENCED.finditer(text)]
    if not blocks:
        return text.strip("\n"), False
    return max(blocks, key=len), len(_FENCE.findall(text)) % 2 == 1
