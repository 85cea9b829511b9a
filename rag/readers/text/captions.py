"""Recorded meetings: WebVTT and SubRip captions.

Captions are cut by the clock, not by sentences: cues of one speaker that follow within
`MAX_PAUSE` seconds, or go on in the middle of a sentence, become one turn. Every cue keeps the
physical line it came from.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import ReadError
from rag.minutes.turns import clean_name
from rag.minutes.turns.labels import (
    is_capitalised,
    is_person,
    is_plausible,
    is_stop,
    is_thing,
    names_of,
)
from rag.readers.dates import meeting_day
from rag.readers.encoding import decode
from rag.readers.options import DEFAULT, Options
from rag.types import Document, Line, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: seconds of silence that do not end a turn
MAX_PAUSE = 2.0

_STAMP = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMING = re.compile(rf"^\s*({_STAMP})\s*-->\s*({_STAMP})")
_VOICE = re.compile(r"<v(?:\.[\w.]{1,60})?\s{1,9}([^<>]{0,200})(?:>|$)")
_TAG = re.compile(
    r"</?(?:v|c|b|i|u|ruby|rt|lang|font)\b[^<>\n]{0,200}>|<\d[\d:.]{0,20}>|\{\\[^{}]{0,200}\}",
    re.IGNORECASE,
)
#: «Имя: », «[Имя]: », also behind the sign that somebody else speaks
_LABEL = re.compile(
    r"^\s*(?P<change>(?:[-–—]|>{2,3})\s*)?"
    r"(?:(?P<label>[^:\s\[\]][^:\[\]]{0,59}?)\s*:\s+"
    r"|[\[(](?P<boxed>[^\[\]()]{1,60})[\])]\s*:?\s+)?(?=\S)"
)
_LABELLED_SHARE = 0.6
#: «12 "Имя" (345)», the line over a caption's times where Zoom names the speaker
_NAMED_ID = re.compile(r'^\d+\s+"([^"]{1,80})"\s+\(\d+\)\s*$')
_UNFINISHED = re.compile(r"[^.!?…]$")
#: what the file says of itself: its first block, and notes
_NOTE = re.compile(r"(?:WEBVTT|NOTE)\b[ \t]*")
_BLOCKS = re.compile(r"\n[ \t]*\n")
#: seconds between two cues that show one row
_OVERLAP = 0.1
#: seconds by which a cue may run back and still be of the same recording
_JUMP = 60.0
#: share of cues that end a sentence where a recogniser writes full stops
_PUNCTUATED = 0.3


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
    """One turn before it is rendered: rows are (physical line, words); `day` as in `Turn`.

    What is not `spoken` is text beside the turns.
    """

    speaker: str | None
    stamp: str | None
    rows: tuple[tuple[int, str], ...]
    label: str | None = None
    day: str | None = None
    spoken: bool = True


def _captions(data: bytes, name: str) -> Document:
    text, encoding = decode(data)
    read = list(_cues(text))
    if not read:
        raise ReadError(f"{name} holds no captions")
    ordered = _in_order(read)
    pieces = [
        Piece(turn[0].speaker, turn[0].stamp, tuple(row for cue in turn for row in cue.rows))
        for turn in _merged(_voiced(_once(ordered)))
    ]
    day = meeting_day(name, _head(text))
    moved = ("captions stood out of the order of their times",) if ordered != read else ()
    identity = hashlib.sha256(data).hexdigest()
    return meeting(identity, PurePath(name).stem, pieces, day, encoding, moved)


def _head(text: str) -> str:
    """What the notes of the file say."""
    blocks = (block.strip() for block in _BLOCKS.split(text))
    notes = (block for block in blocks if _NOTE.match(block) and "-->" not in block)
    return "\n".join(_NOTE.sub("", note, count=1) for note in notes)


def _in_order(cues: Sequence[_Cue]) -> list[_Cue]:
    """The cues by their times; where these begin anew, another recording begins."""
    recordings: list[list[_Cue]] = []
    latest = 0.0
    for cue in cues:
        if not recordings or cue.start < latest - _JUMP:
            recordings.append([])
            latest = cue.start
        recordings[-1].append(cue)
        latest = max(latest, cue.start)
    return [cue for part in recordings for cue in sorted(part, key=lambda cue: cue.start)]


def _once(cues: Iterable[_Cue]) -> list[_Cue]:
    """The cues without the rows that rolling captions show a second time."""
    found: list[_Cue] = []
    ended, shown = -1.0, ""
    for cue in cues:
        rows = cue.rows
        while rows and cue.start <= ended + _OVERLAP and rows[0][1] == shown:
            rows = rows[1:]
        if rows:
            found.append(replace(cue, rows=rows))
            shown = rows[-1][1]
        ended = max(ended, cue.end)
    return found


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


class _Row(NamedTuple):
    """A cue of one voice; whether the file names it, and whether another than before speaks."""

    cue: _Cue
    named: bool = False
    changed: bool = False


def _voiced(cues: Sequence[_Cue]) -> list[_Cue]:
    """Cues with the speaker from a «Имя: » at the beginning of a row, carried on to those without.

    A row without a label belongs to the speaker before it, unless a dash says that another speaks;
    in a file without labels, or with one somewhere in its midst, to nobody.
    """
    speakers = _speakers(cues)
    rows = [row for cue in cues for row in _rows(cue, speakers)]
    carried = rows[0].named or sum(row.named for row in rows) > 1
    voiced: list[_Cue] = []
    for row in rows:
        follows = carried and voiced and not row.named and not row.changed
        voiced.append(replace(row.cue, speaker=voiced[-1].speaker) if follows else row.cue)
    return voiced


def _rows(cue: _Cue, speakers: Mapping[str, str]) -> Iterator[_Row]:
    """The cue, parted where a row begins with the label or the dash of another speaker."""
    if cue.speaker is not None:
        yield _Row(cue, named=True)
        return
    part = _Row(cue)
    rows: list[tuple[int, str]] = []
    for number, words in cue.rows:
        speaker, changed, start = _label_of(words, speakers)
        if speaker or changed:
            if rows:
                yield part._replace(cue=replace(part.cue, rows=tuple(rows)))
            part = _Row(replace(cue, speaker=speaker), speaker is not None, changed)
            rows = []
        rows.append((number, words[start:]))
    yield part._replace(cue=replace(part.cue, rows=tuple(rows)))


def _label_of(words: str, speakers: Mapping[str, str]) -> tuple[str | None, bool, int]:
    """The speaker a row names, whether a dash marks another one, and where its words begin."""
    found = _LABEL.match(words)
    if found is None:
        return None, False, 0
    speaker = speakers.get(found["label"] or found["boxed"] or "")
    if speaker:
        return speaker, False, found.end()
    changed = found["change"] is not None
    return None, changed, found.end("change") if changed else 0


def _speakers(cues: Sequence[_Cue]) -> dict[str, str]:
    """The labels of the file that are speakers, with their names.

    Such a label names a person, or comes again, or stands in a file where most cues have one.
    """
    found = [_LABEL.match(words) for cue in cues if cue.speaker is None for _, words in cue.rows]
    labels = Counter(match["label"] for match in found if match and match["label"])
    boxed = {match["boxed"] for match in found if match and match["boxed"]}
    usual = labels.total() >= _LABELLED_SHARE * len(cues) and (
        len(labels) < labels.total() or any(map(is_person, labels))
    )
    speakers = {
        label
        for label, times in labels.items()
        if is_person(label)
        or (is_plausible(label) and not is_thing(label) and is_capitalised(label) and times > 1)
        or (usual and not is_stop(label) and not is_thing(label))
    }
    return names_of(sorted(speakers | set(filter(is_person, boxed))))


def _merged(cues: Sequence[_Cue]) -> list[list[_Cue]]:
    """Consecutive cues of one speaker, those of nobody where a sentence goes on in small letters.

    A recogniser that ends no sentence tells nothing of where one goes on.
    """
    ended = sum(not _UNFINISHED.search(cue.text) for cue in cues)
    punctuated = ended >= _PUNCTUATED * len(cues)
    turns: list[list[_Cue]] = []
    for cue in cues:
        if turns and _goes_on(turns[-1][-1], cue, punctuated=punctuated):
            turns[-1].append(cue)
        else:
            turns.append([cue])
    return turns


def _goes_on(last: _Cue, cue: _Cue, *, punctuated: bool) -> bool:
    """Whether a cue belongs to the turn of the one before it."""
    if cue.speaker != last.speaker or cue.start < last.start:
        return False
    near = cue.start - last.end <= MAX_PAUSE
    unfinished = _UNFINISHED.search(last.text) is not None
    if cue.speaker is None:
        return punctuated and near and unfinished and cue.text[:1].islower()
    return near or unfinished


def meeting(
    identity: str,
    title: str,
    pieces: Sequence[Piece],
    day: str | None,
    encoding: str,
    notes: tuple[str, ...] = (),
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
            if not lines or lines[-1].number != number:  # two may speak on one line
                lines.append(Line(number, length if index else paragraph))
            length += len(words)
        spoken = "\n".join(words for _, words in piece.rows)
        parts.append(head + spoken)
        line = piece.rows[0][0]
        turn = Turn(piece.speaker, spoken, line, piece.stamp, start, length, day=piece.day)
        turns += [turn] if piece.spoken else []
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
        notes=notes,
    )
