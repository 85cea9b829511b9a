"""Promises on paper: protocols, notes with checkboxes, task tables, bullets that report.

Fields say who and by when outright («Отв.: Титов О. В. Срок: 15.11»), so nothing is guessed: a task
without an owner has none, and sections that are agenda, template or attendance are passed over.
Where no field names an owner, the pieces of a task's line may, or the words of the order itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from dataclasses import field as default
from typing import TYPE_CHECKING

from rag.minutes.dialogue import changes
from rag.minutes.paper.drafting import act_in, acts_in, draft_of, recipient
from rag.minutes.paper.dues import due_in, field_due, moved_due
from rag.minutes.paper.entries import from_words
from rag.minutes.paper.fields import Field, fields_in
from rag.minutes.paper.grid import entries_of, paired
from rag.minutes.paper.layout import IDLE, Grid, Item, layout
from rag.minutes.paper.lines import ANNOUNCED, trim
from rag.minutes.paper.owners import only_people, owners_named
from rag.minutes.paper.pieces import is_struck, state_of
from rag.sentences import split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.minutes.dates import Found
    from rag.minutes.drafts import Draft
    from rag.minutes.view import Scene

Span = tuple[int, int]
_NOBODY: tuple[None] = (None,)
_GAP = re.compile(r"\t+| {3,}")
#: words of a deadline in a column of its own
_COLUMN_WORDS = 4
#: a row that only shows how to fill the table in
_SAMPLE_ROW = re.compile(r"[*_\s]*(?:пример|образец|например|example|e\.g\.|sample)\b", re.I)
_WORDS = re.compile(r"[^\W\d_]{2,}")


@dataclass(slots=True)
class _Group:
    """The drafts of one list; a deadline on a line of its own below the last entry is for all."""

    heads: tuple[Span, ...] = ()
    drafts: list[Draft] = default(default_factory=list)
    late: Found | None = None

    def close(self) -> list[Draft]:
        """The drafts, the list's deadline with those that have none; the group is empty then."""
        found, self.drafts = self.drafts, []
        if self.late and self.heads and all(d.due is None for d in found[:-1]):
            found = [replace(draft, due=draft.due or self.late) for draft in found]
        self.late = None
        return found


def protocol_drafts(scene: Scene) -> list[Draft]:
    """The promises of a protocol or of notes, in the order of their lines."""
    drafts: list[Draft] = []
    for draft in _drafts(scene):
        if draft.who is None or not _merged(scene, drafts, draft):
            drafts.append(draft)
    return sorted(drafts, key=lambda draft: draft.at)


def _merged(scene: Scene, drafts: list[Draft], draft: Draft) -> bool:
    """Whether the draft changed one that was there, rather than being a new one.

    Two entries of one list are two tasks however alike they read; words of the discussion and an
    entry of a list can be one.
    """
    kept = [old for old in drafts if old.who == draft.who and old.turn != draft.turn]
    for old in kept:
        if old.due and draft.due and _day(old.due) == _day(draft.due):
            draft = replace(draft, due=old.due)
    count = len(kept)
    before = list(kept)
    changes.merge(scene, kept, replace(draft, turn=0))
    if len(kept) > count:
        return False
    for old, new in zip(before, kept, strict=True):
        drafts[drafts.index(old)] = replace(new, turn=old.turn)
    return True


def _day(due: Found) -> str | None:
    """The day a deadline ends on."""
    return due.due.end


def _drafts(scene: Scene) -> Iterator[Draft]:
    group = _Group()
    for part in layout(scene.text):
        if part.section in IDLE:
            continue
        if isinstance(part, Grid):
            yield from group.close()
            yield from _from_grid(scene, part)
            continue
        if part.heads != group.heads:
            yield from group.close()
            group.heads = part.heads
        late = fields_in(scene.text, part.rows[0].end, part.end) if len(part.rows) > 1 else []
        for draft in _from_item(scene, part):
            listed = draft.act == "assigned"
            group.drafts.append(replace(draft, turn=-1 if listed else 0))
        below = next((f for f in late if f.kind == "due"), None)
        group.late = field_due(scene, *below.value) if below else None
    yield from group.close()


def _from_grid(scene: Scene, grid: Grid) -> Iterator[Draft]:
    past = grid.section == "review"
    for row, cells in [*entries_of(scene.text, grid), *paired(scene.text, grid)]:
        task = trim(scene.text, *cells["task"])
        if not _WORDS.search(scene.text[slice(*task)]) or _SAMPLE_ROW.match(scene.text, *task):
            continue
        owner = scene.text[slice(*cells["owner"])] if "owner" in cells else ""
        due = field_due(scene, *cells["due"], past=past) if "due" in cells else None
        if (
            due is None
            and "owner" in cells
            and (late := due_in(scene, *cells["owner"], bare=False))
        ):
            due, owner = late, scene.text[cells["owner"][0] : late.start]
        if due is None:
            due = due_in(scene, *task, bare=False)
        owners = owners_named(scene, owner)
        rest = [scene.text[a:b] for kind, (a, b) in cells.items() if kind not in ("task", "owner")]
        other = "; ".join(rest) if cells.get("status") else scene.text[cells["task"][1] : row.end]
        status = state_of(other, None, struck=is_struck(scene.text, *task))
        moved = moved_due(scene, cells["task"][1], row.end, due)
        if status != "open" and "due" in cells:
            due = field_due(scene, *cells["due"], past=True)
        for who in owners or _NOBODY:
            for act in acts_in(scene, task):
                draft = draft_of(
                    scene,
                    who,
                    act,
                    due,
                    (row.start, row.end),
                    status=status,
                    at=act[0],
                    moved=moved,
                )
                yield replace(draft, turn=-1, to_whom=recipient(scene, act, who))


def _from_item(scene: Scene, item: Item) -> Iterator[Draft]:
    text = scene.text
    start, end = item.body, item.end
    announced = ANNOUNCED.match(text, start, end)
    fields = fields_in(text, start, end)
    if announced and not (
        fields and fields[0].kind == "task" and fields[0].start > announced.start() + 2
    ):
        start = announced.end()
        fields = [f for f in fields if f.start >= start]
    actions = [f for f in fields if f.kind == "task"]
    fields = [_resolved(scene, field, start) for field in fields]
    if not fields and (not item.alone or text[start:end].rstrip()[-1:] != ":"):
        fields = _columns(scene, start, item.rows[0].end, alone=item.alone)
    if any(f not in fields for f in actions):  # the action is what was said last
        start = _last_sentence(scene, start, fields[0].start)
    if any(field.kind == "owner" for field in fields):
        yield from _from_fields(scene, item, start, fields)
        return
    stop = min((f.start for f in fields if f.kind != "task" and f.start > start), default=end)
    listed = item.checked is not None or announced is not None
    due = next((field_due(scene, *f.value) for f in fields if f.kind == "due"), None)
    status = state_of(_outside(text, start, stop, item.end, fields), item.checked)
    task = next((f for f in fields if f.kind == "task" and f.start > start), None)
    body = (start, task.start if task else stop)
    said = announced is not None
    found = list(from_words(scene, item, body, due, listed=listed, announced=said))
    if task:
        stop = min((f.start for f in fields if f.start > task.start), default=end)
        found += from_words(
            scene, item, (task.value[0], max(task.value[1], stop)), due, listed=True, announced=True
        )
    for draft in found:
        yield (
            replace(draft, status=status) if status != "open" and draft.status == "open" else draft
        )


def _columns(scene: Scene, start: int, end: int, *, alone: bool) -> list[Field]:
    """Fields without labels in columns of their own at the right of a line: names, then a day.

    A line without a number has to end its sentence before them: signatures stand in columns too.
    """
    text = scene.text
    cuts = [match.span() for match in _GAP.finditer(text, start, end)]
    fields: list[Field] = []
    stop = end
    for left, right in reversed(cuts):
        piece = text[right:stop].strip()
        task = text[start:left].strip()
        if not task or not piece or (alone and task[-1] not in ".!?" and not fields):
            break
        due = field_due(scene, right, stop) if len(piece.split()) <= _COLUMN_WORDS else None
        if only_people(scene, piece):
            fields.insert(0, Field("owner", left, (right, stop)))
        elif due and (due.due.start or due.due.end or piece.isupper()):
            fields.insert(0, Field("due", left, (right, stop)))
        else:
            break
        stop = left
    return fields if any(field.kind == "owner" for field in fields) else []


def _last_sentence(scene: Scene, start: int, end: int) -> int:
    """Where the last sentence of a stretch begins."""
    spans = [span for span in split(scene.text, start, end) if scene.text[slice(*span)].strip()]
    return spans[-1][0] if spans else start


def _resolved(scene: Scene, field: Field, start: int) -> Field:
    """ "… before Friday. ACTION: SP" names an owner, not a task."""
    value = scene.text[slice(*field.value)].strip(" .")
    behind = field.start > start and scene.text[start : field.start].strip(" *_-—–")
    if field.kind == "task" and behind and value and only_people(scene, value):
        return field._replace(kind="owner")
    return field


def _from_fields(scene: Scene, item: Item, start: int, fields: list[Field]) -> Iterator[Draft]:
    """The task whose fields stand beside or below it."""
    text = scene.text
    task = _task_of(scene, item, start, fields)
    if task is None:
        return
    owner_fields = [f for f in fields if f.kind in ("owner", "helper")]
    due_field = next((f for f in fields if f.kind == "due"), None)
    past = item.section == "review"
    due = field_due(scene, *due_field.value, past=past) if due_field else None
    owners: list[tuple[str, int]] = []
    for field in owner_fields:
        first, last = field.value
        late = due_in(scene, first, last, bare=False)
        if late and due is None:
            due = late
        value = text[first : late.start] if late else text[first:last]
        owners += [(who, field.start) for who in owners_named(scene, value)]
    if due is None:
        behind = max((f.value[1] for f in fields), default=item.end)
        early = due_in(scene, start, max(start, fields[0].start), bare=False)
        due = early or due_in(scene, *task, bare=False)
        due = due or due_in(scene, behind, item.end, bare=False)
    rest = _outside(text, *task, item.end, fields)
    status = state_of(rest, item.checked, struck=is_struck(text, *task))
    moved = moved_due(scene, task[1], item.end, due)
    if status != "open" and due_field:
        due = field_due(scene, *due_field.value, past=True)
    at = owner_fields[0].value[0]
    at = at if owners else task[0]
    for who in dict(owners) or _NOBODY:
        for act in acts_in(scene, task):
            draft = draft_of(
                scene, who, act, due, (item.start, item.end), status=status, at=at, moved=moved
            )
            yield replace(draft, to_whom=recipient(scene, act, who))


def _task_of(scene: Scene, item: Item, start: int, fields: list[Field]) -> Span | None:
    """Where an item says what is to be done: its labelled task, else the words outside fields."""
    text = scene.text
    labelled = next((f for f in fields if f.kind == "task" and f.value[0] < f.value[1]), None)
    if labelled:
        return act_in(scene, *labelled.value)
    borders = [start]
    for field in fields:
        borders += [field.start, field.value[1]]
    borders.append(item.end)
    spans = [trim(text, a, b) for a, b in zip(borders[::2], borders[1::2], strict=True) if a < b]
    wordy = [
        s
        for s in spans
        if len(_WORDS.findall(text[slice(*s)])) >= 1 and not _state_only(text[slice(*s)])
    ]
    if not wordy:
        return None
    first = wordy[0]
    chosen = first if first[0] < fields[0].start else max(wordy, key=lambda s: s[1] - s[0])
    return act_in(scene, *chosen)


def _state_only(words: str) -> bool:
    """Whether the words outside the fields only tell a state."""
    return state_of(words, None) != "open" and len(words.split()) <= 3


def _outside(text: str, start: int, stop: int, end: int, fields: list[Field]) -> str:
    """What an item says outside its task and the values that name people and days."""
    named = [f.value for f in fields if f.kind in ("owner", "helper", "due", "task", "control")]
    kept = [text[i] if not any(a <= i < b for a, b in named) else " " for i in range(stop, end)]
    early = text[max(0, start - 40) : start]
    bracket = re.search(r"\([^()]*\)\s*$|~~", early)
    return (bracket.group() if bracket else "") + "".join(kept)
