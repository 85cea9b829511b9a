"""Records that a model drew from a text, each held against it: nothing is made up, all is placed.

A value that does not stand in the text becomes null and is reported. A record none of whose values
stands is left out. A record's place is the line that holds most of its values.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from rag.jobs.standing import Text, is_phrase, places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.jobs.checking import Source
    from rag.jobs.fields import Field
    from rag.jobs.pieces import Piece
    from rag.jobs.standing import Span
    from rag.types import Citation

Row = dict[str, Any]
#: What became of a value that is reported: it was made null; it was kept, but may belong elsewhere.
Fate = Literal["null", "kept", "left out"]


@dataclass(frozen=True, slots=True)
class Flag:
    """A value that a person should look at. `field` is "" where a whole record is meant."""

    line: int | None
    field: str
    value: Any
    reason: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class Record:
    """A record with the line of the document that holds most of its values."""

    values: Row
    place: Citation | None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A record without the values that do not stand, and where the others do in the document."""

    row: Row
    spots: dict[str, list[Span]]


NOT_THERE = "it does not stand in the text"
_THEIRS = "it stands in another record"
_ELSEWHERE = "it stands only on the lines of other records"
_NOTHING = "none of its values stands in the text"
_REPEATED = "it stands in the text less often"
_FIGURE = re.compile(r"\d")


class Ground:
    """A piece of a document that records are held against."""

    def __init__(self, source: Source, piece: Piece) -> None:
        self._source = source
        self._piece = piece
        self._text = Text(piece.text, source.document.date)
        self._known: dict[tuple[str, str], list[Span]] = {}

    def records(
        self, fields: Sequence[Field], rows: Sequence[Row]
    ) -> tuple[list[Record], list[Flag]]:
        """The records that stand, in order of the model's answer; and what was left out."""
        left_out: list[Flag] = []
        standing: list[tuple[_Found, list[Flag]]] = []
        for row in rows:
            found, flags = self._stand(fields, row)
            if found.spots:
                standing.append((found, flags))
            elif any(value is not None for value in row.values()):
                left_out.append(Flag(None, "", row, _NOTHING, "left out"))
        shared = Counter(_key(name, found) for found, _ in standing for name in found.spots)
        records: list[Record] = []
        seen: Counter[str] = Counter()
        for found, flags in standing:
            key = json.dumps(found.row, ensure_ascii=False, sort_keys=True)
            if seen[key] >= min(len(spots) for spots in found.spots.values()):
                left_out.append(Flag(None, "", found.row, _REPEATED, "left out"))
                continue
            place = self._place(found, seen[key], shared)
            seen[key] += 1
            flags = [replace(flag, line=place.line) for flag in flags]
            records.append(Record(found.row, place, tuple(flags)))
        return self._doubted(records, fields), left_out

    def record(self, fields: Sequence[Field], row: Row) -> tuple[Row, list[Flag]]:
        """One record with null for what does not stand, and a flag for each such value."""
        found, flags = self._stand(fields, row)
        return found.row, flags

    def value(self, field: Field, value: Any) -> Citation | None:
        """Where one value stands; None where it does not."""
        spots = self._spots(field, value)
        return self._citation(*spots[0]) if spots else None

    def _stand(self, fields: Sequence[Field], row: Row) -> tuple[_Found, list[Flag]]:
        """The row with null for what does not stand, and a flag for each such value."""
        kept: Row = {}
        spots: dict[str, list[Span]] = {}
        flags = []
        for field in fields:
            value = kept[field.name] = row.get(field.name)
            if value is None or field.judged:
                continue
            if found := self._spots(field, value):
                spots[field.name] = found
            else:
                kept[field.name] = None
                flags.append(Flag(None, field.name, value, NOT_THERE, "null"))
        return _Found(kept, spots), flags

    def _spots(self, field: Field, value: Any) -> list[Span]:
        """Where a value stands in the document; a phrase may be told in other words."""
        key = (field.kind, repr(value))
        if key not in self._known:
            self._known[key] = self._found(field, value)
        return self._known[key]

    def _found(self, field: Field, value: Any) -> list[Span]:
        found = [
            (self._piece.place(start), self._piece.place(end - 1) + 1)
            for start, end in places(value, field.kind, self._text)
        ]
        if not found and field.kind == "text" and is_phrase(value):
            cited = self._source.supports(value)
            found = [(cited.start, cited.end)] if cited else []
        return found

    def _place(self, found: _Found, nth: int, shared: Counter[str]) -> Citation:
        """The line that holds most of the values; of several such lines the nth."""
        worth: dict[int, float] = {}
        for name, spots in found.spots.items():
            for line in {self._line(start) for start, _ in spots}:
                worth[line] = worth.get(line, 0.0) + 1 / shared[_key(name, found)] ** 2
        most = max(worth.values())
        best = sorted(line for line, value in worth.items() if value == most)
        return self._line_citation(best[min(nth, len(best) - 1)])

    def _doubted(self, records: list[Record], fields: Sequence[Field]) -> list[Record]:
        """The records, with a flag at each value that stands with other records alone.

        A record holds the lines from its own to the next record's. A figure or a code is theirs,
        and becomes null, where it stands on their own lines only, or only on lines they hold and
        they have it too; words may be meant for several records, and are kept.
        """
        homes = [self._line(record.place.start) if record.place else -1 for record in records]
        order = sorted(set(homes))
        judged = []
        for record, home in zip(records, homes, strict=True):
            values, flags = dict(record.values), list(record.flags)
            line = record.place.line if record.place else None
            for field in fields:
                value = values[field.name]
                if value is None or field.judged:
                    continue
                lines = {self._line(start) for start, _ in self._spots(field, value)}
                owners = {order[max(bisect_right(order, each) - 1, 0)] for each in lines}
                claimants = {
                    place
                    for other, place in zip(records, homes, strict=True)
                    if place != home and other.values[field.name] == value
                }
                theirs = lines <= set(homes) - {home}
                if (theirs or owners <= claimants) and _FIGURE.search(str(value)):
                    values[field.name] = None
                    flags.append(Flag(line, field.name, value, _THEIRS, "null"))
                elif theirs:
                    flags.append(Flag(line, field.name, value, _ELSEWHERE, "kept"))
            judged.append(replace(record, values=values, flags=tuple(flags)))
        return judged

    def _line(self, offset: int) -> int:
        """Number of the line of the text, from 0."""
        return bisect_right(self._source.line_starts, offset) - 1

    def _line_citation(self, line: int) -> Citation:
        text = self._source.document.text
        start = self._source.line_starts[line]
        end = (
            self._source.line_starts[line + 1] - 1
            if line + 1 < len(self._source.line_starts)
            else len(text)
        )
        quote = text[start:end]
        start += len(quote) - len(quote.lstrip())
        return self._citation(start, start + len(quote.strip()))

    def _citation(self, start: int, end: int) -> Citation:
        return self._source.document.citation(self._source.name, start, end)


def _key(name: str, found: _Found) -> str:
    """A value of a record, told apart from others."""
    return f"{name}={found.row[name]}"


def leaves(ground: Ground, value: Any, schema: Mapping[str, Any]) -> tuple[Any, list[Flag]]:
    """An answer of any form with null for texts and numbers that do not stand in the piece.

    What the schema binds to some words, and what is true or false, is for the model to judge.
    """
    from rag.jobs.fields import Field

    if isinstance(value, dict):
        rules = schema.get("properties") or {}
        made = {key: leaves(ground, item, rules.get(key) or {}) for key, item in value.items()}
        flags = [
            replace(flag, field=f"{key}.{flag.field}".rstrip("."))
            for key, (_, found) in made.items()
            for flag in found
        ]
        return {key: item for key, (item, _) in made.items()}, flags
    if isinstance(value, list):
        rule = schema.get("items") or {}
        rows = [leaves(ground, item, rule if isinstance(rule, dict) else {}) for item in value]
        return [item for item, _ in rows], [flag for _, found in rows for flag in found]
    if value is None or isinstance(value, bool) or "enum" in schema or "const" in schema:
        return value, []
    kind = "text" if isinstance(value, str) else "number"
    if schema.get("format") == "date":
        kind = "date"
    if ground.value(Field("value", kind), value):  # type: ignore[arg-type]
        return value, []
    return None, [Flag(None, "", value, NOT_THERE, "null")]
