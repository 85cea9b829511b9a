"""Recorded meetings: WebVTT and SubRip captions.

Captions are cut by the clock, not by sentences: cues of one speaker that follow within
`MAX_PAUSE` seconds, or go on in the middle of a sentence, become one turn. Every cue keeps the
physical line it came from.
"""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.minutes.turns import clean_name
from rag.readers.dates import date_of
from rag.readers.encoding import decode
from rag.readers.options import DEFAULT, Options
from rag.types import Document, Line, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: seconds of silence that do not end a turn
MAX_PAUSE = 2.0

_STAMP = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMING = re.compile(rf"^\s*({_STAMP})\s*-->\s*({_STAMP})")
_VOICE = re.compile(r"<v(?:\.[\w.]{1,60})?\s{1,9}([^<>]{0,200})>")
_TAG = re.compile(
    r"</?(?:v|c|b|i|u|ruby|rt|lang|font)\b[^<>\n]{0,200}>|<\d[\d:.]{0,20}>|\{\\[^{}]{0,200}\}",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\s*[-–—]?\s*((?:[Сс]пикер|[Ss]peaker|SPEAKER)[ _]?\d+|[^\W\d_a-zа-яё][\w.'’-]*"
    r"(?:\s[^\W\d_a-zа-яё][\w.'’-]*|\s\d{1,2}){0,3}(?:\s*\([^)]{1,30}\))?)\s*:\s+(?=\S)"
)
#: any words before a colon, in a file where most captions begin so
_LOOSE_LABEL = re.compile(r"^\s*[-–—]?\s*([^:\s][^:]{0,59}?)\s*:\s+(?=\S)")
_LABELLED_SHARE = 0.6
#: «12 "Имя" (345)», the line over a caption's times where Zoom names the speaker
_NAMED_ID = re.compile(r'^\d+\s+"([^"]{1,80})"\s+\(\d+\)\s*$')
_UNFINISHED = re.compile(r"[^.!?…]$")
_NOTE = re.compile(r"^NOTE\b[ \t]*(.*(?:\n.+)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Cue:
    """One caption: who (None if unsaid), when in seconds, and its (physical line, words) rows."""

    speaker: str | None
    start: float
    end: float
    stamp: str
    rows: tuple[tuple[int, str], ...]

    @property
    def text(self) -> str:
        """The words of all rows."""
        return " ".join(words for _, words in self.rows)


def read_vtt(data: bytes, name: str, _: Options = DEFAULT) -> Document:
    """Read WebVTT captions (Zoom, Teams, bare); raises ReadError where there is no cue."""
    return _captions(data, name)


def read_srt(data: bytes, name: str, _: Options = DEFAULT) -> Document:
    """Read SubRip captions; raises ReadError where there is no cue."""
    return _captions(data, name)


@dataclass(frozen=True, slots=True)
class Piece:
    """One turn before it is rendered: rows are (physical line, words)."""

    speaker: str | None
    stamp: str | None
    rows: tuple[tuple[int, str], ...]
    label: str | None = None


def _captions(data: bytes, name: str) -> Document:
    text, encoding = decode(data)
    cues = list(_cues(text))
    if not cues:
        raise ReadError(f"{name} holds no captions")
    pieces = [
        Piece(turn[0].speaker, turn[0].stamp, tuple(row for cue in turn for row in cue.rows))
        for turn in _merged(_voiced(cues))
    ]
    notes = "\n".join(match.group(1) for match in _NOTE.finditer(text))
    day = date_of(name, notes) or _compact(notes)
    identity = hashlib.sha256(data).hexdigest()
    return meeting(identity, PurePath(name).stem, pieces, day, encoding)


def _compact(text: str) -> str | None:
    """The day of a recorder's stamp such as GMT20251008-070312."""
    found = re.search(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)", text)
    return "-".join(found.groups()) if found else None


def _cues(text: str) -> Iterator[_Cue]:
    """Cues in file order; whatever stands outside a cue (NOTE, STYLE, ids) is passed over."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        timing = _TIMING.match(lines[at])
        named = _NAMED_ID.match(lines[at - 1]) if timing and at else None
        at += 1
        if timing is None:
            continue
        payload = []
        while at < len(lines) and lines[at].strip() and not _TIMING.match(lines[at]):
            payload.append((at + 1, lines[at]))
            at += 1
        if at < len(lines) and lines[at].strip() and payload and _is_id(payload[-1][1]):
            payload.pop()  # the next cue's number, where no blank line divides the two
        yield from _voices(timing, payload, clean_name(named[1]) if named else None)


def _is_id(line: str) -> bool:
    return line.strip().isdigit()


def _voices(
    timing: re.Match[str], payload: Sequence[tuple[int, str]], speaker: str | None
) -> Iterator[_Cue]:
    """The caption, a cue for each of the voices in it."""
    parts = timing.groups()
    start, end = _seconds(parts[1:5]), _seconds(parts[6:10])
    rows: list[tuple[int, str]] = []
    for number, line in payload:
        first, *voiced = _VOICE.split(line)
        for name, text in (("", first), *zip(voiced[::2], voiced[1::2], strict=True)):
            if name and rows:
                yield _Cue(speaker, start, end, parts[0], tuple(rows))
                rows = []
            speaker = clean_name(html.unescape(name)) if name else speaker
            if words := " ".join(html.unescape(_TAG.sub("", text)).split()):
                rows.append((number, words))
    if rows:
        yield _Cue(speaker, start, end, parts[0], tuple(rows))


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _voiced(cues: Sequence[_Cue]) -> list[_Cue]:
    """Cues with the speaker from a «Имя: » at their beginning, carried on to unlabelled ones.

    A cue without a label belongs to the speaker before it; in a file without any label to nobody.
    """
    pattern = _label_pattern(cues)
    voiced: list[_Cue] = []
    for cue in cues:
        number, words = cue.rows[0]
        label = pattern.match(words) if cue.speaker is None else None
        if label:
            rows = ((number, words[label.end() :]), *cue.rows[1:])
            voiced.append(replace(cue, speaker=clean_name(label.group(1)), rows=rows))
        elif cue.speaker is None and voiced:
            voiced.append(replace(cue, speaker=voiced[-1].speaker))
        else:
            voiced.append(cue)
    return voiced


def _label_pattern(cues: Sequence[_Cue]) -> re.Pattern[str]:
    """What a label looks like: a name, or anything where a label begins most cues."""
    labels = [found[1] for cue in cues if (found := _LOOSE_LABEL.match(cue.rows[0][1]))]
    usual = len(labels) >= _LABELLED_SHARE * len(cues)
    again = len(set(labels)) < len(labels) or any(_LABEL.match(f"{label}: x") for label in labels)
    return _LOOSE_LABEL if usual and again else _LABEL


def _merged(cues: Iterable[_Cue]) -> list[list[_Cue]]:
    """Consecutive cues of one speaker; without speakers every cue stands alone."""
    turns: list[list[_Cue]] = []
    for cue in cues:
        last = turns[-1][-1] if turns else None
        if (
            last is not None
            and cue.speaker is not None
            and cue.speaker == last.speaker
            and (cue.start - last.end <= MAX_PAUSE or _UNFINISHED.search(last.text))
        ):
            turns[-1].append(cue)
        else:
            turns.append([cue])
    return turns


def meeting(
    identity: str, title: str, pieces: Sequence[Piece], day: str | None, encoding: str
) -> Document:
    """Pieces rendered one paragraph a turn, with the map from offsets to physical lines."""
    parts: list[str] = []
    lines: list[Line] = []
    turns: list[Turn] = []
    length = 0
    for piece in pieces:
        label = piece.label or piece.speaker
        head = f"{label}: " if label else ""
        paragraph = length
        length += len(head)
        start = length
        for index, (number, words) in enumerate(piece.rows):
            length += bool(index)  # the line break between two rows
            if not lines or lines[-1].number < number:  # two may speak on one line
                lines.append(Line(number, length if index else paragraph))
            length += len(words)
        spoken = "\n".join(words for _, words in piece.rows)
        parts.append(head + spoken)
        turns.append(Turn(piece.speaker, spoken, piece.rows[0][0], piece.stamp, start, length))
        length += 2
    return Document(
        id=identity,
        title=title,
        text="\n\n".join(parts),
        turns=tuple(turns),
        lines=tuple(lines),
        kind="meeting",
        date=day,
        encoding=encoding,
    )
