"""Deadlines on paper: a field's value is one as it stands; a moved one leaves its old words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from rag.minutes.dates import Found, choose, dates_in
from rag.minutes.morphology import analyser
from rag.minutes.paper.lines import trim
from rag.types import Due
from rag.words import fold

if TYPE_CHECKING:
    from rag.minutes.view import Scene

_EMPTY = re.compile(
    r"^[\s—–\-?_.…*/:]*$|^(?:дд[.\s]*мм.*|tbd|tbc|tba|n/?a|нет|без срока|не определ[её]н"
    r"|no date|none|xx.*)$",
    re.I,
)
_MONTH_ALONE = re.compile(
    r"^(январь|февраль|март|апрель|май|июнь|июль|август|сентябрь|октябрь|ноябрь|декабрь)"
    r"(\s+\d{4})?(?:\s*г(?:\.|ода)?)?$"
)
_ENGLISH_MONTH = re.compile(
    r"^(?:january|february|march|april|may|june|july|august|september|october|november|december)(?:\s+\d{4})?$"
)
_SLASHED = re.compile(r"^(?P<day>\d{1,2})/(?P<month>\d{1,2})$")
_MONTHS = (
    "january february march april may june july august september october november december".split()
)
#: «10 дней», «2 недели», "3 weeks": a length of time in a deadline field counts from the meeting
_LENGTH = re.compile(
    r"^(?:\d+|один|одна|два|две|три|четыре|пять|семь|десять)\s+(?:рабочих\s+|календарных\s+|раб\.?\s+)?"
    r"(?:день|дня|дней|недел[яиьюе]+|месяц\w*)$"
)
_ENGLISH_LENGTH = re.compile(
    r"^(?:\d+|one|two|three|four|five|ten)\s+(?:working\s+|business\s+)?(?:days?|weeks?|months?)$"
)
_STRUCK = re.compile(r"~~[^~\n]+~~|[^\s|]+(?:\s+[^\s|]+)?\s*(?:→|->|=>)(?=\s*\S)")
#: a day and a month without a year
_DAY_AND_MONTH = re.compile(
    r"^(?:до\s+|к\s+|by\s+)?(?:\d{1,2}[./]\d{1,2}|\d{1,2}\s+[^\W\d_]+|[^\W\d_]+\s+\d{1,2})\.?$"
)
#: days back in which a deadline of the meetings before lies
_REVIEWED = 120
#: «срок перенесён с 10.11 на 17.11», "was 31 January, moved to 27 February"
MOVED = re.compile(
    r"\b(?:перен(?:ес|ос|ёс)\w*|продл\w+|сдвин\w+|отложен\w*|пролонг\w+|новый\s+срок|новая\s+дата"
    r"|moved|postponed|extended|pushed(?:\s+back)?|rescheduled|deferred|slipped|carried\s+(?:forward|over)|revised(?:\s+to)?|new\s+date|now)"
    r"\s*(?:срок\w*(?:\s+исполнения)?|deadline|date|due)?\s*[:—–-]?\s*"
    r"(?:(?:с|from)\s+(?P<old>[^\n;)]{2,30}?)\s+)?(?:на|to|as)?\s*(?P<due>[^\n;)]+)",
    re.IGNORECASE,
)
_WAS = re.compile(
    r"\b(?:был[оа]?|прежний срок|was|originally|previously)\s*[:—–-]?\s*(?P<old>[^\n;,)]+)", re.I
)

#: what leads to a deadline behind an act
_LEAD = re.compile(
    r"[\s,(—–-]*(?:\b(?:в\s+срок|в|со|сроком|со\s+сроком|и|due|deadline|no\s+later\s+than))?[\s,(:—–-]*$",
    re.I,
)
#: a bracket at the end that tells of the deadline, and a dash that tells the state
_ASIDE = re.compile(
    r"\s*[(\[](?:[^()\[\]]*\b)?(?:срок\w*|до|к|done|выполнен\w*|исполнен\w*|перен\w+|был\w*|due|by|was|moved|deadline|previously|postponed)\b[^()\[\]]*[)\]]?\s*$",
    re.I,
)
_STATE = re.compile(
    r"\s*[—–-]\s+(?:выполнен|исполнен|готово|сделано|отменен|отменён|снят|в работе|done"
    r"|complete|cancelled|dropped)\w*\b.*$",
    re.I | re.S,
)


def field_due(scene: Scene, start: int, end: int, *, past: bool = False) -> Found | None:
    """The deadline of a field: its phrase with the days it means, or its words without days.

    `past` is for fields of earlier meetings, where a day without a year lies behind.
    """
    while start < end and scene.text[start] in " \t\n*_":
        start += 1
    while end > start and scene.text[end - 1] in " \t\n*_;,":
        end -= 1
    struck = _STRUCK.search(scene.text, start, end)
    if struck and scene.text[struck.end() : end].strip():
        start = struck.end()  # «~~10.04~~ 21.04»: the day that is not struck counts
        while start < end and scene.text[start] in " \t":
            start += 1
    value = scene.text[start:end]
    if _EMPTY.match(value):
        return None
    found = _range(scene, start, end) or due_in(scene, start, end, past=past)
    if found is not None:
        return found
    bare = value.rstrip(".")
    meant = _reworded(fold(bare), scene)
    end = start + len(bare)
    if meant:
        return Found(start, end, Due(bare, meant.start, meant.end, meant.assumption))
    return Found(start, end, Due(bare, None, None)) if re.search(r"[^\W\d_]", bare) else None


def _range(scene: Scene, start: int, end: int) -> Found | None:
    """«12.12.2025 – 19.12.2025» as one stretch of days."""
    piece = scene.text[start:end]
    found = dates_in(piece, scene.base, scene.language, bare=True)
    if len(found) != 2 or not re.fullmatch(
        r"\s*(?:[—–-]|по|to)\s*", piece[found[0].end : found[1].start]
    ):
        return None
    first, last = found
    if not first.due.start or not last.due.end or first.due.start > last.due.end:
        return None
    raw = piece[first.start : last.end]
    return Found(first.start + start, last.end + start, Due(raw, first.due.start, last.due.end))


def due_in(
    scene: Scene, start: int, end: int, *, bare: bool = True, past: bool = False
) -> Found | None:
    """The deadline phrase of a stretch; `bare` takes weekdays without a preposition too."""
    piece = scene.text[start:end]
    found = choose(piece, dates_in(piece, scene.base, scene.language, bare=bare))
    if found is None:
        return None
    if past and scene.base and _DAY_AND_MONTH.match(fold(found.due.raw)):
        early = scene.base - timedelta(days=_REVIEWED)
        again = choose(piece, dates_in(piece, early, scene.language, bare=bare))
        found = again if again and (again.due.end or "") <= scene.base.isoformat() else found
    return Found(found.start + start, found.end + start, found.due)


def moved_due(
    scene: Scene, start: int, end: int, due: Found | None
) -> tuple[Found, str | None] | None:
    """(deadline a stretch moves its task to, the words of the old one), if it moves it."""
    match = MOVED.search(scene.text, start, end)
    if match is None:
        return None
    new = due_in(scene, match.start("due"), match.end("due"))
    if new is None:
        return None
    was = match["old"] or (due.due.raw if due and due.start != new.start else None)
    if was is None and (before := _WAS.search(scene.text, start, end)):
        was = before["old"].strip()
    return new, was


def _reworded(value: str, scene: Scene) -> Due | None:
    """What a bare month or a bare length of time means as a deadline."""
    phrase = ""
    slashed = _SLASHED.match(value)
    if slashed and int(slashed["month"]) <= 12:
        day, number = int(slashed["day"]), int(slashed["month"])
        if scene.language == "ru":
            phrase = f"{day}.{number:02}"
        elif day > 12:
            phrase = f"{day} {_MONTHS[number - 1]}"
    if phrase:
        found = dates_in(phrase, scene.base, scene.language, bare=True)
        return found[0].due if found else None
    if _MONTH_ALONE.match(value):
        month, _, year = value.partition(" ")
        form = next(p for p in analyser().parse(month)).inflect({"loct"})
        phrase = f"в {form.word if form else month} {year}".strip()
    elif _LENGTH.match(value):
        phrase = f"в течение {value}"
    elif _ENGLISH_MONTH.match(value):
        phrase = f"in {value}"
    elif _ENGLISH_LENGTH.match(value):
        phrase = f"within {value}"
    if not phrase:
        return None
    found = dates_in(phrase, scene.base, scene.language, bare=True)
    return found[0].due if found else None


def cut(scene: Scene, what: tuple[int, int], due: Found | None) -> tuple[int, int]:
    """The words of an act without the deadline at their edges, what leads to it, and the state."""
    start, end = trim(scene.text, *what)
    bracket = _ASIDE.search(scene.text, start, end)
    if bracket and (due is None or due.start < start or bracket.start() <= due.start):
        end = bracket.start()
    if due and start <= due.start < end:
        behind = scene.text[due.end : end].strip(" .,;)\n")
        lead = _LEAD.search(scene.text, start, due.start)
        if due.start - start <= 1:
            start = due.end
        elif not behind or len(behind) < due.start - start:
            end = lead.start() if lead else due.start
    state = _STATE.search(scene.text, start, end)
    return trim(scene.text, start, state.start() if state else end)
