"""Transcripts that Microsoft Teams writes as DOCX: who speaks since which minute.

Three layouts are known: «Олег Титов   0:03» above the words, name and time on lines of their own,
and «0:0:0.0 --> 0:0:2.5» above the name. The last is cut by the clock, as captions are; its pieces
are joined where a sentence goes on or the speaker does not pause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.turns import clean_name
from rag.readers.dates import meeting_day
from rag.readers.meetings import Meeting
from rag.readers.text.captions import MAX_PAUSE
from rag.types import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"
_NAME = r"(?P<name>[^\W\d_][^\n:]{0,79}?|\+?\d[\d ()\-]{4,20})"
_HEAD = re.compile(rf"{_NAME}(?P<gap>[ \t]+)(?P<time>{_CLOCK})")
_TIME = re.compile(_CLOCK)
_LONE_NAME = re.compile(r"[^\W\d_][^\n:.!?;]{0,79}")
_STAMP = r"\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,7})?"
_RANGE = re.compile(rf"(?P<start>{_STAMP})\s*-->\s*(?P<end>{_STAMP})")
_SERVICE = re.compile(
    r".{1,80}\s(?:(?:started|stopped)\s(?:the\s)?(?:transcription|recording)"
    r"|(?:начал|начинает|остановил|прекратил|завершил)\S*\s(?:транскри|расшифровк|запис)\w*)\W*",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"meeting (?:recording|transcript)|запись (?:собрания|встречи|совещания)"
    r"|(?:расшифровка|транскрипция|стенограмма) (?:собрания|встречи|совещания)",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"[^.!?…]$")
#: lines at the top that may hold the title
_HEAD_LINES = 10
#: turns that a transcript without any word of Teams must have
_MIN_TURNS = 3
#: what parts name and time there, at least
_WIDE_GAP = 2


class Transcript(NamedTuple):
    """A meeting laid out anew: its text, and the turns in it."""

    text: str
    turns: tuple[Turn, ...]

    def meeting(self, name: str) -> Meeting:
        """Its turns with the day that the lines above them or the file's `name` say."""
        return Meeting(self.turns, meeting_day(name, self.text[: self.turns[0].start]))


@dataclass(slots=True)
class _Piece:
    """Lines that belong together: what one speaker says since a time, or text without either."""

    label: str = ""
    time: str = ""
    lines: list[str] = field(default_factory=list)
    end: float = 0.0

    @property
    def words(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


def find_transcript(text: str) -> Transcript | None:
    """The meeting that the text of a document is, None where Teams did not write it."""
    lines = [line.strip() for line in text.split("\n")]
    pieces = _ranged(lines) or _headed(lines)
    return _laid_out(pieces) if pieces else None


def _headed(lines: Sequence[str]) -> list[_Piece]:
    """The pieces of a transcript with name and time above the words; [] where it is none."""
    pieces: list[_Piece] = []
    gaps: list[int] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        last = pieces[-1] if pieces else None
        head = _HEAD.fullmatch(line)
        if head:
            gaps.append(len(head["gap"]) + head["gap"].count("\t"))
            pieces.append(_Piece(head["name"], head["time"]))
        elif _TIME.fullmatch(following) and _LONE_NAME.fullmatch(line):
            gaps.append(_WIDE_GAP)
            pieces.append(_Piece(line, following))
        elif last and last.time and not last.lines and line == last.time:
            continue
        elif line and (not last or not last.time or _SERVICE.fullmatch(line)):
            pieces.append(_Piece(lines=[line]))
        elif line and last:
            last.lines.append(line)
    return pieces if _is_transcript(pieces, gaps) else []


def _is_transcript(pieces: Sequence[_Piece], gaps: Sequence[int]) -> bool:
    """Whether times run forward over spoken words, in a file that Teams signs or that looks so."""
    turns = [piece for piece in pieces if piece.time]
    times = [_seconds(turn.time) for turn in turns]
    if not turns or times != sorted(times) or not all(turn.lines for turn in turns):
        return False
    rest = [piece.words for piece in pieces if not piece.time]
    if any(_SERVICE.fullmatch(words) for words in rest):
        return True
    if any(_TITLE.search(words) for words in rest[:_HEAD_LINES]):
        return True
    speakers = {turn.label for turn in turns}
    return len(turns) >= _MIN_TURNS and len(speakers) < len(turns) and min(gaps) >= _WIDE_GAP


def _ranged(lines: Sequence[str]) -> list[_Piece]:
    """The pieces of a transcript with a range of time above each name; [] where it is none."""
    pieces: list[_Piece] = []
    at = 0
    while at < len(lines):
        found = _RANGE.fullmatch(lines[at])
        at += 1
        if not found:
            pieces.append(_Piece(lines=[lines[at - 1]]))
            continue
        stop = at
        while stop < len(lines) and lines[stop] and not _RANGE.fullmatch(lines[stop]):
            stop += 1
        if stop - at < 2 or not _LONE_NAME.fullmatch(lines[at]):
            return []
        end = _seconds(found["end"])
        pieces.append(_Piece(lines[at], found["start"], list(lines[at + 1 : stop]), end))
        at = stop
    return _joined(pieces) if any(piece.time for piece in pieces) else []


def _joined(pieces: Sequence[_Piece]) -> list[_Piece]:
    """The pieces, those of one speaker made one where the clock alone parted them."""
    joined: list[_Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if (
            last
            and last.time
            and piece.time
            and last.label == piece.label
            and (_UNFINISHED.search(last.lines[-1]) or _seconds(piece.time) - last.end <= MAX_PAUSE)
        ):
            last.lines.extend(piece.lines)
            last.end = piece.end
        else:
            joined.append(piece)
    return joined


def _laid_out(pieces: Sequence[_Piece]) -> Transcript:
    """The pieces one below the other, each turn under its speaker and time."""
    paragraphs: list[str] = []
    turns: list[Turn] = []
    length, line = 0, 1
    for piece in pieces:
        words = piece.words
        if not words:
            continue
        head = f"{piece.label}   {piece.time}\n" if piece.time else ""
        start, end = length + len(head), length + len(head) + len(words)
        if head:
            speaker = clean_name(piece.label)
            turns.append(Turn(speaker, words, line + 1, piece.time, start, end))
        paragraphs.append(head + words)
        length = end + 2
        line += paragraphs[-1].count("\n") + 2
    return Transcript("\n\n".join(paragraphs), tuple(turns))


def _seconds(stamp: str) -> float:
    """Seconds since the beginning that a stamp of two or three parts means."""
    seconds = 0.0
    for part in stamp.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds
