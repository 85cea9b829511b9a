"""Recorded meetings: WebVTT and SubRip captions, Telegram chat exports.

Captions are cut by the clock, not by sentences: cues of one speaker that follow within
`MAX_PAUSE` seconds, or go on in the middle of a sentence, become one turn. Every cue keeps the
physical line it came from.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

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

_STAMP = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMING = re.compile(rf"^\s*({_STAMP})\s*-->\s*({_STAMP})")
_VOICE = re.compile(r"<v(?:\.[\w.]+)?\s+([^>]*)>")
_TAG = re.compile(
    r"</?(?:v|c|b|i|u|ruby|rt|lang|font)\b[^>\n]*>|<\d[\d:.]*>|\{\\[^}]*\}", re.IGNORECASE
)
_LABEL = re.compile(
    r"^\s*[-–—]?\s*((?:[Сс]пикер|[Ss]peaker|SPEAKER)[ _]?\d+|[^\W\d_a-zа-яё][\w.'’-]*"
    r"(?:\s[^\W\d_a-zа-яё][\w.'’-]*|\s\d{1,2}){0,3}(?:\s*\([^)]{1,30}\))?)\s*:\s+(?=\S)"
)
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


def read_telegram(data: bytes, name: str, _: Options = DEFAULT) -> Document:
    """Read a Telegram export (result.json of one chat); its lines are the ids of the messages.

    Service messages are left out, forwarded ones have no speaker. Raises ReadError where the JSON
    is not such an export.
    """
    text, encoding = decode(data)
    try:
        export = json.loads(text)
    except ValueError as error:
        raise ReadError(f"{name} is not valid JSON") from error
    except RecursionError as error:
        raise ReadError(f"{name} is nested too deeply") from error
    messages = export.get("messages") if isinstance(export, dict) else None
    if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
        raise ReadError(f"{name} is not a Telegram export: it has no list of messages")
    pieces = [piece for message in messages if (piece := _message(message))]
    title = str(export.get("name") or PurePath(name).stem)
    stamps = [str(message.get("date", "")) for message in messages]
    day = next((s[:10] for s in stamps if re.match(r"\d{4}-\d\d-\d\d", s)), None)
    return _document(data, title, pieces, day, encoding)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One turn before it is rendered: rows are (physical line, words)."""

    speaker: str | None
    stamp: str | None
    rows: tuple[tuple[int, str], ...]
    label: str | None = None


def _message(message: dict[str, Any]) -> _Piece | None:
    """A Telegram message as a piece; None for service messages and empty ones."""
    words = _flat(message.get("text", "")).strip()
    number = message.get("id")
    if message.get("type") != "message" or not words or not isinstance(number, int):
        return None
    forwarded = message.get("forwarded_from")
    sender = str(message["from"]) if message.get("from") else None
    stamp = str(message.get("date", ""))[11:16] or None
    if forwarded:
        return _Piece(None, stamp, ((number, words),), label=f"{sender} ← {forwarded}")
    return _Piece(sender, stamp, ((number, words),))


def _flat(text: Any) -> str:
    """Telegram text: a string, or a list of strings and {"type", "text"} objects."""
    if isinstance(text, str):
        return text
    if not isinstance(text, list):
        return ""
    return "".join(
        part if isinstance(part, str) else str(part.get("text", ""))
        for part in text
        if isinstance(part, str | dict)
    )


def _captions(data: bytes, name: str) -> Document:
    text, encoding = decode(data)
    cues = list(_cues(text))
    if not cues:
        raise ReadError(f"{name} holds no captions")
    pieces = [
        _Piece(turn[0].speaker, turn[0].stamp, tuple(row for cue in turn for row in cue.rows))
        for turn in _merged(_voiced(cues))
    ]
    notes = "\n".join(match.group(1) for match in _NOTE.finditer(text))
    day = date_of(name, notes) or _compact(notes)
    return _document(data, PurePath(name).stem, pieces, day, encoding)


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
        at += 1
        if timing is None:
            continue
        payload = []
        while at < len(lines) and lines[at].strip() and not _TIMING.match(lines[at]):
            payload.append((at + 1, lines[at]))
            at += 1
        if at < len(lines) and lines[at].strip() and payload and _is_id(payload[-1][1]):
            payload.pop()  # the next cue's number, where no blank line divides the two
        cue = _cue(timing, payload)
        if cue:
            yield cue


def _is_id(line: str) -> bool:
    return line.strip().isdigit()


def _cue(timing: re.Match[str], payload: Sequence[tuple[int, str]]) -> _Cue | None:
    speaker = None
    rows = []
    for number, line in payload:
        voice = _VOICE.search(line)
        if voice:
            speaker = clean_name(html.unescape(voice.group(1)))
        words = " ".join(html.unescape(_TAG.sub("", line)).split())
        if words:
            rows.append((number, words))
    if not rows:
        return None
    first = timing.groups()
    return _Cue(speaker, _seconds(first[1:5]), _seconds(first[6:10]), first[0], tuple(rows))


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _voiced(cues: Sequence[_Cue]) -> list[_Cue]:
    """Cues with the speaker from a «Имя: » at their beginning, carried on to unlabelled ones.

    A cue without a label belongs to the speaker before it; in a file without any label to nobody.
    """
    voiced: list[_Cue] = []
    for cue in cues:
        number, words = cue.rows[0]
        label = _LABEL.match(words) if cue.speaker is None else None
        if label:
            rows = ((number, words[label.end() :]), *cue.rows[1:])
            voiced.append(replace(cue, speaker=clean_name(label.group(1)), rows=rows))
        elif cue.speaker is None and voiced:
            voiced.append(replace(cue, speaker=voiced[-1].speaker))
        else:
            voiced.append(cue)
    return voiced


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


def _document(
    data: bytes, title: str, pieces: Sequence[_Piece], day: str | None, encoding: str
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
            lines.append(Line(number, length if index else paragraph))
            length += len(words)
        spoken = "\n".join(words for _, words in piece.rows)
        parts.append(head + spoken)
        turns.append(Turn(piece.speaker, spoken, piece.rows[0][0], piece.stamp, start, length))
        length += 2
    return Document(
        id=hashlib.sha256(data).hexdigest(),
        title=title,
        text="\n\n".join(parts),
        turns=tuple(turns),
        lines=tuple(lines),
        kind="meeting",
        date=day,
        encoding=encoding,
    )
