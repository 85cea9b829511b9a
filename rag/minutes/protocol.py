"""Promises on paper: protocols, notes with checkboxes, task tables, bullets that report.

Fields say who and by when outright («Отв.: Титов О. В. Срок: 15.11»), so nothing is guessed: a task
without an owner has none, and sections that are agenda or template are passed over.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes import changes, english, russian
from rag.minutes.clauses import sentences_of, tokens_of
from rag.minutes.dates import Found, choose, dates_in
from rag.minutes.drafts import Draft
from rag.minutes.view import Scene, View
from rag.types import ALL
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.minutes.findings import Finding
    from rag.types import Status

from rag.minutes.protocol_lines import (
    BULLET,
    CHECKBOX,
    DUE_FIELD,
    HEADING,
    OWNER_FIELD,
    Row,
    cells_of,
    columns_of,
    continues,
    pieces_of,
    rows_of,
    trim,
    trim_space,
)

_IDLE_SECTION = re.compile(r"повестк|agenda|шаблон|template|пример|example|не заполнять", re.I)
_DONE = re.compile(
    r"\b(?:выполнен[оа]?|исполнен[оа]?|сделано|готово|закрыто|done|complete[d]?|closed)\b", re.I
)
_GONE = re.compile(
    r"~~|\b(?:отмен[её]н\w*|отменили|отменить|снять\s+с\s+контроля|снят[оа]?"
    r"(?:\s+с\s+контроля)?|снимаем|не\s+актуальн\w+|неактуальн\w+|cancelled|canceled|dropped|"
    r"withdrawn|no longer)\b",
    re.I,
)
#: «перенести срок на 17.11», "moved to 27 February": the deadline that counts
_MOVED = re.compile(
    r"\b(?:перен(?:ес|ос|ёс)\w*|продл\w+|сдвин\w+|moved|postponed|extended|pushed(?:\s+back)?|now)"
    r"(?:\s+срок)?\s+(?:на|до|to|until)?\s*(?P<due>[^\n;)]+)",
    re.I,
)
_OWNER_WORDS = 5
_NOBODY: tuple[None] = (None,)
_INITIALS_END = re.compile(r"\b[^\W\d_]\.$")
_EMPTY = re.compile(r"^[\s—–\-?_.…]*$|^(?:фио|tbd|tbc|n/?a|нет|без срока|кто|name)$", re.I)


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
    rows = list(rows_of(scene.text))
    at = 0
    while at < len(rows):
        row = rows[at]
        line = scene.text[row.start : row.end]
        at += 1
        heading = HEADING.match(line)
        if heading:
            idle = _IDLE_SECTION.search(line) is not None
            continue
        if line.lstrip().startswith("|"):
            cells = cells_of(scene.text, row)
            header = columns_of(scene.text, cells)
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
        while at < len(rows) and continues(scene.text, rows[at]):
            row = Row(row.start, rows[at].end)
            at += 1
        if not idle:
            yield from _from_item(scene, row)


def _from_table(
    scene: Scene, row: Row, cells: Sequence[tuple[int, int]], columns: dict[str, int]
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
    for who in owners or _NOBODY:
        yield _draft(scene, who, task, due, row, status=status, at=task[0])


def _from_item(scene: Scene, row: Row) -> Iterator[Draft]:
    text = scene.text[row.start : row.end]
    checkbox = CHECKBOX.match(text)
    if checkbox:
        body = (row.start + checkbox.start("body"), row.end)
        yield from _from_checkbox(scene, row, body, checkbox["mark"])
        return
    bullet = BULLET.match(text)
    start = row.start + (bullet.start("body") if bullet else 0)
    field = OWNER_FIELD.search(scene.text, start, row.end)
    if field:
        yield from _from_field(scene, row, start, field)
        return
    yield from _from_prose(scene, row, start)


def _from_checkbox(scene: Scene, row: Row, body: tuple[int, int], mark: str) -> Iterator[Draft]:
    status = _status(scene.text[row.start : row.end], mark)
    field = OWNER_FIELD.search(scene.text, *body)
    if field:
        yield from _from_field(scene, row, body[0], field, status=status)
        return
    pieces = pieces_of(scene.text, *body)
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
    for who in owners or _NOBODY:
        yield _draft(scene, who, task, due, row, status=status, at=task[0])


def _from_field(
    scene: Scene, row: Row, start: int, field: re.Match[str], *, status: Status | None = None
) -> Iterator[Draft]:
    task = trim(scene.text, start, field.start())
    if task[0] >= task[1]:
        return
    explicit = DUE_FIELD.search(scene.text, start, row.end)
    due = (
        _due_in(scene, *explicit.span("due"))
        if explicit
        else _due_in(scene, field.end("owner"), row.end)
    )
    due = due or _due_in(scene, *task, bare=False)
    state = status or _status(scene.text[row.start : row.end], "")
    for who in _owners(scene, field["owner"]) or _NOBODY:
        yield _draft(scene, who, task, due, row, status=state, at=field.start())


def _from_prose(scene: Scene, row: Row, start: int) -> Iterator[Draft]:
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


def _dated(scene: Scene, draft: Draft, row: Row) -> Draft:
    """A draft from prose with the deadline that the rest of its line gives or moves it to."""
    due = draft.due or _field_due(scene, row)
    moved = _moved(scene, row, due)
    if moved is None:
        return replace(draft, due=due)
    return replace(draft, due=moved, history=((draft.at, due.due.raw if due else None),))


def _field_due(scene: Scene, row: Row) -> Found | None:
    """The deadline of a «Срок: …» that stands in a sentence of its own."""
    field = DUE_FIELD.search(scene.text, row.start, row.end)
    return _due_in(scene, *field.span("due")) if field else None


def _from_finding(scene: Scene, finding: Finding, row: Row) -> Draft | None:
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


def _moved(scene: Scene, row: Row, due: Found | None) -> Found | None:
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
    row: Row,
    *,
    status: Status,
    at: int,
) -> Draft:
    moved = _moved(scene, row, due)
    history = ((at, due.due.raw if due else None),) if moved else ()
    due = moved or due
    start, end = trim(scene.text, *task)
    if due and start < due.start < end <= due.end + 2:
        end = trim(scene.text, start, due.start)[1]
    row_start, row_end = trim_space(scene.text, row.start, row.end)
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


def _status(line: str, mark: str) -> Status:
    if _GONE.search(line):
        return "cancelled"
    return "done" if mark.strip() or _DONE.search(line) else "open"


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
        name = piece.strip(" *_~`")
        name = name if _INITIALS_END.search(name) else name.strip(" .")
        if _EMPTY.match(name) or not re.search(r"[^\W\d_]", name):
            continue
        if fold(name) in ("все", "all", "everyone", "команда", "team"):
            found.append(ALL[scene.language])
            continue
        tokens = tokens_of(piece, 0, len(piece))
        mentions = scene.roster.mentions(tokens)
        if mentions:
            found.append(mentions[0].name)
        elif (explicit and len(name.split()) <= _OWNER_WORDS) or name.startswith("@"):
            found.append(scene.roster.canonical(name) or name)
    return list(dict.fromkeys(found))
