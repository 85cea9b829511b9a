"""Promises on paper: protocols, notes with checkboxes, task tables, bullets that report.

Fields say who and by when outright («Отв.: Титов О. В. Срок: 15.11»), so nothing is guessed: a task
without an owner has none, and sections that are agenda or template are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.minutes import changes, english, russian
from rag.minutes.clauses import sentences_of, tokens_of
from rag.minutes.dates import Found, choose, dates_in
from rag.minutes.drafts import Draft
from rag.minutes.findings import Finding
from rag.minutes.view import Scene, View
from rag.types import ALL
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Status

_MARKS = (
    (
        2,
        re.compile(
            r"^[\s\d.*#]*(?:слушали|решили|постановили|выступили)\b[^\n]{0,80}?:", re.I | re.M
        ),
    ),
    (2, re.compile(r"\b(?:отв\.|ответственн(?:ый|ая|ые)|исполнитель|исп\.)\s*[:—-]", re.I)),
    (
        2,
        re.compile(
            r"^\s*\|.*\b(?:ответственн\w+|исполнитель|кто|owner|assignee|who)\b.*\|", re.I | re.M
        ),
    ),
    (
        2,
        re.compile(
            r"^\s*(?:[-*]\s*)?(?:action(?:\s+(?:item|point))?s?|ap)\s*(?:\d+\s*)?:", re.I | re.M
        ),
    ),
    (1, re.compile(r"^\s*[-*]\s+\[[ xXхХ]\]\s", re.M)),
    (
        1,
        re.compile(
            r"^[\s*_>]*(?:участники|присутствовали|были|attendees|present|participants|apologies)\b[*_]*\s*:",
            re.I | re.M,
        ),
    ),
    (
        1,
        re.compile(
            r"\A\W*[^\n]*\b(?:протокол|совещани|встреч|созвон|синк|синхра|летучк|планёрк|планерк|minutes|meeting|sync|stand-?up|retro)",
            re.I,
        ),
    ),
    (
        1,
        re.compile(
            r"^#+\s*(?:[\d.]+\s*)?(?:задачи|поручения|действия|actions?|action items|tasks|next steps|to-?dos?)\b",
            re.I | re.M,
        ),
    ),
)
_ENOUGH = 2
#: characters that tell whether a text is a protocol
_SAMPLE = 200_000

_HEADING = re.compile(r"^\s*(?:#{1,6}\s+(?P<md>.+)|(?P<caps>[А-ЯЁA-Z][А-ЯЁA-Z \d]{5,}):?)\s*$")
_IDLE_SECTION = re.compile(r"повестк|agenda|шаблон|template|пример|example|не заполнять", re.I)
_CHECKBOX = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[(?P<mark>[ xXхХvV✓]?)\]\s+(?P<body>.*\S)")
_BULLET = re.compile(r"^\s*(?:[-*+•–—]|\d+(?:\.\d+)*[.)])\s+(?P<body>.*\S)")
_OWNER_FIELD = re.compile(
    r"[(\[]?\b(?:(?:отв\.|отв(?=:)|ответственн(?:ый|ая|ые)(?:\s+исполнитель)?|исполнитель|исп\.|owner|assignee|responsible|who)"
    r"\s*[:—–-]|(?:отв|исп)\.(?=\s+[А-ЯЁ]))\s*(?P<owner>[^\n;|)\]]+?)(?=\s*(?:[;)\]]|\.?\s*(?:[,(]\s*)?\b(?:срок\w*|до|due|by|deadline|when)\b|\.\s*$|\.\s+[А-ЯЁA-Z][а-яёa-z]{2,}|$))",
    re.I | re.M,
)
_DUE_FIELD = re.compile(
    r"\b(?:срок(?:\s+исполнения)?|due|deadline|дедлайн)\s*[:—–-]\s*(?P<due>[^\n;|)]+)", re.I
)
_DONE = re.compile(
    r"\b(?:выполнен[оа]?|исполнен[оа]?|сделано|готово|закрыто|done|complete[d]?|closed)\b", re.I
)
_GONE = re.compile(
    r"~~|\b(?:отмен[её]н\w*|отменили|отменить|снять\s+с\s+контроля|снят[оа]?(?:\s+с\s+контроля)?|снимаем|не\s+актуальн\w+|неактуальн\w+|cancelled|canceled|dropped|withdrawn|no longer)\b",
    re.I,
)
_SEPARATOR = re.compile(r"\s+[—–-]\s+|\s*:\s+|\s*[(,;]\s*|\s+(?=до\s|by\s|due\s)")
_COLUMNS = {
    "task": re.compile(r"задач|поручени|что|действи|мероприяти|task|action|what|item|topic", re.I),
    "owner": re.compile(r"ответственн|исполнител|кто|owner|assignee|who|lead|responsible", re.I),
    "due": re.compile(r"срок|дата|когда|дедлайн|due|when|deadline|by|date", re.I),
    "status": re.compile(r"статус|состояни|status|done", re.I),
}
#: «перенести срок на 17.11», "moved to 27 February": the deadline that counts
_MOVED = re.compile(
    r"\b(?:перен(?:ес|ос|ёс)\w*|продл\w+|сдвин\w+|moved|postponed|extended|pushed(?:\s+back)?|now)"
    r"(?:\s+срок)?\s+(?:на|до|to|until)?\s*(?P<due>[^\n;)]+)",
    re.I,
)
_OWNER_WORDS = 5
_EMPTY = re.compile(r"^[\s—–\-?_.…]*$|^(?:фио|tbd|tbc|n/?a|нет|без срока|кто|name)$", re.I)


def is_protocol(text: str) -> bool:
    """Whether a text carries the marks of minutes: fields, checkboxes, task tables, attendance."""
    sample = text[:_SAMPLE]
    return sum(weight for weight, mark in _MARKS if mark.search(sample)) >= _ENOUGH


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the text that may hold a task: `text[start:end]`, without its line end."""

    start: int
    end: int


def protocol_drafts(scene: Scene) -> list[Draft]:
    """The promises of a protocol or of notes, in the order of their lines."""
    drafts: list[Draft] = []
    for draft in _drafts(scene):
        if draft.who is None or not _merged(scene, drafts, draft):
            drafts.append(draft)
    return sorted(drafts, key=lambda draft: draft.at)


def _merged(scene: Scene, drafts: list[Draft], draft: Draft) -> bool:
    """Whether the draft changed one that was there, rather than being a new one."""
    kept = [old for old in drafts if old.who == draft.who]
    count = len(kept)
    before = list(kept)
    changes.merge(scene, kept, draft)
    if len(kept) > count:
        return False
    for old, new in zip(before, kept, strict=True):
        drafts[drafts.index(old)] = new
    return True


def _drafts(scene: Scene) -> Iterator[Draft]:
    idle = False
    columns: dict[str, int] | None = None
    rows = list(_rows(scene.text))
    at = 0
    while at < len(rows):
        row = rows[at]
        line = scene.text[row.start : row.end]
        at += 1
        heading = _HEADING.match(line)
        if heading:
            idle = _IDLE_SECTION.search(line) is not None
            continue
        if line.lstrip().startswith("|"):
            cells = _cells(scene.text, row)
            header = _columns(scene.text, cells)
            if header is not None or columns is None:
                columns = header or {}
            elif columns and not idle:
                yield from _from_table(scene, row, cells, columns)
            continue
        columns = None
        if not line.strip():
            if idle and not scene.text.lstrip().startswith("#"):
                idle = False
            continue
        while at < len(rows) and _continues(scene.text, rows[at]):
            row = _Row(row.start, rows[at].end)
            at += 1
        if not idle:
            yield from _from_item(scene, row)


def _rows(text: str) -> Iterator[_Row]:
    start = 0
    for line in text.split("\n"):
        yield _Row(start, start + len(line))
        start += len(line) + 1


def _continues(text: str, row: _Row) -> bool:
    """Whether a line goes on with the item above: indented, a field, or hard-wrapped."""
    line = text[row.start : row.end]
    if not line.strip() or _CHECKBOX.match(line) or _BULLET.match(line) or line.lstrip()[0] in "|#":
        return False
    field = _OWNER_FIELD.match(line.strip()) or _DUE_FIELD.match(line.strip())
    return line[0] in " \t" or field is not None or line.strip()[0].islower()


def _cells(text: str, row: _Row) -> list[tuple[int, int]]:
    """Offsets of a table row's cells, trimmed."""
    borders = [m.start() for m in re.finditer(r"\|", text[row.start : row.end])]
    spans = []
    for left, right in zip(borders, [*borders[1:], row.end - row.start], strict=True):
        start, end = row.start + left + 1, row.start + right
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        spans.append((start, end))
    return spans[:-1] if len(spans) > 1 and spans[-1][0] >= spans[-1][1] else spans


def _columns(text: str, cells: Sequence[tuple[int, int]]) -> dict[str, int] | None:
    """Which column is what, where a row is the header of a task table."""
    found: dict[str, int] = {}
    for index, (start, end) in enumerate(cells):
        for name, pattern in _COLUMNS.items():
            if name not in found and pattern.match(text[start:end]):
                found[name] = index
                break
    return found if "task" in found and "owner" in found else None


def _from_table(
    scene: Scene, row: _Row, cells: Sequence[tuple[int, int]], columns: dict[str, int]
) -> Iterator[Draft]:
    def cell(name: str) -> tuple[int, int]:
        index = columns.get(name, len(cells))
        return cells[index] if index < len(cells) else (row.end, row.end)

    task = cell("task")
    body = scene.text[task[0] : task[1]]
    if _EMPTY.match(body) or set(body) <= set("-: "):
        return
    owners = _owners(scene, scene.text[slice(*cell("owner"))])
    due = _due_in(scene, *cell("due"))
    status = _status(scene.text[row.start : row.end], "")
    for who in owners or [None]:
        yield _draft(scene, who, task, due, row, status=status, at=task[0])


def _from_item(scene: Scene, row: _Row) -> Iterator[Draft]:
    text = scene.text[row.start : row.end]
    checkbox = _CHECKBOX.match(text)
    if checkbox:
        body = (row.start + checkbox.start("body"), row.end)
        yield from _from_checkbox(scene, row, body, checkbox["mark"])
        return
    bullet = _BULLET.match(text)
    start = row.start + (bullet.start("body") if bullet else 0)
    field = _OWNER_FIELD.search(scene.text, start, row.end)
    if field:
        yield from _from_field(scene, row, start, field)
        return
    yield from _from_prose(scene, row, start)


def _from_checkbox(scene: Scene, row: _Row, body: tuple[int, int], mark: str) -> Iterator[Draft]:
    status = _status(scene.text[row.start : row.end], mark)
    field = _OWNER_FIELD.search(scene.text, *body)
    if field:
        yield from _from_field(scene, row, body[0], field, status=status)
        return
    pieces = _pieces(scene.text, *body)
    owners: list[str] = []
    task: tuple[int, int] | None = None
    for start, end in pieces:
        piece = scene.text[start:end]
        named = _owners(scene, piece, explicit=False) if len(piece.split()) <= 5 else []
        if named and not owners and _is_only_names(scene, piece):
            owners = named
        elif task is None and not _is_only_due(scene, start, end):
            task = (start, end)
        elif task is not None and not owners and not _is_only_due(scene, start, end):
            task = (task[0], end)
    due = _due_in(scene, *body)
    if task is None:
        return
    if not owners:
        found = list(_from_prose(scene, row, body[0]))
        if found:
            yield from (
                replace(draft, status=status) if status != "open" else draft for draft in found
            )
            return
    for who in owners or [None]:
        yield _draft(scene, who, task, due, row, status=status, at=task[0])


def _from_field(
    scene: Scene, row: _Row, start: int, field: re.Match[str], *, status: Status | None = None
) -> Iterator[Draft]:
    task = _trim(scene.text, start, field.start())
    if task[0] >= task[1]:
        return
    explicit = _DUE_FIELD.search(scene.text, start, row.end)
    due = (
        _due_in(scene, *explicit.span("due"))
        if explicit
        else _due_in(scene, field.end("owner"), row.end)
    )
    due = due or _due_in(scene, *task, bare=False)
    state = status or _status(scene.text[row.start : row.end], "")
    for who in _owners(scene, field["owner"]) or [None]:
        yield _draft(scene, who, task, due, row, status=state, at=field.start())


def _from_prose(scene: Scene, row: _Row, start: int) -> Iterator[Draft]:
    """What sentences report or assign; words of the first person have no owner here."""
    read = russian.findings if scene.language == "ru" else english.findings
    sentences = tuple(sentences_of(scene.text, start, row.end, scene.language))
    for sentence_at, sentence in enumerate(sentences):
        for clause_at in range(len(sentence.clauses)):
            view = View(scene, 0, sentences, sentence_at, clause_at)
            finding = read(view)
            if finding is None:
                continue
            for who in (finding.who, *finding.others):
                draft = _from_finding(scene, replace(finding, who=who), row)
                if draft:
                    yield _dated(scene, draft, row)


def _dated(scene: Scene, draft: Draft, row: _Row) -> Draft:
    """A draft from prose with the deadline that the rest of its line gives or moves it to."""
    due = draft.due or _field_due(scene, row)
    moved = _moved(scene, row, due)
    if moved is None:
        return replace(draft, due=due)
    return replace(draft, due=moved, history=((draft.at, due.due.raw if due else None),))


def _field_due(scene: Scene, row: _Row) -> Found | None:
    """The deadline of a «Срок: …» that stands in a sentence of its own."""
    field = _DUE_FIELD.search(scene.text, row.start, row.end)
    return _due_in(scene, *field.span("due")) if field else None


def _from_finding(scene: Scene, finding: Finding, row: _Row) -> Draft | None:
    if finding.who is None or finding.who.startswith("\0") or finding.bare:
        return None
    if finding.kind == "request" and not finding.imperative:
        return None
    to_whom = finding.to_whom
    if to_whom is not None and (not to_whom or to_whom.startswith("\0")):
        to_whom = None
    line = scene.text[row.start : row.end]
    status = _status(line, "")
    act = "assigned" if finding.kind == "request" else finding.act
    draft = Draft.of(
        finding,
        who=finding.who,
        to_whom=to_whom,
        what=(finding.what_start, finding.what_end),
        due=finding.due,
        act=act,
        condition=finding.condition,
        support=(),
    )
    return replace(draft, status=status) if status != "open" else draft


def _moved(scene: Scene, row: _Row, due: Found | None) -> Found | None:
    """The deadline a line moves its task to, if it does."""
    match = _MOVED.search(scene.text, row.start, row.end)
    if match is None:
        return None
    found = _due_in(scene, match.start("due"), row.end)
    return found if found and (due is None or found.start != due.start) else None


def _draft(
    scene: Scene,
    who: str | None,
    task: tuple[int, int],
    due: Found | None,
    row: _Row,
    *,
    status: Status,
    at: int,
) -> Draft:
    moved = _moved(scene, row, due)
    history = ((at, due.due.raw if due else None),) if moved else ()
    due = moved or due
    start, end = _trim(scene.text, *task)
    if due and start < due.start < end <= due.end + 2:
        end = _trim(scene.text, start, due.start)[1]
    row_start, row_end = _trim_space(scene.text, row.start, row.end)
    support = tuple(
        m.start() + row.start for m in re.finditer(r"(?<=\n)[^\n]", scene.text[row.start : row.end])
    )
    return Draft(
        who=who,
        to_whom=None,
        what=(start, end),
        due=due,
        act="assigned",
        status=status,
        force="firm",
        condition=None,
        at=at,
        sentence=(row_start, row_end),
        turn=0,
        support=support,
        history=history,
    )


def _trim_space(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t\n~*_—–-.,:;(":
        start += 1
    while end > start and text[end - 1] in " \t\n~*_—–-.,:;(":
        end -= 1
    return start, end


def _status(line: str, mark: str) -> Status:
    if _GONE.search(line):
        return "cancelled"
    return "done" if mark.strip() or _DONE.search(line) else "open"


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a checkbox line between dashes, colons and commas."""
    cuts = [start]
    for match in _SEPARATOR.finditer(text, start, end):
        cuts += [match.start(), match.end()]
    cuts.append(end)
    spans = [_trim(text, a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    return [span for span in spans if span[0] < span[1]]


def _is_only_due(scene: Scene, start: int, end: int) -> bool:
    found = _due_in(scene, start, end)
    return found is not None and found.start - start <= 6 and end - found.end <= 2


def _due_in(scene: Scene, start: int, end: int, *, bare: bool = True) -> Found | None:
    piece = scene.text[start:end]
    found = choose(piece, dates_in(piece, scene.base, scene.language, bare=bare))
    return Found(found.start + start, found.end + start, found.due) if found else None


def _is_only_names(scene: Scene, piece: str) -> bool:
    tokens = tokens_of(piece, 0, len(piece))
    named = {i for m in scene.roster.mentions(tokens) for i in range(m.first, m.last)}
    rest = [t.word for i, t in enumerate(tokens) if i not in named and len(t.word) > 1]
    return not [word for word in rest if word not in ("и", "and", "with", "все", "all")]


def _owners(scene: Scene, words: str, *, explicit: bool = True) -> list[str]:
    """The people some words name; in an explicit field also words that are no known name."""
    found: list[str] = []
    for piece in re.split(r"[,;/&+]|\s+и\s+|\s+and\s+", re.sub(r"\([^)]*\)", "", words)):
        name = piece.strip(" .*_~`")
        if _EMPTY.match(name) or not re.search(r"[^\W\d_]", name):
            continue
        if fold(name) in ("все", "all", "everyone", "команда", "team"):
            found.append(ALL[scene.language])
            continue
        tokens = tokens_of(piece, 0, len(piece))
        mentions = scene.roster.mentions(tokens)
        if mentions:
            found.append(mentions[0].name)
        elif explicit and len(name.split()) <= _OWNER_WORDS or name.startswith("@"):
            found.append(scene.roster.canonical(name) or name)
    return list(dict.fromkeys(found))
