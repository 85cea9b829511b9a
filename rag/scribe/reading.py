"""A meeting read by a model: the one place that puts the steps in order.

windows   ─ numbered lines of whole turns that fit, each asked about; what is replied is kept
claims    ─ the items of a reply
checked   ─ each held against the lines
merged    ─ with what the rules have found
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rag.cite.clean import inert
from rag.errors import ModelError
from rag.jobs.drafting import NothingUsable, Writer
from rag.jobs.running import sent_by, with_examples_that_fit
from rag.mapreduce import Watch
from rag.scribe.asking import ask_of
from rag.scribe.checking import Unproved, checked
from rag.scribe.claims import claims_in
from rag.scribe.extras import merge_extras
from rag.scribe.lines import halves, numbered, shown, windows
from rag.scribe.meeting import Meeting
from rag.scribe.merging import merge
from rag.scribe.nouns import Account, Doubt, Dropped, Reading, Suggestions
from rag.store.replies import key_of
from rag.summary import Gap, Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.jobs.asking import Ask
    from rag.models import Model
    from rag.scribe.checking import Checked
    from rag.scribe.claims import Claim
    from rag.scribe.lines import Stretch, Window
    from rag.store.replies import Replies
    from rag.types import Document, Minutes, Promise
    from rag.words import Language

#: Tokens of lines for each token that is kept for the reply: an item of JSON is about three times
#: as long as the line it is about, and not every tenth line of a meeting holds one.
_LINES_PER_REPLY = 4
_TRIES = 2  # before a call is given up
_HOPELESS = 2  # windows in a row that the model failed on, after which it is given up
_SHOWN = 120  # characters of what was dropped
_NOTES: dict[str, dict[Language, str]] = {
    "example": {
        "ru": "окно модели мало: пример ей не показан",
        "en": "the window is small: the model is shown no example",
    },
    "cut": {
        "ru": "ответ модели не поместился и оборван; дайте ему больше места: --max-tokens",
        "en": "a reply was cut for want of room; give it more: --max-tokens",
    },
}


def read(
    document: Document,
    minutes: Minutes,
    model: Model,
    *,
    replies: Replies | None = None,
    sampling: Sequence[object] = (),
    secret: bytes = b"",
    watch: Watch | None = None,
) -> Reading:
    """Have a model read a meeting beside the rules; see `rag.scribe`.

    Args:
        document: The meeting.
        minutes: What the rules have taken from it, with the day that deadlines count from.
        model: Asked about one window after another.
        replies: Where replies are looked for and kept, so that a reading can go on.
        sampling: How the model was told to draw, since replies depend on it.
        secret: Of the library, for the lines around a text; see `rag.fence`.
        watch: Who is told of progress; an exception of his ends the reading.

    Returns:
        The minutes with every promise, decision and question of the rules, and the account.

    Raises:
        ModelError: The model itself fails, again and again. What it has replied is kept.
        DoesNotFit: Its window is too short for any text.
    """
    return _Run(document, minutes, model, replies, sampling, secret, watch or Watch()).reading()


@dataclass
class _Run:
    """One reading while it is made."""

    document: Document
    minutes: Minutes
    model: Model
    replies: Replies | None
    sampling: Sequence[object]
    secret: bytes
    watch: Watch
    kept: int = 0
    dropped: list[Dropped] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.meeting = Meeting(self.document, self.minutes)
        self.writer = Writer(self.model, temperature=0.0)
        ask = ask_of(self.document.text, self.meeting.language, self.secret)
        self.ask, left_out = with_examples_that_fit(ask, self.writer)
        if left_out:
            self.notes.append(_NOTES["example"][self.meeting.language])

    def reading(self) -> Reading:
        """All the steps in order."""
        parts = self._windows() if self.meeting.turns else []
        found: list[Checked] = []
        failures = 0
        for number, window in enumerate(parts):
            self._tell(number, len(parts))
            try:
                found += self._checked(window)
                failures = 0
            except NothingUsable as error:
                self._gap(window, error)
            except ModelError as error:
                failures += 1
                if failures >= min(_HOPELESS, len(parts)):
                    raise
                self._gap(window, error)
        self._tell(len(parts), len(parts))
        return self._merged(found, len(parts))

    def _windows(self) -> list[Window]:
        counter = self.model.counter
        bare = counter.count(self.ask.messages(""))
        room = self.writer.room - bare
        if self.model.reserve:
            room = min(room, _LINES_PER_REPLY * self.model.reserve)
        text = self.document.text

        def fits(window: Sequence[Stretch]) -> bool:
            return counter.count(self.ask.messages(shown(text, window))) <= bare + room

        def size(stretch: Stretch) -> int:
            return counter.count_text(shown(text, [stretch]))

        return windows(text, self.meeting.turns, size, room, fits)

    # -- asking

    def _checked(self, window: Window) -> list[Checked]:
        """What stands of the reply about a window; about its halves where the reply was cut."""
        value, cut = self._reply(window)
        if cut and len(parts := halves(window)) > 1:
            return [each for part in parts for each in self._checked(part)]
        if cut:
            self.notes.append(_NOTES["cut"][self.meeting.language])
        found, rows = [], numbered(window)
        for claim in claims_in(value):
            try:
                found.append(checked(self.meeting, rows, claim))
            except Unproved as reason:
                self._drop(claim, str(reason))
        return found

    def _reply(self, window: Window) -> tuple[Any, bool]:
        """The JSON of the reply about a window, kept or fresh, and whether its end is missing."""
        text = shown(self.document.text, window)
        sampling = (*self.sampling, self.model.reserve)
        key = key_of(self.model.name, sampling, self.ask.messages(text))
        held = self.replies.get(key) if self.replies else None
        if held is not None:
            self.kept += 1
            value, cut = json.loads(held)
            return value, bool(cut)
        value, cut = _written(self.writer, self.ask, text)
        if self.replies:
            reply = json.dumps([value, cut], ensure_ascii=False)
            self.replies.put(key, reply, {self.document.id})
        return value, cut

    def _gap(self, window: Window, error: ModelError) -> None:
        start, end = window[0].start, window[-1].end
        lines = window[0].rows[0].number, window[-1].rows[-1].number
        self.gaps.append(Gap(self.document.title, start, end, None, lines, error.message))

    def _drop(self, claim: Claim, reason: str) -> None:
        dropped = Dropped(claim.kind, inert(claim.what)[:_SHOWN], reason)
        if dropped not in self.dropped:
            self.dropped.append(dropped)

    def _tell(self, done: int, total: int) -> None:
        if not total:
            return  # nobody has said a word
        self.watch.progress(Progress("map", 1, done, total, self.kept))

    # -- merging

    def _merged(self, found: list[Checked], windows: int) -> Reading:
        meeting, minutes = self.meeting, self.minutes
        promised = [item for item in found if item.claim.kind == "promise"]
        merged = merge(meeting, minutes.promises, promised)
        extras = merge_extras(meeting, minutes, found)
        promises, doubts = _in_order(merged.promises, merged.added, merged.doubts)
        account = Account(
            windows=windows,
            kept=self.kept,
            sent=sent_by(self.writer),
            agreed=len(merged.agreed),
            filled=merged.filled,
            added=len(merged.added) + extras.added,
            dropped=tuple(self.dropped),
            gaps=tuple(self.gaps),
            notes=tuple(dict.fromkeys(self.notes)),
        )
        return Reading(
            replace(
                minutes,
                promises=promises,
                decisions=tuple(extras.decisions),
                questions=tuple(extras.questions),
            ),
            account,
            doubts,
            Suggestions(
                tuple(merged.suggested),
                tuple(extras.suggested_decisions),
                tuple(extras.suggested_questions),
            ),
        )


def _written(writer: Writer, ask: Ask, text: str) -> tuple[Any, bool]:
    """A fresh reply; asked for again where the model itself fails."""
    for attempt in range(1, _TRIES + 1):
        try:
            draft = writer.drafts(ask, text, 1)[0]
            return draft.value, draft.cut
        except NothingUsable:
            raise
        except ModelError:
            if attempt == _TRIES:
                raise
    raise AssertionError


def _in_order(
    rules: Sequence[Promise], added: Sequence[Promise], doubts: Sequence[Doubt]
) -> tuple[tuple[Promise, ...], tuple[Doubt, ...]]:
    """The rules' promises in their order with others put in by line, and doubts that follow."""
    places: list[tuple[int, int, Promise]] = [(at, 1, each) for at, each in enumerate(rules)]
    for each in added:
        before = (at for at, promise in enumerate(rules) if promise.line > each.line)
        places.append((next(before, len(rules)), 0, each))
    places.sort(key=lambda place: (*place[:2], place[2].line))
    moved = [new for new, (_, own, _) in enumerate(places) if own]
    found = (replace(doubt, promise=moved[doubt.promise]) for doubt in doubts)
    return tuple(each for *_, each in places), tuple(sorted(found, key=lambda each: each.promise))
