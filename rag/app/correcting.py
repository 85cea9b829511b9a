"""What people set right in the minutes of meetings of a library."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from rag.app.showing import Showing
from rag.corrections import Correction, Fault, changes, nothing
from rag.errors import DocumentMissing, NotAMeeting, UsageError
from rag.store.corrections import Corrections
from rag.store.opening import open_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rag.corrections import Corrected
    from rag.record import Record
    from rag.store.rows import Meeting
    from rag.types import Promise

_OWN_BYTES = 8  # of the token that a promise of the person's own is known by
_GONE = "Somebody has changed it meanwhile: look at the minutes again."


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting of a library: its document, and its minutes with what was set right in them."""

    name: str
    id: str
    title: str
    corrected: Corrected
    corrections: tuple[Correction, ...]

    @property
    def date(self) -> str | None:
        """Its day (ISO), where it is known."""
        return self.corrected.minutes.date


class Correcting(Showing):
    """A library whose minutes can be set right; see `rag.corrections`."""

    def meetings_stamp(self) -> tuple[str, int, int]:
        """Another stamp whenever meetings or their corrections are others; the library's first."""
        return self.state, *Corrections(self.paths.corrections).stamp()

    def held_meetings(self) -> list[Held]:
        """All meetings of the library, by name."""
        with open_catalogue(self.paths) as catalogue:
            titles = {row.name: row.title for row in catalogue.documents()}
            return [
                Held(m.name, m.id, titles[m.name], m.corrected, m.corrections)
                for m in catalogue.meetings()
            ]

    def record(self, name: str) -> Record:
        """The record of a meeting as it was read, without a model and without corrections.

        Raises UsageError where there is no such document, NotAMeeting where it is none.
        """
        from rag.named import Unread, named
        from rag.record import records_of
        from rag.summary.verbatim import without_model

        (found,) = named([name], self.paths, self._readers)
        if not isinstance(found, Unread):
            found = replace(found, corrections=())
        made = records_of(
            [found], lambda n, source, brief: without_model({n: source}, brief), day=None, read=None
        )
        (record,) = made
        if isinstance(record, Unread):
            raise record.error
        return record

    def meeting(self, name: str) -> Meeting:
        """A meeting by the name of its document.

        Raises DocumentMissing where there is no such document, NotAMeeting where it is none.
        """
        with open_catalogue(self.paths) as catalogue:
            names = {row.name: row.id for row in catalogue.documents()}
            found = [m for m in catalogue.meetings() if m.id == names.get(name)]
        if name not in names:
            raise DocumentMissing(f"There is no document {name}", "See what there is: rag list")
        if not found:
            raise NotAMeeting(f"{name} is not a meeting", "See what is in it: rag show DOCUMENT")
        return found[0]

    def corrected(self, name: str) -> Corrected:
        """The minutes of a meeting with what was set right in them."""
        meeting = self.meeting(name)
        with open_catalogue(self.paths) as catalogue:
            return replace(meeting, document=catalogue.document).corrected

    def candidates(self, name: str, promise: Promise) -> Sequence[str]:
        """The participants of a meeting that an ambiguous name in a promise's lines fits."""
        from rag.exports.outline import candidates

        meeting = self.meeting(name)
        with open_catalogue(self.paths) as catalogue:
            document = catalogue.document(meeting.id)
        return candidates(document, meeting.minutes.participants, promise)

    def line_from(self, name: str, start: int) -> str:
        """The words of a document from an offset to the end of its line."""
        return self.document(name)[1].text[start:].partition("\n")[0]

    def correct(self, name: str, promise: Promise, wanted: Mapping[str, str | None]) -> None:
        """Set fields of a promise (see `rag.corrections.FIELDS`) to what is true.

        A field that is set to what had been read loses its correction. Raises UsageError for a
        value that cannot be, and where the promise is not in the minutes any more.
        """
        meeting, found = self.meeting(name), self.corrected(name)
        earlier = _of(found, promise)
        told = changes(promise, wanted, found.minutes.date)
        own = any(edit.field == "own" for edit in promise.edits)
        old = [each for each in earlier if each.kind in told]
        had = {each.kind for each in old}
        new = [
            replace(self._about(meeting, promise, earlier), kind=kind, value=value, was=was)
            for kind, (value, was) in told.items()
            if value != was or own or (kind == "state" and kind not in had)
        ]
        self._keep(old, new)

    def strike(self, name: str, promise: Promise) -> None:
        """Say that a promise is none. One that a person had added is gone with it."""
        meeting, found = self.meeting(name), self.corrected(name)
        earlier = _of(found, promise)
        if any(edit.field == "own" for edit in promise.edits):
            self._keep(earlier, [])
            return
        row = replace(self._about(meeting, promise, earlier), kind="struck", value=None)
        self._keep([], [replace(row, was=f"{promise.who or '—'}: {promise.what}")])

    def add_promise(
        self, name: str, wanted: Mapping[str, str | None], line: int | None = None
    ) -> None:
        """Add a promise of a person's own, on a line of the meeting where it has one.

        Raises UsageError for a line that the document does not have or that is empty, and for a
        value that cannot be.
        """
        meeting, found = self.meeting(name), self.corrected(name)
        quote, start = self._line(meeting, line) if line is not None else ("", 0)
        nobody = nothing(quote, start, line or 0)
        told = changes(nobody, {"what": None, **wanted}, found.minutes.date)
        token = f"own-{secrets.token_hex(_OWN_BYTES)}"
        base = Correction(
            meeting.id, meeting.name, "own", str(line or 0), quote=quote, what=token, start=start
        )
        fields = [replace(base, kind=kind, value=value) for kind, (value, _) in told.items()]
        self._keep([], [base, *fields])

    def tell_day(self, name: str, day: str | None) -> None:
        """Say on which day (ISO) a meeting was; None takes back what was said of it.

        Raises UsageError for what is no day.
        """
        meeting, found = self.meeting(name), self.corrected(name)
        try:
            told = date.fromisoformat(day).isoformat() if day else None
        except ValueError:
            raise UsageError(f"{day} is no day", "Write it as 2025-11-12.") from None
        old = [m.correction for m in found.made if m.correction.kind == "day"]
        row = Correction(meeting.id, meeting.name, "day", told, was=meeting.minutes.date)
        self._keep(old, [row] if told and told != meeting.minutes.date else [])

    def undo(self, corrections: Iterable[Correction]) -> None:
        """Take corrections back; a promise of a person's own goes with all that was said of it."""
        going = list(corrections)
        own = {each.what for each in going if each.kind == "own"}
        also = [each for each in Corrections(self.paths.corrections).all() if each.what in own]
        self._keep({each.id: each for each in (*going, *also)}.values(), [])

    def undo_all(self, name: str) -> int:
        """Take all corrections of a meeting back, those that found no place too; how many."""
        going = self.meeting(name).corrections
        self._keep(going, [])
        return len(going)

    def _about(
        self, meeting: Meeting, promise: Promise, earlier: Sequence[Correction]
    ) -> Correction:
        """A correction of a promise, without what it corrects."""
        own = next((each for each in earlier if each.kind == "own"), None)
        if own is not None:
            return own
        read = promise.read or promise
        return Correction(
            *(meeting.id, meeting.name, "state", None, read.quote, read.what, read.start)
        )

    def _keep(self, old: Iterable[Correction], new: Iterable[Correction]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        signed = [replace(each, time=now, by=self.settings.me, id=0) for each in new]
        Corrections(self.paths.corrections).replace(old, signed)

    def _line(self, meeting: Meeting, line: int) -> tuple[str, int]:
        """The words of a line of a document, and where they begin."""
        with open_catalogue(self.paths) as catalogue:
            document = catalogue.document(meeting.id)
        span = document.line_span(line)
        if span is None and not document.lines and line > 0:
            rows = document.text.split("\n")
            if line <= len(rows):
                first = sum(len(row) + 1 for row in rows[: line - 1])
                span = first, first + len(rows[line - 1])
        words = document.text[slice(*span)].strip() if span else ""
        if span is None or not words:
            fault = f"{meeting.name} says nothing on line {line}"
            raise Fault("line", fault, "Name another line.")
        return words, document.text.index(words, span[0])


def _of(found: Corrected, promise: Promise) -> tuple[Correction, ...]:
    """The corrections of a promise. Raises Fault where the minutes do not have it."""
    if promise not in found.minutes.promises:
        raise Fault("stale", "The minutes do not hold this promise any more", _GONE)
    return found.of(promise)
